#include "world/policy_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest.h"
#include "world/found_law.h"
#include "world/law_book.h"

namespace dure {
namespace {

std::string row(std::string_view list, std::size_t i) {
  return std::string(list) + '[' + std::to_string(i) + ']';
}
std::string q(std::string_view text) { return "'" + std::string(text) + "'"; }

template <class List>
std::vector<std::string_view> ids(const List& rows) {
  std::vector<std::string_view> out;
  out.reserve(rows.size());
  for (const auto& r : rows) out.push_back(r.id);
  return out;
}

bool contains(const std::vector<std::string_view>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string joined(const std::vector<std::string>& words, std::string_view with) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : std::string(with)) + w;
  return out;
}

class Checker {
 public:
  Checker(const Scenario& s, bool whole) : s_(s), jurisdictions_{kHome} {
    for (const std::string& j : s.sovereignty.foreign) jurisdictions_.push_back(j);
    words();
    for (std::size_t i = 0; i < s.data_classes.size(); ++i)
      data_class(s.data_classes[i], row("data_classes", i));
    for (std::size_t i = 0; i < s.policy_rows.size(); ++i)
      policy_row(s.policy_rows[i], row("policy_rows", i));
    for (std::size_t i = 0; i < s.approvals.size(); ++i)
      subject(s.approvals[i], row("approvals", i));
    if (!whole || !found.faults.empty()) return;
    order_ = artifact_order(s);
    if (!order_.cycle.empty()) {
      cycle();
      return;
    }
    for (std::size_t i = 0; i < s.approvals.size(); ++i)
      approval(s.approvals[i], row("approvals", i));
    artifacts();
  }
  Findings found;

 private:
  void fault(std::string path, std::string expected, std::string what, std::string hint = "") {
    found.faults.push_back(
        {std::move(path), std::move(expected), std::move(what), std::move(hint)});
  }

  // ---- invariant 1: words are known

  void known(const std::vector<std::string>& words, const std::vector<std::string_view>& list,
             const std::string& here, const std::string& expected) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (!contains(list, words[i]))
        fault(row(here, i), expected, q(words[i]), name_hint(words[i], list));
  }
  void certificates(const std::vector<std::string>& words, const std::string& here) {
    if (!s_.certifications.empty())
      known(words, ids(s_.certifications), here, "an id of certifications");
  }
  void roles(const std::vector<std::string>& words, const std::string& here) {
    if (!s_.roles.empty()) known(words, ids(s_.roles), here, "an id of roles");
  }
  // Where no foreign jurisdiction is listed any word will do, as it did before there was a list.
  void places(const std::vector<std::string>& words, const std::string& here,
              std::initializer_list<std::string_view> besides = {}) {
    if (s_.sovereignty.foreign.empty() && besides.size() == 0) return;
    std::vector<std::string_view> list = jurisdictions_;
    list.insert(list.end(), besides.begin(), besides.end());
    known(words, list, here, "kr or a jurisdiction of sovereignty.foreign");
  }
  void words() {
    known(s_.sovereignty.adequate, jurisdictions_, "sovereignty.adequate",
          "a jurisdiction of sovereignty.foreign");
    for (std::size_t i = 0; i < s_.operators.size(); ++i) {
      certificates(s_.operators[i].certifications, row("operators", i) + ".certifications");
      places(s_.operators[i].foreign_law, row("operators", i) + ".foreign_law");
    }
    const auto one = [&](const std::string& word, const std::string& here) {
      if (!s_.sovereignty.foreign.empty() && !contains(jurisdictions_, word))
        fault(here, "kr or a jurisdiction of sovereignty.foreign", q(word),
              name_hint(word, jurisdictions_));
    };
    for (std::size_t i = 0; i < s_.sites.size(); ++i)
      one(s_.sites[i].jurisdiction, row("sites", i) + ".jurisdiction");
    for (std::size_t i = 0; i < s_.members.size(); ++i)
      one(s_.members[i].parent_jurisdiction, row("members", i) + ".parent_jurisdiction");
  }

  // ---- invariant 2: who approves

