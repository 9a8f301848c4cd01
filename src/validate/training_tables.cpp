#include "validate/training_tables.h"

#include <map>
#include <set>
#include <tuple>

#include "validate/training_fit.h"

namespace dure {
namespace {

const TrainingDimension* dimension_of(const std::string& name) {
  for (const TrainingDimension& d : training_dimensions()) {
    if (d.name == name) return &d;
  }
  return nullptr;
}

// What a run is, beside its layout.
using RunWithout = std::tuple<std::string, std::string, double, double, double, double, double,
                              double, double, int, int, double>;
RunWithout run_without_layout(const TrainingJob& j) {
  return {j.suite,
          j.gpu.id,
          j.shape.params,
          j.shape.active_params,
          j.shape.layers,
          j.shape.hidden,
          j.run.sequence_tokens,
          j.run.batch_seqs,
          j.layout.gpus,
          static_cast<int>(j.run.precision),
          static_cast<int>(j.run.method),
          j.run.year};
}
auto layout_key(const TrainingJob& j) {
  const TrainingLayout& l = j.layout;
  return std::tuple(l.tp, l.pp, l.virtual_stages, l.cp, l.ep, l.microbatch_seqs,
                    j.run.shards_weights, j.run.recompute);
}

}  // namespace

ValidationTable step_time_table(const TrainingSpec& spec, const TrainingJobs& jobs) {
  ValidationTable t{"training_step",
                    "time of a training step",
                    "s",
                    "fitted to the published rows of these suites",
                    kTrainingBarPct,
                    {}};
  for (const TrainingJob& job : jobs.jobs)
    t.rows.push_back({job.id, job.suite, predicted_s(spec, job), job.measured_s});
  for (const TrainingJobs::Without& row : jobs.without) {
    if (row.measured_s > 0) t.rows.push_back({row.id, row.why, std::nullopt, row.measured_s});
  }
  return t;
}

ValidationTable unseen_table(const TrainingSpec& spec, const TrainingJobs& jobs,
                             const TrainingHoldout& holdout, const std::string& dimension) {
  ValidationTable t{"training_step_unseen_" + dimension,
                    "time of a training step",
                    "s",
                    "each " + dimension + " by constants fitted to the rows of the others",
                    kTrainingBarPct,
                    {}};
  const TrainingDimension* d = dimension_of(dimension);
  std::vector<std::string> names;
  for (const TrainingConstant& c : training_constants()) names.push_back(c.free.name);
  if (d == nullptr || holdout.constants != names) return t;
  std::map<std::string, TrainingSpec> parts;
  for (const TrainingHoldoutSpec& part : holdout.groups) {
    if (part.dimension == dimension && part.values.size() == names.size())
      parts.emplace(part.group, with_constants(spec, part.values));
  }
  for (const TrainingJob& job : jobs.jobs) {
    const std::string group = d->group(job);
    const auto part = parts.find(group);
    if (part == parts.end()) continue;
    t.rows.push_back({job.id, group, predicted_s(part->second, job), job.measured_s});
  }
  return t;
}

ValidationTable layout_choice_table(const TrainingSpec& spec, const TrainingJobs& jobs) {
  ValidationTable t{"training_layout_choice",
                    "the chosen layout was measured within 5 % of the best: 1",
                    "",
                    "runs that differ in layout alone; the bar is the share of them that may miss",
                    10,
                    {}};
  std::map<RunWithout, std::vector<const TrainingJob*>> runs;
  for (const TrainingJob& job : jobs.jobs) {
    if (job.layout_known) runs[run_without_layout(job)].push_back(&job);
  }
  for (const auto& [run, rows] : runs) {
    std::set<decltype(layout_key(*rows.front()))> layouts;
    const TrainingJob *chosen = nullptr, *best = nullptr;
    double least = 0;
    for (const TrainingJob* job : rows) {
      layouts.insert(layout_key(*job));
      const double predicted = predicted_s(spec, *job);
      if (chosen == nullptr || predicted < least) {
        chosen = job;
        least = predicted;
      }
      if (best == nullptr || job->measured_s < best->measured_s) best = job;
    }
    if (layouts.size() < 2) continue;
    const bool good = chosen->measured_s <= kGoodLayout * best->measured_s;
    t.rows.push_back({chosen->id, chosen->suite, good ? 1.0 : 0.0, 1});
  }
  return t;
}

Result<std::vector<ValidationTable>> training_tables(const std::string& csv,
                                                     const TrainingSpec& spec,
                                                     const TrainingHoldout& holdout,
                                                     Unmatched unmatched) {
  TRY(read, read_truth_rows<TrainingRow>(csv));
  const TrainingJobs jobs = training_jobs(spec, read.rows);
  std::vector<ValidationTable> tables{step_time_table(spec, jobs)};
  for (const TrainingDimension& d : training_dimensions()) {
    ValidationTable unseen = unseen_table(spec, jobs, holdout, d.name);
    if (!unseen.rows.empty()) tables.push_back(std::move(unseen));
  }
  tables.push_back(layout_choice_table(spec, jobs));
  if (unmatched == Unmatched::counted) {
    ValidationTable none = unmatched_table("training");
    for (const TrainingJobs::Without& row : jobs.without) {
      if (!(row.measured_s > 0)) none.rows.push_back({row.id, row.why, std::nullopt, 0});
    }
    tables.push_back(std::move(none));
  }
  for (ValidationTable& t : tables) t.left_out = read.left_out;
  return tables;
}

}  // namespace dure
