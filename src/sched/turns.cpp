#include "sched/turns.h"

#include <algorithm>

namespace dure {
namespace {

// std heaps keep the greatest on top: the first in order.
bool later(const Head& a, const Head& b) { return before(b, a); }

}  // namespace

Turns::Turns(const World& world, const Policy& policy)
    : world_(world),
      policy_(policy),
      shares_(world, policy),
      nodes_(kRoots),
      leaf_(world.lanes(), kNone),
      in_(world.lanes()) {}

bool Turns::first(const Node& a, const Node& b) const {
  if (a.share != b.share) return a.share < b.share;
  if (a.account != b.account) return a.account < b.account;
  if (a.priority != b.priority) return a.priority > b.priority;
  return a.job < b.job;
}

std::uint32_t Turns::meld(std::uint32_t a, std::uint32_t b) {
  if (a == kNone) return b;
  if (b == kNone) return a;
  if (first(nodes_[b], nodes_[a])) std::swap(a, b);
  nodes_[b].next = nodes_[a].child;
  nodes_[a].child = b;
  nodes_[a].next = kNone;
  return a;
}

void Turns::insert(std::uint32_t node) {
  for (;;) {
    Node& n = nodes_[node];
    n.child = n.next = kNone;
    Node& parent = nodes_[n.parent];
    const bool joins = parent.top == kNone && parent.account != 0;
    parent.top = meld(parent.top, node);
    if (!joins) return;
    node = nodes_[node].parent;
    nodes_[node].share = shares_.of(AccountId{nodes_[node].account - 1});
  }
}

std::uint32_t Turns::take_top(Node& parent) {
  const std::uint32_t out = parent.top;
  // In pairs, then the pairs from the last to the first.
  std::uint32_t pairs = kNone;
  for (std::uint32_t a = nodes_[out].child; a != kNone;) {
    const std::uint32_t b = nodes_[a].next;
    const std::uint32_t rest = b == kNone ? kNone : nodes_[b].next;
    nodes_[a].next = kNone;
    if (b != kNone) nodes_[b].next = kNone;
    const std::uint32_t pair = meld(a, b);
    nodes_[pair].next = pairs;
    pairs = pair;
    a = rest;
  }
  std::uint32_t top = kNone;
  while (pairs != kNone) {
    const std::uint32_t rest = nodes_[pairs].next;
    nodes_[pairs].next = kNone;
    top = meld(top, pairs);
    pairs = rest;
  }
  parent.top = top;
  return out;
}

std::uint32_t Turns::node_of(std::size_t root, AccountId account) {
  std::vector<std::uint32_t>& nodes = nodes_of_[root];
  if (nodes.empty()) nodes.resize(world_.accounts().size(), kNone);
  if (nodes[account.index] != kNone) return nodes[account.index];
  const std::optional<AccountId> above = world_.accounts()[account].parent;
  Node n;
  n.account = account.index + 1;
  n.parent = above ? node_of(root, *above) : static_cast<std::uint32_t>(root);
  nodes_.push_back(n);
  return nodes[account.index] = static_cast<std::uint32_t>(nodes_.size() - 1);
}

void Turns::push(LaneId lane, Claim claim) {
  CHECK(in_[lane.index] == 0);
  ++waiting_;
  in_[lane.index] = static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(claim));
  const LaneOpened& its = world_.lane(lane);
  const bool fair = policy_.order == Order::fair;
  const std::size_t root = fair ? static_cast<std::size_t>(claim) * kTiers + kTiers - 1 -
                                      static_cast<std::size_t>(its.tier)
                                : 0;
  const JobId job = world_.queue(lane).job(0);
  if (fair && policy_.patience.count() > 0 &&
      world_.now() - world_.job(job).submit > policy_.patience) {
    aged_[root].push_back(shares_.head(lane, claim));
    std::push_heap(aged_[root].begin(), aged_[root].end(), later);
    return;
  }
  if (leaf_[lane.index] == kNone) {
    leaf_[lane.index] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  const std::uint32_t parent =
      fair ? node_of(root, world_.account(lane)) : static_cast<std::uint32_t>(root);
  Node& leaf = nodes_[leaf_[lane.index]];
  leaf.lane = lane;
  leaf.job = job;
  leaf.priority = policy_.order == Order::arrival ? 0 : its.priority;
  leaf.parent = parent;
  insert(leaf_[lane.index]);
}

Turn Turns::taken(std::size_t root, LaneId lane) {
  --waiting_;
  in_[lane.index] = 0;
  const bool borrows = policy_.order == Order::fair && root >= kTiers;
  return {borrows ? Claim::borrowed : Claim::guaranteed, lane, world_.queue(lane).job(0)};
}

Turn Turns::pop() {
  CHECK(waiting_ > 0);
  for (std::size_t root = 0;; ++root) {
    CHECK(root < kRoots);
    for (std::vector<Head>& aged = aged_[root]; !aged.empty();) {
      std::pop_heap(aged.begin(), aged.end(), later);
      Head h = aged.back();
      aged.pop_back();
      if (!aged.empty() && !shares_.fresh(h)) {
        h = shares_.head(h.lane, h.claim);
        if (before(aged.front(), h)) {
          aged.push_back(h);
          std::push_heap(aged.begin(), aged.end(), later);
          continue;
        }
      }
      return taken(root, h.lane);
    }
    if (nodes_[root].top == kNone) continue;
    auto at = static_cast<std::uint32_t>(root);
    while (at < kRoots || nodes_[at].account != 0) {
      const std::uint32_t top = nodes_[at].top;
      if (nodes_[top].account != 0) {
        const std::int64_t now = shares_.of(AccountId{nodes_[top].account - 1});
        if (now != nodes_[top].share) {
          take_top(nodes_[at]);
          nodes_[top].share = now;
          nodes_[top].child = nodes_[top].next = kNone;
          nodes_[at].top = meld(nodes_[at].top, top);
          continue;
        }
      }
      at = top;
    }
    const LaneId lane = nodes_[at].lane;
    do {
      at = nodes_[at].parent;
      take_top(nodes_[at]);
    } while (at >= kRoots && nodes_[at].top == kNone);
    return taken(root, lane);
  }
}

}  // namespace dure
