#include "physics/inference_limits.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace dure {
namespace {

constexpr double kGiga = 1e9, kTera = 1e12;

template <class... Args>
std::string text(const char* format, Args... args) {
  char out[160];
  std::snprintf(out, sizeof out, format, args...);
  return out;
}

double active_bytes(const InferenceStep& step) {
  return step.setup().model.active_params_b * kGiga * weight_bytes(step.setup().precision);
}
double bandwidth(const InferenceStep& step) {
  return step.setup().gpus * step.setup().gpu->memory_tb_per_s * kTera;
}
double prompt_flop(const InferenceStep& step, double tokens) {
  return 2 * step.setup().model.active_params_b * kGiga * tokens;
}

std::string reading(const InferenceStep& step) {
  return text("reading %.4g GB of weights at %.4g TB/s takes %.4g ms", active_bytes(step) / kGiga,
              bandwidth(step) / kTera, 1e3 * token_floor_s(step));
}

}  // namespace

double token_floor_s(const InferenceStep& step) { return active_bytes(step) / bandwidth(step); }

double prompt_floor_s(const InferenceStep& step, double prompt_tokens) {
  return std::max(token_floor_s(step),
                  prompt_flop(step, prompt_tokens) / (step.setup().gpus * step.peak_flops()));
}

std::optional<Fault> below_physics(const InferenceStep& step, double prompt_tokens,
                                   const ServiceTarget& target) {
  const char* const hint = "more GPUs that share each layer, a lower precision, a smaller model";
  if (target.token_s > 0 && target.token_s < token_floor_s(step))
    return Fault{"token_ms", text("%.4g or more: ", 1e3 * token_floor_s(step)) + reading(step),
                 text("%.4g", 1e3 * target.token_s), hint};
  const double least_s = prompt_floor_s(step, prompt_tokens);
  if (target.first_token_s > 0 && target.first_token_s < least_s) {
    const double flop = prompt_flop(step, prompt_tokens);
    const bool by_memory = least_s <= token_floor_s(step);
    const std::string why =
        by_memory ? reading(step)
                  : text("%.4g TFLOP at %.4g TFLOP/s take %.4g ms", flop / kTera,
                         step.setup().gpus * step.peak_flops() / kTera, 1e3 * least_s);
    return Fault{"first_token_ms", text("%.4g or more: ", 1e3 * least_s) + why,
                 text("%.4g", 1e3 * target.first_token_s), hint};
  }
  return std::nullopt;
}

}  // namespace dure
