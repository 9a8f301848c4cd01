// Published times of training steps beside what the shipped model says, and whether the layout that
// it would choose is a good one. data/truth/training.csv holds the measurements;
// docs/models/training.md holds what is fitted to which rows. Bars were set before the fit: 8 %,
// and 10 % of the groups of layouts; the issue's.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/models.h"
#include "validate/table.h"
#include "validate/training_jobs.h"

namespace dure {

inline constexpr double kTrainingBarPct = 8;
inline constexpr double kGoodLayout = 1.05;  // of the best measured time

// Every row, each by the constants of `spec`.
ValidationTable step_time_table(const TrainingSpec& spec, const TrainingJobs& jobs);
// Rows of a dimension's groups, each by the constants that were fitted without its group.
ValidationTable unseen_table(const TrainingSpec& spec, const TrainingJobs& jobs,
                             const TrainingHoldout& holdout, const std::string& dimension);
// Runs that differ in their layout alone: 1 where the layout of the least predicted time was
// measured within kGoodLayout of the best, else 0; each run once.
ValidationTable layout_choice_table(const TrainingSpec& spec, const TrainingJobs& jobs);

// csv: the path of training.csv. Tables of groups that holdout has nothing of are left out.
Result<std::vector<ValidationTable>> training_tables(const std::string& csv,
                                                     const TrainingSpec& spec,
                                                     const TrainingHoldout& holdout,
                                                     Unmatched unmatched = Unmatched::passed_over);

}  // namespace dure
