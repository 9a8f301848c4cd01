#include "serving/advisor.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/check.h"
#include "serving/prefix_cache.h"

namespace dure {
namespace {

constexpr std::int64_t kMostReplicas = 1'000'000;
constexpr double kHoursPerYear = 8'766;

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, v >= 1000 ? "%.0f" : "%.4g", v);
  return text;
}

HitCurve curve_of(const ServiceFile& s) {
  std::vector<HitCurve::Point> points{{0, 0}};
  for (const HitPointSpec& p : s.prefix_hits) {
    if (p.kept_s > 0) points.push_back({p.kept_s, p.hit_share});
  }
  return HitCurve(std::move(points));
}

// Lengths of a service, spread evenly over its law: the same for every plan.
std::vector<TokenRequest> even_lengths(const ServiceLoadSpec& load, std::int64_t longest) {
  constexpr int kSide = 12;
  std::vector<TokenRequest> out;
  const auto law = [&](double mean, double sigma, int i) {
    // The mean of each twelfth of a standard normal, by its middle.
    static constexpr double kMiddle[] = {-1.732, -1.150, -0.812, -0.549, -0.319, -0.105,
                                         0.105,  0.319,  0.549,  0.812,  1.150,  1.732};
    double sum = 0;
    for (const double z : kMiddle) sum += std::exp(sigma * z);
    const double scale = mean * kSide / sum;  // the mean is kept
    return std::clamp(std::round(scale * std::exp(sigma * kMiddle[i])), 1.0,
                      static_cast<double>(longest - 1));
  };
  for (int p = 0; p < kSide; ++p) {
    for (int o = 0; o < kSide; ++o) {
      TokenRequest r;
      r.prompt = static_cast<std::int32_t>(law(load.prompt_tokens, load.prompt_sigma, p));
      r.output = static_cast<std::int32_t>(law(load.output_tokens, load.output_sigma, o));
      r.output = static_cast<std::int32_t>(
          std::clamp<std::int64_t>(r.output, 1, std::max<std::int64_t>(1, longest - r.prompt)));
      out.push_back(r);
    }
  }
  return out;
}

class Advisor {
 public:
  explicit Advisor(const ServiceFile& s)
      : s_(s), curve_(curve_of(s)), lengths_(even_lengths(s.load, s.model.longest_tokens)) {
    for (const TokenRequest& r : lengths_) prompt_ += r.prompt;
    prompt_ /= static_cast<double>(lengths_.size());
  }

  MemoryPlan weigh(const std::vector<double>& gb, std::int64_t n, double rate) const;
  Advice advise() const;

 private:
  double gpus() const { return static_cast<double>(s_.replica.gpus); }
  double hours() const { return s_.money.paid_years * kHoursPerYear; }
  double replica_usd_per_h(const std::vector<double>& gb) const;
  // The least and the most replicas that can be: by load with all prefixes found, and by supply.
  std::int64_t least_replicas(double first_gb) const;
  std::int64_t supplied_replicas(const std::vector<double>& gb, std::string* short_of) const;
  LengthMix mix(const ReplicaSpec& replica, const StepModel& steps, double fetched,
                double fetch_token_ms) const;
  bool first_holds(double first_gb) const;

  const ServiceFile& s_;
  HitCurve curve_;
  std::vector<TokenRequest> lengths_;
  double prompt_ = 0;
};

double Advisor::replica_usd_per_h(const std::vector<double>& gb) const {
  double usd = s_.replica.without_memory_usd;
  for (std::size_t i = 0; i < gb.size(); ++i) usd += gb[i] * s_.memory_tiers[i].price_usd;
  return gpus() * (usd / hours() + s_.replica.gpu_w / 1000 * s_.money.price_usd_per_kwh);
}

bool Advisor::first_holds(double first_gb) const {
  return replica_of(s_, first_gb).kv_blocks * s_.replica.block_tokens >= s_.model.longest_tokens;
}

LengthMix Advisor::mix(const ReplicaSpec& replica, const StepModel& steps, double fetched,
                       double fetch_token_ms) const {
  std::vector<TokenRequest> lengths = lengths_;
  for (TokenRequest& r : lengths) {
    r.cached = std::min(r.prompt - 1, static_cast<std::int32_t>(fetched * r.prompt));
    r.fetch_ms = static_cast<float>(fetch_token_ms * r.prompt);
  }
  return length_mix(lengths, replica, steps);
}

