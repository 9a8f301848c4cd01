#include "serving/serving_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <queue>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

// Replicas of one role, the next of their events, and who has the least to do.
class ServingPool {
 public:
  ServingPool(const ServingSpec& spec, const StepTable& steps, PoolRole role, int replicas,
              int ready, std::span<const TokenRequest> requests, std::span<RequestOutcome> outcomes)
      : events_(static_cast<std::size_t>(replicas)), loads_(static_cast<std::size_t>(replicas)) {
    for (int i = 0; i < replicas; ++i)
      replicas_.push_back(
          std::make_unique<ServingReplica>(spec.replica, steps, role, requests, outcomes));
    for (int i = 0; i < ready; ++i) open(static_cast<std::size_t>(i));
  }
  double next_ms() const { return events_.least(); }
  std::size_t next() const { return events_.winner(); }
  bool ready() const { return loads_.least() < LeastTree::kNever; }
  std::size_t least_loaded() const { return loads_.winner(); }
  std::size_t size() const { return replicas_.size(); }
  ServingReplica& at(std::size_t i) { return *replicas_[i]; }

  void take(std::size_t i, std::uint32_t id, double t) {
    replicas_[i]->take(id, t);
    changed(i);
  }
  void advance(std::size_t i, std::vector<std::uint32_t>& to_transfer) {
    replicas_[i]->advance(to_transfer);
    changed(i);
  }
  void release(std::size_t i, std::uint32_t id, double t) {
    replicas_[i]->release(id, t);
    changed(i);
  }
  void open(std::size_t i) { loads_.set(i, replicas_[i]->present()); }
  void close(std::size_t i) { loads_.set(i, LeastTree::kNever); }
  bool is_open(std::size_t i) const { return loads_.key(i) < LeastTree::kNever; }

  std::int64_t present() const {
    std::int64_t sum = 0;
    for (const auto& r : replicas_) sum += r->present();
    return sum;
  }
  ReplicaUse use() const {
    ReplicaUse sum;
    for (const auto& r : replicas_) sum.add(r->use());
    return sum;
  }
  void audit() const {
    for (const auto& r : replicas_) r->audit();
  }

 private:
  void changed(std::size_t i) {
    events_.set(i, replicas_[i]->next_ms());
    if (is_open(i)) loads_.set(i, replicas_[i]->present());
  }
  std::vector<std::unique_ptr<ServingReplica>> replicas_;
  LeastTree events_, loads_;
};

// Which replicas are paid, warming and ready. Replicas [0, wanted) are wanted.
class Autoscaler {
 public:
  Autoscaler(const ServingSpec& spec, ServingPool& pool, double start_ms)
      : spec_(spec.scaling),
        seats_(spec.scaling.target * spec.replica.max_seqs),
        pool_(pool),
        ready_(pool.size()),
        paid_from_(pool.size(), LeastTree::kNever) {
    const int n = on() ? spec_.least : spec.replicas;
    for (int i = 0; i < n; ++i) paid_from_[static_cast<std::size_t>(i)] = start_ms;
    paid_ = most_ = n;
    wanted_ = n;
    if (on()) next_ms_ = start_ms + spec_.interval_ms;
  }
  bool on() const { return spec_.interval_ms > 0; }
  double next_ms() const { return std::min(next_ms_, ready_.least()); }
  double paid_ms() const { return paid_ms_; }
  int most() const { return most_; }

  void act(double t, bool over) {
    if (ready_.least() <= next_ms_) {  // one is warm
      const std::size_t i = ready_.winner();
      ready_.set(i, LeastTree::kNever);
      pool_.open(i);
      return;
    }
    next_ms_ = over ? LeastTree::kNever : t + spec_.interval_ms;
    const double need = std::ceil(static_cast<double>(pool_.present()) / seats_);
    const int want = static_cast<int>(
        std::clamp(need, static_cast<double>(spec_.least), static_cast<double>(pool_.size())));
    past_.push_back({t, want});
    while (past_.front().at_ms < t - spec_.down_after_ms) past_.pop_front();
    wanted_ = 0;
    for (const Asked& a : past_) wanted_ = std::max(wanted_, a.replicas);
    for (std::size_t i = 0; i < pool_.size(); ++i)
      i < static_cast<std::size_t>(wanted_) ? start(i, t) : stop(i, t);
  }
  // It may be empty now.
  void emptied(std::size_t i, double t) {
    if (on() && i >= static_cast<std::size_t>(wanted_)) stop(i, t);
  }
  void close(double t) {
    for (std::size_t i = 0; i < pool_.size(); ++i) pay(i, t);
  }

