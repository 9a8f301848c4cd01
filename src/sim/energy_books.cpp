#include "sim/energy_books.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/calendar.h"

namespace dure {
namespace {

double bills_krw(const SiteFacility& f) {
  double krw = 0;
  for (const MonthBill& bill : f.bills) krw += bill.without_vat_krw();
  return krw;
}

double hours_between(Millis from, Millis to) {
  return static_cast<double>((to - from).count()) / static_cast<double>(kMsPerHour);
}

double sun_kwh(const std::optional<Solar>& solar, double kwp, const Window& w) {
  double kwh = 0;
  for (Millis at = w.from; solar && at < w.to; at += Millis(kMsPerHour))
    kwh += solar->kw_at(at, kwp);
  return kwh;
}

// By the acts: what was asked and delivered in each year of the window, and what that pays.
double response_krw(const SiteAssets& a, const std::vector<Act>& acts, const Window& w) {
  const double committed_kw = a.spec.demand_response->committed_kw;
  std::map<int, DemandResponseYear> years;
  for (const Act& act : acts) {
    if (act.kind != ActKind::demand_response) continue;
    DemandResponseYear& year = years[date_of(act.from).year];
    year.asked_kwh += committed_kw * hours_between(act.from, act.to);
    year.delivered_kwh += act.kwh;
  }
  double krw = 0;
  for (Millis at = w.from; at < w.to; at = midnight(Date{date_of(at).year + 1, 1, 1})) {
    const int y = date_of(at).year;
    const Millis next = midnight(Date{y + 1, 1, 1});
    const double capacity = a.programme->capacity_krw_per_kw * committed_kw *
                            hours_between(at, std::min(next, w.to)) /
                            hours_between(midnight(Date{y, 1, 1}), next);
    const double failed = years[y].asked_kwh - years[y].delivered_kwh;
    const double penalty =
        a.programme->most_year_hours > 0
            ? failed * a.programme->capacity_krw_per_kw / a.programme->most_year_hours
            : 0;
    krw += capacity - std::min(penalty, capacity) +
           years[y].delivered_kwh * a.programme->energy_krw_per_kwh;
  }
  return krw;
}

double asked_kwh(const SiteAssets& a, const Window& w) {
  double hours = 0;
  for (const DemandResponseCall& c : a.calls) {
    const Millis end = c.start + Millis(std::llround(c.hours * static_cast<double>(kMsPerHour)));
    if (c.start < w.to && end > w.from)
      hours += hours_between(std::max(c.start, w.from), std::min(end, w.to));
  }
  return hours * a.spec.demand_response->committed_kw;
}

}  // namespace

double energy_krw(const SiteFacility& f) {
  double krw = bills_krw(f);
  if (f.energy) krw += f.energy->ppa_krw - f.energy->export_krw - f.energy->response.net_krw();
  return krw;
}

SiteEnergyBooks energy_books(const Simulation& run, SiteId site) {
  const SiteFacility& f = run.site_facilities()[site.index];
  const SiteAssets& a = *run.facility()->assets(site);
  const EnergyBook& e = *f.energy;
  const Window& w = run.meter().window();
  SiteEnergyBooks b;
  b.id = a.spec.site;
  b.facility_kwh = static_cast<double>(f.facility_wms()) / 3.6e9;
  double supplied_kwh = 0;
  for (const MonthBill& bill : f.bills) {
    b.metered_kwh += bill.energy_kwh + bill.supplied_kwh;
    supplied_kwh += bill.supplied_kwh;
    b.market_g_of_bills +=
        run.facility()->carbon().account(bill.month / 12, bill.energy_kwh, 0).location_g;
  }
  b.market_g = f.market_g;
  b.solar_kwh = e.solar_kwh;
  b.charge_kwh = e.charge_kwh;
  b.discharge_kwh = e.discharge_kwh;
  b.export_kwh = e.export_kwh;
  b.unserved_kwh = e.unserved_kwh;
  b.solar_curtailed_kwh = e.solar_curtailed_kwh;
  b.sun_kwh = sun_kwh(a.solar, a.spec.solar ? a.spec.solar->peak_kw : 0, w);
  b.plant_kwh = supplied_kwh + e.ppa_sold_kwh + e.ppa_curtailed_kwh;
  b.plant_sun_kwh = sun_kwh(a.ppa_solar, a.spec.ppa ? a.spec.ppa->peak_kw : 0, w);
  const double eta = std::sqrt(a.battery.round_trip);
  b.stored_and_given_kwh = e.stored_kwh + e.discharge_kwh / eta;
  b.first_and_taken_kwh = e.first_stored_kwh + e.charge_kwh * eta;

  const std::vector<Act> acts = f.acts.all();
  double cut_kwh = 0;
  for (const Act& act : acts) {
    if (act.kind == ActKind::battery_charge) b.charge_kwh_of_acts += act.kwh;
    if (act.kind == ActKind::battery_discharge) b.discharge_kwh_of_acts += act.kwh;
    if (act.kind == ActKind::grid_curtailment) cut_kwh += act.kwh;
    if (act.kind == ActKind::demand_response) b.delivered_kwh += act.kwh;
  }
  b.cut_kwh = cut_kwh;
  b.krw = energy_krw(f);
  b.krw_of_parts = bills_krw(f);
  b.krw_of_parts += supplied_kwh * (a.ppa.price_krw_per_kwh + a.ppa.network_krw_per_kwh);
  for (std::size_t h = 0; h < e.export_kwh_by_hour.size(); ++h) {
    const Millis at = w.from + Millis(static_cast<std::int64_t>(h) * kMsPerHour);
    b.krw_of_parts -= e.export_kwh_by_hour[h] * a.market->krw_per_kwh_at(at).value;
    b.kwh_of_hours += e.grid_kwh_by_hour[h];
  }
  if (a.programme) {
    b.krw_of_parts -= response_krw(a, acts, w);
    b.asked_kwh = e.asked_kwh;
    b.asked_kwh_of_calls = asked_kwh(a, w);
  }
  return b;
}

}  // namespace dure
