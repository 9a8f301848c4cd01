// The meter of a site with energy assets (site_assets.h): what its machines and cooling need, by
// way of panels, battery and contract, to what the grid gives. After the run, in stretches within
// an hour. Docs: docs/models/energy-sources.md, "In a run".
//   order  panels first, then the battery (battery.h), then the meter; of what the meter takes, the
//          contracted plant gives what it makes at that time (the demand charge stays that of the
//          meter), and sells the rest on its own account
//   cut    the meter takes at most what a cut leaves; the battery gives what it can, the rest is
//          not served: the machines ran in the twin, so it is counted and not hidden
//   call   from the notice on the battery fills up and keeps what it has; in the call it holds the
//          meter below baseline - committed. Hour by hour: asked is what was committed, delivered
//          what the meter lay below the baseline, at most what was asked
//   baseline  of the same hour of the last days without calls (weekdays, where the programme has
//          weekdays only), demand_response.h; before there is such a day, the hour before the call
// Invariants: 1. grid + panels + discharge = facility - unserved + charge + export.
//             2. Nothing is unserved but in a cut, as long as the site keeps its grid limit.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "physics/carbon.h"
#include "physics/demand_response.h"
#include "physics/tariff.h"
#include "sim/acts.h"
#include "sim/meter.h"
#include "sim/site_assets.h"

namespace dure {

struct EnergyBook {     // kWh over the window, at the meter; krw without VAT
  double grid_kwh = 0;  // what the meter took, the contract's part in it
  double ppa_kwh = 0, ppa_sold_kwh = 0, ppa_curtailed_kwh = 0;
  double solar_kwh = 0, solar_curtailed_kwh = 0, export_kwh = 0;  // solar: used or given
  double charge_kwh = 0, discharge_kwh = 0, loss_kwh = 0, unserved_kwh = 0;
  double first_stored_kwh = 0, stored_kwh = 0;
  double ppa_krw = 0, export_krw = 0;
  double peak_grid_kw = 0;
  std::int64_t calls = 0;
  double asked_kwh = 0, delivered_kwh = 0;
  DemandResponsePay response;
  std::vector<double> grid_kwh_by_hour, export_kwh_by_hour;  // of the window
};

struct MeterPart {  // means over a part of a stretch
  Millis from, to;
  double grid_kw = 0, ppa_kw = 0, unserved_kw = 0;
  bool cut = false;
};

class SiteEnergy {
 public:
  struct Place {
    const SiteAssets& assets;
    SiteId site;
    const Tariff& tariff;
    const Carbon& carbon;
    const Window& window;
    double contract_kw = 0;
  };
  SiteEnergy(const Place& place, ActList& acts);

  // [from, to) lies in an hour; stretches come in order and leave no gap.
  std::vector<MeterPart> take(Millis from, Millis to, double facility_kw, double limit_kw);
  EnergyBook close();

 private:
  MeterPart part(Millis from, Millis to, double facility_kw, double limit_kw);
  const GridCut* cut_of(Millis from, Millis to) const;  // the deepest that covers all of it
  void tell(Millis from, Millis to, const SupplyStep& step, const SiteFlows& flows,
            const GridCut* cut, const DemandResponseCall* call);
  double baseline_at(Millis at, const DemandResponseCall& call, double now_kw) const;
  void settle_hour();
  std::size_t hour_of(Millis t) const {
    return static_cast<std::size_t>((t.count() - window_.from.count()) / kMsPerHour);
  }

  const SiteAssets& assets_;
  const SiteId site_;
  const Tariff& tariff_;
  const Carbon& carbon_;
  const Window& window_;
  ActList& acts_;
  BatteryRule rule_;
  double stored_kwh_ = 0;
  EnergyBook book_;
  struct CallHour {  // of the hour that is under way
    Millis from, to;
    double hours = 0, baseline_kw = 0, grid_kwh = 0;
  };
  std::optional<CallHour> asked_;
  std::map<int, DemandResponseYear> years_;
};

}  // namespace dure
