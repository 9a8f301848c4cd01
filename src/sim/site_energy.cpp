#include "sim/site_energy.h"

#include <algorithm>
#include <cmath>

#include "base/calendar.h"

namespace dure {
namespace {

double hours_of(Millis from, Millis to) {
  return static_cast<double>((to - from).count()) / static_cast<double>(kMsPerHour);
}

Millis end_of(const DemandResponseCall& c) {
  return c.start + Millis(std::llround(c.hours * static_cast<double>(kMsPerHour)));
}

}  // namespace

SiteEnergy::SiteEnergy(const Place& place, ActList& acts)
    : assets_(place.assets),
      site_(place.site),
      tariff_(place.tariff),
      carbon_(place.carbon),
      window_(place.window),
      acts_(acts),
      rule_(place.assets.rule) {
  if (const auto& b = assets_.spec.battery) {
    if (b->target_share) rule_.target_kw = *b->target_share * place.contract_kw;
    stored_kwh_ = b->first_charge * b->kwh;
  }
  book_.first_stored_kwh = stored_kwh_;
  const std::size_t hours = hour_of(window_.to - Millis(1)) + 1;
  book_.grid_kwh_by_hour.resize(hours);
  book_.export_kwh_by_hour.resize(hours);
  for (const DemandResponseCall& c : assets_.calls)
    if (c.start < window_.to && end_of(c) > window_.from) ++book_.calls;
}

std::vector<MeterPart> SiteEnergy::take(Millis from, Millis to, double facility_kw,
                                        double limit_kw) {
  std::vector<MeterPart> out;
  Millis at = from;
  while (at < to) {  // a call of minutes may begin or end within
    Millis next = to;
    for (const DemandResponseCall& c : assets_.calls)
      for (const Millis t : {c.noticed, c.start, end_of(c)})
        if (at < t && t < next) next = t;
    out.push_back(part(at, next, facility_kw, limit_kw));
    at = next;
  }
  return out;
}

const GridCut* SiteEnergy::cut_of(Millis from, Millis to) const {
  const GridCut* deepest = nullptr;
  for (const GridCut& c : assets_.cuts)
    if (c.from <= from && to <= c.to && (deepest == nullptr || c.kw < deepest->kw)) deepest = &c;
  return deepest;
}

MeterPart SiteEnergy::part(Millis from, Millis to, double facility_kw, double limit_kw) {
  const double hours = hours_of(from, to), market = assets_.market->krw_per_kwh_at(from).value;
  const GridCut* cut = cut_of(from, to);
  const DemandResponseCall *called = nullptr, *noticed = nullptr;
  for (const DemandResponseCall& c : assets_.calls) {
    if (c.start <= from && from < end_of(c)) called = &c;
    if (c.noticed <= from && from < c.start) noticed = &c;
  }
  SupplyStep step;
  step.hours = hours;
  step.load_kw = facility_kw;
  step.solar_kw = assets_.solar ? assets_.solar->kw_at(from, assets_.spec.solar->peak_kw) : 0;
  step.grid_limit_kw = cut != nullptr ? std::min(limit_kw, cut->kw) : limit_kw;
  step.export_limit_kw = limit_kw > 0 ? assets_.spec.export_kw : 0;  // a dead connection
  step.price_krw_per_kwh = tariff_.price_at(from).marginal_krw_per_kwh();
  step.export_price_krw_per_kwh = market;

  BatteryRule rule = rule_;
  if (noticed != nullptr || called != nullptr) rule.discharge_above_krw_per_kwh = kNoLimit;
  if (noticed != nullptr) rule.charge_below_krw_per_kwh = kNoLimit;
  if (called != nullptr) {
    const bool fresh = !asked_ || asked_->from.count() / kMsPerHour != from.count() / kMsPerHour;
    if (fresh) {
      settle_hour();
      asked_ = CallHour{from, from, 0, baseline_at(from, *called, facility_kw - step.solar_kw), 0};
    }
    const double most = asked_->baseline_kw - assets_.spec.demand_response->committed_kw;
    rule.target_kw = std::min(rule.target_kw, std::max(0.0, most));
    rule.charge_below_krw_per_kwh = -kNoLimit;
  } else {
    settle_hour();
  }

  const SiteFlows flows = battery_step(assets_.battery, rule, stored_kwh_, step);
  stored_kwh_ = flows.stored_kwh;
  book_.solar_kwh += flows.solar_used_kw * hours;
  book_.solar_curtailed_kwh += flows.solar_curtailed_kw * hours;
  book_.export_kwh += flows.export_kw * hours;
  book_.export_krw += flows.export_kw * hours * market;
  book_.charge_kwh += flows.charge_kw * hours;
  book_.discharge_kwh += flows.discharge_kw * hours;
  book_.loss_kwh += flows.loss_kw * hours;
  book_.unserved_kwh += flows.unserved_kw * hours;
  book_.grid_kwh += flows.grid_kw * hours;
  book_.peak_grid_kw = std::max(book_.peak_grid_kw, flows.grid_kw);
  book_.grid_kwh_by_hour[hour_of(from)] += flows.grid_kw * hours;
  book_.export_kwh_by_hour[hour_of(from)] += flows.export_kw * hours;
  MeterPart out{from, to, flows.grid_kw, 0, flows.unserved_kw, cut != nullptr};
  if (assets_.ppa_solar) {
    const double plant_kw = assets_.ppa_solar->kw_at(from, assets_.spec.ppa->peak_kw);
    const PpaFlows ppa = ppa_flows(assets_.ppa, flows.grid_kw, plant_kw, market);
    out.ppa_kw = ppa.used_kw;
    book_.ppa_kwh += ppa.used_kw * hours;
    book_.ppa_sold_kwh += ppa.sold_kw * hours;
    book_.ppa_curtailed_kwh += ppa.curtailed_kw * hours;
    book_.ppa_krw += (ppa.plant_krw_per_hour + ppa.network_krw_per_hour) * hours;
  }
  if (called != nullptr) {
    asked_->to = to;
    asked_->hours += hours;
    asked_->grid_kwh += flows.grid_kw * hours;
  }
  tell(from, to, step, flows, cut, called != nullptr ? called : noticed);
  return out;
}

// What was done, as acts. A battery gives for the gravest of its reasons.
void SiteEnergy::tell(Millis from, Millis to, const SupplyStep& step, const SiteFlows& flows,
                      const GridCut* cut, const DemandResponseCall* call) {
  const double hours = hours_of(from, to), price = step.price_krw_per_kwh,
               g_per_kwh = carbon_.factor_g_per_kwh(date_of(from).year).value;
  const double net_kw = std::max(0.0, step.load_kw - step.solar_kw),
               surplus_kw = std::max(0.0, step.solar_kw - step.load_kw);
  const bool told = call != nullptr, in_call = told && call->start <= from;
  const auto act = [&](ActKind kind, std::string cause, double kwh) {
    return Act{site_, kind, std::move(cause), from, to, kwh};
  };
  if (cut != nullptr)
    acts_.add(act(ActKind::grid_curtailment, cut->cause,
                  std::max(0.0, net_kw - step.grid_limit_kw) * hours));
  if (flows.discharge_kw > 0) {
    const std::string cause = cut != nullptr && net_kw > step.grid_limit_kw ? cut->cause
                              : in_call                                     ? assets_.programme->id
                              : !told && price >= rule_.discharge_above_krw_per_kwh ? "price"
                                                                                    : "peak";
    Act a = act(ActKind::battery_discharge, cause, flows.discharge_kw * hours);
    a.krw = a.kwh * price;
    a.g_co2 = a.kwh * g_per_kwh;
    acts_.add(std::move(a));
  }
  if (flows.charge_kw > 0) {
    const double from_grid_kw = std::max(0.0, flows.charge_kw - surplus_kw);
    const std::string cause = from_grid_kw <= 0  ? "solar"
                              : told && !in_call ? assets_.programme->id
                              : !told && price <= rule_.charge_below_krw_per_kwh ? "price"
                                                                                 : "reserve";
    Act a = act(ActKind::battery_charge, cause, flows.charge_kw * hours);
    a.krw = -from_grid_kw * hours * price;
    a.g_co2 = -from_grid_kw * hours * g_per_kwh;
    acts_.add(std::move(a));
  }
  if (flows.solar_curtailed_kw > 0) {
    acts_.add(act(ActKind::solar_curtailed,
                  step.export_price_krw_per_kwh < 0 ? "negative_price" : "export_limit",
                  flows.solar_curtailed_kw * hours));
  }
}

double SiteEnergy::baseline_at(Millis at, const DemandResponseCall& call, double now_kw) const {
  const auto called_on = [&](std::int64_t day) {
    return std::any_of(assets_.calls.begin(), assets_.calls.end(),
                       [&](const auto& c) { return c.start.count() / kMsPerDay == day; });
  };
  std::vector<double> days;
  for (Millis t = at - Millis(kMsPerDay);
       t >= window_.from &&
       days.size() < static_cast<std::size_t>(assets_.programme->baseline_days);
       t = t - Millis(kMsPerDay)) {
    if (assets_.programme->weekdays_only && weekday_of(t) >= 5) continue;
    if (called_on(t.count() / kMsPerDay)) continue;
    days.push_back(book_.grid_kwh_by_hour[hour_of(t)]);  // kWh of an hour: its mean kW
  }
  if (!days.empty()) return dure::baseline_kw(days);
  const Millis before = call.start - Millis(kMsPerHour);
  return before >= window_.from ? book_.grid_kwh_by_hour[hour_of(before)] : std::max(0.0, now_kw);
}

void SiteEnergy::settle_hour() {
  if (!asked_) return;
  const CallHour h = *asked_;
  asked_.reset();
  const double asked = assets_.spec.demand_response->committed_kw * h.hours;
  const double delivered = std::clamp(h.baseline_kw * h.hours - h.grid_kwh, 0.0, asked);
  DemandResponseYear& year = years_[date_of(h.from).year];
  year.asked_kwh += asked;
  year.delivered_kwh += delivered;
  book_.asked_kwh += asked;
  book_.delivered_kwh += delivered;
  Act a{site_, ActKind::demand_response, assets_.programme->id, h.from, h.to, delivered};
  a.krw = delivered * assets_.programme->energy_krw_per_kwh;
  acts_.add(std::move(a));
}

EnergyBook SiteEnergy::close() {
  settle_hour();
  book_.stored_kwh = stored_kwh_;
  if (!assets_.programme) return std::move(book_);
  for (int y = date_of(window_.from).year; y <= date_of(window_.to - Millis(1)).year; ++y) {
    const Millis first = midnight(Date{y, 1, 1}), next = midnight(Date{y + 1, 1, 1});
    const double share =
        hours_of(std::max(first, window_.from), std::min(next, window_.to)) / hours_of(first, next);
    DemandResponseYear year = years_[y];
    year.committed_kw = assets_.spec.demand_response->committed_kw;
    DemandResponsePay pay = settle(*assets_.programme, year);
    pay.capacity_krw *= share;  // a part of the year earns its part, and can lose no more
    pay.penalty_krw = std::min(pay.penalty_krw, pay.capacity_krw);
    book_.response.capacity_krw += pay.capacity_krw;
    book_.response.energy_krw += pay.energy_krw;
    book_.response.penalty_krw += pay.penalty_krw;
  }
  return std::move(book_);
}

}  // namespace dure
