// What a day of AI-RAN gave: the summary for a person, summary.json, and rows as CSV
// (docs/formats/results.md). Money and energy are of one day; "a cell" is the mean over cells.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/edge_text.h"
#include "edge/ran_day.h"

namespace dure {

std::string ran_table(const RanSpec& spec, const RanDay& day, std::uint64_t seed);
nlohmann::ordered_json ran_json(const RanSpec& spec, const RanDay& day, std::uint64_t seed);
std::vector<EdgeFile> ran_files(const RanSpec& spec, const RanDay& day);  // cells.csv, hours.csv
// Time adds up in every engine run, reclaims keep their bound, and sums agree with the engine.
bool ran_balanced(const RanDay& day);

}  // namespace dure
