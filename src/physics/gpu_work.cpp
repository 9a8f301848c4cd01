#include "physics/gpu_work.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kTera = 1e12, kGiga = 1e9, kMilli = 1e-3;

struct Named {
  const char* name;
  double value;
};
// The first that is not above 0.
std::optional<Fault> not_positive(std::initializer_list<Named> all) {
  for (const Named& n : all) {
    if (!(n.value > 0 && std::isfinite(n.value)))
      return Fault{n.name, "a number above 0", std::to_string(n.value), ""};
  }
  return std::nullopt;
}

}  // namespace

Result<StepTimes> serving_step(const ServingStepSpec& spec, const GpuPowerSpec& gpu,
                               const ServedModel& model) {
  if (auto f = not_positive({{"params_b", model.params_b},
                             {"active_params_b", model.active_params_b},
                             {"bytes_per_param", model.bytes_per_param},
                             {"batch_seqs", model.batch_seqs},
                             {"bf16_dense_tflops", gpu.bf16_dense_tflops},
                             {"memory_tb_per_s", gpu.memory_tb_per_s}}))
    return *f;
  if (!(model.gpus >= 1)) return Fault{"gpus", "1 or more", std::to_string(model.gpus), ""};
  if (!(model.prompt_ratio >= 0))
    return Fault{"prompt_ratio", "0 or more", std::to_string(model.prompt_ratio), ""};
  if (model.active_params_b > model.params_b)
    return Fault{"active_params_b", "at most params_b", std::to_string(model.active_params_b), ""};

  const double all = model.params_b * kGiga, some = model.active_params_b * kGiga;
  const double b = model.batch_seqs, n = model.gpus;
  const double doublings = std::log2(n);
  const bool fp8 = model.bytes_per_param <= 1 && gpu.fp8_dense_tflops > 0;
  const double peak_flops = (fp8 ? gpu.fp8_dense_tflops : gpu.bf16_dense_tflops) * kTera;
  const double touched =
      some + (all - some) * (1 - std::pow(1 - spec.routing_share * some / all, b));

  StepTimes t;
  t.overlap_cost = spec.overlap_cost;
  const double output = some < all ? spec.expert_arithmetic_share : 1;  // of one token
  t.compute_s =
      2 * some * b * (output + model.prompt_ratio) / (n * peak_flops * spec.compute_efficiency);
  t.memory_s =
      touched * model.bytes_per_param / (n * gpu.memory_tb_per_s * kTera * spec.memory_efficiency);
  const bool apart = model.sharding == Sharding::expert && n > 1;
  t.rest_s = kMilli * (spec.fixed_ms + spec.doubling_ms * doublings);
  if (apart) t.rest_s += spec.imbalance_share * doublings * step_s(t);
  const double host_s = kMilli * (spec.host_ms + spec.sequence_ms * b / (apart ? n : 1));
  t.rest_s += std::max(0.0, host_s - step_s(t));
  return t;
}

Result<StepTimes> image_step(const ImageStepSpec& spec, const GpuPowerSpec& gpu,
                             const ImageModel& model) {
  if (auto f = not_positive({{"params_b", model.params_b},
                             {"batch_images", model.batch_images},
                             {"passes", model.passes},
                             {"bf16_dense_tflops", gpu.bf16_dense_tflops}}))
    return *f;
  if (!(model.gpus >= 1)) return Fault{"gpus", "1 or more", std::to_string(model.gpus), ""};
  if (!(model.tokens >= 0)) return Fault{"tokens", "0 or more", std::to_string(model.tokens), ""};
  if (!(model.ring >= 1 && model.ring <= model.gpus))
    return Fault{"ring", "1 to the number of GPUs", std::to_string(model.ring), ""};
  const double tokens = model.tokens > 0 ? model.tokens : spec.tokens_1024px;
  StepTimes t;
  t.compute_s = 2 * model.params_b * kGiga * tokens * model.passes * model.batch_images /
                (model.gpus * gpu.bf16_dense_tflops * kTera * spec.compute_efficiency);
  const double width = std::pow(model.params_b, 1.0 / 3);
  t.rest_s = kMilli * width * (spec.fixed_ms + spec.doubling_ms * std::log2(model.gpus)) +
             t.compute_s / width *
                 (spec.exchange_share * (1 - 1 / model.gpus) + spec.ring_share * (model.ring - 1));
  return t;
}

double sync_share(double sync_per_doubling, double nodes) {
  CHECK(sync_per_doubling >= 0 && nodes >= 1);
  return 1 - 1 / (1 + sync_per_doubling * std::log2(nodes));
}

}  // namespace dure
