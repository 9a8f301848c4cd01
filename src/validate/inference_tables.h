// Published speed of inference beside what the shipped model says, one table for each kind of
// measurement (part) and quantity, and tables of groups that a fit had not seen: whole families of
// models, accelerators, layouts, suites. data/truth/inference.csv holds the rows;
// docs/models/inference.md what is fitted to which. The bar was set before the fits: 12 %, the
// issue's.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/inference_models.h"
#include "validate/table.h"

namespace dure {

// csv: the path of inference.csv, or of a table with its columns. A row with several measurements
// is in several tables. The tables of groups not seen hold tokens/s, gaps between tokens and times
// of operators, by suite.
Result<std::vector<ValidationTable>> inference_tables(const std::string& csv,
                                                      const InferenceModels& models,
                                                      Unmatched unmatched = Unmatched::passed_over);

}  // namespace dure