 private:
  struct Asked {
    double at_ms;
    int replicas;
  };
  bool paid(std::size_t i) const { return paid_from_[i] < LeastTree::kNever; }
  void start(std::size_t i, double t) {
    if (pool_.is_open(i)) return;
    if (!paid(i)) {
      paid_from_[i] = t;
      most_ = std::max(most_, ++paid_);
      ready_.set(i, t + spec_.warmup_ms);
    } else if (ready_.key(i) == LeastTree::kNever) {
      pool_.open(i);  // it was leaving, and is warm
    }
  }
  void stop(std::size_t i, double t) {
    if (!paid(i)) return;
    pool_.close(i);
    ready_.set(i, LeastTree::kNever);
    if (pool_.at(i).present() == 0) pay(i, t);
  }
  void pay(std::size_t i, double t) {
    if (!paid(i)) return;
    paid_ms_ += std::max(0.0, t - paid_from_[i]);
    paid_from_[i] = LeastTree::kNever;
    --paid_;
  }
  const ScalingSpec spec_;
  const double seats_;
  ServingPool& pool_;
  LeastTree ready_;
  std::vector<double> paid_from_;
  std::deque<Asked> past_;
  double next_ms_ = LeastTree::kNever, paid_ms_ = 0;
  int wanted_ = 0, paid_ = 0, most_ = 0;
};

struct Transfer {
  double at_ms;
  std::uint32_t id, from;
  bool operator>(const Transfer& o) const { return at_ms != o.at_ms ? at_ms > o.at_ms : id > o.id; }
};

class ServingEngine {
 public:
  ServingEngine(const ServingSpec& spec, const StepTable& steps,
                std::span<const TokenRequest> requests, std::span<RequestOutcome> outcomes)
      : spec_(spec),
        requests_(requests),
        outcomes_(outcomes),
        prefill_(spec, steps, PoolRole::prefill, spec.apart.prefill_replicas,
                 spec.apart.prefill_replicas, requests, outcomes),
        main_(spec, steps, apart() ? PoolRole::decode : PoolRole::whole, spec.replicas,
              spec.scaling.interval_ms > 0 ? spec.scaling.least : spec.replicas, requests,
              outcomes),
        scaler_(spec, main_, requests.empty() ? 0 : requests.front().at_ms),
        link_free_ms_(static_cast<std::size_t>(spec.apart.prefill_replicas)) {}

  void run() {
    for (;;) {
      const double step = main_.next_ms(), fill = prefill_.next_ms();
      const double sent = transfers_.empty() ? LeastTree::kNever : transfers_.top().at_ms;
      const double arrival = next_ < requests_.size() ? requests_[next_].at_ms : LeastTree::kNever;
      const double scale = scaler_.next_ms();
      const double t = std::min({step, fill, sent, arrival, scale});
      if (t == LeastTree::kNever) break;
      if (step == t) {
        const std::size_t i = main_.next();
        main_.advance(i, to_transfer_);
        end_ms_ = t;
        if (scaler_.on() && main_.at(i).present() == 0) scaler_.emptied(i, t);
      } else if (fill == t) {
        filled(prefill_.next(), t);
      } else if (sent == t) {
        arrived(t);
      } else if (arrival == t) {
        route(apart() ? prefill_ : main_, static_cast<std::uint32_t>(next_++), t);
      } else {
        scaler_.act(t, next_ == requests_.size() && main_.present() == 0 && transfers_.empty() &&
                           prefill_.present() == 0);
      }
    }
    scaler_.close(end_ms_);
    main_.audit();
    prefill_.audit();
  }
  double end_ms() const { return end_ms_; }
  const Autoscaler& scaler() const { return scaler_; }
  ReplicaUse use() const { return main_.use(); }
  ReplicaUse prefill_use() const { return prefill_.use(); }

 private:
  bool apart() const { return spec_.apart.prefill_replicas > 0; }

