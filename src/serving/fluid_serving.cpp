#include "serving/fluid_serving.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

LengthMix length_mix(std::span<const TokenRequest> requests, const ReplicaSpec& spec,
                     const StepModel& steps) {
  LengthMix m;
  double n = 0, kv = 0, held = 0;
  for (const TokenRequest& r : requests) {
    const std::int64_t most = std::int64_t{r.prompt} + r.output - 1;
    if (spec.blocks(most) > spec.kv_blocks) continue;
    ++n;
    m.prompt += r.prompt;
    m.output += r.output;
    double prefill = 0, chunks = 0;
    for (std::int32_t at = r.cached; at < r.prompt; at += spec.chunk_tokens, ++chunks)
      prefill += steps.prefill_ms(std::min(spec.chunk_tokens, r.prompt - at), at);
    prefill = std::max(prefill, static_cast<double>(r.fetch_ms));
    m.prefill_ms += prefill;
    m.chunks += chunks;
    m.prefill_ms2 += prefill * prefill;
    m.prefill_chunks += prefill * chunks;
    m.chunks2 += chunks * chunks;
    const double d = r.output - 1;
    m.decode_steps += d;
    kv += d * r.prompt + d * (d + 1) / 2;
    held += d * (spec.admission == Admission::reserve
                     ? static_cast<double>(spec.blocks(most) * spec.block_tokens)
                     : r.prompt + (d + 1) / 2 + (spec.block_tokens - 1) / 2.0);
  }
  CHECK(n > 0);
  if (m.decode_steps > 0) {
    m.kv_tokens = kv / m.decode_steps;
    m.held_tokens = held / m.decode_steps;
  }
  for (double* x : {&m.prompt, &m.output, &m.prefill_ms, &m.chunks, &m.decode_steps, &m.prefill_ms2,
                    &m.prefill_chunks, &m.chunks2})
    *x /= n;
  return m;
}

namespace {

// Balance hardly improves beyond so many replicas, and the sum over n grows with them.
constexpr int kChained = 8;

struct DecodeLaw {  // of n sequences in a group of replicas
  double in_batches = 0, decoding = 0, waiting = 0;
};

struct FluidModel {
  const FluidSpec& spec;
  const LengthMix& mix;
  const StepModel& steps;

  bool apart() const { return spec.prefill_replicas > 0; }
  double step_ms(double b) const { return steps.decode_ms(b, b * mix.kv_tokens); }
  int places() const {
    if (mix.held_tokens <= 0) return spec.replica.max_seqs;
    const double kv = static_cast<double>(spec.replica.kv_blocks) * spec.replica.block_tokens;
    return static_cast<int>(
        std::clamp(kv / mix.held_tokens, 1.0, static_cast<double>(spec.replica.max_seqs)));
  }
  double capacity() const {
    const double n = places();
    const double decode = mix.decode_steps > 0 ? mix.decode_steps * step_ms(n) / n : 0;
    if (!apart()) return spec.replicas / (decode + mix.prefill_ms);
    const double prefill = spec.prefill_replicas / mix.prefill_ms;
    return decode > 0 ? std::min(prefill, spec.replicas / decode) : prefill;
  }

  // lambda: of one replica. rho: share of its time for prompts alone.
  DecodeLaw law(double lambda, double rho) const {
    DecodeLaw out;
    if (mix.decode_steps <= 0 || lambda <= 0) return out;
    const int group = std::min(spec.replicas, kChained), most = group * places();
    const double offered = lambda * group * mix.decode_steps / (1 - rho);
    const auto ratio = [&](int n) {
      return offered * step_ms(std::max(1.0, static_cast<double>(n) / group)) / n;
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
  const double rho = filled * mix.prefill_ms;
  if (!s.stable) {  // every place is taken
    s.mean_batch = f.places();
    s.mean_in_batches = s.mean_batch * spec.replicas;
    s.tpot_ms = mix.decode_steps > 0 ? s.mean_in_batches / (s.served_per_ms * mix.decode_steps) : 0;
    s.busy_share = 1;
    return s;
  }
  const DecodeLaw law = f.law(lambda, f.apart() ? 0 : rho);
  s.mean_in_batches = law.in_batches * spec.replicas;
  s.mean_batch = law.decoding > 0 ? law.in_batches / law.decoding : 0;
  s.waiting = law.waiting * spec.replicas;
  if (s.served_per_ms > 0 && mix.decode_steps > 0)
    s.tpot_ms = s.mean_in_batches / (s.served_per_ms * mix.decode_steps);
  s.busy_share = f.apart() ? (rho * spec.prefill_replicas + law.decoding * spec.replicas) /
                                 (spec.prefill_replicas + spec.replicas)
                           : 1 - (1 - rho) * (1 - law.decoding);
  // A prompt: its chunks, and where sequences decode a step of theirs beside each.
  const double beside = f.apart() || s.mean_batch <= 0 ? 0 : law.decoding * f.step_ms(s.mean_batch);
  const double one = mix.prefill_ms + mix.chunks * beside;
  const double square =
      mix.prefill_ms2 + 2 * mix.prefill_chunks * beside + mix.chunks2 * beside * beside;
  const double used = std::min(filled * one, 0.999);
  s.ttft_ms = beside / 2 + filled * square / (2 * (1 - used)) + one;
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
