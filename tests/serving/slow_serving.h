// The slow, obvious serving engine: every step of every replica one by one, every count taken anew.
// Rules: src/serving/serving_replica.h and serving_run.h, one pool, no scaling.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
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
    std::int64_t todo = 0, context = 0;
    double spent = 0, fetch = 0;
  };

  SlowReplica(const ServingSpec& spec, const StepModel& steps) : spec_(spec), steps_(steps) {}

  std::int64_t present() const {
    return static_cast<std::int64_t>(queue_.size() + running_.size()) + (filling_ ? 1 : 0);
  }
  double ends() const { return ends_; }
  std::int64_t peak_blocks = 0, preemptions = 0;

  void take(std::size_t id, const TokenRequest& r, double t) {
    queue_.push_back({id, r.prompt, r.output, r.prompt + r.output - 1, r.prompt - r.cached,
                      r.cached, 0, r.fetch_ms});
    if (ends_ == LeastTree::kNever) begin(t);
  }
  void step(std::vector<RequestOutcome>& out) {
    const double t = ends_;
    for (Seq& s : running_) ++s.tokens, --s.left;
    if (filling_) {
      filling_->todo -= chunk_;
      filling_->context += chunk_;
      if (filling_->todo == 0) {
        Seq s = *filling_;
        filling_.reset();
        if (out[s.id].first_ms < 0) out[s.id].first_ms = t;
        --s.left;
        running_.push_back(s);
      }
    }
    std::erase_if(running_, [&](const Seq& s) {
      if (s.left == 0) out[s.id].end_ms = t;
      return s.left == 0;
    });
    begin(t);
  }

 private:
  std::int64_t blocks(std::int64_t tokens) const { return spec_.replica.blocks(tokens); }
  bool grows() const { return spec_.replica.admission == Admission::grow; }
  std::int64_t used() const {
    std::int64_t n = filling_ ? blocks(grows() ? filling_->tokens : filling_->whole) : 0;
    for (const Seq& s : running_) n += blocks(grows() ? s.tokens : s.whole);
    return n;
  }
  std::int64_t used_after() const {  // the next step
    std::int64_t n = filling_ ? blocks(grows() ? filling_->tokens : filling_->whole) : 0;
    for (const Seq& s : running_) n += blocks(grows() ? s.tokens + 1 : s.whole);
    return n;
  }
  void begin(double t) {
    const auto running = static_cast<std::int64_t>(running_.size());
    if (!filling_ && !queue_.empty() && running < spec_.replica.max_seqs) {
      const Seq& s = queue_.front();
      const std::int64_t need = grows() ? blocks(s.tokens) + running : blocks(s.whole);
      if (used() + need <= spec_.replica.kv_blocks) {
        filling_ = s;
        queue_.pop_front();
      }
    }
    while (used_after() > spec_.replica.kv_blocks) {
      Seq s;
      if (filling_) {
        s = *filling_;
        filling_.reset();
      } else {
        s = running_.back();  // in the order in which they entered
        running_.pop_back();
        ++s.tokens;
      }
      s.todo = s.tokens;
      s.context = 0;
      s.spent = s.fetch = 0;
      queue_.push_front(s);
      ++preemptions;
    }
    peak_blocks = std::max({peak_blocks, used(), used_after()});
    ends_ = LeastTree::kNever;
    if (!filling_ && running_.empty()) return;
    double took = 0;
    if (!running_.empty()) {
      std::int64_t kv = 0;
      for (const Seq& s : running_) kv += s.tokens + 1;
      took = steps_.decode_ms(static_cast<double>(running_.size()), static_cast<double>(kv));
    }
    if (filling_) {
      chunk_ = std::min<std::int64_t>(filling_->todo, spec_.replica.chunk_tokens);
      double p =
          steps_.prefill_ms(static_cast<double>(chunk_), static_cast<double>(filling_->context));
      filling_->spent += p;
      if (chunk_ == filling_->todo) p += std::max(0.0, filling_->fetch - filling_->spent);
      took += p;
    }
    ends_ = t + took;
  }

  const ServingSpec& spec_;
  const StepModel& steps_;
  std::deque<Seq> queue_;
  std::vector<Seq> running_;
  std::optional<Seq> filling_;
  std::int64_t chunk_ = 0;
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