std::int64_t Advisor::least_replicas(double first_gb) const {
  const RooflineStep steps = step_of(s_, first_gb);
  FluidSpec fluid{1, replica_of(s_, first_gb), 0, 0};
  const LengthMix m = mix(fluid.replica, steps, curve_.most(), 0);
  const double one = fluid_state(fluid, m, steps, 0).capacity_per_ms * 1000;
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::min(
             1e15, std::ceil(s_.load.requests_per_s / (one * s_.load.most_load) * (1 - 1e-9)))));
}

std::int64_t Advisor::supplied_replicas(const std::vector<double>& gb,
                                        std::string* short_of) const {
  std::int64_t most = kMostReplicas;
  for (std::size_t i = 0; i < gb.size(); ++i) {
    const MemoryTierSpec& t = s_.memory_tiers[i];
    if (!t.supply_tb || gb[i] <= 0) continue;
    const auto n =
        static_cast<std::int64_t>(std::floor(*t.supply_tb * 1000 / (gb[i] * gpus()) + 1e-9));
    if (n >= most) continue;
    most = n;
    if (short_of != nullptr) *short_of = t.id;
  }
  return most;
}

MemoryPlan Advisor::weigh(const std::vector<double>& gb, std::int64_t n, double rate) const {
  CHECK(gb.size() == s_.memory_tiers.size() && n >= 1);
  MemoryPlan plan;
  plan.replicas = n;
  const RooflineStep steps = step_of(s_, gb[0]);
  const double replicas = static_cast<double>(n), kv = s_.model.kv_bytes_per_token;
  FluidSpec fluid{1, replica_of(s_, gb[0]), 0, 0};
  if (!first_holds(gb[0])) return plan;
  const double prompts_per_s = rate * prompt_;  // tokens
  const double compute_token_ms =
      steps.prefill_ms(static_cast<double>(s_.replica.chunk_tokens), 0) /
      static_cast<double>(s_.replica.chunk_tokens);
  // The running caches leave to prefixes what they do not need; how much depends on what is found.
  double running_gb = 0;
  FluidState state;
  LengthMix m;
  for (int pass = 0; pass < 2; ++pass) {
    plan.tiers.clear();
    plan.hit_share = plan.fetched_share = 0;
    double kept_s = 0, found = 0, fetch_ms = 0;
    for (std::size_t i = 0; i < gb.size(); ++i) {
      const MemoryTierSpec& t = s_.memory_tiers[i];
      TierPlan tier{t.id,
                    gb[i],
                    gb[i] * gpus() * replicas / 1000,
                    0,
                    0,
                    0,
                    gb[i] * gpus() * replicas * t.price_usd / hours()};
      double cache_gb = gb[i] * gpus();
      if (i == 0)
        cache_gb = std::max(
            0.0, static_cast<double>(fluid.replica.kv_blocks * s_.replica.block_tokens) * kv / 1e9 -
                     running_gb);
      tier.kept_tokens = cache_gb * 1e9 / kv * replicas;
      kept_s += tier.kept_tokens / prompts_per_s;
      tier.hit_share = std::max(0.0, curve_.share(kept_s) - found);
      found += tier.hit_share;
      if (i == 0) {
        tier.fetched_share = tier.hit_share;  // it is where it is used
      } else if (tier.hit_share > 0) {
        const double token_ms = kv / (gpus() * t.tier_gb_per_s * 1e6);
        const double wanted = prompts_per_s / replicas * tier.hit_share * token_ms / 1000;
        if (token_ms < compute_token_ms)
          tier.fetched_share = tier.hit_share * std::min(1.0, kTierLoad / wanted);
        fetch_ms += tier.fetched_share * token_ms;
        if (tier.fetched_share > 0) fetch_ms += t.latency_us / 1000 / prompt_;
      }
      plan.hit_share += tier.hit_share;
      plan.fetched_share += tier.fetched_share;
      plan.tiers.push_back(tier);
    }
    m = mix(fluid.replica, steps, plan.fetched_share, fetch_ms);
    state = fluid_state(fluid, m, steps, rate / replicas / 1000);
    running_gb = state.mean_in_batches * m.held_tokens * kv / 1e9;
  }
  plan.load = rate / replicas / (state.capacity_per_ms * 1000);
  plan.mean_batch = state.mean_in_batches;
  plan.places = std::min(static_cast<double>(s_.replica.max_seqs),
                         static_cast<double>(fluid.replica.kv_blocks * s_.replica.block_tokens) /
                             std::max(1.0, m.held_tokens));
  plan.tpot_ms = state.tpot_ms;
  plan.ttft_ms = state.ttft_ms;
  double fetch_w = 0;
  for (std::size_t i = 0; i < gb.size(); ++i) {
    plan.memory_usd_per_h += plan.tiers[i].usd_per_h;
    if (i > 0)  // out of the tier, and once into it
      fetch_w += 2 * plan.tiers[i].fetched_share * prompts_per_s * kv * 8e-12 *
                 s_.memory_tiers[i].pj_per_bit;
  }
  plan.gpu_usd_per_h = replicas * gpus() * s_.replica.without_memory_usd / hours();
  plan.power_usd_per_h =
      (replicas * gpus() * s_.replica.gpu_w + fetch_w) / 1000 * s_.money.price_usd_per_kwh;
  plan.usd_per_h = plan.gpu_usd_per_h + plan.memory_usd_per_h + plan.power_usd_per_h;
  plan.usd_per_million_tokens = plan.usd_per_h / (rate * 3600 * m.output) * 1e6;
  plan.found = state.stable && plan.load <= s_.load.most_load && plan.tpot_ms <= s_.load.tpot_ms &&
               plan.ttft_ms * s_.load.ttft_tail <= s_.load.ttft_ms &&
               n <= supplied_replicas(gb, nullptr);
  return plan;
}

