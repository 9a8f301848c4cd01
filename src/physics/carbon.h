// Carbon of grid electricity. Model, sources and error: docs/models/carbon.md.
//   account  kWh x official factor of the year, g/kWh: what is reported. It has no hours.
//   signal   how far this hour lies from the year's mean: what a scheduler shifts by. It is no
//            account; its level comes from another boundary and is never added up.
// Nothing is credited to a region: there is one national zone, and no factor by region is
// published.
#pragma once

#include "base/quantity.h"
#include "base/result.h"
#include "physics/hour_shape.h"
#include "physics/year_series.h"
#include "world/carbon_spec.h"

namespace dure {

struct CarbonAccount {    // of one stretch of consumption
  double location_g = 0;  // all of it at the factor of the grid
  double market_g = 0;    // what a contract for carbon-free power covers at 0
  YearBasis basis = YearBasis::given;
};

class Carbon {
 public:
  static Result<Carbon> of(const CarbonSpec& spec);

  YearValue factor_g_per_kwh(std::int64_t year) const { return factors_.at(year); }
  YearValue allowance_krw_per_t(std::int64_t year) const { return allowances_.at(year); }
  // covered_kwh: by a power purchase agreement or one's own plant behind it, at most kwh.
  CarbonAccount account(std::int64_t year, double kwh, double covered_kwh) const;

  double signal_relative(Millis at) const;

 private:
  Carbon(YearSeries factors, YearSeries allowances, HourShape shape)
      : factors_(std::move(factors)), allowances_(std::move(allowances)), shape_(shape) {}
  YearSeries factors_, allowances_;
  HourShape shape_;
  std::int64_t shape_year_ = 0;
  double growth_ = 0, most_ = 1;
};

}  // namespace dure
