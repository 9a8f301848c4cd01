// The slow, obvious serving engine: every step of every replica one by one, every count taken anew.
// Rules: src/serving/serving_replica.h and serving_run.h, one pool, no scaling.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "serving/serving_run.h"

namespace dure {

class SlowReplica {
 public:
  struct Seq {
    std::size_t id;
    std::int64_t tokens;  // in the cache
    std::int64_t left;    // tokens still to be given
    std::int64_t whole;   // tokens it will keep in the end
    std::int64_t todo = 0, context = 0, chunk = 0;
    double spent = 0, fetch = 0;
  };

  SlowReplica(const ServingSpec& spec, const StepModel& steps) : spec_(spec), steps_(steps) {}

  std::int64_t present() const {
    return static_cast<std::int64_t>(queue_.size() + running_.size() + filling_.size());
  }
  double ends() const { return ends_; }
  std::int64_t peak_blocks = 0, preemptions = 0;

  void take(std::size_t id, const TokenRequest& r, double t) {
    queue_.push_back({id, r.prompt, r.output, r.prompt + r.output - 1, r.prompt - r.cached,
                      r.cached, 0, 0, r.fetch_ms});
    if (ends_ == LeastTree::kNever) begin(t);
  }
  void step(std::vector<RequestOutcome>& out) {
    const double t = ends_;
    for (Seq& s : running_) ++s.tokens, --s.left;
    for (Seq& s : filling_) {
      s.todo -= s.chunk;
      s.context += s.chunk;
      if (s.todo > 0) continue;
      if (out[s.id].first_ms < 0) out[s.id].first_ms = t;
      --s.left;
      running_.push_back(s);
    }
    std::erase_if(filling_, [](const Seq& s) { return s.todo == 0; });
    std::erase_if(running_, [&](const Seq& s) {
      if (s.left == 0) out[s.id].end_ms = t;
      return s.left == 0;
    });
    begin(t);
  }

 private:
  std::int64_t blocks(std::int64_t tokens) const { return spec_.replica.blocks(tokens); }
  bool grows() const { return spec_.replica.admission == Admission::grow; }
  std::int64_t used(std::int64_t more = 0) const {  // more: tokens of each that runs
    std::int64_t n = 0;
    for (const Seq& s : filling_) n += blocks(grows() ? s.tokens : s.whole);
    for (const Seq& s : running_) n += blocks(grows() ? s.tokens + more : s.whole);
    return n;
  }
  void throw_out_last() {  // they lie in the order in which they entered
    Seq s;
    if (!filling_.empty()) {
      s = filling_.back();
      filling_.pop_back();
    } else {
      s = running_.back();
      running_.pop_back();
      ++s.tokens;
    }
    s.todo = s.tokens;
    s.context = 0;
    s.spent = s.fetch = 0;
    queue_.push_front(s);
    ++preemptions;
  }
  void deal_chunk() {
    std::int64_t room = spec_.replica.chunk_tokens;
    for (Seq& s : filling_) room -= s.chunk = std::min(room, s.todo);
    while (room > 0 && !queue_.empty()) {
      const auto beside = static_cast<std::int64_t>(running_.size() + filling_.size());
      Seq s = queue_.front();
      const std::int64_t need = grows() ? blocks(s.tokens) + beside : blocks(s.whole);
      if (beside >= spec_.replica.max_seqs || used() + need > spec_.replica.kv_blocks) break;
      queue_.pop_front();
      room -= s.chunk = std::min(room, s.todo);
      filling_.push_back(s);
    }
  }
  void begin(double t) {
    while (used(1) > spec_.replica.kv_blocks) throw_out_last();
    deal_chunk();
    peak_blocks = std::max({peak_blocks, used(), used(1)});
    ends_ = LeastTree::kNever;
    if (filling_.empty() && running_.empty()) return;
    double took = 0;
    if (!running_.empty()) {
      std::int64_t kv = 0;
      for (const Seq& s : running_) kv += s.tokens + 1;
      took = steps_.decode_ms(static_cast<double>(running_.size()), static_cast<double>(kv));
    }
    double tokens = 0, pairs = 0, prefill = 0;
    for (const Seq& s : filling_)
      for (std::int64_t i = 0; i < s.chunk; ++i, ++tokens)
        pairs += static_cast<double>(s.context + i) + 0.5;
    if (tokens > 0) prefill = steps_.prefill_ms(tokens, std::max(0.0, pairs / tokens - tokens / 2));
    for (const Seq& s : filling_)
      if (s.chunk == s.todo) prefill = std::max(prefill, s.fetch - s.spent);
    for (Seq& s : filling_) s.spent += prefill;
    ends_ = t + took + prefill;
  }

  const ServingSpec& spec_;
  const StepModel& steps_;
  std::deque<Seq> queue_;
  std::vector<Seq> running_;
  std::vector<Seq> filling_;
  double ends_ = LeastTree::kNever;
};

struct SlowResult {
  std::vector<RequestOutcome> outcomes;
  std::int64_t peak_blocks = 0, preemptions = 0;
};

inline SlowResult slow_run(const ServingSpec& spec, const StepModel& steps,
                           std::span<const TokenRequest> requests) {
  SlowResult r;
  r.outcomes.resize(requests.size());
  std::vector<SlowReplica> replicas(static_cast<std::size_t>(spec.replicas),
                                    SlowReplica(spec, steps));
  std::size_t next = 0;
  for (;;) {
    const auto soon = std::ranges::min_element(replicas, {}, &SlowReplica::ends);
    const double arrival = next < requests.size() ? requests[next].at_ms : LeastTree::kNever;
    if (soon->ends() <= arrival) {
      if (soon->ends() == LeastTree::kNever) break;
      soon->step(r.outcomes);
      continue;
    }
    const TokenRequest& q = requests[next];
    if (spec.replica.blocks(q.prompt + q.output - 1) > spec.replica.kv_blocks)
      r.outcomes[next].refused = RefusedRequest::too_long;
    else
      std::ranges::min_element(replicas, {}, &SlowReplica::present)->take(next, q, arrival);
    ++next;
  }
  for (const SlowReplica& s : replicas) {
    r.peak_blocks = std::max(r.peak_blocks, s.peak_blocks);
    r.preemptions += s.preemptions;
  }
  return r;
}

}  // namespace dure
