// What /api/v1/forecast and /api/v1/shadow show, described as in views.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "live/api/views.h"

namespace dure {

struct QuantilesView {
  std::optional<std::string> p50, p90;
  std::int64_t samples = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("p50", &QuantilesView::p50, "half of such jobs start later; left out: none in sight"),
        Field("p90", &QuantilesView::p90, "a tenth starts later; left out: none in sight"),
        Field("samples", &QuantilesView::samples, "copies of the world that were run ahead",
              range(0, kAny), dimensionless));
  }
};
struct JobForecastView {
  std::int64_t job = 0;
  std::string at, state;
  QuantilesView forecast;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("job", &JobForecastView::job, "its number", range(1, kAny)),
                      Field("at", &JobForecastView::at, "when this was worked out"),
                      Field("state", &JobForecastView::state, "waiting, held, running …"),
                      Field("forecast", &JobForecastView::forecast, "of its start"));
  }
};

struct QueueRow {
  std::int64_t job = 0, gpus = 0;
  std::string member, submitted;
  std::optional<std::string> p50, p90;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &QueueRow::job, "its number", range(1, kAny)),
        Field("gpus", &QueueRow::gpus, "asked for; 0: it needs cores only", range(0, kAny)),
        Field("member", &QueueRow::member, "who is charged"),
        Field("submitted", &QueueRow::submitted, "when"),
        Field("p50", &QueueRow::p50, "of its start; left out: none in sight"),
        Field("p90", &QueueRow::p90, "of its start; left out: none in sight"));
  }
};
struct OutlookRow {
  std::string name;
  std::int64_t held_gpus = 0, held_gpus_p10 = 0, held_gpus_p90 = 0;
  std::int64_t waiting_jobs = 0, waiting_jobs_p10 = 0, waiting_jobs_p90 = 0, lent_gpus = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("name", &OutlookRow::name, "of the member or site"),
        Field("held_gpus", &OutlookRow::held_gpus,
              "P50: by the member's jobs, or of the site's machines", range(0, kAny)),
        Field("held_gpus_p10", &OutlookRow::held_gpus_p10, "P10", range(0, kAny), dimensionless),
        Field("held_gpus_p90", &OutlookRow::held_gpus_p90, "P90", range(0, kAny), dimensionless),
        Field("waiting_jobs", &OutlookRow::waiting_jobs,
              "P50: of the member; of a site: those that would rather go there than elsewhere",
              range(0, kAny)),
        Field("waiting_jobs_p10", &OutlookRow::waiting_jobs_p10, "P10", range(0, kAny)),
        Field("waiting_jobs_p90", &OutlookRow::waiting_jobs_p90, "P90", range(0, kAny)),
        Field("lent_gpus", &OutlookRow::lent_gpus, "P50: of its machines, held by others",
              range(0, kAny)));
  }
};
struct OutlookView {
  std::string at;
  std::vector<OutlookRow> members, sites;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("at", &OutlookView::at, "when"),
                      Field("members", &OutlookView::members, "each"),
                      Field("sites", &OutlookView::sites, "each"));
  }
};
struct QueueForecastView {
  std::string at;
  std::int64_t waiting_jobs = 0, asked_jobs = 0, samples = 0, next = 0;
  bool cut_short = false;
  std::vector<QueueRow> jobs;
  std::vector<OutlookView> outlook;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("at", &QueueForecastView::at, "when this was worked out"),
        Field("waiting_jobs", &QueueForecastView::waiting_jobs, "in the queue", range(0, kAny)),
        Field("asked_jobs", &QueueForecastView::asked_jobs,
              "of them, the oldest: those that were looked at", range(0, kAny)),
        Field("samples", &QueueForecastView::samples, "copies of the world that were run ahead",
              range(0, kAny), dimensionless),
        Field("next", &QueueForecastView::next, "go on with ?from=NEXT; 0: there are no more",
              range(0, kAny)),
        Field("cut_short", &QueueForecastView::cut_short,
              "some samples were stopped before the last start, and drawn out from there"),
        Field("jobs", &QueueForecastView::jobs, "who starts first, first"),
        Field("outlook", &QueueForecastView::outlook, "hour by hour"));
  }
};

