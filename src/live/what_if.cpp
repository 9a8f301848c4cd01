#include "live/what_if.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/nearest.h"
#include "io/describe_reader.h"
#include "live/founding.h"
#include "world/found.h"

namespace dure {
namespace {

struct Path {
  std::string root, row, field, value;
};

// policy.backfill=easy, members.sk.limit_gpus=4, accounts.naver/llm.limit_gpus=8: what stands
// between the first and the last dot is the row. [x] is .x
Result<Path> split(const std::string& setting) {
  const Fault bad{setting, "path=value, like members.sk.limit_gpus=64", "'" + setting + "'", ""};
  const std::size_t equals = setting.find('=');
  if (setting.size() > 1'000 || equals == std::string::npos || equals + 1 == setting.size())
    return bad;
  std::string path;
  for (const char c : setting.substr(0, equals)) {
    if (c == '[') path += '.';
    if (c != '[' && c != ']') path += c;
  }
  Path out;
  const std::size_t first = path.find('.'), last = path.rfind('.');
  if (first == std::string::npos || first == 0 || last + 1 == path.size()) return bad;
  out.root = path.substr(0, first);
  out.field = path.substr(last + 1);
  if (last > first) out.row = path.substr(first + 1, last - first - 1);
  out.value = setting.substr(equals + 1);
  return out;
}

// One field of a described struct, with its limits, or a Fault that knows the nearest name.
template <Described S>
std::optional<Fault> set_field(S& s, const std::string& setting, const Path& path) {
  Document doc;
  doc.files = {setting};
  doc.root.kind = DocNode::Kind::map;
  doc.root.keys.push_back({path.field, {}});
  DocNode value;
  value.kind = DocNode::Kind::scalar;
  value.text = path.value;
  each_field<S>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    if (F::kind == ValueKind::text && f.name == path.field) value.quoted = true;
  });
  doc.root.items.push_back(std::move(value));
  DescribedReader reader(doc);
  reader.read(doc.root, s);
  if (reader.faults.empty()) return std::nullopt;
  Fault f = reader.faults[0];
  f.where = setting;
  return f;
}

// A policy's fields that decide() or the accounts look at; the others are the twin's.
bool decides(std::string_view field) {
  constexpr std::string_view known[] = {"order",           "backfill",         "preempt",
                                        "grace_ms",        "reclaim_every_ms", "patience_hours",
                                        "half_life_hours", "history_share"};
  return std::find(std::begin(known), std::end(known), field) != std::end(known);
}

class Editing {
 public:
  explicit Editing(const Desk& desk) : d_(desk), scenario_(desk.scenario) {}

  Answered<WhatIf> run(const std::vector<std::string>& settings) {
    if (settings.size() > kMostSettings)
      return bad("what_if", "at most " + std::to_string(kMostSettings) + " settings",
                 std::to_string(settings.size()), "");
    for (const std::string& s : settings)
      if (auto problem = one(s)) return std::move(*problem);
    lending();
    if (auto problem = jobs()) return std::move(*problem);
    out_.policy = policy_from(scenario_.policy);
    return std::move(out_);
  }

 private:
  static Problem bad(std::string where, std::string expected, std::string found, std::string hint,
                     const char* code = "invalid_what_if") {
    return {code == std::string("unknown_job") ? 404 : 422,
            code,
            {std::move(where), std::move(expected), std::move(found), std::move(hint)}};
  }
  static Problem bad(Fault f) { return {422, "invalid_what_if", std::move(f)}; }

  template <class Names>
  static Problem unknown(const std::string& where, const char* what, const std::string& found,
                         const Names& names) {
    std::vector<std::string_view> known(std::begin(names), std::end(names));
    return bad(where, what, "'" + found + "'", name_hint(found, known));
  }

