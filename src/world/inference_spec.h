// Constants of how fast language models are served, as data: accelerators, their generations, the
// software that serves, laws of a step. The equations: physics/inference_step.h; what is fitted to
// which rows: docs/models/inference.md. Shipped rows: models/inference.yaml. Factors and shares are
// over the law's efficiencies, so that what is not known takes 1.
//
// Invariants (checked by check_inference in world/inference_check.h): 1. Ids are unique in their
// list.  2. Every id that is referred to exists.
#pragma once

#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

struct InferenceGpuSpec {  // a data sheet: dense peaks; 0: has no such arithmetic
  std::string id, generation;
  std::vector<std::string> also;  // other names
  double bf16_dense_tflops = 0, fp8_dense_tflops = 0, fp4_dense_tflops = 0;
  double memory_gb = 0, memory_tb_per_s = 0;
  double link_gb_per_s = 0;  // to its neighbours, both directions together
  std::string source, note;
  template <class S = InferenceGpuSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "small letters, digits and _ only", required, id_text, not_empty),
        Field("generation", &S::generation, "a row of generations", required, not_empty),
        Field("also", &S::also, "other names of it"),
        Field("bf16_dense_tflops", &S::bf16_dense_tflops, "peak, dense", required,
              above(0, 1'000'000)),
        Field("fp8_dense_tflops", &S::fp8_dense_tflops, "0: computes in BF16", range(0, 1'000'000)),
        Field("fp4_dense_tflops", &S::fp4_dense_tflops, "0: computes in FP8", range(0, 1'000'000)),
        Field("memory_gb", &S::memory_gb, "high-bandwidth memory", required, above(0, 100'000)),
        Field("memory_tb_per_s", &S::memory_tb_per_s, "its bandwidth", required, above(0, 1'000)),
        Field("link_gb_per_s", &S::link_gb_per_s, "to its neighbours, both directions together",
              required, above(0, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InferenceGenerationSpec {  // what kernels reach of the peaks
  std::string id;
  double compute_share = 1, memory_share = 1;  // over the law's efficiencies
  double fp8_share = 1, fp4_share = 1;         // of the arithmetic at those peaks
  std::string source, note;
  template <class S = InferenceGenerationSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("compute_share", &S::compute_share, "over the efficiency of large products", required,
              above(0, 1.2), dimensionless),
        Field("memory_share", &S::memory_share, "over the efficiency of reading weights", required,
              above(0, 1.2), dimensionless),
        Field("fp8_share", &S::fp8_share, "of that efficiency, at the FP8 peak", above(0, 2),
              dimensionless),
        Field("fp4_share", &S::fp4_share, "of that efficiency, at the FP4 peak", above(0, 2),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InferenceEngineSpec {  // software that serves
  std::string id;
  double compute_factor = 1, memory_factor = 1;  // over the generation's
  double step_ms = 0, layer_us = 0;              // launch and host, each step, each layer
  double sequence_us = 0;                        // of the host, a sequence that decodes
  double head_share = 1;                         // of a query head's work beside reading its cache
  double link_share = 1;                         // of the link, in an all-reduce
  double large_message_ns = 0;                   // past 34 MB, for 16 KB and each GPU beyond two
  double expert_layer_us = 0, fp8_expert_layer_us = 0;  // added in a layer with experts
  double fp8_expert_share = 1;  // of the arithmetic efficiency of FP8 experts
  double prompt_layer_us = 0, prompt_expert_layer_us = 0;  // added in a step with prompt tokens
  double prompt_fp8_expert_layer_us = 0, prompt_state_layer_us = 0;
  bool replicas_wait = false;  // attention apart: a prompt on one GPU holds up the others
  double cache_bytes = 2;      // of an element, with weights of FP8 or less
  std::string source, note;
  template <class S = InferenceEngineSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("compute_factor", &S::compute_factor, "over the generation's efficiency",
              above(0, 10), dimensionless),
        Field("memory_factor", &S::memory_factor, "over the generation's efficiency", above(0, 10),
              dimensionless),
        Field("step_ms", &S::step_ms, "launch and host of a step", required, range(0, 1'000)),
        Field("layer_us", &S::layer_us, "launch of a layer", required, range(0, 100'000)),
        Field("sequence_us", &S::sequence_us, "host, a sequence that decodes", required,
              range(0, 100'000)),
        Field("head_share", &S::head_share, "of the work of query heads on their caches",
              range(0, 1'000), dimensionless),
        Field("link_share", &S::link_share, "of the link, in an all-reduce", required,
              above(0, 100), dimensionless),
        Field("large_message_ns", &S::large_message_ns,
              "of an all-reduce past 34 MB, for 16 KB and each GPU beyond two", range(0, 1'000'000),
              dimensionless),
        Field("expert_layer_us", &S::expert_layer_us, "added in a layer with experts",
              range(0, 100'000)),
        Field("fp8_expert_layer_us", &S::fp8_expert_layer_us, "and where they are FP8",
              range(0, 100'000)),
        Field("fp8_expert_share", &S::fp8_expert_share, "of the efficiency of experts, in FP8",
              above(0, 10), dimensionless),
        Field("prompt_layer_us", &S::prompt_layer_us, "added in a step with a prompt",
              range(0, 1'000'000)),
        Field("prompt_expert_layer_us", &S::prompt_expert_layer_us, "and for a layer with experts",
              range(0, 1'000'000)),
        Field("prompt_fp8_expert_layer_us", &S::prompt_fp8_expert_layer_us,
              "and where they are FP8", range(0, 1'000'000)),
        Field("prompt_state_layer_us", &S::prompt_state_layer_us,
              "and for a layer without attention", range(0, 1'000'000)),
        Field("replicas_wait", &S::replicas_wait,
              "with attention apart, GPUs wait for the one that has a prompt"),
        Field("cache_bytes", &S::cache_bytes, "of an element, with weights of FP8 or less",
              above(0, 4), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InferenceLawSpec {  // the same for every accelerator and engine
  double compute_efficiency = 1, memory_efficiency = 1;   // of the peaks
  double overlap_cost = 0;                                // of the shorter, added to the longer
  double attention_efficiency = 1, cache_efficiency = 1;  // of BF16 peak; of bandwidth
  double head_rate = 1;                                   // 10^12 elements a second, on an A100
  double expert_efficiency = 1, expert_width = 0, expert_memory = 1;
  double imbalance_share = 0, spread = 0;                 // of experts over GPUs
  double activations = 0, expert_activations = 0;         // times that they are moved
  double state_passes = 1;                                // over what a sequence keeps
  double hop_us = 0, doubling_us = 0;                     // of an all-reduce
  double kernel_us = 0;                                   // of one product
  double memory_share = 1, reserved_gb = 0;               // of a GPU, for weights and caches
  double most_sequences = 1;                              // of an engine, each replica of attention
  double server_share = 1, interactive_share = 1;         // of offline pace; of the limit
  double median_share = 0, p90_share = 0, p99_share = 0;  // of the gaps between tokens
  double half_power_clock = 1;                            // with the board at half its power
  template <class S = InferenceLawSpec>
  static constexpr auto describe() {
    return Fields(
        Field("compute_efficiency", &S::compute_efficiency, "of the peak, large products", required,
              above(0, 2), dimensionless),
        Field("memory_efficiency", &S::memory_efficiency, "of the bandwidth, reading weights",
              required, above(0, 2), dimensionless),
        Field("overlap_cost", &S::overlap_cost,
              "of the shorter of arithmetic and weights, added to the longer", required,
              range(0, 1), dimensionless),
        Field("attention_efficiency", &S::attention_efficiency, "of the BF16 peak, prompts",
              required, above(0, 1), dimensionless),
        Field("cache_efficiency", &S::cache_efficiency, "of the bandwidth, reading caches",
              required, above(0, 2), dimensionless),
        Field("head_rate", &S::head_rate,
              "10^12 elements of caches a second that query heads take on an A100", required,
              above(0, 1'000), dimensionless),
        Field("expert_efficiency", &S::expert_efficiency, "of the efficiency of other products",
              required, above(0, 2), dimensionless),
        Field("expert_width", &S::expert_width, "of an expert with half that efficiency",
              range(0, 1'000'000), dimensionless),
        Field("expert_memory", &S::expert_memory, "of the memory efficiency, experts", above(0, 2),
              dimensionless),
        Field("imbalance_share", &S::imbalance_share,
              "of weights and arithmetic, each doubling of GPUs with experts", range(0, 10),
              dimensionless),
        Field("spread", &S::spread, "of the busiest GPU's experts over the expected", range(0, 10),
              dimensionless),
        Field("activations", &S::activations, "times that a layer moves a token's width",
              range(0, 10'000), dimensionless),
        Field("expert_activations", &S::expert_activations,
              "times that a layer moves what goes to and through experts", range(0, 10'000),
              dimensionless),
        Field("state_passes", &S::state_passes, "over what a sequence keeps, each token",
              range(0, 1'000), dimensionless),
        Field("hop_us", &S::hop_us, "of an all-reduce", range(0, 100'000)),
        Field("doubling_us", &S::doubling_us, "and each doubling of the GPUs", range(0, 100'000)),
        Field("kernel_us", &S::kernel_us, "launch of one product by itself", range(0, 100'000)),
        Field("memory_share", &S::memory_share, "of a GPU for weights and caches", required,
              above(0, 1), dimensionless),
        Field("reserved_gb", &S::reserved_gb, "of it for what a step works on", range(0, 10'000)),
        Field("most_sequences", &S::most_sequences, "that an engine takes at once", required,
              range(1, 1'000'000), dimensionless),
        Field("server_share", &S::server_share, "of the offline pace, arrivals at random", required,
              above(0, 1), dimensionless),
        Field("interactive_share", &S::interactive_share,
              "of the limit of a token that a mean step may take", required, above(0, 10),
              dimensionless),
        Field("median_share", &S::median_share, "that gaps of the median step are shorter",
              range(0, 0.9), dimensionless),
        Field("p90_share", &S::p90_share, "that the 90th percentile is longer", range(0, 100),
              dimensionless),
        Field("p99_share", &S::p99_share, "that prompts of the 99th percentile are longer",
              range(0, 100), dimensionless),
        Field("half_power_clock", &S::half_power_clock,
              "of the clock, with a board at half its power", required, above(0, 1),
              dimensionless));
  }
};

struct InferenceWorkloadSpec {  // what is known where a row does not say
  std::string id;
  double prompt_tokens = 0, output_tokens = 0;
  double beams = 1;           // sequences that each request decodes
  double token_limit_ms = 0;  // of the interactive scenario; 0: none
  std::string source, note;
  template <class S = InferenceWorkloadSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("prompt_tokens", &S::prompt_tokens, "mean", required, above(0, 10'000'000),
              dimensionless),
        Field("output_tokens", &S::output_tokens, "mean", required, above(0, 10'000'000),
              dimensionless),
        Field("beams", &S::beams, "sequences that a request decodes", range(1, 1'000),
              dimensionless),
        Field("token_limit_ms", &S::token_limit_ms, "interactive; 0: none", range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InferenceSpec {
  std::vector<InferenceGpuSpec> gpus;
  std::vector<InferenceGenerationSpec> generations;
  std::vector<InferenceEngineSpec> engines;
  std::vector<InferenceWorkloadSpec> workloads;
  InferenceLawSpec law;
  template <class S = InferenceSpec>
  static constexpr auto describe() {
    return Fields(Field("gpus", &S::gpus, "accelerators"),
                  Field("generations", &S::generations, "what kernels reach on them", required),
                  Field("engines", &S::engines, "software", required),
                  Field("workloads", &S::workloads, "lengths where a row has none", required),
                  Field("law", &S::law, "of a step", required));
  }
};

}  // namespace dure
