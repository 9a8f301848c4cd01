// Carbon of grid electricity as data: the official factor of each year, for accounts, and how far
// an hour lies from the year's mean, for shifting. The two are kept apart: the hourly estimates
// have another level than the official factor. Data: models/carbon-kr.yaml; physics/carbon.h;
// docs/models/carbon.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/season.h"

namespace dure {

struct CarbonFactorSpec {
  std::int64_t year = 0;
  double g_per_kwh = 0;
  std::string source, note;
  template <class S = CarbonFactorSpec>
  static constexpr auto describe() {
    return Fields(
        Field("year", &S::year, "calendar year", required, range(1990, 2100)),
        Field("g_per_kwh", &S::g_per_kwh, "official factor at the consumer, CO2 equivalent",
              required, range(0, 1'500)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct AllowancePriceSpec {
  std::int64_t year = 0;
  double krw_per_t = 0;
  std::string source, note;
  template <class S = AllowancePriceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("year", &S::year, "calendar year", required, range(1990, 2100)),
        Field("krw_per_t", &S::krw_per_t, "price of a tonne of CO2", required, range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// One season of something that has a level in the year and a shape in the day.
struct SeasonShapeSpec {
  Season season = Season::winter;
  double level = 1;
  std::vector<double> hours;
  std::string source, note;
  template <class S = SeasonShapeSpec>
  static constexpr auto describe() {
    return Fields(
        Field("season", &S::season, "season", required),
        Field("level", &S::level, "mean of the season over the mean of the year", range(0, 100),
              dimensionless),
        Field("hours", &S::hours, "each hour from 0 KST over the mean of the season's day",
              required, length(24), range(-10, 100), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CarbonSpec {
  std::vector<CarbonFactorSpec> factors;
  std::vector<SeasonShapeSpec> shape;
  std::int64_t shape_year = 0;
  double dip_growth_per_year = 0, dip_growth_most = 1;
  std::vector<AllowancePriceSpec> allowances;
  template <class S = CarbonSpec>
  static constexpr auto describe() {
    return Fields(
        Field("factors", &S::factors, "official factor by year, in order", required, not_empty),
        Field("shape", &S::shape, "hours of the day by season: a signal, never an account",
              required, not_empty),
        Field("shape_year", &S::shape_year, "year in which the shape was measured", required,
              range(1990, 2100)),
        Field("dip_growth_per_year", &S::dip_growth_per_year,
              "how much deeper the day's swing gets each year, of that of shape_year", range(0, 1),
              dimensionless),
        Field("dip_growth_most", &S::dip_growth_most, "the swing is never more than this",
              range(1, 5), dimensionless),
        Field("allowances", &S::allowances, "price of emission allowances by year, in order",
              required, not_empty));
  }
};

}  // namespace dure