struct ForecastBody {
  std::int64_t job = 0;
  std::vector<std::string> what_if;
  std::int64_t limit = 100, hours = 24;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &ForecastBody::job, "its number; 0: the whole queue", range(0, kAny)),
        Field("what_if", &ForecastBody::what_if, "path=value each: docs/guide/what-if.md"),
        Field("limit", &ForecastBody::limit, "of the jobs that are listed", range(0, 1'000)),
        Field("hours", &ForecastBody::hours, "GPUs lent are the mean of so many", range(1, 168)));
  }
};
struct WhatIfJob {
  std::int64_t job = 0, gpus = 0, earlier_s = 0;
  std::string member;
  std::optional<std::string> before_p50, before_p90, after_p50, after_p90;
  bool changed = false;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &WhatIfJob::job, "its number", range(1, kAny)),
        Field("gpus", &WhatIfJob::gpus, "asked for as things are", range(0, kAny)),
        Field("earlier_s", &WhatIfJob::earlier_s, "P50 then before P50 now; less than 0: later",
              range(-kAny, kAny), dimensionless),
        Field("member", &WhatIfJob::member, "who is charged"),
        Field("before_p50", &WhatIfJob::before_p50, "as things are; left out: none in sight"),
        Field("before_p90", &WhatIfJob::before_p90, "as things are; left out: none in sight"),
        Field("after_p50", &WhatIfJob::after_p50, "then; left out: none in sight"),
        Field("after_p90", &WhatIfJob::after_p90, "then; left out: none in sight"),
        Field("changed", &WhatIfJob::changed, "a setting changed the job itself"));
  }
};
struct WaitsView {
  std::int64_t mean_wait_s = 0, p95_wait_s = 0, lent_gpus = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("mean_wait_s", &WaitsView::mean_wait_s, "from submission to P50", range(0, kAny),
              dimensionless),
        Field("p95_wait_s", &WaitsView::p95_wait_s, "of the same", range(0, kAny), dimensionless),
        Field("lent_gpus", &WaitsView::lent_gpus,
              "of its machines, held by others: mean of the hours", range(0, kAny)));
  }
};
struct WhatIfMember {
  std::string member;
  std::int64_t jobs = 0, earlier = 0, later = 0;
  WaitsView before, after;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("member", &WhatIfMember::member, "whose jobs; all: the alliance's"),
        Field("jobs", &WhatIfMember::jobs, "that wait", range(0, kAny)),
        Field("earlier", &WhatIfMember::earlier, "that start a minute earlier or more",
              range(0, kAny)),
        Field("later", &WhatIfMember::later, "that start a minute later or more", range(0, kAny)),
        Field("before", &WhatIfMember::before, "as things are"),
        Field("after", &WhatIfMember::after, "then"));
  }
};
struct WhatIfView {
  std::string at;
  std::vector<std::string> what_if;
  std::int64_t samples = 0, asked_jobs = 0;
  bool cut_short = false;
  std::vector<WhatIfMember> members;
  std::vector<WhatIfJob> jobs;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("at", &WhatIfView::at, "when this was worked out"),
        Field("what_if", &WhatIfView::what_if, "the settings"),
        Field("samples", &WhatIfView::samples, "of each side", range(0, kAny), dimensionless),
        Field("asked_jobs", &WhatIfView::asked_jobs, "that were looked at, the oldest",
              range(0, kAny)),
        Field("cut_short", &WhatIfView::cut_short,
              "some samples were stopped before the last start, and drawn out from there"),
        Field("members", &WhatIfView::members, "the alliance, then each with jobs that wait"),
        Field("jobs", &WhatIfView::jobs, "what changes most, first"));
  }
};

