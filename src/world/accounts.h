// Who is charged for what is held: a tree of member, project, user. An account holds what its
// children hold. What it held in the past counts too, and fades: `mean` is the average of what was
// held, weighted by 2^(-age / half-life).
//
//   mean' = now + (mean - now) * 2^(-dt / half_life)          while `now` is constant over dt
//
// in whole numbers: means in micro-units (GPUs, QPUs, cells, CPU nodes), the power of two from a
// table of 1/1024 of a half-life computed with integer square roots, so that every machine agrees.
// Dominant-resource fairness (Ghodsi et al., NSDI 2011): sched/order.h takes the largest share.
//
// Invariants: 1. An account holds the sum of its children and of its own jobs.
//             2. held >= 0 of every device.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"
#include "world/event.h"

namespace dure {

// 2^(-dt/half_life) as a fraction of 2^32.
class Fading {
 public:
  explicit Fading(Millis half_life);
  std::uint64_t after(Millis dt) const;

 private:
  friend struct PartsArchive;
  std::int64_t half_life_ms_;
  std::array<std::uint64_t, 1025> table_{};  // [i] = 2^(-i/1024), of 2^32
};

struct Account {
  std::optional<AccountId> parent;  // none: a member
  MemberId member;
  std::string name;
  std::uint32_t weight_milli = 0;
  std::int64_t limit = 0;    // of held GPUs; 0: none
  std::int64_t waiting = 0;  // jobs
  struct Use {
    std::int64_t held = 0;
    std::int64_t mean_micro = 0;
    Millis since;
  };
  std::array<Use, kDevices> use{};
};

class Accounts {
 public:
  Accounts() : fading_(Millis(7 * 86'400'000LL)) {}
  void set_half_life(Millis half_life, Millis now);  // from now on
  AccountId open(Account account);
  void set_limit(AccountId id, std::int64_t limit) { list_[id.index].limit = limit; }
  std::size_t size() const { return list_.size(); }
  const Account& operator[](AccountId id) const { return list_[id.index]; }

  // The account and all above it hold `delta` units of a device more, or less, from now on.
  void change(AccountId id, Device device, std::int64_t delta, Millis now);
  void wait(AccountId id, std::int64_t delta) {
    for (std::optional<AccountId> a = id; a; a = list_[a->index].parent)
      list_[a->index].waiting += delta;
  }
  std::int64_t held(AccountId id, Device device) const {
    return list_[id.index].use[static_cast<std::size_t>(device)].held;
  }
  std::int64_t mean_micro(AccountId id, Device device, Millis now) const;
  // May it hold so many units more, by its limit and those above it? Limits are of GPUs, shared
  // ones by their parts.
  bool within_limits(AccountId id, Device device, std::int64_t units) const;
  bool within_limit(AccountId id, std::int64_t milli_gpus) const {
    const Account& account = list_[id.index];
    return account.limit == 0 || milli_gpus == 0 ||
           milli_gpus_held(id) + milli_gpus <= account.limit * 1000;
  }
  std::int64_t milli_gpus_held(AccountId id) const {
    return milli_gpus(Device::gpu, held(id, Device::gpu)) +
           milli_gpus(Device::shared_gpu, held(id, Device::shared_gpu));
  }
  static std::int64_t milli_gpus(Device device, std::int64_t units) {  // 0 of other devices
    if (device != Device::gpu && device != Device::shared_gpu) return 0;
    return units * (1000 / units_of_one(device));
  }

 private:
  friend struct PartsArchive;
  std::vector<Account> list_;
  Fading fading_;
};

}  // namespace dure
