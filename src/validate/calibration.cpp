#include "validate/calibration.h"

#include <array>

#include "base/hash.h"
#include "io/gzip_file.h"
#include "validate/inference_calibration.h"
#include "validate/training_calibration.h"

namespace dure {

const std::vector<CalibratedModel>& calibrated_models() {
  static const std::vector<CalibratedModel> all = {
      {"training", "training.yaml", "training_holdout.yaml", calibrate_training},
      {"inference", "inference.yaml", "inference_holdout.yaml", calibrate_inference}};
  return all;
}

std::optional<Fault> too_few_to_fit(const std::string& table, std::size_t measurements,
                                    std::size_t constants) {
  if (measurements >= constants) return std::nullopt;
  return Fault{table, std::to_string(constants) + " measurements or more, one for each constant",
               std::to_string(measurements) + " that can be answered and were read",
               "dure validate --table FILE --kind KIND fits nothing"};
}

Result<std::string> file_hash(const std::string& path) {
  TRY(source, ByteSource::open(path));
  Sha256 hash;
  std::array<char, 1 << 16> bytes{};
  for (;;) {
    TRY(n, source.read(bytes));
    if (n == 0) return hash.hex();
    hash.add(std::as_bytes(std::span(bytes.data(), n)));
  }
}

}  // namespace dure