struct ShadowSide {
  std::int64_t started = 0, stops = 0, waiting_jobs = 0, running_jobs = 0;
  std::int64_t mean_wait_s = 0, p50_wait_s = 0, p95_wait_s = 0;
  double mean_bounded_slowdown = 0, utilization = 0, lent_gpu_hours = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("started", &ShadowSide::started, "jobs, for the first time",
                            range(0, kAny), dimensionless),
                      Field("stops", &ShadowSide::stops, "jobs that were asked to stop for others",
                            range(0, kAny), dimensionless),
                      Field("waiting_jobs", &ShadowSide::waiting_jobs, "now", range(0, kAny)),
                      Field("running_jobs", &ShadowSide::running_jobs, "now", range(0, kAny)),
                      Field("mean_wait_s", &ShadowSide::mean_wait_s,
                            "of jobs that have started in both", range(0, kAny), dimensionless),
                      Field("p50_wait_s", &ShadowSide::p50_wait_s, "of the last 50,000 of them",
                            range(0, kAny), dimensionless),
                      Field("p95_wait_s", &ShadowSide::p95_wait_s, "of the last 50,000 of them",
                            range(0, kAny), dimensionless),
                      Field("mean_bounded_slowdown", &ShadowSide::mean_bounded_slowdown,
                            "of jobs that are over in both", range(0, kAny), dimensionless),
                      Field("utilization", &ShadowSide::utilization,
                            "GPU time held, of what was installed", range(0, 1), dimensionless),
                      Field("lent_gpu_hours", &ShadowSide::lent_gpu_hours,
                            "held of others' machines", range(0, kAny), dimensionless));
  }
};
struct ShadowMember {
  std::string member;
  std::int64_t jobs = 0, live_mean_wait_s = 0, shadow_mean_wait_s = 0;
  double live_gpu_hours = 0, shadow_gpu_hours = 0, live_lent_gpu_hours = 0,
         shadow_lent_gpu_hours = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("member", &ShadowMember::member, "whose"),
        Field("jobs", &ShadowMember::jobs, "that have started in both", range(0, kAny)),
        Field("live_mean_wait_s", &ShadowMember::live_mean_wait_s, "of them", range(0, kAny),
              dimensionless),
        Field("shadow_mean_wait_s", &ShadowMember::shadow_mean_wait_s, "of them", range(0, kAny),
              dimensionless),
        Field("live_gpu_hours", &ShadowMember::live_gpu_hours, "held by its jobs", range(0, kAny),
              dimensionless),
        Field("shadow_gpu_hours", &ShadowMember::shadow_gpu_hours, "held by its jobs",
              range(0, kAny), dimensionless),
        Field("live_lent_gpu_hours", &ShadowMember::live_lent_gpu_hours,
              "of its machines, held by others", range(0, kAny), dimensionless),
        Field("shadow_lent_gpu_hours", &ShadowMember::shadow_lent_gpu_hours,
              "of its machines, held by others", range(0, kAny), dimensionless));
  }
};
struct ShadowJob {
  std::int64_t job = 0, earlier_s = 0;
  std::string member, live_start, shadow_start;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("job", &ShadowJob::job, "its number", range(1, kAny)),
                      Field("earlier_s", &ShadowJob::earlier_s, "in the shadow; less than 0: later",
                            range(-kAny, kAny), dimensionless),
                      Field("member", &ShadowJob::member, "whose"),
                      Field("live_start", &ShadowJob::live_start, "when"),
                      Field("shadow_start", &ShadowJob::shadow_start, "when"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("shadow", &ShadowView::shadow, "its id in the hub's configuration"),
        Field("policy", &ShadowView::policy, "live, fcfs, easy or dure"),
        Field("since", &ShadowView::since,
              "it began as a copy of the live world; empty: with the record"),
        Field("at", &ShadowView::at, "of its last fact"),
        Field("stopped", &ShadowView::stopped, "why it is not going on; empty: it is", free_text),
        Field("set", &ShadowView::set, "changes of the policy"),
        Field("compared_jobs", &ShadowView::compared_jobs,
              "that have started in both since then: waits are of these", range(0, kAny)),
        Field("less_reserved", &ShadowView::less_reserved,
              "reservations that were made smaller, for there was less room", range(0, kAny),
              dimensionless),
        Field("late_gpu_hours", &ShadowView::late_gpu_hours,
              "held in the shadow for longer than jobs really ran, for nobody knew yet",
              range(0, kAny), dimensionless),
        Field("live", &ShadowView::live_side, "the live world"),
        Field("beside", &ShadowView::shadow_side, "the shadow"),
        Field("members", &ShadowView::members, "each"),
        Field("jobs", &ShadowView::jobs, "the largest differences, first"));
  }
};
struct ShadowsView {
  std::vector<ShadowView> shadows;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("shadows", &ShadowsView::shadows, "in the order of the configuration"));
  }
};

}  // namespace dure
