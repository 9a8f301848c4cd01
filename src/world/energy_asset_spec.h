// Energy at a site beside its grid connection: sun on its roofs, a contract with a plant, a
// battery, a programme of demand response, and how far it feels the grid fail. Section
// `energy_assets` of the scenario (scenario.h), a row a site; what the rows name stands in `grid`
// (grid_spec.h, models/grid-kr.yaml). In a run: sim/site_energy.h; docs/models/energy-sources.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"

namespace dure {

struct SiteSolarSpec {
  double peak_kw = 0;
  std::string region;
  template <class S = SiteSolarSpec>
  static constexpr auto describe() {
    return Fields(Field("peak_kw", &S::peak_kw, "peak power (kWp) of the panels behind the meter",
                        required, above(0, 10'000'000)),
                  Field("region", &S::region, "whose sun: a region of grid.solar", required,
                        id_text, not_empty));
  }
};

struct SitePpaSpec {
  std::string id;
  double peak_kw = 0;
  std::string region;
  template <class S = SitePpaSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "its prices: a row of grid.ppas", required, id_text, not_empty),
        Field("peak_kw", &S::peak_kw, "peak power (kWp) of the plant that is contracted", required,
              above(0, 10'000'000)),
        Field("region", &S::region, "where the plant stands: a region of grid.solar", required,
              id_text, not_empty));
  }
};

struct SiteBatterySpec {
  std::string kind;
  double kwh = 0, charge_kw = 0, discharge_kw = 0;
  double first_charge = 0.5, reserve_charge = 0.2;
  std::optional<double> target_share, target_kw;
  std::optional<double> charge_below_krw_per_kwh, discharge_above_krw_per_kwh;
  template <class S = SiteBatterySpec>
  static constexpr auto describe() {
    return Fields(
        Field("kind", &S::kind, "losses and bounds of charge: a row of grid.batteries", required,
              id_text, not_empty),
        Field("kwh", &S::kwh, "what it holds", required, above(0, 100'000'000)),
        Field("charge_kw", &S::charge_kw, "most that goes in, at the meter", required,
              above(0, 10'000'000)),
        Field("discharge_kw", &S::discharge_kw, "most that comes out, at the meter", required,
              above(0, 10'000'000)),
        Field("first_charge", &S::first_charge, "share that it holds when the window opens",
              range(0, 1), dimensionless),
        Field("reserve_charge", &S::reserve_charge, "share that is kept for a cut of the grid",
              range(0, 1), dimensionless),
        Field("target_share", &S::target_share,
              "of the contracted power: what the meter is held below", range(0, 1), dimensionless),
        Field("target_kw", &S::target_kw, "the same as power; not both", range(0, 10'000'000)),
        Field("charge_below_krw_per_kwh", &S::charge_below_krw_per_kwh,
              "it charges from the grid at this price and below; without it: only the reserve",
              range(-10'000, 10'000)),
        Field("discharge_above_krw_per_kwh", &S::discharge_above_krw_per_kwh,
              "it discharges at this price and above; without it: not for the price",
              range(-10'000, 10'000)));
  }
};

struct StatedCallSpec {  // a call that a planner names, beside those that are drawn
  Date day;
  double hour = 0, hours = 1;
  template <class S = StatedCallSpec>
  static constexpr auto describe() {
    return Fields(Field("day", &S::day, "on this day", required),
                  Field("hour", &S::hour, "from this hour of the day, KST", required,
                        range(0, 23.99), dimensionless),
                  Field("hours", &S::hours, "for so long", required, above(0, 24)));
  }
};

struct SiteDemandResponseSpec {
  std::string programme;
  double committed_kw = 0;
  double calls_per_year = 0;
  bool shed = true;
  std::vector<StatedCallSpec> calls;
  template <class S = SiteDemandResponseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("programme", &S::programme, "a row of grid.demand_response", required, id_text,
              not_empty),
        Field("committed_kw", &S::committed_kw, "below the baseline, in a call", required,
              above(0, 10'000'000)),
        Field("calls_per_year", &S::calls_per_year,
              "drawn over the days on which the programme calls", range(0, 366), dimensionless),
        Field("shed", &S::shed, "switch off machines for what the battery cannot answer"),
        Field("calls", &S::calls, "calls that are stated"));
  }
};

struct SiteGridEventsSpec {
  bool curtailments = true;
  double n_1_share_left = 1;
  std::int64_t notice_minutes = 0;
  template <class S = SiteGridEventsSpec>
  static constexpr auto describe() {
    return Fields(
        Field("curtailments", &S::curtailments,
              "the operator's orders to cut load reach this site"),
        Field("n_1_share_left", &S::n_1_share_left,
              "of its committed power, what the site may draw while its region has lost a line or "
              "a plant; 1: all of it",
              range(0, 1), dimensionless),
        Field("notice_minutes", &S::notice_minutes,
              "known so long before: then machines are switched off; 0: it comes without a word",
              range(0, 10'080)));
  }
};

struct EnergyAssetsSpec {
  std::string site;
  std::optional<SiteSolarSpec> solar;
  std::optional<SitePpaSpec> ppa;
  std::optional<SiteBatterySpec> battery;
  std::optional<SiteDemandResponseSpec> demand_response;
  std::optional<SiteGridEventsSpec> grid_events;
  double export_kw = 0;
  std::string source, note;
  template <class S = EnergyAssetsSpec>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "which", required, refers_to("sites")),
        Field("solar", &S::solar, "panels behind the meter"),
        Field("ppa", &S::ppa, "a contract with a solar plant elsewhere"),
        Field("battery", &S::battery, "a battery behind the meter, and its rule"),
        Field("demand_response", &S::demand_response, "a programme that may call it"),
        Field("grid_events", &S::grid_events, "cuts and lost lines, drawn from grid.reliability"),
        Field("export_kw", &S::export_kw, "most that it may give to the grid",
              range(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
