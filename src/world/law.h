// May data of this label be run, or kept, here? The hard rule of the alliance: asked before
// anything else is weighed, and once more when a job starts. Pure functions; the equations, their
// sources and limits are docs/models/law.md.
//
// A label is a point of a lattice: every field is a set that only shrinks (where it may be), a set
// that only grows (what is asked of the place), or a rank of which the strictest counts.
// Invariants (tests/world/law_test.cpp):
//   1. join is commutative, associative and idempotent.
//   2. What is lawful for join(a, b) is lawful for a and for b.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "world/event.h"
#include "world/scenario.h"

namespace dure {

template <class T>
struct Allowed {  // everything, or these
  bool all = true;
  std::vector<T> only;  // rising, each once; empty if all
  bool operator==(const Allowed&) const = default;
  bool holds(const T& x) const { return all || std::binary_search(only.begin(), only.end(), x); }
};

struct Ask {  // a class that leaves Korea only with consent or approval
  ClassId data_class;
  bool consent = false;
  std::int64_t lead_days = 0;
  auto operator<=>(const Ask&) const = default;
};

struct Label {
  std::vector<ClassId> classes;  // what it is joined of
  std::vector<Ask> asks_to_leave;
  Allowed<std::string> jurisdictions;
  Allowed<MemberId> homes;  // whose sites or racks
  Allowed<SiteId> sites;
  AnyNationality run_by = AnyNationality::any, kept_by = AnyNationality::any;
  std::vector<std::string> certifications;
  Isolation isolation = Isolation::shared;
  ExportRule leaving = ExportRule::free;
  bool operator==(const Label&) const = default;
};

// The label of data of one class. owner: for classes that stay with their owner; only: for those
// that stay at sites.
Label label_of(const ClassOpened& data_class, MemberId owner, const std::vector<SiteId>& only);
Label join(const Label& a, const Label& b);
// The same, only at these sites.
Label at_sites(Label label, const std::vector<SiteId>& only);

struct Venue {
  const HallOpened& hall;
  MemberId racks_of;
};
struct Tenant {
  std::string parent = kHome;
  std::int64_t eflop = 0;  // of the model that it trains
};

struct Need {  // an approval that is asked for, each of them
  DataAction action = DataAction::run;
  std::optional<ClassId> data_class;  // for data of this class; none: for the work as such
  std::int64_t lead_days = 0;
  LawCode unasked = LawCode::approval_missing;  // the code if nobody asked
};
// Allowed, allowed once all needs are met, or denied.
struct Verdict {
  std::optional<LawCode> denied;
  std::vector<Need> needs;
  bool allowed() const { return !denied && needs.empty(); }
};

// run or store, at a place.
Verdict judge(const Label& label, DataAction action, const Venue& place, const Tenant& tenant,
              const std::vector<RowOpened>& rows);
// transfer_abroad: of the bytes, or of what was made of them, to a jurisdiction.
Verdict judge_leaving(const Label& label, const std::string& to, const Tenant& tenant,
                      const std::vector<RowOpened>& rows);
// lower_class: no row, no lowering.
Verdict judge_lowering(const Label& label, const std::vector<RowOpened>& rows);

// Do the contracts let `member` use racks of `owner` at `site`? The share in thousandths; 1000 for
// one's own, 0 for no.
std::uint32_t lending_permille(const Scenario& scenario, const MemberSpec& owner,
                               const MemberSpec& member, const SiteSpec& site);

}  // namespace dure
