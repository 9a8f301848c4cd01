// Whose turn it is: the heads of lanes in the order of order.h, while shares change with every
// start.
//
// A tree, as the accounts are: each claim and tier has the members that wait there, a member its
// projects, a project its users, a user its lanes, each in a heap by share. A start changes the
// shares of one member, one project and one user: three keys, not those of all the lanes below
// them. Whoever has waited longer than policy.patience stands apart, and goes first.
//
// A turn costs O(log waiting lanes).
// Invariant: 1. A node is in the heap of its parent while something below it waits. Shares only
//               grow in a pass, so a key that was made earlier is never too bad: it is looked at
//               again when it comes up.
#pragma once

#include <array>
#include <vector>

#include "sched/order.h"

namespace dure {

struct Turn {
  Claim claim = Claim::guaranteed;
  LaneId lane;
  JobId job;  // its head
};

class Turns {
 public:
  Turns(const World& world, const Policy& policy);
  void push(LaneId lane, Claim claim);  // a lane that waits, and is not in it
  bool empty() const { return waiting_ == 0; }
  Turn pop();                                              // the first
  void used(AccountId account) { shares_.used(account); }  // one of its jobs has started
  // Is there a lane in it of which f(lane, claim) is true?
  template <class F>
  bool any_of(F f) const {
    bool found = false;
    world_.waiting_lanes().for_each([&](std::uint32_t lane) {
      found = found || (in_[lane] != 0 && f(LaneId{lane}, static_cast<Claim>(in_[lane] - 1)));
    });
    return found;
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::size_t kTiers = 4, kRoots = 2 * kTiers;  // by claim, then tier, first first
  // A root, an account or a lane. Heaps are pairing heaps (Fredman et al., Algorithmica 1986).
  struct Node {
    std::int64_t share = 0;     // in millionths; of a lane 0
    std::uint32_t account = 0;  // one more than the id; 0: a lane, or a root
    LaneId lane;
    std::int64_t priority = 0;
    JobId job;
    std::uint32_t parent = kNone;
    std::uint32_t top = kNone;                  // of the heap of what is below it
    std::uint32_t child = kNone, next = kNone;  // in the heap that it is in
  };
  bool first(const Node& a, const Node& b) const;
  std::uint32_t meld(std::uint32_t a, std::uint32_t b);
  void insert(std::uint32_t node);  // into the heap of its parent, which joins its own if need be
  std::uint32_t take_top(Node& parent);  // out of its heap
  std::uint32_t node_of(std::size_t root, AccountId account);
  Turn taken(std::size_t root, LaneId lane);

  const World& world_;
  const Policy& policy_;
  Shares shares_;
  std::vector<Node> nodes_;                                  // roots first
  std::array<std::vector<std::uint32_t>, kRoots> nodes_of_;  // [root][account]
  std::array<std::vector<Head>, kRoots> aged_;               // [root]: heaps
  std::vector<std::uint32_t> leaf_;                          // [lane]
  std::vector<std::uint8_t> in_;  // [lane]: 0, or one more than its claim
  std::size_t waiting_ = 0;
};

}  // namespace dure