Advice Advisor::advise() const {
  Advice out;
  std::vector<std::vector<double>> sizes;  // of each tier
  for (const MemoryTierSpec& t : s_.memory_tiers) {
    sizes.emplace_back();
    if (!t.holds_running) sizes.back().push_back(0);
    for (int i = 1; i * t.step_gb <= t.most_gb * (1 + 1e-9); ++i)
      sizes.back().push_back(i * t.step_gb);
  }
  std::vector<std::int64_t> least;
  for (const double gb : sizes[0])
    least.push_back(first_holds(gb) ? least_replicas(gb) : kMostReplicas + 1);
  std::vector<std::size_t> at(sizes.size());
  std::vector<double> gb(sizes.size());
  double servable = 0;
  for (bool more = true; more;) {
    ++out.choices;
    for (std::size_t i = 0; i < sizes.size(); ++i) gb[i] = sizes[i][at[i]];
    const std::int64_t low = least[at[0]];
    const double each = replica_usd_per_h(gb);
    if (low <= kMostReplicas &&
        (!out.best.found || static_cast<double>(low) * each < out.best.usd_per_h)) {
      ++out.weighed;
      std::string short_of;
      std::int64_t high = supplied_replicas(gb, &short_of);
      if (out.best.found)  // dearer ones need not be tried
        high = std::min(high, static_cast<std::int64_t>(out.best.usd_per_h / each));
      MemoryPlan plan;
      if (high >= low) {
        std::int64_t tried = low;
        for (plan = weigh(gb, tried, s_.load.requests_per_s); !plan.found && tried < high;
             plan = weigh(gb, tried, s_.load.requests_per_s))
          tried = std::min(high, tried * 2);
        std::int64_t bad = tried == low ? low - 1 : std::max(low, tried / 2);
        while (plan.found && plan.replicas - bad > 1) {
          const std::int64_t middle = bad + (plan.replicas - bad) / 2;
          const MemoryPlan half = weigh(gb, middle, s_.load.requests_per_s);
          if (half.found)
            plan = half;
          else
            bad = middle;
        }
      }
      if (plan.found && (!out.best.found || plan.usd_per_h < out.best.usd_per_h)) {
        out.best = plan;
      } else if (!out.best.found && !plan.found && !short_of.empty()) {
        // What could be served with all that can be had of these sizes.
        const std::int64_t n = supplied_replicas(gb, nullptr);
        double good = 0, wrong = s_.load.requests_per_s;
        for (int i = 0; n >= 1 && i < 12; ++i) {
          const double middle = (good + wrong) / 2;
          (weigh(gb, n, middle).found ? good : wrong) = middle;
        }
        if (good > servable || out.short_of.empty()) {
          servable = good;
          out.short_of = short_of;
        }
      }
    }
    more = false;
    for (std::size_t i = 0; i < at.size() && !more; ++i) {
      more = ++at[i] < sizes[i].size();
      if (!more) at[i] = 0;
    }
  }
  if (out.best.found)
    out.short_of.clear();
  else
    out.servable_share = servable / s_.load.requests_per_s;
  return out;
}

}  // namespace

