// Solar output and a power purchase agreement. Model and sources: docs/models/energy-sources.md.
//   solar   kW = kWp x yield x month's share / days of the month x hour's share of the season's day
//   PPA     of the plant's output what the load takes at that instant is paid to the plant, with
//   the
//           network; the rest is for sale at the market price, or curtailed when that is below 0
// Invariants: 1. Over a calendar year solar sums to kWp x yield, leap year or not.  2. Every kWh of
// a plant is used, sold or curtailed.
#pragma once

#include <array>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"
#include "physics/hour_shape.h"
#include "physics/year_series.h"
#include "world/grid_spec.h"

namespace dure {

class Solar {
 public:
  // An unknown region, month shares that do not sum to 1 (within 0.2 %; then scaled to 1), or a
  // season without sun or without a row: refused.
  static Result<Solar> of(const SolarSpec& spec, std::string_view region);

  double kw_at(Millis at, double kwp) const;  // constant within an hour

 private:
  double kwh_per_kwp_ = 0;
  std::array<double, 12> month_share_{};
  std::array<std::array<double, 24>, kSeasons> hour_share_{};  // of the day
};

struct PpaFlows {
  double used_kw = 0, sold_kw = 0, curtailed_kw = 0, grid_kw = 0;
  double plant_krw_per_hour = 0, network_krw_per_hour = 0, sales_krw_per_hour = 0;
};
PpaFlows ppa_flows(const PpaSpec& ppa, double load_kw, double plant_kw, double market_krw_per_kwh);

// System marginal price by year, season and hour; the year's basis comes with it.
class Market {
 public:
  static Result<Market> of(const MarketSpec& spec);
  YearValue krw_per_kwh_at(Millis at) const;

 private:
  Market(YearSeries years, HourShape shape) : years_(std::move(years)), shape_(shape) {}
  YearSeries years_;
  HourShape shape_;
};

}  // namespace dure
