// What /api/v1/forecast and /api/v1/shadow show, described as in views.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "live/api/views.h"

namespace dure {

struct QuantilesView {
  std::optional<std::string> p50, p90;
  std::int64_t samples = 0;
  template <class S = QuantilesView>
  static constexpr auto describe() {
    return Fields(Field("p50", &S::p50, "half of such jobs start later; left out: none in sight"),
                  Field("p90", &S::p90, "a tenth starts later; left out: none in sight"),
                  Field("samples", &S::samples, "copies of the world that were run ahead",
                        range(0, kAny), dimensionless));
  }
};
struct JobForecastView {
  std::int64_t job = 0;
  std::string at, state;
  QuantilesView forecast;
  template <class S = JobForecastView>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number", range(1, kAny)),
                  Field("at", &S::at, "when this was worked out"),
                  Field("state", &S::state, "waiting, held, running …"),
                  Field("forecast", &S::forecast, "of its start"));
  }
};

struct QueueRow {
  std::int64_t job = 0, gpus = 0;
  std::string member, submitted;
  std::optional<std::string> p50, p90;
  template <class S = QueueRow>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number", range(1, kAny)),
                  Field("gpus", &S::gpus, "asked for; 0: it needs cores only", range(0, kAny)),
                  Field("member", &S::member, "who is charged"),
                  Field("submitted", &S::submitted, "when"),
                  Field("p50", &S::p50, "of its start; left out: none in sight"),
                  Field("p90", &S::p90, "of its start; left out: none in sight"));
  }
};
struct OutlookRow {
  std::string name;
  std::int64_t held_gpus = 0, held_gpus_p10 = 0, held_gpus_p90 = 0;
  std::int64_t waiting_jobs = 0, waiting_jobs_p10 = 0, waiting_jobs_p90 = 0, lent_gpus = 0;
  template <class S = OutlookRow>
  static constexpr auto describe() {
    return Fields(
        Field("name", &S::name, "of the member or site"),
        Field("held_gpus", &S::held_gpus, "P50: by the member's jobs, or of the site's machines",
              range(0, kAny)),
        Field("held_gpus_p10", &S::held_gpus_p10, "P10", range(0, kAny), dimensionless),
        Field("held_gpus_p90", &S::held_gpus_p90, "P90", range(0, kAny), dimensionless),
        Field("waiting_jobs", &S::waiting_jobs,
              "P50: of the member; of a site: those that would rather go there than elsewhere",
              range(0, kAny)),
        Field("waiting_jobs_p10", &S::waiting_jobs_p10, "P10", range(0, kAny)),
        Field("waiting_jobs_p90", &S::waiting_jobs_p90, "P90", range(0, kAny)),
        Field("lent_gpus", &S::lent_gpus, "P50: of its machines, held by others", range(0, kAny)));
  }
};
struct OutlookView {
  std::string at;
  std::vector<OutlookRow> members, sites;
  template <class S = OutlookView>
  static constexpr auto describe() {
    return Fields(Field("at", &S::at, "when"), Field("members", &S::members, "each"),
                  Field("sites", &S::sites, "each"));
  }
};
struct QueueForecastView {
  std::string at;
  std::int64_t waiting_jobs = 0, asked_jobs = 0, samples = 0, next = 0;
  bool cut_short = false;
  std::vector<QueueRow> jobs;
  std::vector<OutlookView> outlook;
  template <class S = QueueForecastView>
  static constexpr auto describe() {
    return Fields(
        Field("at", &S::at, "when this was worked out"),
        Field("waiting_jobs", &S::waiting_jobs, "in the queue", range(0, kAny)),
        Field("asked_jobs", &S::asked_jobs, "of them, the oldest: those that were looked at",
              range(0, kAny)),
        Field("samples", &S::samples, "copies of the world that were run ahead", range(0, kAny),
              dimensionless),
        Field("next", &S::next, "go on with ?from=NEXT; 0: there are no more", range(0, kAny)),
        Field("cut_short", &S::cut_short,
              "some samples were stopped before the last start, and drawn out from there"),
        Field("jobs", &S::jobs, "who starts first, first"),
        Field("outlook", &S::outlook, "hour by hour"));
  }
};

