#include "serving/fluid_serving.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

LengthMix length_mix(std::span<const TokenRequest> requests, const ReplicaSpec& spec,
                     const StepModel& steps) {
  LengthMix m;
  double n = 0, several = 0, kv = 0, held = 0;
  for (const TokenRequest& r : requests) {
    const std::int64_t most = std::int64_t{r.prompt} + r.output - 1;
    if (spec.blocks(most) > spec.kv_blocks) continue;
    ++n;
    m.prompt += r.prompt;
    m.output += r.output;
    double prefill = 0, packed = 0, chunks = 0;
    for (std::int32_t at = r.cached; at < r.prompt; at += spec.chunk_tokens, ++chunks) {
      const int tokens = std::min(spec.chunk_tokens, r.prompt - at);
      prefill += steps.prefill_ms(tokens, at);
      packed += steps.prefill_ms(spec.chunk_tokens, at) * tokens / spec.chunk_tokens;
    }
    prefill = std::max(prefill, static_cast<double>(r.fetch_ms));
    m.new_tokens += r.prompt - r.cached;
    m.packed_ms += std::min(prefill, packed);
    m.prefill_ms += prefill;
    m.chunks += chunks;
    m.prefill_ms2 += prefill * prefill;
    m.prefill_chunks += prefill * chunks;
    m.chunks2 += chunks * chunks;
    const double d = r.output - 1;
    m.decode_steps += d;
    if (d > 0) {
      ++several;
      m.inverse_steps += 1 / d;
    }
    kv += d * r.prompt + d * (d + 1) / 2;
    held += d * (spec.admission == Admission::reserve
                     ? static_cast<double>(spec.blocks(most) * spec.block_tokens)
                     : r.prompt + (d + 1) / 2 + (spec.block_tokens - 1) / 2.0);
  }
  CHECK(n > 0);
  if (several > 0) {
    m.inverse_steps /= several;
    m.kv_tokens = kv / m.decode_steps;
    m.held_tokens = held / m.decode_steps;
  }
  for (double* x : {&m.prompt, &m.output, &m.new_tokens, &m.prefill_ms, &m.packed_ms, &m.chunks,
                    &m.decode_steps, &m.prefill_ms2, &m.prefill_chunks, &m.chunks2})
    *x /= n;
  return m;
}

namespace {

// Balance hardly improves beyond so many replicas, and the sum over n grows with them.
constexpr int kChained = 8;

struct DecodeLaw {                                   // of n sequences in a group of replicas
  double in_batches = 0, decoding = 0, waiting = 0;  // of one replica; decoding: share of time
  double batch() const { return decoding > 0 ? in_batches / decoding : 0; }
};

struct PromptQueue {
  double beside_ms = 0;  // the step that goes with a chunk
  double own_ms = 0, wait_ms = 0;
  double settles_ms = 0;  // how long it remembers
};

struct FluidModel {
  const FluidSpec& spec;
  const LengthMix& mix;
  const StepModel& steps;

  bool apart() const { return spec.prefill_replicas > 0; }
  double step_ms(double b) const { return steps.decode_ms(b, b * mix.kv_tokens); }
  int places() const {
    double n = spec.replica.max_seqs;
    if (mix.held_tokens > 0)
      n = std::min(n, static_cast<double>(spec.replica.kv_blocks) * spec.replica.block_tokens /
                          mix.held_tokens);
    if (!apart() && mix.decode_steps > 0)
      n = std::min(n, mix.decode_steps * spec.replica.chunk_tokens / mix.new_tokens);
    return static_cast<int>(std::max(1.0, std::round(n)));
  }
  double capacity() const {
    const double n = places();
    const double decode = mix.decode_steps > 0 ? mix.decode_steps * step_ms(n) / n : 0;
    if (!apart()) return spec.replicas / (decode + mix.packed_ms);
    const double prefill = spec.prefill_replicas / mix.packed_ms;
    return decode > 0 ? std::min(prefill, spec.replicas / decode) : prefill;
  }
  // A prompt's chunks, the fuller the more wait: `line` is the share of the chunks' tokens in use.
  double filling_ms(double line) const {
    return mix.prefill_ms + line * (mix.packed_ms - mix.prefill_ms);
  }

  // A prompt goes where the fewest are, so it disturbs fewer sequences than the mean: floor(k /
  // group) of k / group, k present. filling: prompts among them. The less so the more chunks are
  // full.
  static double at_the_least(int n, double filling, int group) {
    const auto share = [&](double k) { return k > 0 ? std::floor(k / group) / (k / group) : 0; };
    const double whole = std::floor(filling), part = filling - whole;
    return (1 - part) * share(n + whole) + part * share(n + whole + 1);
  }

  // lambda: of one replica. rho: share of its time for prompts alone. steps: of a request, those
  // that earlier prompts delay included.
  DecodeLaw law(double lambda, double rho, double line, double decode_steps) const {
    DecodeLaw out;
    if (decode_steps <= 0 || lambda <= 0) return out;
    const int group = std::min(spec.replicas, kChained), most = group * places();
    const double offered = lambda * group * decode_steps, filling = group * rho;
    const auto ratio = [&](int n) {
      const double disturbed = 1 - (1 - line) * (1 - at_the_least(n, filling, group));
      return offered * step_ms(std::max(1.0, static_cast<double>(n) / group)) /
             (n * (1 - rho * disturbed));
    };
    double w = 1, sum = 1, in = 0, decoding = 0;  // scaled as it grows: the largest is about 1
    for (int n = 1; n <= most; ++n) {
      w *= ratio(n);
      if (w > 1e200) {
        for (double* x : {&w, &sum, &in, &decoding}) *x *= 1e-200;
      }
      sum += w;
      in += w * n;
      decoding += w * std::min(n, group);
    }
    const double r = ratio(most);
    double waiting = 0;
    if (r < 1) {  // beyond: w r, w r^2, ...
      const double beyond = w * r / (1 - r);
      sum += beyond;
      in += beyond * most;
      decoding += beyond * group;
      waiting = w * r / ((1 - r) * (1 - r));
    }
    out.in_batches = in / sum / group;
    out.decoding = decoding / sum / group;
    out.waiting = waiting / sum / group;
    return out;
  }

