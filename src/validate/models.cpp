#include "validate/models.h"

#include "io/describe_reader.h"
#include "io/doc_loader.h"

namespace dure {
namespace {

template <Described File>
void read_file(const std::string& path, File& out, Faults& faults) {
  Loaded loaded = load_document(path, {});
  faults.insert(faults.end(), loaded.faults.begin(), loaded.faults.end());
  if (loaded.doc.root.kind != DocNode::Kind::map) return;
  DescribedReader reader(loaded.doc, loaded.whole);
  reader.read(loaded.doc.root, out);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
}

}  // namespace

Outcome<Models> read_models(const std::string& folder) {
  Models out;
  Faults faults;
  read_file(folder + "/validated.yaml", out.shipped, faults);
  read_file(folder + "/power_holdout.yaml", out.holdout, faults);
  read_file(folder + "/training.yaml", out.training, faults);
  read_file(folder + "/training_holdout.yaml", out.training_holdout, faults);
  Outcome<CoolingTruthModel> cooling = read_cooling_truth(folder);
  if (cooling)
    out.cooling = std::move(cooling.value());
  else
    faults.insert(faults.end(), cooling.faults().begin(), cooling.faults().end());
  if (!faults.empty()) return faults;
  return out;
}

Outcome<TrainingFile> read_training(const std::string& folder) {
  TrainingFile out;
  Faults faults;
  read_file(folder + "/training.yaml", out, faults);
  if (!faults.empty()) return faults;
  return out;
}

}  // namespace dure
