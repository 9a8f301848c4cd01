#include "sched/reclaim.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sched/fit.h"

namespace dure {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

struct Candidate {
  Victim victim;
  Placement gives;  // in a pool of racks
};

// What the pool would look like: with those who are stopping already gone.
class Room {
 public:
  Room(const World& world, PoolId pool, std::int64_t need, Spread spread)
      : pool_(world.pool(pool)), need_(need), spread_(spread), free_(pool_.free) {
    if (pool_.racks) racks_ = pool_.racks;
    if (pool_.stopping == 0) return;
    for (const JobId id : pool_.running) {
      const Job& job = world.job(id);
      if (!job.stopping) continue;
      free_ += held_in(world, id, pool);
      if (racks_) racks_->give(place_in(world, id, pool));
    }
  }
  void free(const Candidate& c) {
    free_ += c.victim.frees;
    if (racks_) racks_->give(c.gives);
  }
  void take_back(const Candidate& c) {
    free_ -= c.victim.frees;
    if (racks_) racks_->take(c.gives);
  }
  bool enough() const { return racks_ ? racks_->fits(need_, spread_) : free_ >= need_; }
  std::int64_t missing() const { return need_ - free_; }

  static std::int64_t held_in(const World& world, JobId id, PoolId pool) {
    const Job& job = world.job(id);
    if (job.pool == pool) return job.held;
    for (const Part& part : world.more_parts(id))
      if (part.pool == pool) return part.gpus.count();
    CHECK(!"a part of it is there");
  }
  static const Placement& place_in(const World& world, JobId id, PoolId pool) {
    const Job& job = world.job(id);
    if (job.pool == pool) return world.placement(job);
    for (const Part& part : world.more_parts(id))
      if (part.pool == pool) return part.place;
    CHECK(!"a part of it is there");
  }

 private:
  const Pool& pool_;
  std::int64_t need_;
  Spread spread_;
  std::int64_t free_;
  std::optional<CapacityIndex> racks_;
};

// The nodes that a gang gives up when it keeps `kept`.
Placement given_up(const Placement& all, const Placement& kept) {
  Placement out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Slice s = all[i];
    if (i < kept.size()) s.nodes &= ~kept[i].nodes;
    if (s.nodes != 0) out.push_back(s);
  }
  return out;
}

// Depth first over the candidates, dearest left out first; keeps the cheapest set that is enough.
class Search {
 public:
  Search(std::vector<Candidate>& candidates, Room& room) : all_(candidates), room_(room) {
    left_.assign(all_.size() + 1, 0);
    for (std::size_t i = all_.size(); i-- > 0;) left_[i] = left_[i + 1] + all_[i].victim.frees;
  }
  std::vector<std::size_t> run() {
    visit(0, 0);
    return best_;
  }

 private:
  void visit(std::size_t i, std::int64_t cost) {
    if (cost > cost_ || (cost == cost_ && taken_.size() >= best_.size())) return;
    if (room_.enough()) {
      cost_ = cost;
      best_ = taken_;
      return;
    }
    if (i == all_.size() || room_.missing() > left_[i]) return;
    taken_.push_back(i);
    room_.free(all_[i]);
    visit(i + 1, cost + all_[i].victim.lost);
    room_.take_back(all_[i]);
    taken_.pop_back();
    visit(i + 1, cost);
  }
  std::vector<Candidate>& all_;
  Room& room_;
  std::vector<std::int64_t> left_;
  std::vector<std::size_t> taken_, best_;
  std::int64_t cost_ = kNever;
};

// Takes from `order` until it is enough, then lets off whoever is not needed, the dearest first.
std::vector<std::size_t> greedy(const std::vector<Candidate>& all,
                                const std::vector<std::size_t>& order, Room room) {
  std::vector<std::size_t> taken;
  for (const std::size_t i : order) {
    if (room.enough()) break;
    room.free(all[i]);
    taken.push_back(i);
  }
  if (!room.enough()) return {};
  std::sort(taken.begin(), taken.end(), [&](std::size_t a, std::size_t b) {
    return all[a].victim.lost != all[b].victim.lost ? all[a].victim.lost > all[b].victim.lost
                                                    : a < b;
  });
  std::erase_if(taken, [&](std::size_t i) {
    room.take_back(all[i]);
    if (room.enough()) return true;
    room.free(all[i]);
    return false;
  });
  return taken;
}

