// What holds between the rows of an InferenceSpec, once each row is right by itself: invariants 1
// and 2 of inference_spec.h. A Fault's where is the path of the row, as gpus[2].generation.
#pragma once

#include "base/faults.h"
#include "world/inference_spec.h"

namespace dure {

Faults check_inference(const InferenceSpec& spec);

}  // namespace dure
