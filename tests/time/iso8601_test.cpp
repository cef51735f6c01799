#include "common/time/iso8601.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {

struct Row {
  std::string text;
  std::int64_t unix_seconds;
};

}  // namespace

TEST_CASE("times are read in every form that ISO 8601 has for them") {
  const auto row =
      GENERATE(Row{"1970-01-01T00:00:00Z", 0}, Row{"1969-12-31T23:59:59Z", -1},
               Row{"2026-11-22T00:00:00+01:00", 1'795'302'000}, Row{"2026-11-22T00:00:00+0100", 1'795'302'000},
               Row{"2026-11-22T00:00:00+01", 1'795'302'000}, Row{"2026-11-22T00:00+01:00", 1'795'302'000},
               Row{"2026-11-22 00:00:00+01:00", 1'795'302'000}, Row{"2026-11-21t23:00z", 1'795'302'000},
               Row{"2026-11-22T00:00:00.000+01:00", 1'795'302'000}, Row{"2026-11-21T23:59:59.999+01:00", 1'795'302'000},
               Row{"2026-11-22T00:00:00,4999Z", 1'795'305'600}, Row{"2026-11-22T00:00:00-09:30", 1'795'339'800},
               Row{"2026-11-22T00:00:00-00:00", 1'795'305'600}, Row{"2024-02-29T12:34:56Z", 1'709'210'096},
               Row{"2000-02-29T00:00Z", 951'782'400}, Row{"2100-03-01T00:00Z", 4'107'542'400},
               Row{"0001-01-01T00:00Z", -62'135'596'800}, Row{"9999-12-31T23:59:59Z", 253'402'300'799});
  CAPTURE(row.text);
  CHECK(parse_iso8601(row.text, "price").value() == row.unix_seconds);
}

TEST_CASE("days since 1970 have a date and a weekday") {
  struct Day {
    std::int64_t days;
    std::string_view date;
    std::string_view weekday;
  };
  const auto day =
      GENERATE(Day{0, "1970-01-01", "thu"}, Day{-1, "1969-12-31", "wed"}, Day{20'454, "2026-01-01", "thu"},
               Day{20'820, "2027-01-02", "sat"}, Day{19'782, "2024-02-29", "thu"}, Day{-8, "1969-12-24", "wed"},
               Day{2'932'896, "9999-12-31", "fri"}, Day{-719'528, "0000-01-01", "sat"});
  CAPTURE(day.days);
  CHECK(date_text(day.days) == day.date);
  CHECK(weekday_text(day.days) == day.weekday);
}

TEST_CASE("dates beyond four digits stay at the last or the first") {
  CHECK(date_text(2'932'897) == "9999-12-31");
  CHECK(date_text(std::numeric_limits<std::int64_t>::max()) == "9999-12-31");
  CHECK(date_text(std::numeric_limits<std::int64_t>::min()) == "0000-01-01");
}

TEST_CASE("a time without a zone is refused for that") {
  const std::string text = GENERATE("2026-11-22T00:00:00", "2026-11-22 00:00", "2026-11-22T00:00:00.5");
  CAPTURE(text);
  const auto time = parse_iso8601(text, "price");
  REQUIRE_FALSE(time);
  CHECK(time.error().field == "price");
  CHECK(time.error().reason ==
        "price has the time \"" + text + "\" without a time zone, it must end in Z or as in +01:00");
}

TEST_CASE("what is no time is refused with how one is written") {
  const auto text = GENERATE(
      std::string(), std::string("2026-11-22"), std::string("2026-11-22T"), std::string("2026-11-22T00"),
      std::string("2026-11-22T00Z"), std::string("2026-11-22T24:00:00Z"), std::string("2026-11-22T00:60Z"),
      std::string("2026-11-22T00:00:60Z"), std::string("2026-00-22T00:00Z"), std::string("2026-13-22T00:00Z"),
      std::string("2026-11-00T00:00Z"), std::string("2026-11-31T00:00Z"), std::string("2026-02-29T00:00Z"),
      std::string("2100-02-29T00:00Z"), std::string("26-11-22T00:00Z"), std::string("+002026-11-22T00:00Z"),
      std::string("2026-1-22T00:00Z"), std::string("20261122T000000Z"), std::string("2026-11-22T00:00:00.Z"),
      std::string("2026-11-22T00:00:Z"), std::string("2026-11-22T00:00 Z"), std::string("2026-11-22T00:00Z "),
      std::string(" 2026-11-22T00:00Z"), std::string("2026-11-22T00:00+1"), std::string("2026-11-22T00:00+24:00"),
      std::string("2026-11-22T00:00+01:60"), std::string("2026-11-22T00:00+01:"), std::string("2026-11-22T00:00+01:0"),
      std::string("2026-11-22T00:00+010"), std::string("2026-11-22T00:00+01:00[Europe/Stockholm]"),
      std::string("2026-11-22T00:00CET"), std::string("2026-11-22T-1:00Z"), std::string("2026-11-22T00:00Z\0", 18),
      std::string("\xff\xfe\x00", 3), std::string("now"), std::string(60'000, '9'));
  CAPTURE(text);
  const auto time = parse_iso8601(text, "price");
  REQUIRE_FALSE(time);
  CHECK(time.error().code == ErrorCode::illegal);
  CHECK(time.error().reason.starts_with("price has \""));
  CHECK(time.error().reason.ends_with("where a time must be, as in 2026-11-22T00:00:00+01:00"));
  CHECK(time.error().reason.size() < 150);
}

TEST_CASE("moments are written in UTC, and read back as they were") {
  const auto row = GENERATE(Row{"2026-11-21T23:00:00Z", 1'795'302'000}, Row{"1970-01-01T00:00:00Z", 0},
                            Row{"1969-12-31T23:59:59Z", -1}, Row{"0001-01-01T00:00:00Z", -62'135'596'800});
  CHECK(iso8601_utc(row.unix_seconds) == row.text);
  CHECK(parse_iso8601(row.text, "price").value() == row.unix_seconds);
}

}  // namespace home_energy