RooflineStep step_of(const ServiceFile& s, double first_tier_gb) {
  const MemoryTierSpec& t = s.memory_tiers[0];
  RooflineStep r;
  r.gpus = static_cast<double>(s.replica.gpus);
  r.tflops = s.replica.reached_tflops;
  r.gb_per_s = t.tier_gb_per_s * s.replica.memory_efficiency *
               (t.bandwidth_by_size ? first_tier_gb / t.most_gb : 1);
  r.active_params_b = s.model.active_params_b;
  r.weights_gb = s.model.weights_gb;
  r.kv_bytes_per_token = s.model.kv_bytes_per_token;
  r.pair_flops = s.model.pair_flops;
  r.fixed_ms = s.replica.fixed_ms;
  return r;
}

ReplicaSpec replica_of(const ServiceFile& s, double first_tier_gb) {
  const double gpus = static_cast<double>(s.replica.gpus);
  const double free = gpus * (first_tier_gb - s.replica.reserve_gb) - s.model.weights_gb;
  ReplicaSpec r;
  r.max_seqs = static_cast<int>(s.replica.max_seqs);
  r.chunk_tokens = static_cast<int>(s.replica.chunk_tokens);
  r.block_tokens = static_cast<int>(s.replica.block_tokens);
  r.kv_blocks = static_cast<std::int64_t>(
      std::max(0.0, std::floor(free * 1e9 / s.model.kv_bytes_per_token / r.block_tokens)));
  return r;
}