  void route(ServingPool& pool, std::uint32_t id, double t) {
    const TokenRequest& r = requests_[id];
    RequestOutcome& o = outcomes_[id];
    o.prompt_now = r.prompt;
    o.left = r.output;
    if (spec_.replica.blocks(std::int64_t{r.prompt} + r.output - 1) > spec_.replica.kv_blocks)
      return refuse(o, RefusedRequest::too_long);
    if (!pool.ready()) return refuse(o, RefusedRequest::no_replica);
    const std::size_t i = pool.least_loaded();
    if (spec_.max_waiting > 0 &&
        pool.at(i).waiting() >= static_cast<std::size_t>(spec_.max_waiting))
      return refuse(o, RefusedRequest::queue_full);
    pool.take(i, id, t);
  }
  static void refuse(RequestOutcome& o, RefusedRequest why) {
    o.refused = why;
    o.left = 0;
  }
  void filled(std::size_t i, double t) {
    prefill_.advance(i, to_transfer_);
    end_ms_ = t;
    for (const std::uint32_t id : to_transfer_) {
      const double begin = std::max(t, link_free_ms_[i]);
      const double took = spec_.apart.link_ms + requests_[id].prompt *
                                                    spec_.apart.kv_bytes_per_token /
                                                    (spec_.apart.link_gb_per_s * 1e6);
      link_free_ms_[i] = begin + took;
      transfers_.push({begin + took, id, static_cast<std::uint32_t>(i)});
    }
    to_transfer_.clear();
  }
  void arrived(double t) {
    const Transfer x = transfers_.top();
    transfers_.pop();
    prefill_.release(x.from, x.id, t);
    main_.take(main_.least_loaded(), x.id, t);
  }

  const ServingSpec& spec_;
  std::span<const TokenRequest> requests_;
  std::span<RequestOutcome> outcomes_;
  ServingPool prefill_, main_;
  Autoscaler scaler_;
  std::priority_queue<Transfer, std::vector<Transfer>, std::greater<>> transfers_;
  std::vector<double> link_free_ms_;
  std::vector<std::uint32_t> to_transfer_;
  std::size_t next_ = 0;
  double end_ms_ = 0;
};

Result<Done> check(const ServingSpec& s, std::span<const TokenRequest> requests) {
  const auto bad = [](const char* where, const char* expected, const std::string& found) {
    return Fault{where, expected, found, ""};
  };
  const ReplicaSpec& r = s.replica;
  if (s.replicas < 1 || s.replicas > 1'000'000)
    return bad("replicas", "1 to 1,000,000", std::to_string(s.replicas));
  if (r.max_seqs < 1 || r.max_seqs > 1'000'000)
    return bad("max_seqs", "1 to 1,000,000", std::to_string(r.max_seqs));
  if (r.chunk_tokens < 1 || r.block_tokens < 1)
    return bad("chunk_tokens, block_tokens", "1 at least", "0 or less");
  if (r.kv_blocks < 1)
    return bad("kv_blocks", "room for one block at least", std::to_string(r.kv_blocks));
  if (s.apart.prefill_replicas < 0 || s.apart.prefill_replicas > 1'000'000)
    return bad("prefill_replicas", "0 to 1,000,000", std::to_string(s.apart.prefill_replicas));
  if (s.apart.prefill_replicas > 0 && !(s.apart.link_gb_per_s > 0))
    return bad("link_gb_per_s", "above 0: caches are sent over it", "0 or less");
  if (s.scaling.interval_ms > 0) {
    if (!(s.scaling.target > 0 && s.scaling.target <= 1))
      return bad("scaling.target", "above 0, at most 1", std::to_string(s.scaling.target));
    if (s.scaling.least < 1 || s.scaling.least > s.replicas)
      return bad("scaling.least", "1 to replicas", std::to_string(s.scaling.least));
  }
  double last = -LeastTree::kNever;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const TokenRequest& q = requests[i];
    const std::string where = "request " + std::to_string(i);
    if (!(q.at_ms >= last) || !std::isfinite(q.at_ms))
      return bad(where.c_str(), "an arrival not before the last one", std::to_string(q.at_ms));
    last = q.at_ms;
    if (q.prompt < 1 || q.output < 1)
      return bad(where.c_str(), "a token of prompt and of answer at least",
                 std::to_string(q.prompt) + " and " + std::to_string(q.output));
    if (q.cached < 0 || q.cached >= q.prompt || !(q.fetch_ms >= 0))
      return bad(where.c_str(), "a cached part shorter than the prompt", std::to_string(q.cached));
  }
  return Done{};
}

}  // namespace

