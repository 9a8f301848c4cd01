// A service, request by request: replicas behind a router, in one pool or with prefill and decode
// apart, scaled by their load or not. Units: ms, tokens, GB = 10^9 bytes.
//
//   routing    to the ready replica with the fewest requests present; of equals the first
//   apart      a prompt is filled in the prefill pool, its KV cache is sent over that replica's
//   link
//              (one after another: latency + tokens x kv_bytes / link), and decoded in the other
//              pool, which reserves the whole answer's blocks (Splitwise, ISCA 2024; DistServe,
//              OSDI 2024). Its first token comes from the prefill pool.
//   scaling    every interval: wanted = ceil(present / (target x max_seqs)), within [least, most];
//              the highest wanted of the last `down_after` holds. A new replica is paid from the
//              order and takes requests after `warmup`; one that is not wanted takes no more, and
//              is off when empty. The last started goes first.
//
// Invariants: 1. Each request ends once, or is refused once with a reason, never both.
//             2. Tokens given by the replicas = tokens asked by those that ended.
//             3. Equal input, equal outcome, to the bit.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "serving/serving_replica.h"

namespace dure {

struct ScalingSpec {
  double interval_ms = 0;  // 0: none, all replicas run from the start
  double target = 0.6;     // of the places in the batches
  double warmup_ms = 0, down_after_ms = 0;
  int least = 1;  // ready at the start; the most is ServingSpec::replicas
};

struct DisaggregationSpec {
  int prefill_replicas = 0;  // 0: prefill and decode share each replica
  double kv_bytes_per_token = 0, link_gb_per_s = 0, link_ms = 0;
};

struct ServiceSlo {
  double ttft_ms = 0, tpot_ms = 0;  // 0: none
};

struct ServingSpec {
  int replicas = 1;  // with prefill apart: of the decode pool
  ReplicaSpec replica;
  DisaggregationSpec apart;
  ScalingSpec scaling;
  ServiceSlo slo;
  std::int64_t max_waiting = 0;  // at a replica, beyond which a request is refused; 0: no limit
};

// Nearest rank: the value that p percent are not above. None of none is 0.
struct Percentiles {
  double mean = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, most = 0;
};
Percentiles percentiles(std::vector<float>&& values);

struct ServingResult {
  std::int64_t requests = 0, ended = 0, too_long = 0, queue_full = 0, no_replica = 0;
  std::int64_t tokens_in = 0, tokens_out = 0;  // of those that ended
  double span_ms = 0;                          // first arrival to last end
  Percentiles ttft_ms, tpot_ms, e2e_ms;        // tpot: of those with two tokens at least
  double slo_share = 0;                        // of all requests: ended within both limits
  double requests_per_s = 0, tokens_out_per_s = 0;
  double busy_share = 0;       // of paid replica time: a step ran
  double mean_batch = 0;       // sequences that decode, over the time with one at least
  double mean_in_batches = 0;  // sequences that decode, over the span, in all replicas
  double peak_kv_share = 0;
  double replica_h = 0;   // paid
  int most_replicas = 0;  // paid at once
  double step_bend = 0;   // StepTable::bend: how far the steps are from straight lines
  ReplicaUse use, prefill_use;
  std::vector<RequestOutcome> outcomes;  // in the order of the requests
};

// requests: in the order of their arrival. What cannot be run is a Fault: an unsorted list, a
// request without tokens, a cache that holds no block, a pool without replicas.
Result<ServingResult> run_requests(const ServingSpec& spec, const StepModel& steps,
                                   std::span<const TokenRequest> requests);

}  // namespace dure
