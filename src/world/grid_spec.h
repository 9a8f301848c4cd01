// Energy on and beside a site as data: sun, contracts for renewable power, the market price, the
// battery, demand response, and how the grid fails. Data: models/grid-kr.yaml; what is made of it:
// physics/onsite.h, physics/battery.h, physics/demand_response.h, physics/grid_events.h; pages:
// docs/models/energy-sources.md. How a load gets connected: world/interconnection_spec.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/carbon_spec.h"
#include "world/interconnection_spec.h"
#include "world/season.h"

namespace dure {

struct SolarRegionSpec {
  std::string id;
  double kwh_per_kwp = 0;  // a year
  std::string source, note;
  template <class S = SolarRegionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "region", required, id_text, not_empty),
        Field("kwh_per_kwp", &S::kwh_per_kwp, "yield of a year", required, range(0, 3'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct SolarHoursSpec {
  Season season = Season::winter;
  std::vector<double> hours;
  std::string source;
  template <class S = SolarHoursSpec>
  static constexpr auto describe() {
    return Fields(
        Field("season", &S::season, "season", required),
        Field("hours", &S::hours, "each hour from 0 KST, over the hour of the maximum", required,
              length(24), range(0, 1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct SolarSpec {
  std::vector<SolarRegionSpec> regions;
  std::vector<double> month_share;
  std::vector<SolarHoursSpec> shape;
  double krw_per_kwp = 0;
  std::string source, note;
  template <class S = SolarSpec>
  static constexpr auto describe() {
    return Fields(
        Field("regions", &S::regions, "yield by region", required, not_empty),
        Field("month_share", &S::month_share, "of the year, from January; sums to 1", required,
              length(12), range(0, 1), dimensionless),
        Field("shape", &S::shape, "the day by season; scaled to the month", required, not_empty),
        Field("krw_per_kwp", &S::krw_per_kwp, "capital cost on the ground", required,
              range(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PpaSpec {  // a solar power purchase agreement
  std::string id;
  double price_krw_per_kwh = 0, network_krw_per_kwh = 0;
  std::string source, note;
  template <class S = PpaSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("price_krw_per_kwh", &S::price_krw_per_kwh, "for the generation", required,
              range(0, 1'000)),
        Field("network_krw_per_kwh", &S::network_krw_per_kwh,
              "use of the network, losses, imbalance, ancillary services", required,
              range(0, 1'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CertificateSpec {
  std::int64_t year = 0;
  double krw_per_mwh = 0;
  std::string source, note;
  template <class S = CertificateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("year", &S::year, "calendar year", required, range(1990, 2100)),
        Field("krw_per_mwh", &S::krw_per_mwh, "renewable energy certificate, spot", required,
              range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MarketYearSpec {
  std::int64_t year = 0;
  double mean_krw_per_kwh = 0;
  std::string source, note;
  template <class S = MarketYearSpec>
  static constexpr auto describe() {
    return Fields(
        Field("year", &S::year, "calendar year", required, range(1990, 2100)),
        Field("mean_krw_per_kwh", &S::mean_krw_per_kwh,
              "mean system marginal price; may be below 0", required, range(-1'000, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MarketSpec {
  std::vector<MarketYearSpec> years;
  std::vector<SeasonShapeSpec> shape;
  template <class S = MarketSpec>
  static constexpr auto describe() {
    return Fields(Field("years", &S::years, "mean price by year, in order", required, not_empty),
                  Field("shape", &S::shape, "hours of the day by season", required, not_empty));
  }
};

struct BatterySpec {
  std::string id;
  double krw_per_kwh = 0;
  double round_trip = 0.88, least_charge = 0.05, most_charge = 0.95;
  std::int64_t cycles = 6'000;
  std::string source, note;
  template <class S = BatterySpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("krw_per_kwh", &S::krw_per_kwh, "installed, a kWh that it holds", required,
              range(0, 10'000'000)),
        Field("round_trip", &S::round_trip, "energy out over energy in, at the meter", required,
              above(0, 1), dimensionless),
        Field("least_charge", &S::least_charge, "never emptied below this share", range(0, 1),
              dimensionless),
        Field("most_charge", &S::most_charge, "never filled above this share", range(0, 1),
              dimensionless),
        Field("cycles", &S::cycles, "full cycles in its life", range(1, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct DemandResponseSpec {
  std::string id;
  std::int64_t notice_minutes = 0;
  double most_year_hours = 0, least_call_hours = 0, most_call_hours = 0;
  bool weekdays_only = false, raises_load = false;
  std::int64_t from_hour = 0, to_hour = 24, pause_from_hour = 0, pause_to_hour = 0;
  std::int64_t baseline_days = 5;
  double capacity_krw_per_kw = 0, energy_krw_per_kwh = 0;
  std::string source, note;
  template <class S = DemandResponseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("notice_minutes", &S::notice_minutes, "between the call and the first minute of it",
              required, range(0, 10'080)),
        Field("most_year_hours", &S::most_year_hours, "that may be called in a year", required,
              range(0, 8'784)),
        Field("least_call_hours", &S::least_call_hours, "shortest call", required, range(0, 24)),
        Field("most_call_hours", &S::most_call_hours, "longest call", required, range(0, 24)),
        Field("weekdays_only", &S::weekdays_only, "Monday to Friday"),
        Field("raises_load", &S::raises_load, "asks for more load, not for less"),
        Field("from_hour", &S::from_hour, "first hour of calls, KST", range(0, 23)),
        Field("to_hour", &S::to_hour, "the hour that is no longer in it", range(1, 24)),
        Field("pause_from_hour", &S::pause_from_hour, "a pause within it", range(0, 23)),
        Field("pause_to_hour", &S::pause_to_hour, "end of the pause; as pause_from_hour: none",
              range(0, 24)),
        Field("baseline_days", &S::baseline_days,
              "whose same hours, without the lowest, are the baseline", range(1, 60)),
        Field("capacity_krw_per_kw", &S::capacity_krw_per_kw, "a kW committed and year", required,
              range(0, 1'000'000)),
        Field("energy_krw_per_kwh", &S::energy_krw_per_kwh, "a kWh delivered", required,
              range(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ReserveStageSpec {  // of the nation's operating reserve
  std::string id;
  double below_mw = 0;
  std::string source;
  template <class S = ReserveStageSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("below_mw", &S::below_mw, "begins when the reserve falls below", required,
              range(0, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct ReliabilitySpec {
  double metro_curtailments_per_year = 0.3, other_curtailments_per_year = 0.1;
  double depth_p50 = 0.15, depth_p90 = 0.5, p50_hours = 2, p90_hours = 6;
  double n_1_per_year = 12, n_1_p50_hours = 2, n_1_p90_hours = 6;
  std::vector<ReserveStageSpec> stages;
  std::string source, note;
  template <class S = ReliabilitySpec>
  static constexpr auto describe() {
    return Fields(
        Field("metro_curtailments_per_year", &S::metro_curtailments_per_year,
              "orders to cut load, a site of the capital region", required, range(0, 100),
              dimensionless),
        Field("other_curtailments_per_year", &S::other_curtailments_per_year, "the same elsewhere",
              required, range(0, 100), dimensionless),
        Field("depth_p50", &S::depth_p50, "median share of the load to be cut", required,
              above(0, 1), dimensionless),
        Field("depth_p90", &S::depth_p90, "of one in ten", required, above(0, 1), dimensionless),
        Field("p50_hours", &S::p50_hours, "median length of a cut", required, above(0, 240)),
        Field("p90_hours", &S::p90_hours, "of one in ten", required, above(0, 240)),
        Field("n_1_per_year", &S::n_1_per_year,
              "losses of a line or a plant that bind a tie of a region", required, range(0, 1'000),
              dimensionless),
        Field("n_1_p50_hours", &S::n_1_p50_hours, "median length of one", required, above(0, 240)),
        Field("n_1_p90_hours", &S::n_1_p90_hours, "of one in ten", required, above(0, 240)),
        Field("stages", &S::stages, "from the first to the gravest"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct GridSpec {
  SolarSpec solar;
  std::vector<PpaSpec> ppas;
  std::vector<CertificateSpec> certificates;
  MarketSpec market;
  std::vector<BatterySpec> batteries;
  std::vector<DemandResponseSpec> demand_response;
  ReliabilitySpec reliability;
  InterconnectionSpec interconnection;
  template <class S = GridSpec>
  static constexpr auto describe() {
    return Fields(
        Field("solar", &S::solar, "output of solar plants", required),
        Field("ppas", &S::ppas, "prices of power purchase agreements"),
        Field("certificates", &S::certificates, "renewable certificates by year, in order"),
        Field("market", &S::market, "system marginal price", required),
        Field("batteries", &S::batteries, "kinds of battery"),
        Field("demand_response", &S::demand_response, "programmes of the operator"),
        Field("reliability", &S::reliability, "how the grid fails a site", required),
        Field("interconnection", &S::interconnection, "how a load gets connected", required));
  }
};

}  // namespace dure
