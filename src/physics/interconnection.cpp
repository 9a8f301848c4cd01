#include "physics/interconnection.h"

#include <algorithm>

#include "base/nearest.h"

namespace dure {

namespace {

const ConnectionClassSpec* class_for(const InterconnectionSpec& spec, double mw) {
  for (const ConnectionClassSpec& c : spec.classes) {
    if (mw <= c.most_mw) return &c;
  }
  return nullptr;
}

Result<const GridRegionSpec*> region_of(const InterconnectionSpec& spec, const std::string& id) {
  std::vector<std::string_view> known;
  for (const GridRegionSpec& r : spec.regions) {
    if (r.id == id) return &r;
    known.push_back(r.id);
  }
  return Fault{"interconnection", "a region of the grid", id, name_hint(id, known)};
}

std::string mw_text(double mw) {
  const std::string s = std::to_string(mw);
  return s.substr(0, s.find('.') + 2) + " MW";
}

}  // namespace

Date months_later(Date d, std::int64_t months) {
  const std::int64_t index = d.year * 12LL + d.month - 1 + months;
  const Date first{static_cast<int>(index / 12), static_cast<int>(index % 12) + 1, 1};
  const Date next =
      first.month == 12 ? Date{first.year + 1, 1, 1} : Date{first.year, first.month + 1, 1};
  const std::int64_t days = days_from_epoch(next) - days_from_epoch(first);
  return {first.year, first.month, static_cast<int>(std::min<std::int64_t>(d.day, days))};
}

Result<LargeLoadAnswer> large_load(const InterconnectionSpec& spec, const LargeLoadRequest& r) {
  if (!(r.mw > 0)) return Fault{"interconnection", "more than 0 MW", mw_text(r.mw), ""};
  TRY(region, region_of(spec, r.region));
  const double total_mw = r.mw + std::max(0.0, r.has_mw);
  const ConnectionClassSpec* const connection = class_for(spec, total_mw);
  if (connection == nullptr)
    return Fault{"interconnection",
                 "at most " + mw_text(spec.classes.back().most_mw) + " at one site",
                 mw_text(total_mw), "several sites, or power plants of its own"};

  LargeLoadAnswer a;
  a.kv = connection->kv;
  a.assessed = !r.contract && total_mw >= spec.assessment_mw && !(spec.ai_act && !region->metro);
  a.may_be_refused = !r.contract && r.mw >= spec.refusal_mw;
  a.metro_closed = a.assessed && region->metro;
  const LeadMonthsSpec& c = connection->months;
  std::int64_t p10 = c.p10, p50 = c.p50, p90 = c.p90;
  if (r.contract) a.reasons.emplace_back("holds a supply contract");
  if (a.assessed) {
    p10 += spec.assessment.p10;
    p50 += spec.assessment.p50;
    p90 += spec.assessment.p90;
    a.pass_share = region->metro ? spec.metro_pass_share : spec.other_pass_share;
    a.reasons.emplace_back("grid impact assessment: " + mw_text(total_mw) + " at the site");
  }
  if (a.may_be_refused) a.reasons.emplace_back("the grid company may refuse");
  a.reasons.emplace_back("connection of " + std::to_string(static_cast<int>(a.kv)) + " kV class");
  a.p10 = months_later(r.applied, p10);
  a.p50 = months_later(r.applied, p50);
  a.p90 = months_later(r.applied, p90);
  if (a.metro_closed) {
    a.reasons.emplace_back("capital region closed until " + to_string(spec.metro_closed_until));
    for (Date* d : {&a.p10, &a.p50, &a.p90}) *d = std::max(*d, spec.metro_closed_until);
  }

  a.cost_krw = connection->fixed_billion_krw * 1e9 + connection->krw_per_km * std::max(0.0, r.km);
  for (const ConnectionDiscountSpec& d : spec.discounts) {
    if (region->metro || d.kv != a.kv || r.applied < d.from || r.applied > d.until) continue;
    a.cost_krw *= 1 - d.share;
    a.reasons.emplace_back("discount for applications until " + to_string(d.until));
  }
  return a;
}

double import_limit_mw(const InterconnectionSpec& spec, const std::string& region, Date day) {
  double standing = 0, added = 0, together = 0;
  bool bounded = false;
  for (const TieSpec& t : spec.ties) {
    if (t.to != region) continue;
    if (t.from == "all") {
      together = t.limit_mw;
      bounded = true;
    } else if (!t.planned) {
      standing += t.limit_mw;
    } else if (t.expected.value_or(*t.planned) <= day) {
      added += t.limit_mw;
    }
  }
  return (bounded ? std::min(standing, together) : standing) + added;
}

}  // namespace dure