Faults check_service(const ServiceFile& s) {
  Faults out;
  const auto bad = [&](std::string where, std::string expected, std::string found,
                       std::string hint = "") {
    out.push_back({std::move(where), std::move(expected), std::move(found), std::move(hint)});
  };
  std::int64_t choices = 1;
  for (std::size_t i = 0; i < s.memory_tiers.size(); ++i) {
    const MemoryTierSpec& t = s.memory_tiers[i];
    const std::string where = "memory_tiers[" + std::to_string(i) + "]";
    if (t.holds_running != (i == 0))  // invariant 1
      bad(where + ".holds_running", "true of the first tier, and of no other",
          t.holds_running ? "true" : "false", "weights and running caches lie in one tier");
    if (t.step_gb > t.most_gb)  // invariant 2
      bad(where + ".step_gb", "at most most_gb, " + number(t.most_gb), number(t.step_gb));
    const double steps = std::min(1e6, t.most_gb / t.step_gb + 1);
    choices =
        std::min<std::int64_t>(1'000'000'000, choices * static_cast<std::int64_t>(steps + (i > 0)));
    for (std::size_t j = 0; j < i; ++j)
      if (s.memory_tiers[j].id == t.id) bad(where + ".id", "an id of its own", t.id);
  }
  if (choices > 500'000)
    bad("memory_tiers", "at most 500,000 choices of sizes", std::to_string(choices),
        "take longer steps");
  for (std::size_t i = 1; i < s.prefix_hits.size(); ++i)  // invariant 3
    if (s.prefix_hits[i].kept_s <= s.prefix_hits[i - 1].kept_s ||
        s.prefix_hits[i].hit_share < s.prefix_hits[i - 1].hit_share)
      bad("prefix_hits[" + std::to_string(i) + "]", "points that rise",
          number(s.prefix_hits[i].kept_s) + " s");
  if (s.load.prompt_tokens + s.load.output_tokens > static_cast<double>(s.model.longest_tokens))
    bad("model.longest_tokens",
        "the mean request at least, " + number(s.load.prompt_tokens + s.load.output_tokens),
        std::to_string(s.model.longest_tokens));
  if (!out.empty()) return out;

  const double g = static_cast<double>(s.replica.gpus), most = s.memory_tiers[0].most_gb;
  const double longest_gb =
      static_cast<double>(s.model.longest_tokens) * s.model.kv_bytes_per_token / 1e9;
  const double need = s.model.weights_gb + g * s.replica.reserve_gb + longest_gb;
  const ReplicaSpec replica = replica_of(s, most);
  if (replica.kv_blocks * s.replica.block_tokens < s.model.longest_tokens) {
    const double room = most - s.replica.reserve_gb;
    const double enough = room > 0 ? std::ceil((s.model.weights_gb + longest_gb) / room) : 0;
    bad("model.weights_gb",
        "a model that fits: weights " + number(s.model.weights_gb) + " GB + reserve " + number(g) +
            " x " + number(s.replica.reserve_gb) + " GB + the longest request " +
            std::to_string(s.model.longest_tokens) + " tokens x " +
            number(s.model.kv_bytes_per_token) + " bytes = " + number(longest_gb) +
            " GB, together at most " + number(g) + " GPUs x " + number(most) +
            " GB = " + number(g * most) + " GB",
        number(need) + " GB",
        enough > 0 ? "replica.gpus=" + number(enough) + " would hold it" : "");
    return out;
  }
  const RooflineStep steps = step_of(s, most);
  const double alone = steps.decode_ms(1, s.load.prompt_tokens);
  const double bytes_ms = s.model.weights_gb / (steps.gpus * steps.gb_per_s) * 1000;
  if (alone > s.load.tpot_ms)
    bad("load.tpot_ms",
        "at least what one sequence alone takes, " + number(alone) + " ms: weights " +
            number(s.model.weights_gb) + " GB / (" + number(g) + " GPUs x " +
            number(steps.gb_per_s) + " GB/s) = " + number(bytes_ms) + " ms + fixed " +
            number(s.replica.fixed_ms) + " ms + its cache and arithmetic",
        number(s.load.tpot_ms) + " ms",
        "more GPUs a replica, fewer bytes a weight, or a later token");
  const double hits = s.prefix_hits.empty() ? 0 : s.prefix_hits.back().hit_share;
  const double fresh = s.load.prompt_tokens * (1 - hits);
  const double first = steps.prefill_ms(fresh, s.load.prompt_tokens - fresh);
  if (first > s.load.ttft_ms)
    bad("load.ttft_ms",
        "at least what the mean prompt alone takes, " + number(first) +
            " ms: " + number(s.load.prompt_tokens) + " tokens, " + number(100 * hits) +
            " % of them found at best, x 2 x " + number(s.model.active_params_b) + " x 10^9 / (" +
            number(g) + " GPUs x " + number(s.replica.reached_tflops) + " TFLOPS) + fixed " +
            number(s.replica.fixed_ms) + " ms",
        number(s.load.ttft_ms) + " ms", "more GPUs a replica, or a later first token");
  return out;
}

Advice advise_memory(const ServiceFile& service) { return Advisor(service).advise(); }

MemoryPlan weigh_memory(const ServiceFile& service, const std::vector<double>& gb_per_gpu,
                        std::int64_t replicas) {
  return Advisor(service).weigh(gb_per_gpu, replicas, service.load.requests_per_s);
}

std::vector<Shortage> memory_shortage(const ServiceFile& service, const MemoryPlan& unlimited,
                                      std::span<const double> shares) {
  CHECK(unlimited.found);
  std::vector<Shortage> out;
  for (const double share : shares) {
    ServiceFile cut = service;
    Shortage s{share, unlimited.tiers[0].total_tb * share, {}};
    cut.memory_tiers[0].supply_tb = s.supply_tb;
    s.advice = advise_memory(cut);
    out.push_back(std::move(s));
  }
  return out;
}

void with_hits(const ServiceFile& service, const MemoryPlan& plan,
               std::vector<TokenRequest>& requests) {
  const double g = static_cast<double>(service.replica.gpus);
  double token_ms = 0;
  for (std::size_t i = 1; i < plan.tiers.size(); ++i)
    token_ms += plan.tiers[i].fetched_share * service.model.kv_bytes_per_token /
                (g * service.memory_tiers[i].tier_gb_per_s * 1e6);
  for (TokenRequest& r : requests) {
    r.cached = std::min(r.prompt - 1, static_cast<std::int32_t>(plan.fetched_share * r.prompt));
    r.fetch_ms = static_cast<float>(token_ms * r.prompt);
  }
}

}  // namespace dure