struct ForecastBody {
  std::int64_t job = 0;
  std::vector<std::string> what_if;
  std::int64_t limit = 100, hours = 24;
  template <class S = ForecastBody>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number; 0: the whole queue", range(0, kAny)),
                  Field("what_if", &S::what_if, "path=value each: docs/guide/what-if.md"),
                  Field("limit", &S::limit, "of the jobs that are listed", range(0, 1'000)),
                  Field("hours", &S::hours, "GPUs lent are the mean of so many", range(1, 168)));
  }
};
struct WhatIfJob {
  std::int64_t job = 0, gpus = 0, earlier_s = 0;
  std::string member;
  std::optional<std::string> before_p50, before_p90, after_p50, after_p90;
  bool changed = false;
  template <class S = WhatIfJob>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number", range(1, kAny)),
                  Field("gpus", &S::gpus, "asked for as things are", range(0, kAny)),
                  Field("earlier_s", &S::earlier_s, "P50 then before P50 now; less than 0: later",
                        range(-kAny, kAny), dimensionless),
                  Field("member", &S::member, "who is charged"),
                  Field("before_p50", &S::before_p50, "as things are; left out: none in sight"),
                  Field("before_p90", &S::before_p90, "as things are; left out: none in sight"),
                  Field("after_p50", &S::after_p50, "then; left out: none in sight"),
                  Field("after_p90", &S::after_p90, "then; left out: none in sight"),
                  Field("changed", &S::changed, "a setting changed the job itself"));
  }
};
struct WaitsView {
  std::int64_t mean_wait_s = 0, p95_wait_s = 0, lent_gpus = 0;
  template <class S = WaitsView>
  static constexpr auto describe() {
    return Fields(Field("mean_wait_s", &S::mean_wait_s, "from submission to P50", range(0, kAny),
                        dimensionless),
                  Field("p95_wait_s", &S::p95_wait_s, "of the same", range(0, kAny), dimensionless),
                  Field("lent_gpus", &S::lent_gpus,
                        "of its machines, held by others: mean of the hours", range(0, kAny)));
  }
};
struct WhatIfMember {
  std::string member;
  std::int64_t jobs = 0, earlier = 0, later = 0;
  WaitsView before, after;
  template <class S = WhatIfMember>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose jobs; all: the alliance's"),
        Field("jobs", &S::jobs, "that wait", range(0, kAny)),
        Field("earlier", &S::earlier, "that start a minute earlier or more", range(0, kAny)),
        Field("later", &S::later, "that start a minute later or more", range(0, kAny)),
        Field("before", &S::before, "as things are"), Field("after", &S::after, "then"));
  }
};
struct WhatIfView {
  std::string at;
  std::vector<std::string> what_if;
  std::int64_t samples = 0, asked_jobs = 0;
  bool cut_short = false;
  std::vector<WhatIfMember> members;
  std::vector<WhatIfJob> jobs;
  template <class S = WhatIfView>
  static constexpr auto describe() {
    return Fields(
        Field("at", &S::at, "when this was worked out"),
        Field("what_if", &S::what_if, "the settings"),
        Field("samples", &S::samples, "of each side", range(0, kAny), dimensionless),
        Field("asked_jobs", &S::asked_jobs, "that were looked at, the oldest", range(0, kAny)),
        Field("cut_short", &S::cut_short,
              "some samples were stopped before the last start, and drawn out from there"),
        Field("members", &S::members, "the alliance, then each with jobs that wait"),
        Field("jobs", &S::jobs, "what changes most, first"));
  }
};