  std::optional<Problem> one(const std::string& setting) {
    const Result<Path> split_path = split(setting);
    if (!split_path) return bad(split_path.fault());
    const Path& p = split_path.value();
    constexpr std::string_view roots[] = {"policy",  "members", "accounts", "pools",
                                          "lending", "sites",   "jobs"};
    if (p.root == "policy") return policy(setting, p);
    if (std::find(std::begin(roots), std::end(roots), p.root) == std::end(roots))
      return unknown(setting, "policy, members, accounts, pools, lending, sites or jobs", p.root,
                     roots);
    if (p.row.empty()) return bad(setting, p.root + ".NAME.FIELD=value", "'" + setting + "'", "");
    if (p.root == "members" || p.root == "accounts") return account(setting, p);
    if (p.root == "pools") return pool(setting, p);
    if (p.root == "lending") return lends(setting, p);
    if (p.root == "sites") return site(setting, p);
    return job(setting, p);
  }

  std::optional<Problem> policy(const std::string& setting, const Path&) {
    const double before = scenario_.policy.half_life_hours;
    if (auto fault = set_policy(scenario_.policy, setting)) return bad(std::move(*fault));
    if (scenario_.policy.half_life_hours != before)
      out_.events.push_back(
          FairShareSet{Millis(std::llround(scenario_.policy.half_life_hours * 3'600'000))});
    return std::nullopt;
  }

  std::optional<Problem> account(const std::string& setting, const Path& p) {
    AccountEdit edit;
    if (auto fault = set_field(edit, setting, p)) return bad(std::move(*fault));
    std::vector<std::string_view> names;
    for (std::uint32_t i = 0; i < d_.world.accounts().size(); ++i) {
      const Account& a = d_.world.accounts()[AccountId{i}];
      if (p.root == "members" && a.parent) continue;
      if (a.name == p.row) {
        out_.events.push_back(AccountLimitSet{AccountId{i}, edit.limit_gpus.value_or(Gpus(0))});
        return std::nullopt;
      }
      names.push_back(a.name);
    }
    return unknown(setting, p.root == "members" ? "a member" : "an account", p.row, names);
  }

  // ---- machines

  void drain(const std::string& site, const std::string& node) {
    for (const NodeSeat& seat : d_.book.seats(site, node)) move(seat, true);
  }
  void move(const NodeSeat& seat, bool out) {
    const bool is_out = d_.book.nodes(seat.pool)[seat.index].world_drained;
    if (is_out == out || !moved_.insert({seat.pool, seat.index}).second) return;
    out_.events.push_back(node_moved(d_.world, seat, !out));
  }

  std::optional<Problem> pool(const std::string& setting, const Path& p) {
    PoolEdit edit;
    if (auto fault = set_field(edit, setting, p)) return bad(std::move(*fault));
    std::vector<std::string_view> names;
    std::optional<PoolId> found;
    for (std::uint32_t i = 0; i < d_.world.pools(); ++i) {
      const std::string& name = d_.world.pool(PoolId{i}).info.name;
      names.push_back(name);
      if (name == p.row) found = PoolId{i};
    }
    if (!found) return unknown(setting, "a pool", p.row, names);
    std::string_view text = *edit.nodes;
    const bool relative = text[0] == '+' || text[0] == '-';
    const bool fewer = text[0] == '-';
    if (relative) text.remove_prefix(1);
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size() || n < 0 || n > 100'000)
      return bad(setting, "+N, -N or N, up to 100000", "'" + *edit.nodes + "'", "");
    const std::vector<LiveNode>& nodes = d_.book.nodes(*found);
    std::int64_t open = 0;
    for (const LiveNode& node : nodes) open += node.world_drained ? 0 : 1;
    const std::int64_t more = !relative ? n - open : fewer ? -n : n;
    if (more < -open)
      return bad(setting, "at most " + std::to_string(open) + " nodes less", *edit.nodes, "");
    const PoolOpened& info = d_.world.pool(*found).info;
    const std::string& site = d_.world.sites()[info.site.index];
    for (std::int64_t left = -more, i = static_cast<std::int64_t>(nodes.size()) - 1; left > 0;
         --i) {
      const LiveNode& node = nodes[static_cast<std::size_t>(i)];
      if (node.world_drained) continue;
      drain(site, node.name);
      --left;
    }
    // A new node has cores too: the pool of them is opened behind its own.
    for (std::uint32_t i = 0; i < d_.world.pools() && more > 0; ++i) {
      const PoolOpened& other = d_.world.pool(PoolId{i}).info;
      if (PoolId{i} == *found || (other.device == Device::cpu && other.name == info.name + "_cpu"))
        out_.events.push_back(
            CapacityAdded{PoolId{i}, Gpus(more * std::int64_t{other.gpus_per_node}), {}});
    }
    return std::nullopt;
  }

