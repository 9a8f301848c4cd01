// Where a line of a month's statement comes from: the GPU time of each pool and member, traced to
// the jobs that held the GPUs and to the entries of the record that say so. For disputes.
//
// It reads the record alone and reckons anew: neither the world's ledger nor the book's months are
// asked, except for entries that are no longer there.
// Invariants: 1. The parts of a pool and member sum to the GPU time that Book::month_use has for
//                them, to the millisecond.
//             2. A part is one job holding one number of GPUs without a break, cut at the month's
//             ends.
//             3. Where the record was truncated, what went before its snapshot is one part of no
//             job
//                (job 0) for each pool and member.
// Times are world time (KST).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/store/store.h"
#include "world/event.h"

namespace dure {

struct UsePart {
  std::int64_t job = 0;  // its number; 0: invariant 3
  PoolId pool;
  MemberId member;
  Millis from, to;
  std::int64_t gpus = 0, gpu_ms = 0;
  // Of the record: it began to hold so many, and ceased to. first 0: in what was truncated. last 0:
  // it went on holding them at the end of the month, or does so now.
  std::uint64_t first_entry = 0, last_entry = 0;
};

struct TracedUse {
  std::vector<UsePart> parts;        // by first_entry, then pool and job
  std::vector<PoolOpened> pools;     // [PoolId]
  std::vector<std::string> members;  // [MemberId]
  Millis from, to;                   // the month, or as much of it as is over
};

// month: 2026-11. Entries after `now` are passed over; of a truncated record it is at least the
// time of its snapshot. The store is read from its first entry on: of a long record that takes
// seconds.
Result<TracedUse> trace_use(Store& store, const std::string& month, Millis now);

}  // namespace dure
