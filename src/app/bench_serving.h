// `dure bench --serving`: requests a second of the request-level engine, one core, and of the
// search for memory. Rows serving.*.
#pragma once

#include <vector>

#include "app/bench_row.h"
#include "base/result.h"

namespace dure {

// service: its file, for the search; empty: none.
Result<Done> bench_serving(bool quick, const std::string& service, std::vector<BenchRow>& rows);

}  // namespace dure