std::vector<std::size_t> in_racks(std::vector<Candidate>& all, Room& room, std::int64_t need,
                                  Spread spread, const Pool& pool) {
  if (all.size() <= kExact) return Search(all, room).run();
  // By what a GPU costs to free: least first; and, first of all, whom the count alone would take.
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const __int128 x = static_cast<__int128>(all[a].victim.lost) * all[b].victim.frees;
    const __int128 y = static_cast<__int128>(all[b].victim.lost) * all[a].victim.frees;
    return x != y ? x < y : a < b;
  });
  std::vector<std::size_t> best = greedy(all, order, room);
  const auto cost = [&](const std::vector<std::size_t>& set) {
    std::int64_t sum = 0;
    for (const std::size_t i : set) sum += all[i].victim.lost;
    return sum;
  };
  const auto keep = [&](std::vector<std::size_t> set) {
    if (!set.empty() && (best.empty() || cost(set) < cost(best))) best = std::move(set);
  };
  const std::int64_t domain =
      std::int64_t{pool.info.gpus_per_node} * std::max(pool.info.nodes_per_domain, 1u);
  if (spread == Spread::one_domain && need <= domain) {
    // One rack must do: try each by itself.
    std::vector<std::pair<std::uint32_t, std::size_t>> by_rack;
    for (const std::size_t i : order)
      for (const Slice& s : all[i].gives) by_rack.emplace_back(s.rack, i);
    std::stable_sort(by_rack.begin(), by_rack.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t from = 0; from < by_rack.size();) {
      std::vector<std::size_t> here;
      std::size_t to = from;
      for (; to < by_rack.size() && by_rack[to].first == by_rack[from].first; ++to)
        if (here.empty() || here.back() != by_rack[to].second) here.push_back(by_rack[to].second);
      from = to;
      if (!best.empty() && all[here.front()].victim.lost >= cost(best)) continue;
      if (here.size() <= kExact) {
        std::vector<Candidate> few;
        for (const std::size_t i : here) few.push_back(all[i]);
        std::vector<std::size_t> set = Search(few, room).run();
        for (std::size_t& i : set) i = here[i];
        keep(std::move(set));
      } else {
        keep(greedy(all, here, room));
      }
    }
  } else if (room.missing() > 0) {
    std::vector<CoverItem> items;
    for (const Candidate& c : all) items.push_back({c.victim.frees, c.victim.lost});
    std::vector<std::size_t> first = cheapest_cover(items, room.missing());
    std::vector<bool> there(all.size());
    for (const std::size_t i : first) there[i] = true;
    for (const std::size_t i : order)
      if (!there[i]) first.push_back(i);
    keep(greedy(all, first, room));
  }
  return best;
}

}  // namespace

std::int64_t lost_if_stopped(const World& world, const Job& job) {
  const LaneOpened& lane = world.lane(job.lane);
  std::int64_t ms = (world.now() - job.start).count();
  if (lane.checkpoint.count() > 0) ms %= lane.checkpoint.count();
  return std::int64_t{job.held} * (ms + lane.restart.count());
}

Placement shrunk(const Placement& place, std::int64_t gpus) {
  Placement out;
  for (Slice s : place) {
    std::uint64_t kept = 0;
    for (std::uint64_t left = s.nodes; left != 0 && gpus >= s.gpus_per_node; left &= left - 1) {
      kept |= left & (~left + 1);
      gpus -= s.gpus_per_node;
    }
    s.nodes = kept;
    if (kept != 0) out.push_back(s);
    if (kept == 0) break;
  }
  return out;
}

std::vector<std::size_t> cheapest_cover(const std::vector<CoverItem>& items, std::int64_t need) {
  if (need <= 0) return {};
  std::int64_t unit = 0, sum = 0;
  for (const CoverItem& i : items) {
    CHECK(i.size > 0 && i.cost >= 0);
    unit = std::gcd(unit, i.size);
    sum += i.size;
  }
  if (sum < need) return {};
  // best[g] = least cost to free g units or more, with the items so far; took[i][g]: with item i?
  const auto n = static_cast<std::size_t>((need + unit - 1) / unit);
  std::vector<std::int64_t> best(n + 1, kNever);
  best[0] = 0;
  std::vector<std::vector<bool>> took(items.size(), std::vector<bool>(n + 1));
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto size = static_cast<std::size_t>(items[i].size / unit);
    for (std::size_t g = n; g > 0; --g) {
      const std::int64_t without = best[g > size ? g - size : 0];
      if (without == kNever || without + items[i].cost >= best[g]) continue;
      best[g] = without + items[i].cost;
      took[i][g] = true;
    }
  }
  std::vector<std::size_t> out;
  for (std::size_t i = items.size(), g = n; i-- > 0 && g > 0;) {
    if (!took[i][g]) continue;
    out.push_back(i);
    const auto size = static_cast<std::size_t>(items[i].size / unit);
    g = g > size ? g - size : 0;
  }
  std::reverse(out.begin(), out.end());
  std::int64_t spare = -need;
  for (const std::size_t i : out) spare += items[i].size;
  std::erase_if(out, [&](std::size_t i) {  // whoever costs nothing may be there for nothing
    if (items[i].size > spare) return false;
    spare -= items[i].size;
    return true;
  });
  return out;
}