  std::optional<Problem> site(const std::string& setting, const Path& p) {
    SiteEdit edit;
    if (auto fault = set_field(edit, setting, p)) return bad(std::move(*fault));
    const auto& names = d_.world.sites();
    if (std::find(names.begin(), names.end(), p.row) == names.end())
      return unknown(setting, "a site", p.row, names);
    const bool out = edit.drain.has_value();
    std::string_view list = out ? *edit.drain : *edit.resume;
    while (!list.empty()) {
      const std::string node(list.substr(0, list.find(',')));
      list.remove_prefix(std::min(list.size(), node.size() + 1));
      const std::vector<NodeSeat> seats = d_.book.seats(p.row, node);
      if (seats.empty()) {
        std::vector<std::string_view> known;
        for (std::uint32_t i = 0; i < d_.world.pools(); ++i)
          if (names[d_.world.pool(PoolId{i}).info.site.index] == p.row)
            for (const LiveNode& n : d_.book.nodes(PoolId{i})) known.push_back(n.name);
        return unknown(setting, "nodes of the site", node, known);
      }
      for (const NodeSeat& seat : seats) move(seat, out);
    }
    return std::nullopt;
  }

  // ---- lending

  std::optional<Problem> lends(const std::string& setting, const Path& p) {
    LendingEdit edit;
    if (auto fault = set_field(edit, setting, p)) return bad(std::move(*fault));
    bool found = false;
    std::vector<std::string_view> names;
    for (LendingSpec& row : scenario_.lending) {
      names.push_back(row.owner);
      if (row.owner != p.row) continue;
      found = true;
      if (edit.max_share) row.max_share = *edit.max_share;
      if (edit.reclaim_hours) row.reclaim_hours = *edit.reclaim_hours;
    }
    lends_ = true;
    if (!found) return unknown(setting, "a member that lends", p.row, names);
    return std::nullopt;
  }
  // As founding a hub with the changed rows would open the pools.
  void lending() {
    if (!lends_) return;
    std::uint32_t next = 0;
    for (const LivePoolSpec& row : d_.hub.pools)
      for (const PoolOpened& pool : pools_of(row, scenario_)) {
        const PoolId id{next++};
        const PoolOpened& now = d_.world.pool(id).info;
        if (now.lend_permille != pool.lend_permille || now.reclaim != pool.reclaim)
          out_.events.push_back(LendingSet{id, pool.lend_permille, pool.reclaim});
      }
  }

  // ---- jobs

  std::optional<Problem> job(const std::string& setting, const Path& p) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(p.row.data(), p.row.data() + p.row.size(), number);
    if (error != std::errc{} || end != p.row.data() + p.row.size() || number < 1 ||
        number > static_cast<std::int64_t>(d_.world.jobs()))
      return bad(setting, "the number of a job", "'" + p.row + "'", "dure jobs", "unknown_job");
    if (auto fault = set_field(edits_[job_of(number)], setting, p)) return bad(std::move(*fault));
    if (d_.world.job(job_of(number)).state != JobState::waiting)
      return bad(setting, "a job that waits", std::to_string(number), "dure jobs --state waiting",
                 "job_not_waiting");
    return std::nullopt;
  }

