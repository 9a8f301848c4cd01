#include "physics/carbon.h"

#include <algorithm>

#include "base/calendar.h"

namespace dure {

Result<Carbon> Carbon::of(const CarbonSpec& spec) {
  std::vector<YearPoint> factors, allowances;
  for (const CarbonFactorSpec& f : spec.factors) factors.push_back({f.year, f.g_per_kwh});
  for (const AllowancePriceSpec& a : spec.allowances) allowances.push_back({a.year, a.krw_per_t});
  TRY(by_year, YearSeries::of(std::move(factors), "carbon.factors"));
  TRY(price, YearSeries::of(std::move(allowances), "carbon.allowances"));
  TRY(shape, HourShape::of(spec.shape, "carbon.shape"));
  Carbon out(std::move(by_year), std::move(price), shape);
  out.shape_year_ = spec.shape_year;
  out.growth_ = spec.dip_growth_per_year;
  out.most_ = spec.dip_growth_most;
  return out;
}

CarbonAccount Carbon::account(std::int64_t year, double kwh, double covered_kwh) const {
  CHECK(covered_kwh >= 0 && covered_kwh <= kwh);
  const YearValue factor = factors_.at(year);
  return {kwh * factor.value, (kwh - covered_kwh) * factor.value, factor.basis};
}

double Carbon::signal_relative(Millis at) const {
  const double years = static_cast<double>(date_of(at).year - shape_year_);
  return shape_.relative_at(at, std::clamp(1 + growth_ * years, 0.0, most_));
}

}  // namespace dure
