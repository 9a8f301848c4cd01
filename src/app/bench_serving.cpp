#include "app/bench_serving.h"

#include <fmt/core.h>

#include "app/command.h"
#include "app/serving_input.h"
#include "base/check.h"
#include "serving/advisor.h"
#include "serving/arrivals.h"
#include "serving/serving_run.h"

namespace dure {
namespace {

constexpr double kAim = 1e6;  // requests/s on one core, the aim of the issue
constexpr const char* kAimWords = "a million requests/s on one core";

// Prompts of 990 tokens and answers of 206 on average, as lognormal laws; chunks of 512. A replica
// can serve 19.8 of them a second.
void bench_engine(bool quick, std::vector<BenchRow>& rows) {
  LinearStep steps;
  steps.prefill_fixed_ms = 2;
  steps.prefill_token_ms = 0.02;
  steps.prefill_pair_ms = 1e-7;
  steps.decode_fixed_ms = 8;
  steps.decode_sequence_ms = 0.03;
  steps.decode_kv_token_ms = 2e-5;
  struct Case {
    int replicas;
    double load;
  };
  for (const Case c :
       {Case{1, 0.7}, Case{64, 0.3}, Case{64, 0.7}, Case{64, 0.95}, Case{1000, 0.7}}) {
    ServingSpec spec;
    spec.replicas = c.replicas;
    spec.replica = {256, 512, 16, 25'000, Admission::grow};
    const ArrivalLaw law{19.8 * c.load * c.replicas, 990, 206, 1, 0.8, 30'000, {}};
    const auto requests = drawn_requests(law, quick ? 200'000 : 2'000'000, 1);
    const double before = cpu_seconds();
    const auto run = run_requests(spec, steps, requests);
    const double s = cpu_seconds() - before;
    CHECK(run && run.value().ended == static_cast<std::int64_t>(requests.size()));
    const double per_s = static_cast<double>(requests.size()) / s;
    rows.push_back({fmt::format("serving.{}-replicas.load-{:.0f}", c.replicas, 100 * c.load),
                    "requests/s", per_s, per_s / kAim, kAimWords});
  }
}

}  // namespace

Result<Done> bench_serving(bool quick, const std::string& service, std::vector<BenchRow>& rows) {
  bench_engine(quick, rows);
  if (service.empty()) return Done{};
  const auto read = read_service(service, {});
  if (!read) return read.faults().front();
  const double before = cpu_seconds();
  const Advice advice = advise_memory(read.value());
  rows.push_back({"serving.advice", "s", cpu_seconds() - before, 0, ""});
  rows.push_back({"serving.advice.choices", "sizes", static_cast<double>(advice.choices), 0, ""});
  return Done{};
}

}  // namespace dure
