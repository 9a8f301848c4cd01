// What a kWh costs at an instant. Model, sources and error: docs/models/tariff.md.
//   day     Sunday or public holiday: light all day; Saturday: peak hours at the medium rate
//   price   energy(season, band, date) x (1 - weekend discount) + climate + fuel, KRW/kWh
// Invariants: 1. For each season every hour has one band.  2. The periods of a tariff follow each
// other without a gap, so a span that covers() answers is priced at every instant.
// Civil time is KST, which has no daylight saving; every change of price falls on a full hour.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "world/tariff_spec.h"

namespace dure {

struct EnergyPrice {
  Season season = Season::winter;
  Band band = Band::light;
  bool discounted = false;
  bool calendar_known = true;  // false: beyond the list of holidays, only weekends are told apart
  double energy_krw_per_kwh = 0, climate_fuel_krw_per_kwh = 0;
  double fund_share = 0;
  double demand_krw_per_kw = 0;  // a month

  // What one kWh more costs, fund in it: what a scheduler weighs.
  double marginal_krw_per_kwh() const {
    return (energy_krw_per_kwh + climate_fuel_krw_per_kwh) * (1 + fund_share);
  }
};

class Tariff {
 public:
  // A tariff id that is not known, hours without a band or in two, a gap between periods: refused,
  // with the row. named_at: the path of the id, for its Fault.
  static Result<Tariff> of(const TariffSpec& spec, std::string_view tariff,
                           const std::string& named_at = "tariff");

  // Whether every instant of [from, to) has a price.
  Result<Done> covers(Millis from, Millis to) const;
  EnergyPrice price_at(Millis at) const;  // covered, else it is our bug

  const std::string& id() const { return id_; }
  const DemandRuleSpec& demand_rule() const { return demand_; }
  double vat_share() const { return vat_share_; }

 private:
  using BandOfHour = std::array<Band, 24>;
  struct Period {
    std::size_t row = 0;                      // of the spec's rates
    std::int64_t first_day = 0, end_day = 0;  // days since the epoch; end_day is out
    double demand_krw_per_kw = 0;
    std::array<BandOfHour, kSeasons> band;
    std::array<std::array<double, kBands>, kSeasons> krw_per_kwh{};
    bool has_discount() const { return discount_share > 0; }
    std::int64_t discount_first_day = 0, discount_end_day = 0;
    Season discount_season = Season::winter;
    int discount_from_hour = 0, discount_to_hour = 0;
    double discount_share = 0;
  };
  struct Dated {
    std::int64_t first_day;
    double value;
  };

  static Result<Period> period_of(const TariffSpec& spec, std::size_t row);
  Result<Done> take_surcharges(const TariffSpec& spec);
  void take_holidays(const TariffSpec& spec);

  std::string id_;
  std::vector<Period> periods_;   // in order of time
  std::vector<Dated> surcharge_;  // climate + fuel
  std::vector<Dated> fund_;
  std::vector<std::int64_t> holidays_;  // days since the epoch, in order
  std::int64_t calendar_first_ = 0, calendar_end_ = 0;
  DemandRuleSpec demand_;
  double vat_share_ = 0;
};

}  // namespace dure
