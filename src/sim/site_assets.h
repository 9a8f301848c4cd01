// What a site has beside its grid connection, found once from the scenario: its models, the cuts of
// the grid that reach it and the calls of its programme over a run. Docs:
// docs/models/energy-sources.md, "In a run".
//   cuts   drawn by physics/grid_events.h from the first day of the run's first year on, so that
//          the same year has the same events in every run of a seed; rounded to whole hours, for
//          hours are what is closed. Deep as a share of what its racks may draw. And the stated
//          disruptions that limit the grid there.
//   calls  a day of the programme has one with chance calls_per_year / its days of a year, drawn by
//          day and programme: sites of one programme are called together. Hours and length are
//          drawn among what call_allowed lets pass.
// Invariants: 1. Cuts and calls are in order of time; a cut has whole hours unless it was stated.
//             2. Every call is allowed by its programme, with those before it in its year.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "physics/battery.h"
#include "physics/demand_response.h"
#include "physics/onsite.h"
#include "world/event.h"
#include "world/scenario.h"

namespace dure {

struct GridCut {
  Millis from, to;
  double kw = 0;  // that the site may still draw
  Millis notice;  // known so long before; 0: it comes without a word, or was planned by others
  std::string cause, name_en, name_ko;
};

struct SiteAssets {
  EnergyAssetsSpec spec;
  std::optional<Solar> solar, ppa_solar;
  PpaSpec ppa;
  std::optional<Market> market;  // always
  BatteryPlant battery;
  BatteryRule rule;  // without a target that is a share of the contract
  std::optional<DemandResponseSpec> programme;
  std::vector<GridCut> cuts;
  std::vector<DemandResponseCall> calls;

  // kW that the battery can give over so many hours for sure: in a cut its reserve; in a call what
  // it takes up between notice and call, above the reserve.
  double sure_in_cut_kw(double hours) const;
  double sure_in_call_kw(double hours) const;
};

struct AssetTimes {
  Millis from, to;  // of the run, its warm-up in it
  std::uint64_t seed = 0;
  std::function<double(Millis)> committed_kw;  // what the site's racks may draw
};
// The row has passed check_references.
Result<SiteAssets> find_assets(const Scenario& scenario, const EnergyAssetsSpec& row,
                               const AssetTimes& times);

// What of them is told ahead, as disruptions that plan_outages can cap or shed for: cuts with a
// notice, less what the reserve of the battery carries; calls, less what the battery will have.
struct ToldLimit {
  DisruptionSpec limit;  // Disruption::grid_limit
  CapCause because;
};
std::vector<ToldLimit> told_limits(const SiteAssets& assets, const AssetTimes& times);

}  // namespace dure
