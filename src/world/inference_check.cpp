#include "world/inference_check.h"

#include <set>
#include <string>

namespace dure {
namespace {

template <class Row>
std::set<std::string> unique_ids(const std::vector<Row>& rows, const std::string& list,
                                 Faults& faults) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!seen.insert(rows[i].id).second)
      faults.push_back({list + '[' + std::to_string(i) + "].id", "an id that no row before it has",
                        rows[i].id, ""});
  }
  return seen;
}

}  // namespace

Faults check_inference(const InferenceSpec& spec) {
  Faults faults;
  unique_ids(spec.gpus, "gpus", faults);
  unique_ids(spec.engines, "engines", faults);
  unique_ids(spec.workloads, "workloads", faults);
  const std::set<std::string> generations = unique_ids(spec.generations, "generations", faults);
  for (std::size_t i = 0; i < spec.gpus.size(); ++i) {
    if (generations.contains(spec.gpus[i].generation)) continue;
    std::string known;
    for (const std::string& id : generations) known += (known.empty() ? "" : ", ") + id;
    faults.push_back({"gpus[" + std::to_string(i) + "].generation", "one of " + known,
                      spec.gpus[i].generation, ""});
  }
  return faults;
}

}  // namespace dure
