#include "validate/training_calibration.h"

#include <map>
#include <set>

#include "base/decimal.h"
#include "io/yaml_writer.h"
#include "validate/training_fit.h"
#include "validate/training_tables.h"

namespace dure {
namespace {

constexpr int kDigits = 4;
constexpr std::size_t kFewestRows = 8;  // of a group that is left out; smaller ones are one
constexpr const char* kOthers = "others";

std::vector<double> values_of(const FittedModel& fit) {
  std::vector<double> out;
  for (const FittedParameter& p : fit.parameters) out.push_back(significant(p.value, kDigits));
  return out;
}

// The groups of a dimension, those of few rows together.
std::map<std::string, std::string> grouped(const std::vector<TrainingJob>& jobs,
                                           const TrainingDimension& d) {
  std::map<std::string, std::size_t> rows;
  for (const TrainingJob& job : jobs) ++rows[d.group(job)];
  std::map<std::string, std::string> out;
  for (const auto& [name, n] : rows) out[name] = n < kFewestRows ? kOthers : name;
  return out;
}

struct LawAndSoftware {  // what is written: machines stay where they are
  TrainingLawSpec law;
  std::vector<TrainingSoftwareSpec> software;
  template <class S = LawAndSoftware>
  static constexpr auto describe() {
    return Fields(Field("law", &S::law, "as training"),
                  Field("software", &S::software, "as training"));
  }
};
struct FittedFile {
  std::vector<SourceSpec> sources;
  LawAndSoftware training;
  template <class S = FittedFile>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "as training"),
                  Field("training", &S::training, "as training"));
  }
};

std::string yaml_of(const TrainingSpec& spec, const FittedModel& fit, const std::string& title,
                    const std::string& file) {
  std::string out =
      "# The time of a training step. What each number means: src/world/training_spec.h; "
      "equations,\n"
      "# what is fitted and errors: docs/models/training.md. Written by dure calibrate, from\n"
      "# " +
      title + ".\n#\n# Constants with their 95 % intervals (bound: at one, or no row feels it):\n";
  for (const FittedParameter& p : fit.parameters)
    out += "#   " + p.name + " " + decimal_text(significant(p.value, kDigits)) +
           (p.half_width_95 ? " +- " + decimal_text(significant(*p.half_width_95, 2)) : " bound") +
           "\n";
  out += "include: training_machines.yaml\n";
  FittedFile written{{{"training_fit", title, file}}, {spec.law, spec.software}};
  written.training.law.source = "training_fit";
  for (TrainingSoftwareSpec& s : written.training.software) s.source = "training_fit";
  return out + write_yaml(written);
}

}  // namespace

Outcome<CalibrationResult> calibrate_training(const std::string& table, const std::string& models) {
  Outcome<TrainingFile> file = read_training(models);
  if (!file) return file.faults();
  const auto read = read_truth_rows<TrainingRow>(table);
  if (!read) return Faults{read.fault()};
  const auto hash = file_hash(table);
  if (!hash) return Faults{hash.fault()};

  TrainingSpec spec = unfitted(file.value().training);
  const TrainingJobs jobs = training_jobs(spec, read.value().rows);
  if (const auto few = too_few_to_fit(table, jobs.jobs.size(), training_constants().size()))
    return Faults{*few};
  const auto fitted = fit_training(spec, jobs.jobs, [](const TrainingJob&) { return true; });
  if (!fitted) return Faults{fitted.fault()};
  const FittedModel& fit = fitted.value();
  const std::vector<double> values = values_of(fit);
  spec = with_constants(spec, values);

  CalibrationResult out;
  for (const FittedParameter& p : fit.parameters)
    out.constants.push_back({p.name, significant(p.value, kDigits), p.half_width_95});
  out.tables.push_back(step_time_table(spec, jobs));

  TrainingHoldout holdout;
  for (const TrainingConstant& c : training_constants()) holdout.constants.push_back(c.free.name);
  for (const TrainingDimension& d : training_dimensions()) {
    const auto groups = grouped(jobs.jobs, d);
    std::map<std::string, std::vector<double>> fits;
    for (const auto& [name, of] : groups) {
      const std::string& leaves = of;  // clang's lambdas take no names of a structured binding
      if (!fits.contains(leaves)) {
        const auto part = fit_training(
            spec, jobs.jobs,
            [&](const TrainingJob& job) { return groups.at(d.group(job)) != leaves; }, values);
        if (!part) continue;  // no row is left without it
        fits[leaves] = values_of(part.value());
      }
      holdout.groups.push_back({d.name, name, fits[leaves]});
    }
    out.tables.push_back(unseen_table(spec, jobs, holdout, d.name));
  }
  out.tables.push_back(layout_choice_table(spec, jobs));

  const std::string name = table.substr(table.find_last_of('/') + 1);
  const std::string title = name + ", " + std::to_string(jobs.jobs.size()) + " rows of " +
                            std::to_string(read.value().rows.size()) + " that were read, SHA-256 " +
                            hash.value();
  out.yaml = yaml_of(spec, fit, title, name);
  out.holdout_yaml =
      "# The constants of models/training.yaml fitted without a group each: how the model does on "
      "what\n"
      "# it has not seen. Written by dure calibrate, from\n# " +
      title + ".\n" + write_yaml(holdout);
  return out;
}

}  // namespace dure
