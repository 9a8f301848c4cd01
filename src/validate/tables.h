// Every published table that the shipped models are set beside, with the verdicts' bars; and any
// other table with the columns of one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/faults.h"
#include "validate/models.h"
#include "validate/table.h"

namespace dure {

// What is validated, as `dure validate --kind` names it; a table of one's own holds one of the
// first four.
inline constexpr std::string_view kTableKinds[] = {"power",     "cooling", "failures", "training",
                                                   "inference", "weather", "grid"};

// shared: the folder with data/ and facts/. kind: one of kTableKinds, or all of them if empty.
Outcome<std::vector<ValidationTable>> all_tables(const Models& models, const std::string& shared,
                                                 std::string_view kind = "");

// A file with the columns of data/truth/KIND.csv: power, cooling, failures, training or inference.
// Tables that none of its rows belongs to are left out; rows that no table is about are one,
// KIND_unanswered. So each row is answered, or counted as unanswered, or left out for its evidence
// and counted as that (or is the uncapped row that others are set beside).
Outcome<std::vector<ValidationTable>> tables_of_file(const Models& models, const std::string& path,
                                                     std::string_view kind);

}  // namespace dure
