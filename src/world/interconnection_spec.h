// How a large load gets its megawatts, as data: the impact assessment, the classes of connection
// with their lead times and costs, and the regions with the ties between them. Data:
// models/grid-kr.yaml; what is made of it: physics/interconnection.h;
// docs/models/energy-sources.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"

namespace dure {

struct LeadMonthsSpec {
  std::int64_t p10 = 0, p50 = 0, p90 = 0;
  std::string source, note;
  template <class S = LeadMonthsSpec>
  static constexpr auto describe() {
    return Fields(
        Field("p10", &S::p10, "months, one in ten is faster", required, range(0, 600)),
        Field("p50", &S::p50, "months, the median", required, range(0, 600)),
        Field("p90", &S::p90, "months, one in ten is slower", required, range(0, 600)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ConnectionClassSpec {
  double kv = 0, most_mw = 0;
  LeadMonthsSpec months;
  double fixed_billion_krw = 0, krw_per_km = 0;
  std::string source, note;
  template <class S = ConnectionClassSpec>
  static constexpr auto describe() {
    return Fields(
        Field("kv", &S::kv, "voltage, kV", required, above(0, 1'000), dimensionless),
        Field("most_mw", &S::most_mw, "largest load of this class", required, above(0, 10'000)),
        Field("months", &S::months, "from contract to power", required),
        Field("fixed_billion_krw", &S::fixed_billion_krw,
              "substation and bays, whatever the distance", required, range(0, 10'000)),
        Field("krw_per_km", &S::krw_per_km, "underground line", required, range(0, 1e12)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ConnectionDiscountSpec {  // outside the capital region, by date of application
  double kv = 0, share = 0;
  Date from, until;
  std::string source, note;
  template <class S = ConnectionDiscountSpec>
  static constexpr auto describe() {
    return Fields(
        Field("kv", &S::kv, "voltage, kV", required, above(0, 1'000), dimensionless),
        Field("share", &S::share, "off the cost of the connection", required, range(0, 1),
              dimensionless),
        Field("from", &S::from, "first day of application", required),
        Field("until", &S::until, "last day of application", required),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct GridRegionSpec {
  std::string id;
  bool metro = false;
  double demand_share = 0, self_sufficiency = 0;
  std::string source, note;
  template <class S = GridRegionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("metro", &S::metro, "the capital region: Seoul, Incheon, Gyeonggi"),
        Field("demand_share", &S::demand_share, "of the nation's demand", required, range(0, 1),
              dimensionless),
        Field("self_sufficiency", &S::self_sufficiency, "generation over demand", required,
              range(0, 10), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TieSpec {  // between regions; a reinforcement has dates
  std::string id, from, to;
  double limit_mw = 0;
  std::optional<Date> planned, expected;
  std::string source, note;
  template <class S = TieSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("from", &S::from, "region, or several by +", required, not_empty),
        Field("to", &S::to, "region", required, id_text, not_empty),
        Field("limit_mw", &S::limit_mw, "what it carries, or adds", required, range(0, 100'000)),
        Field("planned", &S::planned, "in the plan; left out: it stands today"),
        Field("expected", &S::expected, "when we expect it; left out: as planned or later"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InterconnectionSpec {
  double assessment_mw = 10, refusal_mw = 5;
  LeadMonthsSpec assessment;
  double metro_pass_share = 0, other_pass_share = 0;
  Date metro_closed_until;
  bool ai_act = false;
  std::string source, note;
  std::vector<ConnectionClassSpec> classes;
  std::vector<ConnectionDiscountSpec> discounts;
  std::vector<GridRegionSpec> regions;
  std::vector<TieSpec> ties;
  template <class S = InterconnectionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("assessment_mw", &S::assessment_mw,
              "from here on, all of a site added up, the grid impact is assessed", required,
              above(0, 10'000)),
        Field("refusal_mw", &S::refusal_mw, "from here on the grid company may refuse", required,
              above(0, 10'000)),
        Field("assessment", &S::assessment, "how long the assessment takes", required),
        Field("metro_pass_share", &S::metro_pass_share,
              "of applications in the capital region that passed", required, range(0, 1),
              dimensionless),
        Field("other_pass_share", &S::other_pass_share, "of applications elsewhere that passed",
              required, range(0, 1), dimensionless),
        Field("metro_closed_until", &S::metro_closed_until,
              "no new block that is assessed gets power in the capital region before", required),
        Field("ai_act", &S::ai_act,
              "a law that spares data centres outside the capital region the assessment"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"),
        Field("classes", &S::classes, "connections, smallest first", required, not_empty),
        Field("discounts", &S::discounts, "on the cost of connection"),
        Field("regions", &S::regions, "of the grid", required, not_empty),
        Field("ties", &S::ties, "between regions, standing and planned"));
  }
};

}  // namespace dure
