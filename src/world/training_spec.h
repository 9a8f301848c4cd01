// What the time of a training step is computed from, as data: accelerators, families of models,
// software, and the constants that are the same everywhere. What the numbers mean, which rows they
// were fitted to and with which error: docs/models/training.md. Shipped: models/training.yaml,
// models/training_holdout.yaml. No scenario reads them.
//
// A "byte" count of software or law is bytes moved for each token and each element of the hidden
// width, in one layer, forward and backward together, unless said otherwise.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

enum class TrainingStack { nvidia, amd, other };

constexpr auto describe_enum(TrainingStack) {
  using E = TrainingStack;
  return std::array{Choice<E>{E::nvidia, "nvidia", "CUDA"}, Choice<E>{E::amd, "amd", "ROCm"},
                    Choice<E>{E::other, "other", "any other"}};
}

struct TrainingGpuSpec {
  std::string id;  // as tables name it: a row's GPU is the longest id that its name holds
  double bf16_dense_tflops = 0, fp8_dense_tflops = 0, fp4_dense_tflops = 0;
  double memory_gb = 0, memory_tb_per_s = 0;
  double scaleup_gb_per_s = 0;    // of one GPU, one direction; 0: none
  double scaleup_gpus = 1;        // of one domain
  double network_gbit_per_s = 0;  // of one GPU
  double limit_w = 0;             // of the board: what holds its clock down under full load
  TrainingStack stack = TrainingStack::nvidia;  // whose kernels run
  std::string source, note;
  template <class S = TrainingGpuSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "its name in tables", required, not_empty),
        Field("bf16_dense_tflops", &S::bf16_dense_tflops, "peak, dense", required,
              above(0, 1'000'000)),
        Field("fp8_dense_tflops", &S::fp8_dense_tflops, "peak, dense; 0: computes in BF16",
              range(0, 1'000'000)),
        Field("fp4_dense_tflops", &S::fp4_dense_tflops, "peak, dense; 0: computes in FP8",
              range(0, 1'000'000)),
        Field("memory_gb", &S::memory_gb, "of the package", required, above(0, 100'000)),
        Field("memory_tb_per_s", &S::memory_tb_per_s, "bandwidth", required, above(0, 10'000)),
        Field("scaleup_gb_per_s", &S::scaleup_gb_per_s,
              "of one GPU to its domain, one direction; 0: there is none", range(0, 100'000)),
        Field("scaleup_gpus", &S::scaleup_gpus, "GPUs of one domain", above(0, 100'000),
              dimensionless),
        Field("network_gbit_per_s", &S::network_gbit_per_s, "of one GPU, beyond the domain",
              required, above(0, 100'000)),
        Field("limit_w", &S::limit_w, "power limit of the board", required, above(0, 10'000)),
        Field("stack", &S::stack, "whose kernels run"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TrainingFamilySpec {  // what the columns of a table do not say of a model
  std::string id;            // a model is of the family with the longest id that begins its name
  double vocabulary_tokens = 0;
  bool tied = false;                        // one matrix embeds and reads out
  double experts = 0, experts_a_token = 0;  // of a mixture; 0: the law's
  double dense_layers = 0;                  // of its layers, those without experts
  template <class S = TrainingFamilySpec>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "the beginning of its models' names", required, not_empty),
                  Field("vocabulary_tokens", &S::vocabulary_tokens, "rows of the embedding",
                        required, above(0, 10'000'000), dimensionless),
                  Field("tied", &S::tied, "one matrix embeds and reads out"),
                  Field("experts", &S::experts, "of a mixture, in a layer; 0: the law's",
                        range(0, 100'000), dimensionless),
                  Field("experts_a_token", &S::experts_a_token,
                        "that a token goes to; 0: the law's", range(0, 100'000), dimensionless),
                  Field("dense_layers", &S::dense_layers, "of its layers, those without experts",
                        range(0, 10'000), dimensionless));
  }
};

struct TrainingSoftwareSpec {
  std::string id;
  double causal_share = 0.5;        // of the attention's products that are computed
  bool shards_optimizer = true;     // over the data-parallel ranks (ZeRO-1)
  bool recomputes = false;          // all activations, where a run does not say
  bool ties_embeddings = false;     // all models of its time do
  double attention_efficiency = 0;  // over that of other products
  double crowding_elements = 0;     // tokens x width of a GPU at which products take twice as long
  double activation_bytes = 0, split_bytes = 0;  // whole on each rank; divided by tp
  double score_bytes = 0;  // of each attention score, where they are written to memory
  double layer_launch_ms = 0, launch_per_rank = 0;
  double tensor_exposed = 0, data_exposed = 0;
  double optimizer_bytes = 0;  // of each parameter that a GPU updates
  double head_bytes = 0;       // of each token and row of the vocabulary
  double faster_per_year = 0;
  double pace = 1;  // a step's time over that of `fused`
  std::string source, note;
  template <class S = TrainingSoftwareSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("causal_share", &S::causal_share,
              "of the attention's products that are computed: 0.5 where the masked half is left "
              "out",
              above(0, 1), dimensionless),
        Field("shards_optimizer", &S::shards_optimizer, "over the data-parallel ranks"),
        Field("recomputes", &S::recomputes, "all activations, where a run does not say"),
        Field("ties_embeddings", &S::ties_embeddings, "of every model"),
        Field("attention_efficiency", &S::attention_efficiency,
              "of attention's products, over the peak", required, above(0, 2), dimensionless),
        Field("crowding_elements", &S::crowding_elements,
              "tokens x hidden width on a GPU, scaled by its peak over 312 TFLOP/s, at which "
              "products take twice as long",
              required, range(0, 1e9), dimensionless),
        Field("activation_bytes", &S::activation_bytes,
              "moved beside the products, the same on every tensor-parallel rank", required,
              range(0, 10'000), dimensionless),
        Field("split_bytes", &S::split_bytes,
              "moved beside the products, divided by the tensor-parallel ranks", required,
              range(0, 10'000), dimensionless),
        Field("score_bytes", &S::score_bytes, "moved for each attention score", required,
              range(0, 1'000), dimensionless),
        Field("layer_launch_ms", &S::layer_launch_ms,
              "least time of a layer, forward and backward: the host launches it", required,
              range(0, 1'000)),
        Field("launch_per_rank", &S::launch_per_rank,
              "of it, more for each further tensor-parallel rank", required, range(0, 10),
              dimensionless),
        Field("tensor_exposed", &S::tensor_exposed,
              "of tensor-parallel traffic at full bandwidth: what is not hidden", required,
              range(0, 100), dimensionless),
        Field("data_exposed", &S::data_exposed,
              "of data-parallel traffic at full bandwidth: what is not hidden", required,
              range(0, 100), dimensionless),
        Field("optimizer_bytes", &S::optimizer_bytes, "moved for each parameter that is updated",
              required, range(0, 10'000), dimensionless),
        Field("head_bytes", &S::head_bytes,
              "moved by logits and loss for each token and row of the vocabulary", required,
              range(0, 10'000), dimensionless),
        Field("faster_per_year", &S::faster_per_year,
              "logarithm of the speed that a year of releases brings", required, range(0, 1),
              dimensionless),
        Field("pace", &S::pace, "a step's time over that of the software `fused`", above(0, 10),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TrainingLawSpec {
  double efficiency = 0, efficiency_exponent = 0, efficiency_most = 1;
  double amd_share = 1, other_share = 1;
  double fp8_share = 1, mxfp8_share = 1, rowwise_share = 1, fp4_share = 1;
  double low_crowding = 1, low_bytes = 0, low_faster_per_year = 0;
  double attention_faster_per_year = 0;
  double expert_share = 1, expert_bytes = 0, expert_launch_ms = 0, expert_each_us = 0;
  double exchange_exposed = 0, experts_faster_per_year = 0;
  double gather_exposed = 0, handover_exposed = 0, bubble_share = 1;
  double fixed_ms = 0, sync_per_doubling = 0, lora_share = 0;
  double experts = 0, experts_a_token = 0;  // of a mixture of an unknown family
  double reference_year = 2025;
  std::string source, note;
  template <class S = TrainingLawSpec>
  static constexpr auto describe() {
    return Fields(
        Field("efficiency", &S::efficiency,
              "of the peak, of a board with 0.7 W of limit for each TFLOP/s of BF16", required,
              above(0, 1), dimensionless),
        Field("efficiency_exponent", &S::efficiency_exponent,
              "of those watts: a board with less power for its peak reaches less of it", required,
              range(0, 2), dimensionless),
        Field("efficiency_most", &S::efficiency_most, "of the peak, whatever the power",
              above(0, 1), dimensionless),
        Field("amd_share", &S::amd_share, "of the efficiency, with AMD's kernels", required,
              above(0, 2), dimensionless),
        Field("other_share", &S::other_share, "of the efficiency, with kernels of other vendors",
              required, above(0, 2), dimensionless),
        Field("fp8_share", &S::fp8_share, "of the efficiency, against the peak of FP8", required,
              above(0, 4), dimensionless),
        Field("mxfp8_share", &S::mxfp8_share, "of FP8's, with scales by block", required,
              above(0, 4), dimensionless),
        Field("rowwise_share", &S::rowwise_share, "of FP8's, with scales by row", required,
              above(0, 4), dimensionless),
        Field("fp4_share", &S::fp4_share, "of the efficiency, against the peak of FP4", required,
              above(0, 4), dimensionless),
        Field("low_crowding", &S::low_crowding, "crowding in FP8 or FP4, over that in BF16",
              required, range(0, 100), dimensionless),
        Field("low_bytes", &S::low_bytes, "moved to quantise", required, range(0, 10'000),
              dimensionless),
        Field("low_faster_per_year", &S::low_faster_per_year,
              "logarithm of the speed of FP8 and FP4 that a year brings", required, range(0, 1),
              dimensionless),
        Field("attention_faster_per_year", &S::attention_faster_per_year,
              "logarithm of the speed of attention that a year brings", required, range(0, 1),
              dimensionless),
        Field("expert_share", &S::expert_share, "of the efficiency, in products of experts",
              required, above(0, 4), dimensionless),
        Field("expert_bytes", &S::expert_bytes, "moved for each expert that a token goes to",
              required, range(0, 10'000), dimensionless),
        Field("expert_launch_ms", &S::expert_launch_ms,
              "least time that a layer of experts adds: routing waits for the host", required,
              range(0, 1'000)),
        Field("expert_each_us", &S::expert_each_us, "of it, more for each expert that a GPU holds",
              required, range(0, 1'000'000)),
        Field("exchange_exposed", &S::exchange_exposed,
              "of expert-parallel traffic at full bandwidth: what is not hidden", required,
              range(0, 100), dimensionless),
        Field("experts_faster_per_year", &S::experts_faster_per_year,
              "as faster_per_year, of mixtures", required, range(0, 1), dimensionless),
        Field("gather_exposed", &S::gather_exposed,
              "of the traffic of sharded weights, joined to the arithmetic by a smooth maximum",
              required, range(0, 100), dimensionless),
        Field("handover_exposed", &S::handover_exposed,
              "of the traffic between pipeline stages at full bandwidth", required, range(0, 100),
              dimensionless),
        Field("bubble_share", &S::bubble_share, "of the bubble of an interleaved pipeline",
              required, range(0, 4), dimensionless),
        Field("fixed_ms", &S::fixed_ms, "of every step", required, range(0, 1'000'000)),
        Field("sync_per_doubling", &S::sync_per_doubling,
              "of the step, for each doubling of the GPUs beyond 8: the slowest is waited for",
              required, range(0, 1), dimensionless),
        Field("lora_share", &S::lora_share,
              "of the products of a full step, where the weights are not trained", required,
              above(0, 1), dimensionless),
        Field("experts", &S::experts, "of a mixture of an unknown family", required,
              above(0, 100'000), dimensionless),
        Field("experts_a_token", &S::experts_a_token, "that a token goes to, of an unknown family",
              required, above(0, 100'000), dimensionless),
        Field("reference_year", &S::reference_year,
              "of the constants; a run without a year is of it", required, range(2015, 2100),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TrainingSpec {
  TrainingLawSpec law;
  std::vector<TrainingSoftwareSpec> software;
  std::vector<TrainingGpuSpec> gpus;
  std::vector<TrainingFamilySpec> families;
  template <class S = TrainingSpec>
  static constexpr auto describe() {
    return Fields(Field("law", &S::law, "constants that are the same everywhere", required),
                  Field("software", &S::software, "what runs the step", required, not_empty),
                  Field("gpus", &S::gpus, "accelerators", required, not_empty),
                  Field("families", &S::families, "families of models", required, not_empty));
  }
};

// The constants fitted without a group, to say how the model does on what it has not seen.
struct TrainingHoldoutSpec {
  std::string dimension, group;  // suite, family, gpu or layout; what was left out
  std::vector<double> values;    // of the constants that the file names, in their order
  template <class S = TrainingHoldoutSpec>
  static constexpr auto describe() {
    return Fields(Field("dimension", &S::dimension, "what kind of group", required, not_empty),
                  Field("group", &S::group, "its name; what was left out", required, not_empty),
                  Field("values", &S::values, "of the constants, in order", required,
                        range(-1e12, 1e12), dimensionless));
  }
};

}  // namespace dure
