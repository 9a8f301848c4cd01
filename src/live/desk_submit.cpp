// Desk: what a job asks for, where it may go, and its queue.
#include <algorithm>
#include <cmath>

#include "base/nearest.h"
#include "io/describe_json.h"
#include "live/desk.h"
#include "live/desk_data.h"
#include "world/by_id.h"
#include "world/found.h"
#include "world/timeline.h"

namespace dure {
namespace {

Problem bad(std::string field, std::string expected, std::string found, std::string hint = "",
            std::string code = "invalid_job") {
  return {422,
          std::move(code),
          {std::move(field), std::move(expected), std::move(found), std::move(hint)}};
}

template <class Spec>
Problem unknown(const std::string& field, const char* what, const std::vector<Spec>& list,
                const std::string& id) {
  std::vector<std::string_view> names;
  for (const Spec& s : list) names.push_back(s.id);
  const std::string_view near = nearest(id, names);
  std::string hint = near.empty() ? "" : "did you mean " + std::string(near) + "?";
  if (near.empty() && names.size() <= 16)
    for (const std::string_view n : names)
      hint += (hint.empty() ? "there are: " : ", ") + std::string(n);
  return bad(field, std::string("a ") + what + " of the alliance", "'" + id + "'", hint,
             std::string("unknown_") + what);
}

bool portable(const std::string& name) {  // of an environment variable
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// A path that a job may name: absolute, without "..".
bool plain_path(const std::string& path) {
  if (path.empty()) return true;
  if (path[0] != '/') return false;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (path.compare(at, end - at, "..") == 0) return false;
    at = end + 1;
  }
  return true;
}

// What is wrong with a spec whatever the world is like.
std::optional<Problem> faulty(const JobSpec& s) {
  if (s.command.empty() == s.script.empty())
    return bad("command", "a command or a script", s.command.empty() ? "neither" : "both");
  if (!s.command.empty() && s.command[0].empty()) return bad("command[0]", "a program", "''");
  if (!s.script.empty() && !s.script.starts_with("#!"))
    return bad("script", "a script that begins with #!", "another first line",
               "for example #!/bin/bash");
  if (s.script.size() > 1'000'000) return bad("script", "at most 1,000,000 bytes", "more");
  for (std::size_t i = 0; i < s.environment.size(); ++i) {
    const std::string& e = s.environment[i];
    const std::size_t eq = e.find('=');
    if (eq == std::string::npos)
      return bad("environment[" + std::to_string(i) + "]", "NAME=value",
                 "'" + e.substr(0, 60) + "'");
    if (!portable(e.substr(0, eq)))
      return bad("environment[" + std::to_string(i) + "]",
                 "a name of letters A-Z and a-z, digits and _, no digit first",
                 "'" + e.substr(0, std::min<std::size_t>(eq, 60)) + "'",
                 "the value after the = may be any text");
    if (e.starts_with("DURE_") || e.starts_with("SLURM_"))
      return bad("environment[" + std::to_string(i) + "]", "a name of your own", e.substr(0, eq),
                 "DURE_ and SLURM_ are set by the hub and the site");
  }
  if (!plain_path(s.folder))
    return bad("folder", "an absolute path without ..", "'" + s.folder + "'");
  const std::int64_t n = s.gpus.count();
  if (s.least_gpus.count() > n)
    return bad("least_gpus", "at most gpus", std::to_string(s.least_gpus.count()));
  if (s.most_gpus.count() != 0 && s.most_gpus.count() < n)
    return bad("most_gpus", "at least gpus, or 0", std::to_string(s.most_gpus.count()));
  if (s.service && s.array > 100)
    return bad("array", "at most 100 replicas", std::to_string(s.array));
  if (s.service && (s.least_gpus.count() > 0 || s.most_gpus.count() > 0))
    return bad("least_gpus, most_gpus", "nothing, for it is a service", "a size",
               "an array of replicas is scaled by hand");
  if (s.health && !s.service) return bad("health", "nothing, for it is no service", "a map");
  return faulty_data(s);
}

std::uint32_t permille(double x) { return static_cast<std::uint32_t>(std::lround(x * 1000)); }

// All that is needed to queue a job, with what it left out filled in.
struct Plan {
  JobSpec spec;
  LaneOpened lane;
  std::string account, key;
  std::optional<std::uint32_t> data_class;
  Inputs inputs;
  const WorkloadSpec* work = nullptr;
};

Answered<Plan> plan_of(const Desk& d, const Submission& asked) {
  Plan p;
  p.spec = asked.spec;
  JobSpec& s = p.spec;
  if (auto problem = faulty(s)) return std::move(*problem);
  if (s.member.empty()) s.member = asked.caller.member;
  if (s.member.empty()) return bad("member", "whose job it is", "nothing", "--member NAME");
  const auto member = find_id(d.scenario.members, s.member);
  if (!member) return unknown("member", "member", d.scenario.members, s.member);
  const bool any = asked.caller.role == Role::admin || asked.caller.role == Role::operator_;
  if (!any && asked.caller.member != s.member)
    return Problem{403,
                   "not_your_member",
                   {"member", "'" + asked.caller.member + "'", "'" + s.member + "'",
                    "a user submits for its own member"}};
  if (asked.caller.role == Role::viewer)
    return Problem{403, "role_too_low", {"caller", "a user", "a viewer", ""}};

  LaneOpened& lane = p.lane;
  lane.member = MemberId{*member};
  lane.workload = WorkloadId{static_cast<std::uint32_t>(d.scenario.workloads.size())};
  if (!s.work.empty()) {
    const auto work = find_id(d.scenario.workloads, s.work);
    if (!work) return unknown("work", "workload", d.scenario.workloads, s.work);
    p.work = &d.scenario.workloads[*work];
    lane.workload = WorkloadId{*work};
    lane.parallel_permille = permille(p.work->parallel_share);
    lane.fabric_permille = permille(p.work->fabric_share);
    if (s.data_class.empty()) s.data_class = p.work->data_class;
    if (s.hardware.empty()) s.hardware = p.work->hardware;
    if (s.inputs.empty() && !d.scenario.data_classes.empty()) s.inputs = p.work->inputs;
  }
  for (std::size_t i = 0; i < s.hardware.size(); ++i)
    if (!find_id(d.scenario.hardware, s.hardware[i]))
      return unknown("hardware[" + std::to_string(i) + "]", "hardware", d.scenario.hardware,
                     s.hardware[i]);
  for (std::size_t i = 0; i < s.sites.size(); ++i)
    if (!find_id(d.scenario.sites, s.sites[i]))
      return unknown("sites[" + std::to_string(i) + "]", "site", d.scenario.sites, s.sites[i]);
  if (!d.scenario.data_classes.empty()) {
    if (s.data_class.empty())
      s.data_class = d.hub.default_data_class.empty() ? d.scenario.data_classes[0].id
                                                      : d.hub.default_data_class;
    p.data_class = find_id(d.scenario.data_classes, s.data_class);
    if (!p.data_class)
      return unknown("data_class", "data_class", d.scenario.data_classes, s.data_class);
  }
  Answered<Inputs> inputs = inputs_of(d, s.inputs, s.member);
  if (!inputs) return inputs.problem();
  p.inputs = std::move(inputs.value());
  s.inputs = p.inputs.names;
  if (p.inputs.bound) {
    std::vector<std::string> both;
    for (const std::string& site : p.inputs.sites)
      if (s.sites.empty() || std::find(s.sites.begin(), s.sites.end(), site) != s.sites.end())
        both.push_back(site);
    if (both.empty())
      return bad("sites", "one that has its inputs", s.sites[0], "they are at " + p.inputs.sites[0],
                 "data_elsewhere");
    s.sites = std::move(both);
  }
  const bool gpu = s.gpus.count() > 0;
  if (!gpu && s.cpus == 0) s.cpus = 1;
  lane.device = gpu ? Device::gpu : Device::cpu;
  lane.gpus = gpu ? s.gpus : Gpus(s.cpus);
  lane.spread = spread_of(s.topology.value_or(p.work ? p.work->topology : Topology::any));
  lane.priority = s.priority;
  lane.tier = s.tier.value_or(p.work      ? p.work->tier
                              : s.service ? Tier::production
                                          : Tier::standard);
  lane.preemptible = s.preemptible.value_or(p.work != nullptr && p.work->preemptible);
  s.preemptible = lane.preemptible;
  if (lane.preemptible) {
    lane.min_run = seconds(s.min_run_s);
    lane.checkpoint = seconds(s.checkpoint_s);
    lane.restart = seconds(s.restart_s);
  }
  if (s.least_gpus.count() > 0 || s.most_gpus.count() > 0) {
    lane.least = Gpus(std::max<std::int64_t>(
        1, s.least_gpus.count() == 0 ? s.gpus.count() : s.least_gpus.count()));
    lane.most = s.most_gpus.count() == 0 ? s.gpus : s.most_gpus;
    lane.elastic = true;
  }
  p.account = s.member;
  if (!s.project.empty()) {
    p.account += "/" + s.project;
    if (!d.book.account(p.account))
      return bad("project", "a project of " + s.member, "'" + s.project + "'",
                 "projects stand in the hub's configuration", "unknown_project");
  }
  p.account += "/" + asked.caller.id;
  const auto list = [](const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += w + " ";
    return out;
  };
  // Everything of a lane but its number, in words.
  p.key = p.account + "|" + s.work + "|" + std::to_string(static_cast<int>(lane.device)) + "|" +
          std::to_string(lane.gpus.count()) + "|" + std::to_string(static_cast<int>(lane.spread)) +
          "|" + std::to_string(lane.priority) + "|" + std::to_string(static_cast<int>(lane.tier)) +
          "|" + (lane.preemptible ? "p" : "") + std::to_string(lane.min_run.count()) + "," +
          std::to_string(lane.checkpoint.count()) + "," + std::to_string(lane.restart.count()) +
          "|" + std::to_string(lane.least.count()) + "," + std::to_string(lane.most.count()) + "|" +
          s.data_class + "|" + label_words(d.world, p.inputs.artifacts) + "|" + list(s.sites) +
          "|" + list(s.hardware);
  return p;
}

// Where its jobs may run: lawful, lent, of the device and hardware, the owner's own first. Why not,
// of the pool that came nearest. The law is asked of a lane; without one, all the rest is.
struct Places {
  std::vector<PoolId> pools;
  Reason refused = Reason::no_legal_site;
  std::string detail;
};

Places places_of(const Desk& d, const Plan& p, const LawBook& law, std::optional<LaneId> lane) {
  Places out;
  std::vector<std::pair<bool, PoolId>> found;
  const MemberSpec& member = d.scenario.members[p.lane.member.index];
  int nearest = -1;
  const auto no = [&](int step, Reason why, const PoolOpened& pool, std::string detail) {
    if (step <= nearest) return;
    nearest = step;
    out.refused = why;
    out.detail = pool.name + ": " + std::move(detail);
  };
  for (std::uint32_t i = 0; i < d.world.pools(); ++i) {
    const PoolOpened& pool = d.world.pool(PoolId{i}).info;
    const SiteSpec& site = d.scenario.sites[pool.site.index];
    const auto wants = [](const std::vector<std::string>& list, const std::string& id) {
      return list.empty() || std::find(list.begin(), list.end(), id) != list.end();
    };
    if (pool.device != p.lane.device || !wants(p.spec.sites, site.id)) {
      no(0, Reason::wrong_hardware, pool, "another device or site than it asks for");
      continue;
    }
    if (!wants(p.spec.hardware, d.scenario.hardware[pool.hardware.index].id)) {
      no(1, Reason::wrong_hardware, pool, "other hardware than it asks for");
      continue;
    }
    const MemberSpec& owner = d.scenario.members[pool.owner.index];
    const bool guaranteed = d.world.pool(PoolId{i}).entitled(p.lane.member) > 0;
    if (owner.id != member.id && !guaranteed &&
        lending_permille(d.scenario, owner, member, site) == 0) {
      no(2, Reason::no_legal_site, pool, owner.id + " does not lend to " + member.id);
      continue;
    }
    if (lane && !law.allowed(*lane, PoolId{i})) {
      Reason why = Reason::no_legal_site;
      if (law.under_law(*lane)) {
        const Verdict v = law.verdict(*lane, PoolId{i});
        if (v.denied)
          why = reason_of(*v.denied);
        else if (!v.needs.empty())
          why = reason_of(v.needs[0].unasked);
      }
      no(3, why, pool, std::string("the law says ") + to_string(why));
      continue;
    }
    if (!could_take(pool, p.lane)) {
      no(4, Reason::too_large, pool, "no node of it could ever hold the job");
      continue;
    }
    found.emplace_back(owner.id != member.id, PoolId{i});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [lent, pool] : found) out.pools.push_back(pool);
  if (!found.empty()) out.refused = Reason::none;
  return out;
}

}  // namespace

std::int64_t units_with_all_nodes(const Desk& d, PoolId id) {
  const Pool& pool = d.world.pool(id);
  return std::max(pool.installed,
                  static_cast<std::int64_t>(d.book.nodes(id).size()) * pool.info.gpus_per_node);
}

namespace {

// The most that its pools have, or will have when what is drained or down is back: a job above it
// would wait for ever.
std::optional<Problem> too_large(const Desk& d, const Plan& p, const std::vector<PoolId>& pools) {
  std::int64_t most = 0, memory_mib = 0;
  bool all_known = true;
  for (const PoolId id : pools) {
    most = std::max(most, units_with_all_nodes(d, id));
    const std::vector<LiveNode>& nodes = d.book.nodes(id);
    all_known = all_known && !nodes.empty();
    for (const LiveNode& node : nodes) memory_mib = std::max(memory_mib, node.report.memory_mib);
  }
  if (all_known && memory_mib > 0 && p.spec.memory_gb * 1024 > static_cast<double>(memory_mib))
    return bad("memory_gb",
               "at most " + std::to_string(memory_mib / 1024) + ", what its largest node has",
               decimal_text(p.spec.memory_gb), "dure sites", "too_large");
  const std::int64_t least = p.lane.least.count() > 0 ? p.lane.least.count() : p.lane.gpus.count();
  if (least <= most) return std::nullopt;
  const char* unit = p.lane.device == Device::gpu ? " GPUs" : " cores";
  return bad(p.lane.device == Device::gpu ? "gpus" : "cpus",
             "at most " + std::to_string(most) + unit + ", what its largest pool has",
             std::to_string(least), "dure sites", "too_large");
}

std::optional<Problem> unknown_before(const Desk& d, const Plan& p) {
  for (std::size_t i = 0; i < p.spec.after.size(); ++i)
    if (p.spec.after[i] < 1 || p.spec.after[i] > static_cast<std::int64_t>(d.world.jobs()))
      return bad("after[" + std::to_string(i) + "]", "the number of a job",
                 std::to_string(p.spec.after[i]), "dure jobs", "unknown_job");
  return std::nullopt;
}

// The pools that may take it, or why none may. `law` knows the lane, if there is one.
Answered<std::vector<PoolId>> found_places(const Desk& d, const Plan& p, const LawBook& law,
                                           std::optional<LaneId> lane) {
  if (lane && lane->index < d.world.lanes() && !d.world.lane(*lane).pools.empty()) {
    std::vector<PoolId> pools = d.world.lane(*lane).pools;
    if (auto problem = too_large(d, p, pools)) return std::move(*problem);
    return pools;
  }
  Places places = places_of(d, p, law, lane);
  if (places.pools.empty())
    return bad("job", "a place where it may run", to_string(places.refused), places.detail,
               to_string(places.refused));
  if (auto problem = too_large(d, p, places.pools)) return std::move(*problem);
  return std::move(places.pools);
}

void open_lane(const Desk& d, const Plan& p, Facts& facts) {
  LaneOpened lane = p.lane;
  lane.lane = LaneId{static_cast<std::uint32_t>(d.world.lanes())};
  const std::optional<AccountId> known = d.book.account(p.account);
  if (known) {
    lane.account = *known;
  } else {
    const std::string above = p.account.substr(0, p.account.find_last_of('/'));
    lane.account = AccountId{static_cast<std::uint32_t>(d.world.accounts().size())};
    facts.world.push_back(AccountOpened{*lane.account, *d.book.account(above), p.account});
  }
  LiveEvent keyed;
  keyed.lane = LaneKeyed{std::int64_t{lane.lane.index}, p.key};
  facts.live.push_back(std::move(keyed));
  const LaneId id = lane.lane;
  facts.world.push_back(std::move(lane));
  if (!p.data_class) return;
  LaneLabelled label;
  label.lane = id;
  label.data_class = ClassId{*p.data_class};
  label.inputs = p.inputs.artifacts;
  for (const std::string& site : p.spec.sites)
    label.only_sites.push_back(SiteId{*find_id(d.scenario.sites, site)});
  std::sort(label.only_sites.begin(), label.only_sites.end());
  label.only_sites.erase(std::unique(label.only_sites.begin(), label.only_sites.end()),
                         label.only_sites.end());
  label.tenant_parent = d.scenario.members[p.lane.member.index].parent_jurisdiction;
  facts.world.push_back(std::move(label));
}

}  // namespace

std::optional<Answered<Submitted>> Desk::submit(const Submission& asked, Facts& facts) const {
  if (!asked.idempotency.empty())
    if (const Book::Told* before = book.told(asked.caller.id + "\n" + asked.idempotency)) {
      if (before->body_sha256 != asked.body_sha256)
        return Problem{409,
                       "idempotency_key_reused",
                       {"Idempotency-Key", "the request that it came with first", "another one",
                        "a new request takes a new key"}};
      return Submitted{before->job, before->count, true};
    }
  Answered<Plan> planned = plan_of(*this, asked);
  if (!planned) return planned.problem();
  Plan& p = planned.value();
  if (auto problem = unknown_before(*this, p)) return std::move(*problem);
  const std::optional<LaneId> lane = book.lane(p.key);
  // Also before there is a lane, which would stay: what is refused leaves nothing behind, but for
  // the lane that the law is asked about.
  Answered<std::vector<PoolId>> pools = found_places(*this, p, world.law(), lane);
  if (!pools) return pools.problem();
  if (!lane) {
    open_lane(*this, p, facts);
    return std::nullopt;
  }
  if (world.lane(*lane).pools.empty())
    facts.world.push_back(LaneWidened{*lane, std::move(pools.value())});
  const JobId first{static_cast<std::uint32_t>(world.jobs())};
  JobDescribed described;
  described.job = number_of(first);
  described.count = p.spec.array;
  described.spec = to_json(p.spec);
  described.user = asked.caller.id;
  described.site_user = asked.caller.site_user;
  described.idempotency = asked.idempotency;
  described.body_sha256 = asked.body_sha256;
  described.pipeline = asked.pipeline;
  described.step = asked.step;
  LiveEvent live;
  live.job = std::move(described);
  facts.live.push_back(std::move(live));
  const Millis estimate = p.spec.service ? kUntilCancelled : seconds(p.spec.time_limit_s);
  for (std::int64_t i = 0; i < p.spec.array; ++i) {
    JobSubmitted job{JobId{first.index + static_cast<std::uint32_t>(i)}, *lane, p.lane.gpus,
                     estimate};
    for (const std::int64_t before : p.spec.after) job.after.push_back(job_of(before));
    facts.world.push_back(std::move(job));
  }
  return Submitted{first, static_cast<std::uint32_t>(p.spec.array), false};
}

std::optional<Problem> Desk::check(const Submission& asked) const {
  Answered<Plan> planned = plan_of(*this, asked);
  if (!planned) return planned.problem();
  const Plan& p = planned.value();
  if (auto problem = unknown_before(*this, p)) return problem;
  std::optional<LaneId> lane = book.lane(p.key);
  if (lane) {
    const auto pools = found_places(*this, p, world.law(), lane);
    return pools ? std::nullopt : std::optional(pools.problem());
  }
  // No lane stands for it yet: the law is asked about one that only a copy of its book knows.
  LawBook law = world.law();
  Facts lane_facts;
  open_lane(*this, p, lane_facts);
  for (const What& what : lane_facts.world) {
    if (const auto* opened = std::get_if<LaneOpened>(&what)) {
      lane = opened->lane;
      law.on(*opened);
    } else if (const auto* label = std::get_if<LaneLabelled>(&what)) {
      law.on(*label);
    }
  }
  const auto pools = found_places(*this, p, law, lane);
  return pools ? std::nullopt : std::optional(pools.problem());
}

}  // namespace dure
