#include "physics/bill.h"

#include <algorithm>
#include <utility>

#include "base/calendar.h"

namespace dure {

double billing_demand_kw(const DemandRuleSpec& rule, std::span<const MonthDemand> history,
                         int month, double contract_kw) {
  double most = rule.least_share_of_contract * contract_kw;
  for (const MonthDemand& m : history) {
    const bool now = m.month == month;
    const bool in_window = m.month < month && m.month > month - rule.window_months;
    const std::int64_t of_year = m.month % 12 + 1;
    const bool ratchets = std::find(rule.ratchet_months.begin(), rule.ratchet_months.end(),
                                    of_year) != rule.ratchet_months.end();
    if (now || (in_window && ratchets)) most = std::max(most, m.peak_kw);
  }
  return most;
}

double power_factor_charge(const DemandRuleSpec& rule, double power_factor_pct) {
  const double pf =
      std::clamp(power_factor_pct, rule.power_factor_worst_pct, rule.power_factor_best_pct);
  return 1 - rule.share_per_point * (pf - rule.power_factor_neutral_pct);
}

BillMeter::BillMeter(Tariff tariff, BillTerms terms)
    : tariff_(std::move(tariff)), terms_(std::move(terms)) {
  CHECK(terms_.contract_kw >= 0);
}

void BillMeter::add(Millis from, Millis to, double kw, double supplied_kw) {
  CHECK(kw >= 0 && to >= from && supplied_kw >= 0 && supplied_kw <= kw);
  CHECK(!started_ || from.count() >= end_ms_);  // invariant 3
  started_ = true;
  end_ms_ = to.count();
  // Invariant 2: cut at the windows of the meter, which also are where hours and months end.
  for (std::int64_t at = from.count(); at < to.count();) {
    std::int64_t window = at / kMeterMs;
    if (at % kMeterMs < 0) --window;
    const std::int64_t end = std::min(to.count(), (window + 1) * kMeterMs);
    if (window != window_) {
      close_window();
      window_ = window;
      window_kwms_ = 0;
    }
    add_piece(at, end, kw, supplied_kw);
    at = end;
  }
}

void BillMeter::add_piece(std::int64_t from_ms, std::int64_t to_ms, double kw, double supplied_kw) {
  std::int64_t hour = from_ms / kMsPerHour;
  if (from_ms % kMsPerHour < 0) --hour;
  if (hour != hour_ || months_.empty()) {
    hour_ = hour;
    price_ = tariff_.price_at(Millis(from_ms));
    if (months_.empty() || from_ms >= month_end_ms_) {
      const Date d = date_of(Millis(from_ms));
      const Date next = d.month == 12 ? Date{d.year + 1, 1, 1} : Date{d.year, d.month + 1, 1};
      month_first_ms_ = midnight(Date{d.year, d.month, 1}).count();
      month_end_ms_ = midnight(next).count();
      months_.emplace_back().bill.month = month_index(d.year, d.month);
    }
  }
  Month& m = months_.back();
  const auto ms = static_cast<double>(to_ms - from_ms);
  const double kwh = (kw - supplied_kw) * ms / static_cast<double>(kMsPerHour);
  const double share = ms / static_cast<double>(month_end_ms_ - month_first_ms_);
  const double energy_krw = kwh * price_.energy_krw_per_kwh;
  const double surcharge_krw = kwh * price_.climate_fuel_krw_per_kwh;
  m.bill.energy_kwh += kwh;
  m.bill.supplied_kwh += supplied_kw * ms / static_cast<double>(kMsPerHour);
  m.bill.kwh_by_band[static_cast<std::size_t>(price_.band)] += kwh;
  m.bill.energy_krw += energy_krw;
  m.bill.climate_fuel_krw += surcharge_krw;
  m.bill.calendar_known = m.bill.calendar_known && price_.calendar_known;
  m.fund_krw += (energy_krw + surcharge_krw) * price_.fund_share;
  m.covered_ms += ms;
  m.demand_krw_per_kw += share * price_.demand_krw_per_kw;
  m.demand_fund_krw_per_kw += share * price_.demand_krw_per_kw * price_.fund_share;
  window_kwms_ += kw * ms;
}

void BillMeter::close_window() {
  if (months_.empty()) return;
  double& peak = months_.back().bill.peak_kw;
  peak = std::max(peak, window_kwms_ / static_cast<double>(kMeterMs));
}

std::vector<MonthBill> BillMeter::bills() const {
  std::vector<MonthBill> out;
  std::vector<MonthDemand> history = terms_.history;
  const double factor = power_factor_charge(tariff_.demand_rule(), terms_.power_factor_pct);
  for (std::size_t i = 0; i < months_.size(); ++i) {
    const Month& m = months_[i];
    MonthBill b = m.bill;
    if (i + 1 == months_.size())  // the window that is still open
      b.peak_kw = std::max(b.peak_kw, window_kwms_ / static_cast<double>(kMeterMs));
    history.push_back({b.month, b.peak_kw});
    const Date first{b.month / 12, b.month % 12 + 1, 1};
    const Date next{(b.month + 1) / 12, (b.month + 1) % 12 + 1, 1};
    b.covered_share =
        m.covered_ms / static_cast<double>((midnight(next) - midnight(first)).count());
    b.billing_kw = billing_demand_kw(tariff_.demand_rule(), history, b.month, terms_.contract_kw);
    b.demand_krw = m.demand_krw_per_kw * b.billing_kw * factor;
    b.fund_krw = m.fund_krw + m.demand_fund_krw_per_kw * b.billing_kw * factor;
    b.vat_krw = (b.energy_krw + b.demand_krw + b.climate_fuel_krw) * tariff_.vat_share();
    out.push_back(b);
  }
  return out;
}

}  // namespace dure
