#include "validate/inference_calibration.h"

#include <map>
#include <set>

#include "base/decimal.h"
#include "io/described_file.h"
#include "io/yaml_writer.h"
#include "validate/inference_fit.h"
#include "validate/inference_models.h"
#include "validate/inference_tables.h"

namespace dure {
namespace {

constexpr int kDigits = 4;
constexpr const char* kSource = "inference_rows";

std::vector<double> values_of(const FittedModel& fit) {
  std::vector<double> out;
  for (const FittedParameter& p : fit.parameters) out.push_back(significant(p.value, kDigits));
  return out;
}

// "inference.csv, 1501 rows that were read, SHA-256 ...".
Result<std::string> where_from(const std::string& table, std::size_t rows) {
  TRY(hash, file_hash(table));
  return table.substr(table.find_last_of('/') + 1) + ", " + std::to_string(rows) +
         " rows that were read, SHA-256 " + hash;
}

std::string header(const std::string& what, const std::string& from) {
  return "# " + what + "\n# Written by dure calibrate, from\n# " + from + ".\n";
}

std::string yaml_of(InferenceFile file, const FittedModel& fit, const std::string& from) {
  std::string out = header(
      "How fast language models are served. What each number means: src/world/inference_spec.h;\n"
      "# equations, what is fitted and errors: docs/models/inference.md.",
      from);
  out += "#\n# Fitted, with 95 % intervals (bound: at one, or no row feels it):\n";
  for (const FittedParameter& p : fit.parameters)
    out += "#   " + p.name + " " + decimal_text(significant(p.value, kDigits)) +
           (p.half_width_95 ? " +- " + decimal_text(significant(*p.half_width_95, 2)) : " bound") +
           "\n";
  for (SourceSpec& s : file.sources) {
    if (s.id == kSource) s.title = "fitted to " + from;
  }
  return out + write_yaml(file);
}

}  // namespace

Outcome<CalibrationResult> calibrate_inference(const std::string& table,
                                               const std::string& folder) {
  InferenceFile file;
  LanguageModelsFile shapes;
  Faults faults;
  read_described(folder + "/inference.yaml", file, faults);
  read_described(folder + "/language_models.yaml", shapes, faults);
  if (!faults.empty()) return faults;
  const auto read = read_truth_rows<InferenceRow>(table);
  if (!read) return Faults{read.fault()};
  const auto from = where_from(table, read.value().rows.size());
  if (!from) return Faults{from.fault()};

  const std::vector<InferencePoint> points =
      inference_points(read.value().rows, file.inference.gpus, shapes.language_models);
  if (const auto few = too_few_to_fit(table, points.size(), inference_constants().size()))
    return Faults{*few};
  const auto fit =
      fit_inference(file.inference, points, [](const InferencePoint&) { return true; });
  if (!fit) return Faults{fit.fault()};
  CalibrationResult out;
  for (const FittedParameter& p : fit.value().parameters)
    out.constants.push_back({p.name, significant(p.value, kDigits), p.half_width_95});
  file.inference = with_constants(file.inference, values_of(fit.value()));

  InferenceModels models{file.inference, shapes.language_models, {}};
  for (const InferenceConstant& c : inference_constants())
    models.holdout.constants.push_back(c.free.name);
  for (const InferenceDimension& d : inference_dimensions()) {
    std::set<std::string> groups;
    for (const InferencePoint& p : points) groups.insert(d.group(p));
    for (const std::string& group : groups) {
      const auto part = fit_inference(file.inference, points,
                                      [&](const InferencePoint& p) { return d.group(p) != group; });
      if (part) models.holdout.folds.push_back({d.name, group, values_of(part.value())});
    }
  }
  const auto tables = inference_tables(table, models);
  if (!tables) return Faults{tables.fault()};
  out.tables = tables.value();
  out.yaml = yaml_of(std::move(file), fit.value(), from.value());
  out.holdout_yaml = header(
                         "The constants of models/inference.yaml fitted without a group each: how "
                         "the model does on\n# what it has not seen.",
                         from.value()) +
                     write_yaml(models.holdout);
  return out;
}

}  // namespace dure
