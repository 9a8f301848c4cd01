#include "sched/order.h"

#include <algorithm>

namespace dure {

bool before(const Head& a, const Head& b) {
  if (a.claim != b.claim) return a.claim < b.claim;
  if (a.tier != b.tier) return a.tier > b.tier;
  if (a.aged != b.aged) return a.aged < b.aged;
  for (std::size_t i = 0; i < a.share.size(); ++i) {
    // By id, not by job, and shares of one account too (a key may be older than another): the order
    // must be one order, or a heap of keys has no first.
    if (a.share[i] != b.share[i]) return a.share[i] < b.share[i];
    if (a.account[i] != b.account[i]) return a.account[i] < b.account[i];
  }
  if (a.priority != b.priority) return a.priority > b.priority;
  return a.job < b.job;
}

std::int64_t Shares::of(AccountId id) {
  std::int64_t& known = known_[id.index];
  if (known != kUnknown) return known;
  const Accounts& accounts = world_.accounts();
  const Account& account = accounts[id];
  const std::int64_t all_gpus = std::max<std::int64_t>(world_.installed(Device::gpu), 1);
  // In millionths: of a member, of what it is entitled to; else of a GPU, or what stands for one.
  __int128 dominant = 0;
  for (std::size_t d = 0; d < kDevices; ++d) {
    const auto device = static_cast<Device>(d);
    const std::int64_t held = accounts.held(id, device) * 1'000'000;
    const std::int64_t mean = accounts.mean_micro(id, device, world_.now());
    if (held == 0 && mean == 0) continue;
    const auto past = static_cast<std::int64_t>(policy_.history_permille);
    __int128 use =
        (static_cast<__int128>(held) * (1000 - past) + static_cast<__int128>(mean) * past) / 1000;
    const std::int64_t all = world_.installed(device);
    if (!account.parent)
      use /= std::max({world_.entitled(account.member, device), all / 1000, std::int64_t{1}});
    else if (device != Device::gpu)
      use = use * all_gpus / std::max<std::int64_t>(all, 1);
    dominant = std::max(dominant, use);
  }
  if (account.parent) {
    dominant = dominant * 1000 / std::max<std::uint32_t>(account.weight_milli, 1);
  } else if (account.weight_milli != 0) {
    dominant = dominant * 1000 / account.weight_milli;
  }
  return known = static_cast<std::int64_t>(dominant);
}

void Shares::used(AccountId id) {
  ++changes_;
  for (std::optional<AccountId> a = id; a; a = world_.accounts()[*a].parent)
    known_[a->index] = kUnknown;
}

Head Shares::head(LaneId id, Claim claim) {
  const LaneOpened& lane = world_.lane(id);
  Head h;
  h.job = world_.queue(id).job(0);
  h.lane = id;
  h.made = changes_;
  h.aged = kNotAged;
  if (policy_.order == Order::arrival) return h;
  h.priority = lane.priority;
  if (policy_.order == Order::priority) return h;
  h.claim = claim;
  h.tier = lane.tier;
  const Millis submit = world_.job(h.job).submit;
  if (policy_.patience.count() > 0 && world_.now() - submit > policy_.patience)
    h.aged = submit.count();
  std::array<AccountId, 3> chain{};
  std::size_t depth = 0;
  for (std::optional<AccountId> a = world_.account(id); a; a = world_.accounts()[*a].parent) {
    CHECK(depth < chain.size());
    chain[depth++] = *a;
  }
  for (std::size_t i = 0; i < depth; ++i) {
    const AccountId a = chain[depth - 1 - i];
    h.account[i] = a.index + 1;
    h.share[i] = of(a);
  }
  return h;
}

}  // namespace dure
