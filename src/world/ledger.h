// Double-entry ledger of GPU time: who used whose GPUs, in which pool. Time accrues whenever a use
// changes; each accrual debits the user and credits the owner by the same GPU-milliseconds.
// Invariants: 1. The sum of all accounts is zero.  2. Time in use never runs back.
#pragma once

#include <cstdint>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"

namespace dure {

class Ledger {
 public:
  void open_pool(PoolId pool, MemberId owner);
  void open_member(MemberId member);

  // `member` holds `delta` GPUs more (or less) of `pool` from now on.
  void change(PoolId pool, MemberId member, std::int64_t delta, Millis now);

  std::int64_t in_use(PoolId pool, MemberId member) const { return line(pool, member).gpus; }
  // GPU time of member in pool up to now (now not before the last change).
  GpuMillis used(PoolId pool, MemberId member, Millis now) const;
  // What the member was debited (negative: its use) and credited (its GPUs used by anyone).
  GpuMillis balance(MemberId member) const { return balances_[member.index]; }
  std::uint64_t entries() const { return entries_; }
  void audit() const;

 private:
  friend struct PartsArchive;
  struct Line {
    std::int64_t gpus = 0;
    std::int64_t gpu_ms = 0;
    Millis since;
  };
  const Line& line(PoolId pool, MemberId member) const { return lines_[pool.index][member.index]; }
  std::vector<std::vector<Line>> lines_;  // [pool][member]
  std::vector<MemberId> owners_;          // [pool]
  std::vector<GpuMillis> balances_;       // [member]
  std::uint64_t entries_ = 0;
};

}  // namespace dure
