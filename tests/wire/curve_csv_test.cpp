#include "common/wire/curve_csv.hpp"

#include <catch2/catch.hpp>

#include "common/wire/curve_reader.hpp"

namespace home_energy {
namespace {

/// So many lines, each made from its number.
template <class Line>
std::string lines(int count, const Line& line, const std::string& end = "\n") {
  std::string text;
  for (int i = 0; i < count; ++i) text += line(i) + end;
  return text;
}

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}
std::string clock(int hour) {
  return two_digits(hour) + ":00";
}
std::string decimal(int i, char point = '.') {
  return std::string("0") + point + two_digits(i);
}

std::vector<double> read(const std::string& text) {
  const auto table = parse_curve_csv(text, "prices");
  if (!table) FAIL(table.error().reason);
  return table->values;
}

std::string refused(const std::string& text) {
  const auto table = parse_curve_csv(text, "prices");
  if (table) return "accepted";
  CHECK(table.error().field == "prices");
  CHECK(table.error().reason.starts_with("prices "));
  return table.error().reason;
}

std::vector<double> hundredths(int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(i / 100.0);
  return values;
}

}  // namespace

TEST_CASE("one column, one line or a few, with points or commas, is read") {
  const std::string mark = "\xEF\xBB\xBF";
  const auto text =
      GENERATE_COPY(lines(24, [](int i) { return decimal(i); }),
                    lines(
                        24, [](int i) { return decimal(i); }, "\r\n"),
                    lines(
                        24, [](int i) { return decimal(i); }, ","),
                    lines(
                        24, [](int i) { return decimal(i); }, ", "),
                    lines(
                        24, [](int i) { return decimal(i); }, ";"),
                    lines(
                        24, [](int i) { return decimal(i, ','); }, ";"),
                    lines(
                        24, [](int i) { return decimal(i, ','); }, "\t"),
                    lines(24, [](int i) { return decimal(i, ',') + ";"; }),
                    lines(24, [](int i) { return '"' + decimal(i, ',') + '"'; }),
                    lines(
                        24, [](int i) { return '"' + decimal(i, ',') + '"'; }, ","),
                    mark + lines(
                               24, [](int i) { return decimal(i, ','); }, ";"),
                    mark + "Pris\r\n" + lines(24, [](int i) { return decimal(i) + "\r"; }),
                    "# of today\n" + lines(24, [](int i) { return decimal(i) + ","; }), lines(2, [](int half) {
                      return lines(
                          12, [=](int i) { return decimal(half * 12 + i); }, ",");
                    }));
  CAPTURE(text);
  CHECK(read(text) == hundredths(24));
}

TEST_CASE("columns of times, of text and of the row's number are passed over") {
  const auto text = GENERATE(
      "Tid;Pris (SEK/kWh)\n" + lines(24, [](int i) { return clock(i) + ";" + decimal(i, ','); }),
      "Datum\tTimme\tPris\n" + lines(24, [](int i) { return "2026-11-28\t" + clock(i) + "\t" + decimal(i, ','); }),
      lines(24, [](int i) { return "2026-11-28 " + clock(i) + ":00," + decimal(i); }),
      lines(24, [](int i) { return "2026-11-28T" + clock(i) + "+01:00," + decimal(i); }),
      lines(24, [](int i) { return std::to_string(i) + "," + decimal(i); }),
      lines(24, [](int i) { return std::to_string(i + 1) + ";" + decimal(i, ','); }),
      "hour,price\n" + lines(24, [](int i) { return std::to_string(i) + "," + decimal(i); }),
      "\"Stunde\";\"Preis; brutto\"\n" +
          lines(24, [](int i) { return "\"" + clock(i) + "\";\"" + decimal(i, ',') + "\""; }),
      lines(24, [](int i) { return "SE3," + std::to_string(i) + "," + decimal(i) + ","; }));
  CAPTURE(text);
  CHECK(read(text) == hundredths(24));
}

TEST_CASE("24 rows of four are the quarters of each hour") {
  const auto quarter = [](int i, int q) { return decimal(i * 4 + q); };
  const auto row = [&](int i) {
    return quarter(i, 0) + "," + quarter(i, 1) + "," + quarter(i, 2) + "," + quarter(i, 3);
  };
  const auto text = GENERATE_COPY(lines(24, row), lines(24, [&](int i) { return row(i) + ","; }),
                                  "hour,q1,q2,q3,q4\n" + lines(24, [&](int i) { return clock(i) + "," + row(i); }),
                                  lines(24, [&](int i) { return std::to_string(i) + "," + row(i); }));
  CAPTURE(text);
  CHECK(read(text) == hundredths(96));
}

