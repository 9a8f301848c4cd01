// The answers of /api/v1/forecast, worked out on a copy of the live world (live/foresight.h): when
// each waiting job starts, what members and sites hold in the next hours, and both again with some
// settings changed. What runs ahead is sched/ahead.h: docs/decisions/0016-looking-ahead.md.
// Invariant: 1. Before and after are drawn with the same key: what differs is what was changed.
#pragma once

#include <utility>
#include <vector>

#include "live/api/forecast_views.h"
#include "live/foresight.h"
#include "live/what_if.h"

namespace dure {

// The oldest so many of the queue are looked at, the samples run for so long, and cost so much.
inline constexpr std::size_t kMostForecast = 10'000;
inline constexpr Millis kFarthest{7 * kMsPerDay};
inline constexpr std::int64_t kForecastEvents = 1'500'000;

using Said = std::vector<std::pair<JobId, Forecast>>;

JobForecastView job_forecast(const WorldCopy& look, JobId job, Said& said);
// All jobs that were looked at, not yet a page of them.
QueueForecastView queue_forecast(const WorldCopy& look, std::int64_t hours, Said& said);
WhatIfView what_if_answer(const WorldCopy& look, const WhatIf& what, const ForecastBody& asked);

std::string state_text(JobState state);

}  // namespace dure