  // Pollaczek and Khinchine; several replicas take the next prompt where the fewest are. filled:
  // prompts a ms at one replica.
  PromptQueue prompts(double filled, double line, const DecodeLaw& law) const {
    PromptQueue q;
    if (!apart()) q.beside_ms = law.decoding * step_ms(law.batch());
    q.own_ms = mix.prefill_ms + mix.chunks * q.beside_ms;
    const double square = mix.prefill_ms2 + 2 * mix.prefill_chunks * q.beside_ms +
                          mix.chunks2 * q.beside_ms * q.beside_ms;
    const double chunks =
        mix.chunks + line * (mix.new_tokens / spec.replica.chunk_tokens - mix.chunks);
    const double used = std::min(filled * (filling_ms(line) + chunks * q.beside_ms), 0.99);
    const int group = apart() ? spec.prefill_replicas : spec.replicas;
    q.wait_ms = filled * square / (2 * (1 - used)) / std::sqrt(std::min(group, kChained));
    q.settles_ms = q.wait_ms / (1 - used);
    return q;
  }
  // A sequence begins to decode where its prompt ended, with the prompts that came meanwhile before
  // it: more of them than at a step taken at random, since steps with a chunk take longer. In
  // steps.
  double left_behind(const PromptQueue& q, const DecodeLaw& law, double rho) const {
    const double step = step_ms(law.batch());
    if (step <= 0 || mix.chunks <= 0) return 0;
    const double chunk = mix.prefill_ms / mix.chunks;
    const double more = std::max(0.0, 1 - step / (1 - rho) / (step + chunk));
    const double stay =
        mix.decode_steps * step / (1 - rho);  // the longer, the more of them it meets
    const double wait = q.wait_ms / std::sqrt(std::min(spec.replicas, kChained));  // met by few
    return wait / (step + chunk) * more * chunk / step * stay / (stay + q.settles_ms);
  }
};

}  // namespace

FluidState fluid_state(const FluidSpec& spec, const LengthMix& mix, const StepModel& steps,
                       double requests_per_ms) {
  CHECK(requests_per_ms >= 0 && spec.replicas >= 1);
  const FluidModel f{spec, mix, steps};
  FluidState s;
  s.capacity_per_ms = f.capacity();
  s.stable = requests_per_ms < s.capacity_per_ms;
  s.served_per_ms = s.stable ? requests_per_ms : s.capacity_per_ms;
  const double lambda = s.served_per_ms / spec.replicas;
  const double filled = s.served_per_ms / (f.apart() ? spec.prefill_replicas : spec.replicas);
  const double line = std::min(1.0, requests_per_ms / s.capacity_per_ms);
  const double rho = filled * f.filling_ms(line);
  if (!s.stable) {  // every place is taken
    s.mean_batch = f.places();
    s.mean_in_batches = s.mean_batch * spec.replicas;
    s.tpot_ms = mix.decode_steps > 0 ? s.mean_in_batches / (s.served_per_ms * mix.decode_steps) : 0;
    s.busy_share = 1;
    return s;
  }
  const double shared_rho = f.apart() ? 0 : rho;
  DecodeLaw law = f.law(lambda, shared_rho, line, mix.decode_steps);
  const PromptQueue prompts = f.prompts(filled, line, law);
  if (!f.apart())
    law = f.law(lambda, shared_rho, line, mix.decode_steps + f.left_behind(prompts, law, rho));
  s.mean_in_batches = law.in_batches * spec.replicas;
  s.mean_batch = law.batch();
  s.waiting = law.waiting * spec.replicas;
  if (s.served_per_ms > 0 && mix.decode_steps > 0)
    s.tpot_ms = s.mean_in_batches / (s.served_per_ms * mix.decode_steps);
  // What comes from elsewhere is sent, and joins at the next boundary.
  if (f.apart()) s.tpot_ms += mix.inverse_steps * (spec.transfer_ms + f.step_ms(law.batch()) / 2);
  s.busy_share = f.apart() ? (rho * spec.prefill_replicas + law.decoding * spec.replicas) /
                                 (spec.prefill_replicas + spec.replicas)
                           : 1 - (1 - rho) * (1 - law.decoding);
  s.ttft_ms = prompts.beside_ms / 2 + prompts.wait_ms + prompts.own_ms;
  if (s.served_per_ms > 0) s.ttft_ms += s.waiting / s.served_per_ms;
  return s;
}

std::vector<FluidStep> fluid_course(const FluidSpec& spec, const LengthMix& mix,
                                    const StepModel& steps, std::span<const double> requests_per_ms,
                                    double step_ms) {
  std::vector<FluidStep> out;
  double backlog = 0;
  for (const double rate : requests_per_ms) {
    const double offered = rate + backlog / step_ms;
    FluidStep s{fluid_state(spec, mix, steps, offered), 0};
    backlog = std::max(0.0, (offered - s.state.served_per_ms) * step_ms);
    s.backlog = backlog;
    out.push_back(s);
  }
  return out;
}

}  // namespace dure