  std::optional<Problem> jobs() {
    auto next_job = static_cast<std::uint32_t>(d_.world.jobs());
    auto next_lane = static_cast<std::uint32_t>(d_.world.lanes());
    for (const auto& [id, edit] : edits_) {
      out_.events.push_back(JobCancelled{id});
      if (edit.cancelled.value_or(false)) continue;
      const Job& job = d_.world.job(id);
      LaneOpened lane = d_.world.lane(job.lane);
      const Gpus gpus(edit.gpus.value_or(job.gpus));
      const Millis estimate = edit.time_limit_s ? Millis(*edit.time_limit_s * 1'000) : job.estimate;
      lane.lane = LaneId{next_lane++};
      lane.gpus = gpus;
      lane.priority = edit.priority.value_or(lane.priority);
      lane.tier = edit.tier.value_or(lane.tier);
      lane.preemptible = edit.preemptible.value_or(lane.preemptible);
      if (lane.elastic) {
        lane.least = std::min(lane.least, gpus);
        lane.most = std::max(lane.most, gpus);
      }
      if (lane.speed_permille.empty())  // which stand side by side with the pools
        std::erase_if(lane.pools,
                      [&](PoolId pool) { return !could_take(d_.world.pool(pool).info, lane); });
      std::int64_t most = 0;
      for (const PoolId pool : lane.pools)
        most = std::max(most, units_with_all_nodes(d_, pool) + added(pool));
      if ((lane.elastic ? lane.least : gpus).count() > most)
        return bad("jobs." + std::to_string(number_of(id)) + ".gpus",
                   "at most " + std::to_string(most) + ", what its largest pool has",
                   std::to_string(gpus.count()), "dure sites", "too_large");
      const LaneId like = job.lane;
      const LaneId fresh = lane.lane;
      out_.events.push_back(std::move(lane));
      if (std::optional<LaneLabelled> label = d_.world.law().told(like)) {
        label->lane = fresh;
        out_.events.push_back(std::move(*label));
      }
      out_.anew[id] = JobId{next_job};
      out_.events.push_back(JobSubmitted{JobId{next_job++}, fresh, gpus, estimate, job.deadline});
    }
    return std::nullopt;
  }
  std::int64_t added(PoolId pool) const {
    std::int64_t n = 0;
    for (const What& e : out_.events)
      if (const auto* a = std::get_if<CapacityAdded>(&e); a != nullptr && a->pool == pool)
        n += a->gpus.count();
    return n;
  }

  const Desk& d_;
  Scenario scenario_;  // with the settings
  bool lends_ = false;
  std::set<std::pair<PoolId, std::uint32_t>> moved_;
  std::map<JobId, JobEdit> edits_;
  WhatIf out_;
};

}  // namespace

std::optional<Fault> set_policy(PolicySpec& policy, const std::string& setting) {
  const Result<Path> path = split(setting);
  if (!path) return path.fault();
  const Path& p = path.value();
  if (p.root != "policy" || !p.row.empty())
    return Fault{setting, "policy.FIELD=value", "'" + setting + "'", ""};
  if (auto fault = set_field(policy, setting, p)) return fault;
  if (!decides(p.field))
    return Fault{setting, "a field that a hub decides by", p.field,
                 "order, backfill, preempt, grace_ms, reclaim_every_ms, patience_hours, "
                 "half_life_hours, history_share"};
  if (policy.backfill == Backfill::conservative)
    return Fault{setting, "easy or none", "conservative",
                 "conservative backfilling is for one machine without racks: dure replay LOG"};
  return std::nullopt;
}

Answered<WhatIf> what_if(const Desk& desk, const std::vector<std::string>& settings) {
  return Editing(desk).run(settings);
}

World WhatIf::applied(const World& world) const {
  World out = world;
  for (const What& what : events) out.apply({out.now(), what});
  return out;
}

}  // namespace dure
