// The monthly electricity bill from metered power. Model and sources: docs/models/tariff.md.
//   demand   highest mean of a 15-minute window (the clock's: :00, :15, :30, :45) of the month, and
//            of the ratchet months among the last 12; at least 30 % of the contract
//   charges  energy + climate and fuel + demand; fund on all of them; VAT on all but the fund
//   others   what a contracted plant supplies through the meter is no energy of this bill
// A month whose rate changes, or that is metered in part, pays its demand charge by time.
// Invariants: 1. The kWh of a bill's bands sum to its kWh.  2. The bill does not depend on how the
// metered time is cut into steps.  3. Time never runs back.  Months are calendar months.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "physics/tariff.h"

namespace dure {

inline constexpr std::int64_t kMeterMs = 900'000;  // 15 minutes

// Months as one number, so that "12 months ago" is a subtraction.
constexpr int month_index(int year, int month) { return year * 12 + month - 1; }

struct MonthDemand {
  int month = 0;  // month_index
  double peak_kw = 0;
  bool operator==(const MonthDemand&) const = default;
};

// The kW that a month's demand charge is paid for.
double billing_demand_kw(const DemandRuleSpec& rule, std::span<const MonthDemand> history,
                         int month, double contract_kw);

// Factor on the demand charge, 1 at the neutral power factor; bounded at the best and the worst.
double power_factor_charge(const DemandRuleSpec& rule, double power_factor_pct);

struct MonthBill {
  int month = 0;             // month_index
  double covered_share = 0;  // of the month's time
  std::array<double, kBands> kwh_by_band{};
  double energy_kwh = 0, peak_kw = 0, billing_kw = 0;
  double supplied_kwh = 0;  // by others through this meter: not in energy_kwh, nor in its bands
  double energy_krw = 0, demand_krw = 0, climate_fuel_krw = 0, fund_krw = 0, vat_krw = 0;
  bool calendar_known = true;  // false: some day lies beyond the list of holidays

  double without_vat_krw() const { return energy_krw + demand_krw + climate_fuel_krw + fund_krw; }
};

struct BillTerms {
  double contract_kw = 0;
  double power_factor_pct = 90;
  std::vector<MonthDemand> history = {};  // what the meter saw before, if it is known
};

class BillMeter {
 public:
  BillMeter(Tariff tariff, BillTerms terms);

  // Mean power over [from, to), at least 0 kW. The tariff covers it; what lies between two calls
  // was not metered and costs nothing. supplied_kw of it, at most all, is another's power that
  // comes through this meter: it counts for the demand and is paid for elsewhere.
  void add(Millis from, Millis to, double kw, double supplied_kw = 0);

  // One a month that was metered, in order; the last may be in part.
  std::vector<MonthBill> bills() const;

 private:
  struct Month {
    MonthBill bill;                                            // without demand, fund and VAT
    double covered_ms = 0, fund_krw = 0;                       // fund on energy and surcharges
    double demand_krw_per_kw = 0, demand_fund_krw_per_kw = 0;  // shares of the month x rate
  };
  void add_piece(std::int64_t from_ms, std::int64_t to_ms, double kw, double supplied_kw);
  void close_window();

  Tariff tariff_;
  BillTerms terms_;
  std::vector<Month> months_;
  std::int64_t end_ms_ = 0, hour_ = -1, month_first_ms_ = 0, month_end_ms_ = 0;
  bool started_ = false;
  EnergyPrice price_;  // of hour_
  std::int64_t window_ = -1;
  double window_kwms_ = 0;
};

}  // namespace dure