Percentiles percentiles(std::vector<float>&& v) {
  Percentiles p;
  if (v.empty()) return p;
  double sum = 0;
  for (const float x : v) sum += x;
  p.mean = sum / static_cast<double>(v.size());
  auto from = v.begin();  // each rank leaves all above it to its right
  const auto rank = [&](double share) {
    const auto n =
        static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(v.size()) - 1e-9));
    const auto at = std::max(from, v.begin() + std::max<std::ptrdiff_t>(n, 1) - 1);
    std::nth_element(from, at, v.end());
    from = at;
    return static_cast<double>(*at);
  };
  p.p50 = rank(0.50);
  p.p90 = rank(0.90);
  p.p95 = rank(0.95);
  p.p99 = rank(0.99);
  p.most = rank(1);
  return p;
}

namespace {

void measure(const ServingSpec& spec, std::span<const TokenRequest> requests, ServingResult& r) {
  std::vector<float> ttft, tpot, e2e;
  ttft.reserve(requests.size());
  tpot.reserve(requests.size());
  e2e.reserve(requests.size());
  std::int64_t kept = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const TokenRequest& q = requests[i];
    const RequestOutcome& o = r.outcomes[i];
    r.too_long += o.refused == RefusedRequest::too_long;
    r.queue_full += o.refused == RefusedRequest::queue_full;
    r.no_replica += o.refused == RefusedRequest::no_replica;
    CHECK((o.refused == RefusedRequest::none) == (o.end_ms >= 0));  // invariant 1
    if (o.end_ms < 0) continue;
    ++r.ended;
    r.tokens_in += q.prompt;
    r.tokens_out += q.output;
    const double first = o.first_ms - q.at_ms;
    const double each = q.output > 1 ? (o.end_ms - o.first_ms) / (q.output - 1) : 0;
    ttft.push_back(static_cast<float>(first));
    if (q.output > 1) tpot.push_back(static_cast<float>(each));
    e2e.push_back(static_cast<float>(o.end_ms - q.at_ms));
    kept += (spec.slo.ttft_ms <= 0 || first <= spec.slo.ttft_ms) &&
            (spec.slo.tpot_ms <= 0 || each <= spec.slo.tpot_ms);
  }
  CHECK(r.tokens_out == r.use.tokens_out + r.prefill_use.tokens_out);  // invariant 2
  r.requests = static_cast<std::int64_t>(requests.size());
  r.ttft_ms = percentiles(std::move(ttft));
  r.tpot_ms = percentiles(std::move(tpot));
  r.e2e_ms = percentiles(std::move(e2e));
  if (r.requests > 0) r.slo_share = static_cast<double>(kept) / static_cast<double>(r.requests);
}

}  // namespace

Result<ServingResult> run_requests(const ServingSpec& spec, const StepModel& steps,
                                   std::span<const TokenRequest> requests) {
  TRY(good, check(spec, requests));
  (void)good;
  const double most_kv = static_cast<double>(spec.replica.kv_blocks) * spec.replica.block_tokens;
  const StepTable table(steps, spec.replica.max_seqs, spec.replica.chunk_tokens, most_kv);
  ServingResult r;
  r.outcomes.resize(requests.size());
  ServingEngine engine(spec, table, requests, r.outcomes);
  engine.run();
  r.step_bend = table.bend();
  r.use = engine.use();
  r.prefill_use = engine.prefill_use();
  measure(spec, requests, r);
  if (r.ended == 0) return r;
  r.span_ms = engine.end_ms() - requests.front().at_ms;
  const double s = r.span_ms / 1000;
  const double paid_ms = engine.scaler().paid_ms() + spec.apart.prefill_replicas * r.span_ms;
  r.replica_h = paid_ms / 3.6e6;
  r.most_replicas = engine.scaler().most() + spec.apart.prefill_replicas;
  if (s > 0) {
    r.requests_per_s = static_cast<double>(r.ended) / s;
    r.tokens_out_per_s = static_cast<double>(r.tokens_out) / s;
    r.mean_in_batches = r.use.sequence_ms / r.span_ms;
    r.busy_share = (r.use.busy_ms + r.prefill_use.busy_ms) / paid_ms;
  }
  if (r.use.decode_ms > 0) r.mean_batch = r.use.sequence_ms / r.use.decode_ms;
  r.peak_kv_share =
      static_cast<double>(r.use.peak_blocks) / static_cast<double>(spec.replica.kv_blocks);
  return r;
}

}  // namespace dure
