#include "physics/onsite.h"

#include <algorithm>
#include <cmath>

#include "base/calendar.h"
#include "base/nearest.h"

namespace dure {

Result<Solar> Solar::of(const SolarSpec& spec, std::string_view region) {
  Solar out;
  std::vector<std::string_view> known;
  for (const SolarRegionSpec& r : spec.regions) known.push_back(r.id);
  const auto it = std::find(known.begin(), known.end(), region);
  if (it == known.end())
    return Fault{"grid.solar.regions", "a region", std::string(region), name_hint(region, known)};
  out.kwh_per_kwp_ = spec.regions[static_cast<std::size_t>(it - known.begin())].kwh_per_kwp;

  if (spec.month_share.size() != 12)
    return Fault{"grid.solar.month_share", "12 months", std::to_string(spec.month_share.size()),
                 ""};
  double year = 0;
  for (const double m : spec.month_share) year += m;
  if (std::fabs(year - 1) > 0.002)
    return Fault{"grid.solar.month_share", "shares that sum to 1", std::to_string(year), ""};
  for (std::size_t m = 0; m < 12; ++m) out.month_share_[m] = spec.month_share[m] / year;

  std::array<int, kSeasons> times{};
  for (std::size_t i = 0; i < spec.shape.size(); ++i) {
    const SolarHoursSpec& s = spec.shape[i];
    const std::string where = "grid.solar.shape[" + std::to_string(i) + "]";
    if (s.hours.size() != 24) return Fault{where, "24 hours", std::to_string(s.hours.size()), ""};
    double day = 0;
    for (const double h : s.hours) day += h;
    if (!(day > 0)) return Fault{where, "some hour above 0", "a day without sun", ""};
    const auto season = static_cast<std::size_t>(s.season);
    if (++times[season] > 1) return Fault{where, "each season once", "a second row", ""};
    for (std::size_t h = 0; h < 24; ++h) out.hour_share_[season][h] = s.hours[h] / day;
  }
  for (std::size_t s = 0; s < times.size(); ++s) {
    if (times[s] == 0)
      return Fault{"grid.solar.shape",
                   "a row for " + std::string(enum_name(static_cast<Season>(s))), "none", ""};
  }
  return out;
}

double Solar::kw_at(Millis at, double kwp) const {
  const Date d = date_of(at);
  const Date next = d.month == 12 ? Date{d.year + 1, 1, 1} : Date{d.year, d.month + 1, 1};
  const std::int64_t days = days_from_epoch(next) - days_from_epoch(Date{d.year, d.month, 1});
  const double day_kwh = kwp * kwh_per_kwp_ * month_share_[static_cast<std::size_t>(d.month - 1)] /
                         static_cast<double>(days);
  return day_kwh * hour_share_[static_cast<std::size_t>(season_of(d.month))]
                              [static_cast<std::size_t>(hour_of_day(at))];
}

PpaFlows ppa_flows(const PpaSpec& ppa, double load_kw, double plant_kw, double market_krw_per_kwh) {
  CHECK(load_kw >= 0 && plant_kw >= 0);
  PpaFlows f;
  f.used_kw = std::min(load_kw, plant_kw);
  f.grid_kw = load_kw - f.used_kw;
  const double rest = plant_kw - f.used_kw;
  (market_krw_per_kwh < 0 ? f.curtailed_kw : f.sold_kw) = rest;
  f.plant_krw_per_hour = f.used_kw * ppa.price_krw_per_kwh;
  f.network_krw_per_hour = f.used_kw * ppa.network_krw_per_kwh;
  f.sales_krw_per_hour = f.sold_kw * market_krw_per_kwh;
  return f;
}

Result<Market> Market::of(const MarketSpec& spec) {
  std::vector<YearPoint> points;
  for (const MarketYearSpec& y : spec.years) points.push_back({y.year, y.mean_krw_per_kwh});
  TRY(years, YearSeries::of(std::move(points), "grid.market.years"));
  TRY(shape, HourShape::of(spec.shape, "grid.market.shape"));
  return Market(std::move(years), shape);
}

YearValue Market::krw_per_kwh_at(Millis at) const {
  YearValue v = years_.at(date_of(at).year);
  v.value *= shape_.relative_at(at);
  return v;
}

}  // namespace dure