  void data_class(const DataClassSpec& c, const std::string& here) {
    certificates(c.certifications, here + ".certifications");
    roles(c.approved_by, here + ".approved_by");
    places(c.jurisdictions, here + ".jurisdictions", {"any", "kr_or_adequate"});
    if (c.korea_only && !c.jurisdictions.empty())
      fault(here + ".korea_only", "jurisdictions or korea_only, not both", "both",
            "korea_only: false is jurisdictions: [any]");
    const bool any =
        std::find(c.jurisdictions.begin(), c.jurisdictions.end(), "any") != c.jurisdictions.end();
    if (any && c.jurisdictions.size() > 1)
      fault(here + ".jurisdictions", "any alone, or named ones", joined(c.jurisdictions, ", "));
    const std::string rule = "export_rule " + std::string(enum_name(c.export_rule));
    const bool asks = c.export_rule == ExportRule::consent || c.export_rule == ExportRule::approval;
    if (asks && c.approved_by.empty())
      fault(here, "the key approved_by for " + rule, "none", "a rule that nobody can meet is deny");
    if (!asks && !c.approved_by.empty())
      fault(here + ".approved_by", "nobody for " + rule, joined(c.approved_by, ", "));
    if (!asks && c.lead_time_days > 0)
      fault(here + ".lead_time_days", "0 for " + rule, std::to_string(c.lead_time_days));
  }

  void policy_row(const PolicyRowSpec& r, const std::string& here) {
    roles(r.approved_by, here + ".approved_by");
    places(r.jurisdictions, here + ".jurisdictions", {"foreign"});
    places(r.tenant_parents, here + ".tenant_parents", {"foreign"});
    if (r.verdict == RowVerdict::needs_approval && r.approved_by.empty())
      fault(here, "the key approved_by for verdict needs_approval", "none");
    if (r.verdict == RowVerdict::deny && !r.approved_by.empty())
      fault(here + ".approved_by", "nobody for verdict deny", joined(r.approved_by, ", "));
    if (r.verdict == RowVerdict::deny && r.lead_time_days > 0)
      fault(here + ".lead_time_days", "0 for verdict deny", std::to_string(r.lead_time_days));
    if (r.action == DataAction::store && r.verdict != RowVerdict::deny)
      fault(here + ".verdict", "deny for action store", std::string(enum_name(r.verdict)),
            "where bytes lie is checked when the file is read: nothing is waited for");
  }

  // ---- invariant 3: what is asked for

  void subject(const ApprovalSpec& a, const std::string& here) {
    roles(a.by, here + ".by");
    const int given = (a.data_class ? 1 : 0) + (a.workload ? 1 : 0) + (a.artifact ? 1 : 0);
    if (given != 1)
      fault(here, "one of the keys data_class, workload and artifact",
            given == 0 ? "none" : std::to_string(given));
    else if ((a.action == DataAction::lower_class) != a.artifact.has_value())
      fault(
          here + ".action",
          a.artifact ? "lower_class for an artifact" : "run or transfer_abroad for a class or work",
          std::string(enum_name(a.action)));
    if (a.action == DataAction::store)
      fault(here + ".action", "run, transfer_abroad or lower_class", "store",
            "where bytes may lie is not asked for");
    std::vector<std::string_view> list = jurisdictions_;
    for (const SiteSpec& site : s_.sites) list.push_back(site.id);
    if (!a.to.empty() && !contains(list, a.to))
      fault(here + ".to", "a site, kr or a jurisdiction of sovereignty.foreign", q(a.to),
            name_hint(a.to, list));
  }

  void approval(const ApprovalSpec& a, const std::string& here) {
    const Asked what = asked_of(s_, a);
    const std::string action(enum_name(a.action));
    const std::string about = a.data_class ? "class " + *a.data_class
                              : a.workload ? "work " + *a.workload
                                           : "artifact " + *a.artifact;
    if (what.denied)
      return fault(
          here + ".action", "an action that the rules let somebody approve for " + about,
          action + ", which they deny",
          a.action == DataAction::lower_class ? "no row of policy_rows lowers its class" : "");
    if (!what.needed)
      return fault(here + ".action", "an action that needs approval for " + about,
                   action + ", which needs none");
    for (const std::string& role : what.approved_by)
      if (std::find(a.by.begin(), a.by.end(), role) == a.by.end())
        fault(here + ".by", "the signature of " + joined(what.approved_by, " and "),
              joined(a.by, ", "), "of " + about);
  }

