// Who is first. Under Order::fair, in this order:
//   1. whoever asks for what its member is guaranteed in a pool, before whoever would borrow;
//   2. the higher tier;
//   3. whoever has waited longer than policy.patience, the longest first;
//   4. the member, then its project, then its user with the least share;
//   5. the higher priority, then whoever was first.
// The share of an account is its dominant resource (Ghodsi et al., NSDI 2011): the most, over the
// kinds of devices, of what it uses of all there is, where use is part what it holds now and part
// what it held (accounts.h). A member's share of each device is weighed by what it is entitled to
// of that device (at least a thousandth of all there is), a project's and a user's by their
// weights. Order::priority: priority, then whoever was first. Order::arrival: whoever was first.
//
// Invariant: 1. Within a pass shares only grow, so a key that was made earlier is never too bad:
//               a heap of keys needs to look again only at its top.
#pragma once

#include <array>
#include <vector>

#include "sched/decide.h"
#include "sched/fit.h"

namespace dure {

struct Head {
  Claim claim = Claim::guaranteed;
  Tier tier = Tier::standard;
  std::int64_t aged = 0;  // when it was submitted, if it has waited too long; else kNotAged
  std::array<std::int64_t, 3> share{};     // of member, project and user, in millionths
  std::array<std::uint32_t, 3> account{};  // one more than the id; 0: none
  std::int64_t priority = 0;
  JobId job;
  LaneId lane;
  std::uint32_t made = 0;  // after how many changes of shares
};
inline constexpr std::int64_t kNotAged = std::numeric_limits<std::int64_t>::max();

bool before(const Head& a, const Head& b);

class Shares {
 public:
  Shares(const World& world, const Policy& policy)
      : world_(world), policy_(policy), known_(world.accounts().size(), kUnknown) {}
  std::int64_t of(AccountId id);  // in millionths
  void used(AccountId id);        // it holds more now
  Head head(LaneId lane, Claim claim);
  // Has nobody used anything since the key was made?
  bool fresh(const Head& h) const { return h.made == changes_; }

 private:
  static constexpr std::int64_t kUnknown = -1;
  const World& world_;
  const Policy& policy_;
  std::vector<std::int64_t> known_;  // [account]
  std::uint32_t changes_ = 0;
};

}  // namespace dure