TEST_CASE("48 half hours and 96 quarters in rows") {
  CHECK(read(lines(48, [](int i) { return decimal(i); })) == hundredths(48));
  CHECK(read("t;p\n" + lines(48, [](int i) {
               return two_digits(i / 2) + (i % 2 == 0 ? ":00;" : ":30;") + decimal(i, ',');
             })) == hundredths(48));
  CHECK(read(lines(96, [](int i) { return decimal(i); })) == hundredths(96));
  const auto curve = parse_price_curve(lines(48, [](int i) { return decimal(i); }), "SEK", "prices");
  REQUIRE(curve);
  CHECK(curve->at_quarter(95) == PricePerKwh(470'000));
  CHECK(curve->at_quarter(1) == PricePerKwh(0));
  CHECK(curve->at_quarter(2) == PricePerKwh(10'000));
}

TEST_CASE("the heading's unit counts") {
  const auto with_heading = [](const std::string& heading) {
    return parse_price_curve(heading + "\n" + lines(24, [](int i) { return clock(i) + ";" + std::to_string(100 + i); }),
                             "SEK", "prices");
  };
  CHECK(with_heading("Tid;Pris (öre/kWh)")->at_quarter(4) == PricePerKwh(1'010'000));
  CHECK(with_heading("Tid;Pris [SEK/MWh]")->at_quarter(4) == PricePerKwh(101'000));
  CHECK(with_heading("Tid (lokal);öre/kWh")->at_quarter(4) == PricePerKwh(1'010'000));
  CHECK(with_heading("Tid;Pris").error().reason.find("are these per MWh, or öre?") != std::string::npos);
  CHECK(with_heading("Tid;Pris (EUR/MWh)").error().reason.find("has the unit \"EUR/MWh\"") != std::string::npos);
  const auto loads = parse_load_curve(
      "Zeit;Last (W)\n" + lines(24, [](int i) { return clock(i) + ";" + std::to_string(i * 100); }), "baseload");
  CHECK(loads->at_quarter(92) == Watts(2'300));
}

TEST_CASE("what is ambiguous is refused and told") {
  const std::string commas = "prices is ambiguous, its commas may separate numbers or stand before decimals, as in ";
  CHECK(refused(lines(24, [](int i) { return i == 22 ? "-0,05" : decimal(i, ','); })) ==
        commas + "row 1, \"0,00\": end each number with ; or write a decimal point");
  CHECK_THAT(refused("Pris\n" + lines(24, [](int i) { return decimal(i, ','); })), Catch::StartsWith(commas));
  CHECK_THAT(refused(lines(
                 24, [](int i) { return decimal(i, ','); }, ",")),
             Catch::StartsWith(commas));
  CHECK_THAT(refused(lines(
                 48, [](int i) { return std::to_string(300 + i); }, ",")),
             Catch::StartsWith(commas));
  CHECK_THAT(refused(lines(
                 48, [](int i) { return decimal(i, ','); }, ",")),
             Catch::StartsWith(commas));
  CHECK(
      refused(lines(24, [](int) { return std::string("0.5;0.6"); })) ==
      "prices has 2 columns of numbers: keep one of them, or four called q1, q2, q3, q4 for the quarters of 24 hours");
  CHECK_THAT(refused("SE1,SE2,SE3\n" + lines(24, [](int) { return std::string("0.5,0.6,0.7"); })),
             Catch::StartsWith("prices has 3 columns of numbers"));
  CHECK(refused(lines(
            24, [](int i) { return i == 3 ? "1.234,5" : decimal(i, ','); }, ";")) ==
        "prices has \"1.234,5\" where a finite number must be, in row 1");
  CHECK(refused(lines(
            24, [](int i) { return i == 3 ? "1.234" : decimal(i, ','); }, ";")) ==
        "prices mixes decimal points and decimal commas");
  CHECK(refused(lines(24, [](int i) { return clock(23 - i) + ";" + decimal(i, ','); })) ==
        "prices must have its times in order from 00:00 on, which they are not in row 1, \"23:00;0,00\"");
  CHECK_THAT(refused(lines(24, [](int i) { return clock((i + 1) % 24) + ";" + decimal(i, ','); })),
             Catch::StartsWith("prices must have its times in order from 00:00 on"));
}

TEST_CASE("what is no number is refused with its cell and row") {
  const auto bad = GENERATE(as<std::string>(), "80 %", "nan", "1e999", "true", "", "0,85 kr", "+0.5", "1 185,50");
  CAPTURE(bad);
  const auto row = [&](int i) { return i == 5 ? bad : decimal(i, ','); };
  const std::string reason = "prices has \"" + bad + "\" where a finite number must be, in row ";
  CHECK(refused(lines(24, [&](int i) { return clock(i) + ";" + row(i); })) == reason + "6");
  CHECK(refused("\nTid;Pris\n" + lines(24, [&](int i) { return clock(i) + ";" + row(i); })) == reason + "8");
}

TEST_CASE("what stands beside the numbers, or below them, does not matter where it tells nothing") {
  const auto text = GENERATE(
      "sep=;\r\nTid;Pris;Niv\u00e5\r\n" +
          lines(
              24, [](int i) { return clock(i) + ";" + decimal(i, ',') + ";l\u00e5g"; }, "\r\n"),
      lines(24, [](int i) { return clock(i) + ";" + decimal(i, ',') + ";;"; }) + ";;;\n;;;\n",
      lines(
          24, [](int i) { return clock(i) + ";" + decimal(i, ','); }, "\r"),
      lines(24, [](int i) { return "28.11.2026;" + clock(i) + "-" + clock((i + 1) % 24) + ";" + decimal(i, ','); }),
      lines(24, [](int i) { return "kl " + std::to_string(i) + ";" + decimal(i, ','); }),
      lines(24, [](int i) { return two_digits(i) + "-" + two_digits(i + 1) + "\t" + decimal(i, ','); }),
      lines(24, [](int i) { return decimal(i, ',') + ";" + clock(i); }));
  CAPTURE(text);
  CHECK(read(text) == hundredths(24));
}

TEST_CASE("columns that are called otherwise are no quarters of an hour") {
  const auto row = [](int i) { return clock(i) + ";0,15;0,16;0,85;1,12"; };
  const auto heading = GENERATE(as<std::string>(), "Timme;SE1;SE2;SE3;SE4", "Timme;Min;Max;Medel;Median", "t;a;b;c;d",
                                "t;q2;q1;q3;q4", "q1;q2;q3;q4");
  CHECK_THAT(refused(heading + "\n" + lines(24, row)), Catch::StartsWith("prices has 4 columns of numbers"));
  const auto quarters = GENERATE(as<std::string>(), "t;q1;q2;q3;q4", "t;Kvart 1;Kvart 2;Kvart 3;Kvart 4",
                                 "t;:00;:15;:30;:45", "t;1;2;3;4", "h;xx:00;xx:15;xx:30;xx:45");
  CAPTURE(quarters);
  const bool is_heading = quarters != "t;1;2;3;4";  // which has numbers, and so is a row
  if (is_heading) CHECK(read(quarters + "\n" + lines(24, row)).size() == 96);
}

TEST_CASE("days beside each other, above each other or after each other are not one day") {
  const auto numbers = [](int) {
    return lines(
        24, [](int i) { return decimal(i); }, ",");
  };
  CHECK(refused(lines(4, numbers)) == "prices has 4 rows of 24 numbers: keep one of them");
  CHECK(refused(lines(2, numbers)) == "prices has 2 rows of 24 numbers: keep one of them");
  CHECK(refused(lines(48, [](int i) {
          return std::string(i < 24 ? "2026-11-28;" : "2026-11-29;") + decimal(i, ',');
        })) == "prices must be of one day, it has another date in row 25, \"2026-11-29;0,24\"");
  CHECK_THAT(refused(lines(48,
                           [](int i) {
                             return std::string(i < 24 ? "2026-11-28 " : "2026-11-29 ") + clock(i % 24) + ";" +
                                    decimal(i, ',');
                           })),
             Catch::StartsWith("prices must be of one day"));
}

TEST_CASE("days that only their names tell apart are not one day") {
  CHECK(refused(lines(48, [](int i) { return std::string(i < 24 ? "Sat;" : "Sun;") + decimal(i, ','); })) ==
        "prices must be of one day, it has another one in row 25, \"Sun;0,24\"");
  CHECK(read(lines(48, [](int i) { return std::string(i < 30 ? "low;" : "high;") + decimal(i, ','); })) ==
        hundredths(48));
}

TEST_CASE("times that are not understood are not passed over") {
  const std::string reason = "prices must have its times in order from 00:00 on, which they are not in row ";
  CHECK_THAT(refused(lines(24, [](int i) { return std::to_string((i + 11) % 12 + 1) + ":00 AM;" + decimal(i, ','); })),
             Catch::StartsWith(reason));
  CHECK_THAT(refused(lines(24, [](int i) { return "kl " + std::to_string(23 - i) + ";" + decimal(i, ','); })),
             Catch::StartsWith(reason + "1, "));
  CHECK_THAT(
      refused(lines(24, [](int i) { return two_digits(23 - i) + "-" + two_digits(24 - i) + ";" + decimal(i, ','); })),
      Catch::StartsWith(reason + "1, "));
  CHECK_THAT(refused(lines(24, [](int i) { return (i == 23 ? "Summa" : clock(i)) + ";" + decimal(i, ','); })),
             Catch::StartsWith(reason + "24, \"Summa;0,23\""));
  CHECK_THAT(refused(lines(24, [](int i) { return clock(i) + ";" + decimal(i, ','); }) + "Summa;19,55\n"),
             Catch::StartsWith("prices must have 24, 48 or 96 rows of equally many cells"));
}

TEST_CASE("decimal commas between commas are not cut in two") {
  const std::string reason = "prices is ambiguous, its commas may separate numbers or stand before decimals";
  const auto row = GENERATE(as<std::string>(), "0,85,0,86", "0,08,0,09");
  CHECK_THAT(refused(lines(24, [&](int) { return row; })), Catch::StartsWith(reason));
  CHECK_THAT(refused(lines(24, [&](int i) { return clock(i) + "," + row; })), Catch::StartsWith(reason));
  CHECK_THAT(refused(lines(24, [&](int i) { return clock(i) + "," + decimal(i, ','); })), Catch::StartsWith(reason));
  CHECK_THAT(refused(lines(24, [&](int i) { return clock(i) + " 0," + two_digits(12 + i % 7); })),
             Catch::StartsWith(reason));
  CHECK_THAT(refused(lines(24, [&](int i) { return clock(i) + "|0," + two_digits(12 + i % 7); })),
             Catch::StartsWith(reason));
}

TEST_CASE("thousands are told from decimals, or refused") {
  const auto price = [](int i) { return i % 2 == 0 ? std::string("990") : "1.0" + two_digits(i); };
  CHECK_THAT(refused(lines(24, [&](int i) { return clock(i) + ";" + price(i); })),
             Catch::StartsWith("prices is ambiguous, a point may stand before decimals or thousands, as in row 24"));
  CHECK_THAT(refused(lines(24, [](int i) { return clock(i) + ",\"1,0" + two_digits(i) + "\""; })),
             Catch::StartsWith("prices is ambiguous, a comma may stand before decimals or thousands"));
  CHECK_THAT(refused(lines(24, [](int i) { return clock(i) + "\t1,0" + two_digits(i); })),
             Catch::StartsWith("prices is ambiguous, a comma may"));
  // Here it is certain: by another number, by the separator.
  CHECK(read(lines(24, [](int i) { return clock(i) + ";" + (i == 0 ? "0.985" : "1.0" + two_digits(i)); }))[1] == 1.001);
  CHECK(read(lines(24, [](int i) { return clock(i) + ";1,0" + two_digits(i); }))[1] == 1.001);
  CHECK(read(lines(24, [](int i) { return clock(i) + ",1.0" + two_digits(i); }))[1] == 1.001);
}

TEST_CASE("a heading that names money or energy has to name a whole unit") {
  const auto heading = [](const std::string& name) {
    return parse_price_curve("Tid;" + name + "\n" + lines(24, [](int i) { return clock(i) + ";" + decimal(i, ','); }),
                             "SEK", "prices");
  };
  for (const auto* name : {"Pris (\u00f6re)", "Pris (EUR)", "Pris (\u20ac)", "Pris (cent)", "Pris (MWh)",
                           "Pris \u00f6re per kWh", "Pris (SEK per MWh)"}) {
    CAPTURE(name);
    REQUIRE_FALSE(heading(name));
    CHECK(heading(name).error().reason.find("which names no whole unit: write SEK/kWh") != std::string::npos);
  }
  for (const auto* name : {"Pris", "p", "Pris (SEK)", "Pris kr", "Pris per kWh", "SE3", "Pris (exkl moms)"}) {
    CAPTURE(name);
    CHECK(heading(name)->at_quarter(4) == PricePerKwh(10'000));
  }
  for (const auto* name : {"Pris (SEK/MWh, SE3)", "SEK / MWh", "Pris SEK/MWh", "(SEK/MWh exkl moms)"}) {
    CAPTURE(name);
    CHECK(heading(name)->at_quarter(92) == PricePerKwh(230));
  }
  const auto loads = parse_load_curve(
      "t;Last (kWh)\n" + lines(24, [](int i) { return clock(i) + ";" + decimal(i, ','); }), "baseload");
  CHECK(loads.error().reason == "baseload has the heading \"Last (kWh)\", which names no whole unit: write kW or W");
}

}  // namespace home_energy