  // ---- invariant 4: artifacts

  void cycle() {
    const std::string& last = order_.cycle[0];
    std::size_t at = 0;
    while (s_.artifacts[at].id != last) ++at;
    std::string path;
    for (const std::string& id : order_.cycle) path += (path.empty() ? "" : " <- ") + id;
    const bool by_work = s_.artifacts[at].made_of.empty();
    fault(row("artifacts", at) + (by_work ? "" : ".made_of"),
          "artifacts that are made of others only", "a cycle: " + path, "a <- b: a is made of b");
  }

  void artifacts() {
    LawBook book;
    for (std::uint32_t i = 0; i < s_.sites.size(); ++i)
      book.on(SiteOpened{SiteId{i}, s_.sites[i].id});
    for (std::uint32_t i = 0; i < s_.data_classes.size(); ++i) book.on(class_of(s_, i));
    for (std::uint32_t i = 0; i < s_.policy_rows.size(); ++i) book.on(row_of(s_, i));
    const std::vector<HallOpened> halls = halls_of(s_);
    const std::vector<ArtifactMade> made = artifacts_of(s_, order_);
    for (const ArtifactMade& e : made) {
      book.on(e);
      const std::string here = row("artifacts", order_.order[e.artifact.index]);
      lowering(book, e, s_.artifacts[order_.order[e.artifact.index]], here);
      storage(book, e, halls, here);
    }
  }

  void lowering(const LawBook& book, const ArtifactMade& e, const ArtifactSpec& a,
                const std::string& here) {
    const bool asked = std::any_of(s_.approvals.begin(), s_.approvals.end(),
                                   [&](const ApprovalSpec& x) { return x.artifact == a.id; });
    if (a.lowered_to && !asked)
      fault(here + ".lowered_to", "a row of approvals with action lower_class and artifact " + a.id,
            "none", "a class is lowered by a reviewer, not by whom it binds");
    if (!a.lowered_to && asked)
      fault(here, "the key lowered_to, which an approval asks for", "none");
    if (!a.lowered_to) return;
    for (std::uint32_t c = 0; c < s_.data_classes.size(); ++c) {
      if (s_.data_classes[c].id != *a.lowered_to) continue;
      const Label low = label_of(book.data_class(ClassId{c}), e.owner, e.only_sites);
      Label both = join(low, book.label(e.artifact));
      both.classes = book.label(e.artifact).classes;  // of whom it was made says nothing here
      both.asks_to_leave = book.label(e.artifact).asks_to_leave;
      if (!(both == book.label(e.artifact)))
        fault(here + ".lowered_to", "a class that asks for less in every field", q(*a.lowered_to),
              "it is stricter somewhere than what " + a.id + " has and inherits");
    }
  }

  // Its bytes must be able to lie in one of the halls of its site.
  void storage(const LawBook& book, const ArtifactMade& e, const std::vector<HallOpened>& halls,
               const std::string& here) {
    std::optional<LawCode> why;
    for (const HallOpened& hall : halls) {
      if (hall.site != e.site) continue;
      Verdict v =
          judge(book.label(e.artifact), DataAction::store, {hall, e.owner}, {}, book.rows());
      if (!v.denied) return;  // abroad it is there with leave that was given before we look
      why = v.denied;
    }
    if (why)
      fault(here + ".site", "a site where artifact " + e.name + " may be kept",
            q(s_.sites[e.site.index].id), "its halls: " + std::string(enum_name(*why)));
  }

  const Scenario& s_;
  std::vector<std::string_view> jurisdictions_;
  ArtifactOrder order_;
};

}  // namespace

Findings check_policy(const Scenario& scenario, bool whole) {
  return Checker(scenario, whole).found;
}

}  // namespace dure
