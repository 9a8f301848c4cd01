// A service and the memory that can be bought for it, as data: the file of `dure simulate --advise
// memory` and `--requests`. Format and worked example: docs/models/serving.md. Sizes are of a GPU
// unless said otherwise; GB = 10^9 bytes.
//
// Invariants (checked by check_service in serving/advisor.h, not by the reader):
//   1. The first tier is the one that holds weights and running caches, and the only one.
//   2. A tier has steps to choose from.  3. The points of the hit curve rise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/scenario.h"

namespace dure {

struct MemoryTierSpec {
  std::string id;
  double step_gb = 0, most_gb = 0;  // sizes on offer: whole steps up to the most
  double tier_gb_per_s = 0, latency_us = 0;
  bool bandwidth_by_size = false;  // stacks: half of them, half of the bandwidth
  bool holds_running = false;      // weights and the caches of running sequences
  double price_usd = 0;            // of a GB
  double pj_per_bit = 0;
  std::optional<double> supply_tb;  // that can be had, over all replicas
  std::string source, note;
  template <class S = MemoryTierSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("step_gb", &S::step_gb, "sizes on offer are whole steps", required,
              above(0, 1'000'000)),
        Field("most_gb", &S::most_gb, "the largest size", required, above(0, 1'000'000)),
        Field("tier_gb_per_s", &S::tier_gb_per_s, "read bandwidth, at the largest size", required,
              above(0, 1'000'000)),
        Field("latency_us", &S::latency_us, "first byte", required, range(0, 10'000'000)),
        Field("bandwidth_by_size", &S::bandwidth_by_size,
              "bandwidth comes with the size, as with stacks of HBM"),
        Field("holds_running", &S::holds_running,
              "weights and the caches of running sequences lie here: the first tier"),
        Field("price_usd", &S::price_usd, "of a GB", required, range(0, 100'000)),
        Field("pj_per_bit", &S::pj_per_bit, "energy of a bit that is moved", range(0, 100'000),
              dimensionless),
        Field("supply_tb", &S::supply_tb, "that can be had, over all replicas; none: no limit",
              range(0, 1'000'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HitPointSpec {
  double kept_s = 0, hit_share = 0;
  template <class S = HitPointSpec>
  static constexpr auto describe() {
    return Fields(Field("kept_s", &S::kept_s,
                        "size of the cache: so many seconds of the prompt tokens that come",
                        required, range(0, 1'000'000'000)),
                  Field("hit_share", &S::hit_share, "of all prompt tokens, found in it", required,
                        range(0, 1), dimensionless));
  }
};

struct ServedModelSpec {
  double weights_gb = 0, active_params_b = 0, kv_bytes_per_token = 0, pair_flops = 0;
  std::int64_t longest_tokens = 0;
  template <class S = ServedModelSpec>
  static constexpr auto describe() {
    return Fields(
        Field("weights_gb", &S::weights_gb, "over all GPUs of a replica", required,
              above(0, 1'000'000)),
        Field("active_params_b", &S::active_params_b, "10^9 parameters that a token passes",
              required, above(0, 1'000'000), dimensionless),
        Field("kv_bytes_per_token", &S::kv_bytes_per_token, "KV cache of a token, over all layers",
              required, above(0, 1'000'000'000), dimensionless),
        Field("pair_flops", &S::pair_flops,
              "arithmetic of attention for a new token and one that it looks at: 4 x layers x "
              "heads x width",
              range(0, 1e12), dimensionless),
        Field("longest_tokens", &S::longest_tokens, "prompt and answer of the longest request",
              required, range(2, 100'000'000)));
  }
};

struct ReplicaHardwareSpec {
  std::int64_t gpus = 1;
  double reached_tflops = 0, memory_efficiency = 0.8, reserve_gb = 4, fixed_ms = 2;
  double without_memory_usd = 0, gpu_w = 0, link_gb_per_s = 50;
  std::int64_t max_seqs = 256, chunk_tokens = 2048, block_tokens = 16;
  template <class S = ReplicaHardwareSpec>
  static constexpr auto describe() {
    return Fields(
        Field("gpus", &S::gpus, "of a replica", required, range(1, 100'000)),
        Field("reached_tflops", &S::reached_tflops, "arithmetic that kernels reach", required,
              above(0, 1'000'000)),
        Field("memory_efficiency", &S::memory_efficiency,
              "share of the first tier's bandwidth that kernels reach", above(0, 1), dimensionless),
        Field("reserve_gb", &S::reserve_gb, "of the first tier: activations, the runtime",
              range(0, 100'000)),
        Field("fixed_ms", &S::fixed_ms, "of a step: launches, scheduling, communication",
              range(0, 10'000)),
        Field("without_memory_usd", &S::without_memory_usd,
              "price of a GPU and its share of server, network and building, without memory",
              required, range(0, 10'000'000)),
        Field("gpu_w", &S::gpu_w, "drawn at the meter while it serves", required,
              range(0, 100'000)),
        Field("link_gb_per_s", &S::link_gb_per_s,
              "of a GPU: caches to another replica, where prefill is apart", above(0, 100'000)),
        Field("max_seqs", &S::max_seqs, "sequences that run at once", range(1, 65'536)),
        Field("chunk_tokens", &S::chunk_tokens, "prompt tokens of a step", range(1, 1'000'000)),
        Field("block_tokens", &S::block_tokens, "of the paged cache", range(1, 65'536)));
  }
};

struct ServiceLoadSpec {
  double requests_per_s = 0;
  double prompt_tokens = 0, output_tokens = 0;  // means
  double prompt_sigma = 1, output_sigma = 0.9;  // of lognormal laws
  double ttft_ms = 0, tpot_ms = 0;
  double ttft_tail = 3, most_load = 0.9;
  template <class S = ServiceLoadSpec>
  static constexpr auto describe() {
    return Fields(
        Field("requests_per_s", &S::requests_per_s, "in the hour that is planned for", required,
              above(0, 1e9)),
        Field("prompt_tokens", &S::prompt_tokens, "mean", required, range(1, 100'000'000),
              dimensionless),
        Field("output_tokens", &S::output_tokens, "mean", required, range(1, 100'000'000),
              dimensionless),
        Field("prompt_sigma", &S::prompt_sigma, "of the lognormal law of prompts", range(0, 4),
              dimensionless),
        Field("output_sigma", &S::output_sigma, "of the lognormal law of answers", range(0, 4),
              dimensionless),
        Field("ttft_ms", &S::ttft_ms, "limit of the time to the first token, 95 of 100 requests",
              required, above(0, 10'000'000)),
        Field("tpot_ms", &S::tpot_ms, "limit of the time for each further token, mean", required,
              above(0, 1'000'000)),
        Field("ttft_tail", &S::ttft_tail,
              "95th percentile over the mean of the time to the first token, for the search",
              range(1, 20), dimensionless),
        Field("most_load", &S::most_load, "share of capacity that may be planned for", above(0, 1),
              dimensionless));
  }
};

struct MemoryMoneySpec {
  double paid_years = 5, price_usd_per_kwh = 0.13;
  std::string source;
  template <class S = MemoryMoneySpec>
  static constexpr auto describe() {
    return Fields(
        Field("paid_years", &S::paid_years, "over which what is bought is paid", above(0, 100)),
        Field("price_usd_per_kwh", &S::price_usd_per_kwh, "electricity", range(0, 100),
              dimensionless),
        Field("source", &S::source, "where this comes from", source_text));
  }
};

enum class AdmissionRule { grow, reserve };
constexpr auto describe_enum(AdmissionRule) {
  using E = AdmissionRule;
  return std::array{
      Choice<E>{E::grow, "grow",
                "blocks as they fill; who came last is thrown out if they run out"},
      Choice<E>{E::reserve, "reserve", "blocks of the whole answer before it begins"}};
}

struct ServiceRunSpec {
  std::int64_t replicas = 0, prefill_replicas = 0, max_waiting = 0, requests = 100'000;
  AdmissionRule admission = AdmissionRule::grow;
  std::vector<double> tiers_gb, hours;
  double scale_every_s = 0, scale_target = 0.6, warmup_s = 120, down_after_s = 300;
  std::int64_t least_replicas = 1;
  double draft_tokens = 0, draft_acceptance = 0.7, draft_cost = 0.05;
  template <class S = ServiceRunSpec>
  static constexpr auto describe() {
    return Fields(
        Field("replicas", &S::replicas,
              "with prefill apart: that decode; 0: the fewest that keep "
              "the SLO by the fluid engine",
              range(0, 1'000'000)),
        Field("prefill_replicas", &S::prefill_replicas, "that fill prompts alone; 0: none",
              range(0, 1'000'000)),
        Field("max_waiting", &S::max_waiting,
              "at a replica, beyond which a request is refused; 0: no limit",
              range(0, 1'000'000'000)),
        Field("requests", &S::requests, "that are drawn, where no log is given",
              range(1, 50'000'000)),
        Field("admission", &S::admission, "when a request may enter the batch"),
        Field("tiers_gb", &S::tiers_gb,
              "of each tier, in their order; none: the first at its most, no other",
              range(0, 1'000'000)),
        Field("hours", &S::hours,
              "24 factors of the rate from midnight on, for drawn requests; none: even",
              range(0, 100), dimensionless),
        Field("scale_every_s", &S::scale_every_s,
              "between two looks at the load; 0: all replicas run", range(0, 1'000'000)),
        Field("scale_target", &S::scale_target, "of the places in the batches", above(0, 1),
              dimensionless),
        Field("warmup_s", &S::warmup_s, "from the order of a replica to its first request",
              range(0, 1'000'000)),
        Field("down_after_s", &S::down_after_s, "for which fewer must do before one is stopped",
              range(0, 10'000'000)),
        Field("least_replicas", &S::least_replicas, "that run at any load", range(1, 1'000'000)),
        Field("draft_tokens", &S::draft_tokens, "of speculative decoding; 0: none", range(0, 64),
              dimensionless),
        Field("draft_acceptance", &S::draft_acceptance, "of a drafted token", range(0, 0.999),
              dimensionless),
        Field("draft_cost", &S::draft_cost, "of a drafted token, over a step", range(0, 10),
              dimensionless));
  }
};

struct ServiceFile {
  std::string id, name_en, note;
  ServedModelSpec model;
  ReplicaHardwareSpec replica;
  ServiceLoadSpec load;
  MemoryMoneySpec money;
  std::vector<MemoryTierSpec> memory_tiers;
  std::vector<HitPointSpec> prefix_hits;
  ServiceRunSpec run;
  std::vector<SourceSpec> sources;
  template <class S = ServiceFile>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "of the service", required, id_text, not_empty),
        Field("name_en", &S::name_en, "for people"), Field("note", &S::note, "remark"),
        Field("model", &S::model, "what is served", required),
        Field("replica", &S::replica, "on what", required),
        Field("load", &S::load, "for whom, and how soon", required),
        Field("money", &S::money, "how it is paid"),
        Field("memory_tiers", &S::memory_tiers, "from the fastest on", required, not_empty),
        Field("prefix_hits", &S::prefix_hits, "what a cache of prefixes finds, by its size"),
        Field("run", &S::run, "how it is run, request by request"),
        Field("sources", &S::sources, "what rows cite"));
  }
};

}  // namespace dure
