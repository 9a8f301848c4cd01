// What no software can pass: a target below the time that memory and arithmetic take at their peaks
// is refused with the arithmetic. Nothing here is fitted.
//
//   a token   the weights that one token touches, read once: active parameters x bytes / (n x
//   bandwidth) a prompt  2 x active parameters x tokens / (n x peak), or the same weights read once
#pragma once

#include <optional>

#include "base/result.h"
#include "physics/inference_step.h"

namespace dure {

double token_floor_s(const InferenceStep& step);
double prompt_floor_s(const InferenceStep& step, double prompt_tokens);

struct ServiceTarget {  // 0: none
  double first_token_s = 0, token_s = 0;
};
std::optional<Fault> below_physics(const InferenceStep& step, double prompt_tokens,
                                   const ServiceTarget& target);

}  // namespace dure
