// A month's statement between members: GPU time of each pool by who used it, priced by the lending
// terms, and what each member is owed. Months are KST's.
// Invariants: 1. Each line debits its member and credits its owner by the same won: all sum to 0.
//             2. The lines of a month are exact: use that spans months is split at midnight.
#pragma once

#include <string>
#include <vector>

#include "live/desk.h"

namespace dure {

struct StatementLine {
  std::string pool, owner, member;
  std::int64_t gpu_ms = 0;
  double price_krw = 0;  // a GPU-hour; 0 for the owner itself
  std::int64_t amount_krw = 0;
};
struct StatementSum {
  std::string member;
  std::int64_t lent_gpu_ms = 0, borrowed_gpu_ms = 0, credit_krw = 0, debit_krw = 0;
};
struct MonthStatement {
  std::vector<StatementLine> lines;
  std::vector<StatementSum> members;
};

// Of so much GPU time at a price, whole won.
std::int64_t amount_krw(std::int64_t gpu_ms, double price_krw);

// As of `now`, for the month that runs; of months before the record began: empty.
MonthStatement statement(const Desk& desk, const std::string& month, Millis now);

}  // namespace dure
