#include "world/ledger.h"

#include "base/check.h"

namespace dure {

void Ledger::open_pool(PoolId pool, MemberId owner) {
  CHECK(pool.index == lines_.size());
  lines_.emplace_back(balances_.size());
  owners_.push_back(owner);
}

void Ledger::open_member(MemberId member) {
  CHECK(member.index == balances_.size());
  balances_.emplace_back();
  for (auto& pool : lines_) pool.emplace_back();
}

void Ledger::change(PoolId pool, MemberId member, std::int64_t delta, Millis now) {
  Line& l = lines_[pool.index][member.index];
  if (l.gpus != 0 && l.since != now) {
    CHECK(l.since < now);  // invariant 2
    const GpuMillis used = gpu_time(Gpus(l.gpus), now - l.since);
    l.gpu_ms += used.count();
    balances_[member.index] -= used;
    balances_[owners_[pool.index].index] += used;  // invariant 1
    ++entries_;
  }
  l.since = now;
  l.gpus += delta;
  CHECK(l.gpus >= 0);
}

GpuMillis Ledger::used(PoolId pool, MemberId member, Millis now) const {
  const Line& l = line(pool, member);
  if (l.gpus == 0) return GpuMillis(l.gpu_ms);
  return GpuMillis(l.gpu_ms) + gpu_time(Gpus(l.gpus), now - l.since);
}

void Ledger::audit() const {
  __int128 sum = 0;
  for (const GpuMillis& b : balances_) sum += b.count();
  CHECK(sum == 0);  // invariant 1
  for (const auto& pool : lines_)
    for (const Line& l : pool) CHECK(l.gpus >= 0 && l.gpu_ms >= 0);
}

}  // namespace dure
