// Published counts of faults, times out and clustering (failures.csv of the truth tables) beside
// the answers of the failure model, and effective training time beside that of goodput.
// Method, errors and what is not answered: docs/models/failures.md, docs/models/goodput.md.
// Bars were set before the constants were fitted. Only rows with evidence `read` are used.
//
// A row is answered by its fleet's factors where its suite begins with the id of a fleet
// (stepfun-400-second-half: stepfun), and else by the reference, with the factor of its GPU. Where
// no GPU is told the reference answers alone. A GPU that the model has no factor for has no answer:
// what breaks most is the GPU itself. Nor has a fleet beyond what the model is for: over 10^6
// nodes, 10,000 days or 1,024 GPUs a node; nor what a log of it would show (times out, clustering)
// once the file asks for logs of over 10^7 node-days in all.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/table.h"
#include "world/failure_spec.h"

namespace dure {

// csv: a file as failures.csv. Tables: rates, causes, times_out, clustering, effective_time.
// A table that no row of the file belongs to is left out.
Result<std::vector<ValidationTable>> failure_tables(const FailureSpec& spec, const std::string& csv,
                                                    Unmatched unmatched = Unmatched::passed_over);

// Each fleet answered by what was counted in all others: what a fleet that was never seen gets.
ValidationTable unseen_fleets(const FailureSpec& spec);

// For comparison, not to pass: the clustering and times out of a model with the same rates and
// mean times out, where faults are independent, nodes alike and times out exponential.
Result<std::vector<ValidationTable>> independent_failure_tables(const FailureSpec& spec,
                                                                const std::string& csv);

// Mean time to failure by size of job in one fleet (RSC-1): from memory, so no gate.
ValidationTable recalled_mttf();

}  // namespace dure