bool may_reclaim(const World& world, PoolId id, const LaneOpened& lane, std::int64_t need) {
  const Pool& pool = world.pool(id);
  if (pool.elastic > 0) return true;  // shrinking is not counted here
  const bool guaranteed = claim(world, id, lane, need) == Claim::guaranteed;
  std::int64_t gpus = pool.free + pool.stopping;
  for (std::uint32_t m = 0; m < pool.preemptible.size(); ++m) {
    if (m == lane.member.index) {
      for (std::size_t t = 0; t < static_cast<std::size_t>(lane.tier); ++t)
        gpus += pool.preemptible[m][t];
    } else if (guaranteed && pool.preemptible_borrowed[m] > 0 &&
               world.ledger().in_use(id, MemberId{m}) > pool.entitled(MemberId{m})) {
      gpus += pool.preemptible_borrowed[m];
    }
  }
  return gpus >= need && gpus > pool.free + pool.stopping;
}

ReclaimPlan plan_reclaim(const World& world, PoolId id, JobId job) {
  ReclaimPlan plan;
  const Pool& pool = world.pool(id);
  const Job& wants = world.job(job);
  const LaneOpened& lane = world.lane(wants.lane);
  const bool guaranteed = claim(world, id, lane, wants.gpus) == Claim::guaranteed;
  if (!may_reclaim(world, id, lane, wants.gpus)) return plan;
  std::vector<Candidate> all;
  for (const JobId other : pool.running) {
    const Job& runs = world.job(other);
    const LaneOpened& its = world.lane(runs.lane);
    if (runs.stopping || runs.under_reservation) continue;
    const bool lower = its.member == lane.member && its.tier < lane.tier;
    const bool borrowed = guaranteed && runs.borrowed && its.member != lane.member &&
                          world.ledger().in_use(id, its.member) > pool.entitled(its.member);
    if (!lower && !borrowed) continue;
    if (its.elastic && !runs.more_parts && runs.held > its.least.count()) {
      Candidate c{{other, 0, 0, true}, {}};
      Placement kept;
      if (pool.racks) {
        kept = shrunk(world.placement(runs), its.least.count());
        c.gives = given_up(world.placement(runs), kept);
        for (const Slice& s : c.gives) c.victim.frees += s.gpus();
      } else {
        c.victim.frees = runs.held - its.least.count();
      }
      if (c.victim.frees > 0 && runs.held - c.victim.frees >= its.least.count()) {
        all.push_back(std::move(c));
        continue;
      }
    }
    if (!its.preemptible) continue;  // invariant 2
    if (const Millis may = runs.start + its.min_run; may > world.now()) {
      plan.later = std::min(plan.later, may);
      continue;  // invariant 2
    }
    Candidate c{{other, Room::held_in(world, other, id), lost_if_stopped(world, runs), false}, {}};
    if (pool.racks) c.gives = Room::place_in(world, other, id);
    all.push_back(std::move(c));
  }
  // The order in the pool says when they came: make it mean nothing.
  std::sort(all.begin(), all.end(),
            [](const Candidate& a, const Candidate& b) { return a.victim.job < b.victim.job; });

  Room room(world, id, wants.gpus, lane.spread);
  if (room.enough()) return plan;  // who is stopping already will do
  for (const Candidate& c : all) room.free(c);
  const bool enough = room.enough();
  for (const Candidate& c : all) room.take_back(c);
  if (!enough) return plan;  // not even all of them together
  std::vector<std::size_t> chosen;
  if (pool.racks) {
    chosen = in_racks(all, room, wants.gpus, lane.spread, pool);
  } else {
    std::vector<CoverItem> items;
    for (const Candidate& c : all) items.push_back({c.victim.frees, c.victim.lost});
    chosen = cheapest_cover(items, room.missing());
  }
  std::sort(chosen.begin(), chosen.end());
  for (const std::size_t i : chosen) {
    plan.victims.push_back(all[i].victim);
    plan.lost += all[i].victim.lost;
  }
  return plan;
}

}  // namespace dure
