// What if? Settings `path=value` of a live alliance, worked out as facts that a copy of its world
// is told, and as the policy that decides there. The live world is only looked at.
//
//   policy.backfill=none                 any field of the policy that a hub decides by
//   members.sk.limit_gpus=64             accounts.naver/llm.limit_gpus=8: of an account below it
//   pools.ulsan.nodes=+4                 -4: the last four take no new work; 20: so many in all
//   lending.naver.max_share=0.8          and reclaim_hours: what an owner lends, everywhere
//   sites.s1.drain=n01,n02               and resume: nodes of a site
//   jobs.17.gpus=8                       and priority, time_limit_s, tier, preemptible, cancelled
//
// Each kind is a described struct below, and is read as a scenario's fields are: the same limits,
// and the nearest name where one is not known. members[sk].limit_gpus is the same path. A job is
// changed as its owner would change it: it is cancelled and submitted anew, so it is the youngest
// of its like (as explain.h has it).
//
// Invariant: 1. The events can be applied, in their order, to the world that was asked about.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "live/desk.h"
#include "sched/decide.h"
#include "world/workload_spec.h"

namespace dure {

struct AccountEdit {
  std::optional<Gpus> limit_gpus;
  template <class S = AccountEdit>
  static constexpr auto describe() {
    return Fields(Field("limit_gpus", &S::limit_gpus, "may be held at once; 0: no limit",
                        range(0, 10'000'000)));
  }
};
struct PoolEdit {
  std::optional<std::string> nodes;
  template <class S = PoolEdit>
  static constexpr auto describe() {
    return Fields(Field("nodes", &S::nodes,
                        "+4: so many more; -4: the last four take no new work; 20: in all",
                        not_empty));
  }
};
struct LendingEdit {
  std::optional<double> max_share, reclaim_hours;
  template <class S = LendingEdit>
  static constexpr auto describe() {
    return Fields(
        Field("max_share", &S::max_share, "of the owner's GPUs in a pool", range(0, 1),
              dimensionless),
        Field("reclaim_hours", &S::reclaim_hours,
              "the owner has it back within this; 0: when the borrower is done", range(0, 8'760)));
  }
};
struct SiteEdit {
  std::optional<std::string> drain, resume;
  template <class S = SiteEdit>
  static constexpr auto describe() {
    return Fields(Field("drain", &S::drain, "nodes that take no new work: n01,n02", not_empty),
                  Field("resume", &S::resume, "nodes that take work again", not_empty));
  }
};
struct JobEdit {
  std::optional<std::int64_t> gpus, priority, time_limit_s;
  std::optional<Tier> tier;
  std::optional<bool> preemptible, cancelled;
  template <class S = JobEdit>
  static constexpr auto describe() {
    return Fields(
        Field("gpus", &S::gpus, "asked for; cores of a job without GPUs", range(1, 1e6)),
        Field("priority", &S::priority, "among its member's jobs", range(-1e9, 1e9)),
        Field("time_limit_s", &S::time_limit_s, "asked for", range(1, 1e9), dimensionless),
        Field("tier", &S::tier, "who is served before whom"),
        Field("preemptible", &S::preemptible, "it may be stopped for others"),
        Field("cancelled", &S::cancelled, "true: it leaves the queue"));
  }
};

struct WhatIf {
  std::vector<What> events;  // at the time of the world
  Policy policy;
  std::map<JobId, JobId> anew;  // changed jobs: their numbers after the events

  World applied(const World& world) const;  // a copy, changed
};

inline constexpr std::size_t kMostSettings = 64;

// A Problem's code: invalid_what_if, or unknown_job, job_not_waiting, too_large.
Answered<WhatIf> what_if(const Desk& desk, const std::vector<std::string>& settings);

// "policy.FIELD=value" on a policy; also for shadows. A Fault names the setting.
std::optional<Fault> set_policy(PolicySpec& policy, const std::string& setting);

}  // namespace dure
