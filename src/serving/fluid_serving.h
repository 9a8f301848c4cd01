// A service by rates: what the request-level engine (serving_run.h) gives on average, in closed
// form, for a nation of services. Units: ms, tokens, requests; rates are of the whole service.
//
// Sequences that decode share a replica's steps, so a replica is a queue of shared processing whose
// speed depends on how many there are: n of them get n tokens in t(n) = decode_ms(n, n k) of the
// time that prompts leave. Such a queue has a product form that depends on the lengths by their
// mean alone (Kelly, "Reversibility and Stochastic Networks", 1979, section 3.3):
//   w(n) / w(n-1) = lambda m t(n) / (n (1 - rho)),  rho = lambda x mean prefill time,
//   m = mean decode steps of a request, k = mean tokens in the cache of a sequence while it decodes
// up to N; beyond, one waits and the ratio stays that of N. N is the least of the places of the
// batch, the sequences that the cache holds, and m chunk / new: a step ends chunk / new prompts at
// most, and each decodes for m steps. Replicas behind a router that takes the least loaded share n
// evenly.
//   tokens/s, batch   from w;      TPOT = E[n] / (lambda m)  (Little)
//   capacity          1 / (m t(N) / N + prefill) for each replica
//   TTFT              rest of a step + Pollaczek-Khinchine wait for earlier prompts + own prompt,
//   each
//                     chunk with a step beside it + wait for a place: an estimate, not within 5 %
//
// Where it holds, and how well: docs/models/serving.md.
#pragma once

#include <span>
#include <vector>

#include "serving/serving_replica.h"

namespace dure {

struct LengthMix {                // means over requests
  double prompt = 0, output = 0;  // tokens
  double new_tokens = 0;          // of a prompt, not cached
  double prefill_ms = 0;          // all chunks of a prompt, alone
  double packed_ms = 0;           // where others fill what its last chunk leaves
  double chunks = 0, decode_steps = 0;
  double inverse_steps = 0;  // mean of 1 / decode steps, of requests that have some
  double kv_tokens = 0;      // in the cache of a sequence, mean over its decode steps
  double held_tokens = 0;    // blocks that it holds meanwhile, as tokens
  double prefill_ms2 = 0, prefill_chunks = 0, chunks2 = 0;  // second moments
};
// Requests with more tokens than the cache are left out, as the engine refuses them. At least one
// must be left.
LengthMix length_mix(std::span<const TokenRequest> requests, const ReplicaSpec& spec,
                     const StepModel& steps);

struct FluidSpec {
  int replicas = 1;
  ReplicaSpec replica;
  int prefill_replicas = 0;  // 0: prefill and decode share each replica
  double transfer_ms = 0;    // of a mean prompt, where they do not
};

struct FluidState {
  bool stable = false;         // below: of the offered load if stable, else of capacity
  double capacity_per_ms = 0;  // requests that can be served
  double served_per_ms = 0;
  double mean_in_batches = 0;       // sequences that decode, in all replicas
  double mean_batch = 0;            // in a replica that decodes
  double waiting = 0;               // requests without a place
  double tpot_ms = 0, ttft_ms = 0;  // means; ttft of a stable load only
  double busy_share = 0;
};
FluidState fluid_state(const FluidSpec& spec, const LengthMix& mix, const StepModel& steps,
                       double requests_per_ms);

// A load that changes: what cannot be served waits, and is served when there is room. Each step is
// taken as steady, which holds where a request is short against it.
struct FluidStep {
  FluidState state;
  double backlog = 0;  // requests, at its end
};
std::vector<FluidStep> fluid_course(const FluidSpec& spec, const LengthMix& mix,
                                    const StepModel& steps, std::span<const double> requests_per_ms,
                                    double step_ms);

}  // namespace dure