struct ShadowSide {
  std::int64_t started = 0, stops = 0, waiting_jobs = 0, running_jobs = 0;
  std::int64_t mean_wait_s = 0, p50_wait_s = 0, p95_wait_s = 0;
  double mean_bounded_slowdown = 0, utilization = 0, lent_gpu_hours = 0;
  template <class S = ShadowSide>
  static constexpr auto describe() {
    return Fields(
        Field("started", &S::started, "jobs, for the first time", range(0, kAny), dimensionless),
        Field("stops", &S::stops, "jobs that were asked to stop for others", range(0, kAny),
              dimensionless),
        Field("waiting_jobs", &S::waiting_jobs, "now", range(0, kAny)),
        Field("running_jobs", &S::running_jobs, "now", range(0, kAny)),
        Field("mean_wait_s", &S::mean_wait_s, "of jobs that have started in both", range(0, kAny),
              dimensionless),
        Field("p50_wait_s", &S::p50_wait_s, "of the last 50,000 of them", range(0, kAny),
              dimensionless),
        Field("p95_wait_s", &S::p95_wait_s, "of the last 50,000 of them", range(0, kAny),
              dimensionless),
        Field("mean_bounded_slowdown", &S::mean_bounded_slowdown, "of jobs that are over in both",
              range(0, kAny), dimensionless),
        Field("utilization", &S::utilization, "GPU time held, of what was installed", range(0, 1),
              dimensionless),
        Field("lent_gpu_hours", &S::lent_gpu_hours, "held of others' machines", range(0, kAny),
              dimensionless));
  }
};
struct ShadowMember {
  std::string member;
  std::int64_t jobs = 0, live_mean_wait_s = 0, shadow_mean_wait_s = 0;
  double live_gpu_hours = 0, shadow_gpu_hours = 0, live_lent_gpu_hours = 0,
         shadow_lent_gpu_hours = 0;
  template <class S = ShadowMember>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose"),
        Field("jobs", &S::jobs, "that have started in both", range(0, kAny)),
        Field("live_mean_wait_s", &S::live_mean_wait_s, "of them", range(0, kAny), dimensionless),
        Field("shadow_mean_wait_s", &S::shadow_mean_wait_s, "of them", range(0, kAny),
              dimensionless),
        Field("live_gpu_hours", &S::live_gpu_hours, "held by its jobs", range(0, kAny),
              dimensionless),
        Field("shadow_gpu_hours", &S::shadow_gpu_hours, "held by its jobs", range(0, kAny),
              dimensionless),
        Field("live_lent_gpu_hours", &S::live_lent_gpu_hours, "of its machines, held by others",
              range(0, kAny), dimensionless),
        Field("shadow_lent_gpu_hours", &S::shadow_lent_gpu_hours, "of its machines, held by others",
              range(0, kAny), dimensionless));
  }
};
struct ShadowJob {
  std::int64_t job = 0, earlier_s = 0;
  std::string member, live_start, shadow_start;
  template <class S = ShadowJob>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number", range(1, kAny)),
                  Field("earlier_s", &S::earlier_s, "in the shadow; less than 0: later",
                        range(-kAny, kAny), dimensionless),
                  Field("member", &S::member, "whose"), Field("live_start", &S::live_start, "when"),
                  Field("shadow_start", &S::shadow_start, "when"));
  }
};
struct ShadowView {
  std::string shadow, policy, since, at, stopped;
  std::vector<std::string> set;
  std::int64_t compared_jobs = 0, less_reserved = 0;
  double late_gpu_hours = 0;
  ShadowSide live_side, shadow_side;
  std::vector<ShadowMember> members;
  std::vector<ShadowJob> jobs;
  template <class S = ShadowView>
  static constexpr auto describe() {
    return Fields(
        Field("shadow", &S::shadow, "its id in the hub's configuration"),
        Field("policy", &S::policy, "live, fcfs, easy or dure"),
        Field("since", &S::since, "it began as a copy of the live world; empty: with the record"),
        Field("at", &S::at, "of its last fact"),
        Field("stopped", &S::stopped, "why it is not going on; empty: it is", free_text),
        Field("set", &S::set, "changes of the policy"),
        Field("compared_jobs", &S::compared_jobs,
              "that have started in both since then: waits are of these", range(0, kAny)),
        Field("less_reserved", &S::less_reserved,
              "reservations that were made smaller, for there was less room", range(0, kAny),
              dimensionless),
        Field("late_gpu_hours", &S::late_gpu_hours,
              "held in the shadow for longer than jobs really ran, for nobody knew yet",
              range(0, kAny), dimensionless),
        Field("live", &S::live_side, "the live world"),
        Field("beside", &S::shadow_side, "the shadow"), Field("members", &S::members, "each"),
        Field("jobs", &S::jobs, "the largest differences, first"));
  }
};
struct ShadowsView {
  std::vector<ShadowView> shadows;
  template <class S = ShadowsView>
  static constexpr auto describe() {
    return Fields(Field("shadows", &S::shadows, "in the order of the configuration"));
  }
};

}  // namespace dure
