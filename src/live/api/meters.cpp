#include "live/api/meters.h"

#include "live/api/meters_state.h"

namespace dure {
namespace {

using Bounds = prometheus::Histogram::BucketBoundaries;
// Seconds; the aims are 20 ms for calls and a few ms for a commit.
const Bounds kSeconds{0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
const Bounds kEntries{1, 3, 10, 30, 100, 300, 1'000, 3'000, 10'000};

}  // namespace

Meters::Meters() : state_(std::make_unique<State>()) {}
Meters::~Meters() = default;

void Meters::answered(const std::string& route, int status, double seconds) {
  state_->took.Add({{"route", route}}, kSeconds).Observe(seconds);
  state_->answers.Add({{"route", route}, {"status", std::to_string(status / 100) + "xx"}})
      .Increment();
}

void Meters::stored(std::size_t entries, double seconds) {
  state_->commits.Add({}, kSeconds).Observe(seconds);
  state_->entries.Add({}, kEntries).Observe(static_cast<double>(entries));
}

}  // namespace dure
