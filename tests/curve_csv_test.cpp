#include "common/curve_csv.hpp"

#include <catch2/catch.hpp>

#include "common/curve_update.hpp"

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
        commas + "row 1, \"0,00\": separate numbers with ; or write a decimal point");
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
  CHECK(refused(lines(24, [](int) { return std::string("0.5;0.6"); })) ==
        "prices has 2 columns of numbers: keep one of them, or the four quarters of each of 24 hours");
  CHECK_THAT(refused("SE1,SE2,SE3\n" + lines(24, [](int) { return std::string("0.5,0.6,0.7"); })),
             Catch::StartsWith("prices has 3 columns of numbers"));
  CHECK(refused(lines(
            24, [](int i) { return i == 3 ? "1.234,5" : decimal(i, ','); }, ";")) ==
        "prices has a comma and a point in one number in row 1, \"0,00;0,01;0,02;1.234,5;0,04;0,05;0,06;0,...\"");
  CHECK(refused(lines(
            24, [](int i) { return i == 3 ? "1.234" : decimal(i, ','); }, ";")) ==
        "prices mixes decimal points and decimal commas");
  CHECK(refused(lines(24, [](int i) { return clock(23 - i) + ";" + decimal(i, ','); })) ==
        "prices must have its times in order from 00:00 on, which they are not in row 1, \"23:00;0,00\"");
  CHECK_THAT(refused(lines(24, [](int i) { return clock((i + 1) % 24) + ";" + decimal(i, ','); })),
             Catch::StartsWith("prices must have its times in order from 00:00 on"));
}

TEST_CASE("what is no number is refused with its row") {
  const auto text = GENERATE(lines(24, [](int i) { return i == 5 ? "80 %" : decimal(i); }),
                             lines(24, [](int i) { return i == 5 ? "nan" : decimal(i); }),
                             lines(24, [](int i) { return i == 5 ? "1e999" : decimal(i); }),
                             lines(24, [](int i) { return clock(i) + ";" + (i == 5 ? "" : decimal(i)); }),
                             lines(24, [](int i) { return clock(i) + ";" + (i == 5 ? "true" : decimal(i)); }));
  CAPTURE(text);
  CHECK(refused(text) == "prices has something that is not a finite number in row 6");
}

}  // namespace home_energy
