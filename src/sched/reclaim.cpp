#include "sched/reclaim.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <numeric>

#include "sched/fit.h"
#include "world/shape.h"

namespace dure {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

constexpr std::int64_t kAny = kNever;
constexpr std::int64_t kCells = 1 << 18;  // of the knapsack that only says where to begin

struct Candidate {
  Victim victim;
  const Placement* gives = nullptr;  // in a pool of racks
  std::uint32_t member = 0;          // whose it is
  std::int64_t over = kAny;  // what its member holds above its guarantee; kAny: does not matter
};

const Placement& place_in(const World& world, JobId id, PoolId pool) {
  const Job& job = world.job(id);
  if (job.pool == pool) return world.placement(job);
  for (const Part& part : world.more_parts(id))
    if (part.pool == pool) return part.place;
  CHECK(!"a part of it is there");
}

// Gone by then: it is stopping, or its estimate will be over. (Who runs past its estimate may
// stay.)
bool gone(const Run& run, Millis now, Millis by) {
  return run.stopping || (run.end > now && run.end <= by);
}

// With how much in one pool it would make do, if it started again.
std::int64_t least(const World& world, const Run& run) {
  const LaneOpened& lane = world.lane(run.lane);
  if (lane.most.count() > 0) return std::max<std::int64_t>(lane.least.count(), 1);
  const std::int64_t sites = std::max<std::int64_t>(lane.most_sites, 1);
  return (world.job(run.job).gpus + sites - 1) / sites;
}

// What the pool would look like.
class Room {
 public:
  Room(std::int64_t free, const std::optional<Machines>& machines, std::int64_t need,
       const Shape& shape, std::span<const Aside> before)
      : need_(need), shape_(shape), free_(free), machines_(machines) {
    for (const Aside& k : before) {
      free_ -= k.gpus;
      if (!machines_) continue;
      if (const auto place = machines_->find(k.gpus, k.shape)) machines_->take(*place);
    }
    undo_ = !machines_ || machines_->owed() == 0;
  }
  // So much must be freed in all, however much room there is.
  void must_free(std::int64_t gpus) { owed_ = gpus; }
  void free(const Candidate& c) {
    free_ += c.victim.frees;
    owed_ -= c.victim.frees;
    if (machines_) machines_->give(*c.gives);
  }
  // Not if some machine is on its way out: what is given back there cannot be taken again.
  bool may_undo() const { return undo_; }
  void take_back(const Candidate& c) {
    free_ -= c.victim.frees;
    owed_ += c.victim.frees;
    if (machines_) machines_->take(*c.gives);
  }
  bool enough() const {
    return owed_ <= 0 && (machines_ ? machines_->fits(need_, shape_) : free_ >= need_);
  }
  std::optional<Machines>&& machines() && { return std::move(machines_); }
  std::int64_t missing() const {
    return std::max(owed_, need_ - (machines_ ? machines_->free() : free_));
  }

 private:
  std::int64_t need_;
  Shape shape_;
  std::int64_t free_, owed_ = 0;
  std::optional<Machines> machines_;
  bool undo_ = true;
};

// Invariant 4, as a set grows by the largest of a member first: all but that one stay below what
// the member holds too much.
class Fair {
 public:
  bool may(const Candidate& c) const {
    if (c.over == kAny) return true;
    const auto it = taken_.find(c.member);
    if (it == taken_.end()) return c.over > 0;
    return it->second.sum - it->second.largest + c.victim.frees < c.over;
  }
  void take(const Candidate& c) {
    if (c.over == kAny) return;
    auto& t = taken_[c.member];
    if (t.sum == 0) t.largest = c.victim.frees;
    t.sum += c.victim.frees;
  }
  void take_back(const Candidate& c) {
    if (c.over == kAny) return;
    auto& t = taken_[c.member];
    t.sum -= c.victim.frees;
    if (t.sum == 0) taken_.erase(c.member);
  }

 private:
  struct Taken {
    std::int64_t sum = 0, largest = 0;
  };
  std::map<std::uint32_t, Taken> taken_;
};
bool fair(const std::vector<Candidate>& all, const std::vector<std::size_t>& set) {
  std::vector<std::size_t> by_size = set;
  std::sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
    return all[a].victim.frees > all[b].victim.frees;
  });
  Fair f;
  for (const std::size_t i : by_size) {
    if (!f.may(all[i])) return false;
    f.take(all[i]);
  }
  return true;
}

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

// Depth first over the candidates, the largest first; keeps the cheapest set that is enough.
class Search {
 public:
  Search(const std::vector<Candidate>& candidates, const Room& room)
      : all_(candidates), room_(room), order_(all_.size()), left_(all_.size() + 1) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return all_[a].victim.frees > all_[b].victim.frees;
    });
    for (std::size_t i = all_.size(); i-- > 0;)
      left_[i] = left_[i + 1] + all_[order_[i]].victim.frees;
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
    const Candidate& c = all_[order_[i]];
    const bool there = std::any_of(taken_.begin(), taken_.end(), [&](std::size_t t) {
      return all_[t].victim.job == c.victim.job;  // shrunk or stopped, not both
    });
    if (!there && fair_.may(c)) {
      taken_.push_back(order_[i]);
      fair_.take(c);
      if (room_.may_undo()) {
        room_.free(c);
        visit(i + 1, cost + c.victim.lost);
        room_.take_back(c);
      } else {
        const Room before = room_;
        room_.free(c);
        visit(i + 1, cost + c.victim.lost);
        room_ = before;
      }
      fair_.take_back(c);
      taken_.pop_back();
    }
    visit(i + 1, cost);
  }
  const std::vector<Candidate>& all_;
  Room room_;
  Fair fair_;
  std::vector<std::size_t> order_;
  std::vector<std::int64_t> left_;
  std::vector<std::size_t> taken_, best_;
  std::int64_t cost_ = kNever;
};

// Takes from `order` until it is enough, then lets off whoever is not needed, the dearest first.
std::vector<std::size_t> greedy(const std::vector<Candidate>& all,
                                const std::vector<std::size_t>& order, const Room& before) {
  std::vector<std::size_t> taken;
  std::map<std::uint32_t, std::int64_t> from;  // [member]
  Room room = before;
  for (const std::size_t i : order) {
    if (room.enough()) break;
    if (all[i].over != kAny && from[all[i].member] >= all[i].over) continue;  // invariant 4
    const auto same = std::find_if(taken.begin(), taken.end(), [&](std::size_t t) {
      return all[t].victim.job == all[i].victim.job;
    });
    if (same != taken.end()) {
      if (all[*same].victim.frees >= all[i].victim.frees) continue;
      from[all[i].member] -= all[*same].victim.frees;
      taken.erase(same);  // stopped, not only shrunk
      taken.push_back(i);
      room = before;
      for (const std::size_t t : taken) room.free(all[t]);
    } else {
      taken.push_back(i);
      room.free(all[i]);
    }
    from[all[i].member] += all[i].victim.frees;
  }
  if (!room.enough()) return {};
  std::sort(taken.begin(), taken.end(), [&](std::size_t a, std::size_t b) {
    return all[a].victim.lost != all[b].victim.lost ? all[a].victim.lost > all[b].victim.lost
                                                    : a < b;
  });
  for (std::size_t k = 0; k < taken.size();) {
    const Candidate& c = all[taken[k]];
    bool needed = true;
    if (room.may_undo()) {
      room.take_back(c);
      needed = !room.enough();
      if (needed) room.free(c);
    } else {
      Room without = before;
      for (std::size_t t = 0; t < taken.size(); ++t)
        if (t != k) without.free(all[taken[t]]);
      needed = !without.enough();
      if (!needed) room = std::move(without);
    }
    if (needed)
      ++k;
    else
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return taken;
}

// By what a GPU costs to free: least first.
std::vector<std::size_t> by_price(const std::vector<Candidate>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const __int128 x = static_cast<__int128>(all[a].victim.lost) * all[b].victim.frees;
    const __int128 y = static_cast<__int128>(all[b].victim.lost) * all[a].victim.frees;
    return x != y ? x < y : a < b;
  });
  return order;
}

std::vector<std::size_t> cover(const std::vector<Candidate>& all, std::int64_t need) {
  std::vector<CoverItem> items;
  for (const Candidate& c : all)
    items.push_back({c.victim.frees, c.victim.lost, std::int64_t{c.victim.job.index}});
  return cheapest_cover(items, need);
}

std::vector<std::size_t> in_count(const std::vector<Candidate>& all, const Room& room) {
  std::vector<std::size_t> cheapest = cover(all, room.missing());
  if (fair(all, cheapest)) return cheapest;
  return all.size() <= kExact ? Search(all, room).run() : greedy(all, by_price(all), room);
}

std::vector<std::size_t> in_racks(const std::vector<Candidate>& all, const Room& room,
                                  std::int64_t need, const Shape& shape, const Pool& pool) {
  if (all.size() <= kExact) return Search(all, room).run();
  const std::vector<std::size_t> order = by_price(all);
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
  if (shape.spread == Spread::one_domain && need <= domain) {
    // One rack must do: try each by itself.
    std::vector<std::pair<std::uint32_t, std::size_t>> by_rack;
    for (const std::size_t i : order)
      for (const Slice& s : *all[i].gives) by_rack.emplace_back(s.rack, i);
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
  } else if (room.missing() > 0 && std::ssize(all) * room.missing() <= kCells) {
    // First of all, whom the count alone would take.
    std::vector<std::size_t> first = cover(all, room.missing());
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
  // best[g] = least cost to free g units or more, with the items so far; took[k][g]: one more than
  // the item of group k.
  const auto n = static_cast<std::size_t>((need + unit - 1) / unit);
  std::vector<std::int64_t> best(n + 1, kNever);
  best[0] = 0;
  const auto rest = [&](std::size_t g, std::size_t i) {
    const auto size = static_cast<std::size_t>(items[i].size / unit);
    return g > size ? g - size : 0;
  };
  std::vector<std::vector<std::uint32_t>> took;
  for (std::size_t from = 0; from < items.size();) {
    std::size_t to = from + 1;
    while (to < items.size() && items[from].group >= 0 && items[to].group == items[from].group)
      ++to;
    std::vector<std::uint32_t>& took_here = took.emplace_back(n + 1);
    for (std::size_t g = n; g > 0; --g)  // what lies below g is still of the groups before
      for (std::size_t i = from; i < to; ++i) {
        const std::int64_t without = best[rest(g, i)];
        if (without == kNever || without + items[i].cost >= best[g]) continue;
        best[g] = without + items[i].cost;
        took_here[g] = static_cast<std::uint32_t>(i + 1);
      }
    from = to;
  }
  if (best[n] == kNever) return {};
  std::vector<std::size_t> out;
  for (std::size_t k = took.size(), g = n; k-- > 0 && g > 0;) {
    if (took[k][g] == 0) continue;
    out.push_back(took[k][g] - 1);
    g = rest(g, out.back());
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

namespace {

// When it is worth another look: enough may be stopped by then, or will be gone by itself in time.
Millis another_look(std::vector<std::pair<Millis, std::int64_t>>& coming, std::int64_t missing) {
  const std::greater<> later;
  std::make_heap(coming.begin(), coming.end(), later);  // seldom are all of them looked at
  for (; !coming.empty(); coming.pop_back()) {
    std::pop_heap(coming.begin(), coming.end(), later);
    if ((missing -= coming.back().second) <= 0) return coming.back().first;
  }
  return Millis(Timeline::kForever);
}

}  // namespace

bool may_reclaim(const World& world, const Policy& policy, PoolId id, const LaneOpened& lane,
                 std::int64_t need) {
  const Pool& pool = world.pool(id);
  if (pool.elastic > 0) return true;  // shrinking is not counted here
  const bool guaranteed = claim(world, id, lane, need) == Claim::guaranteed;
  std::int64_t stoppable = 0;
  for (std::uint32_t m = 0; m < pool.preemptible.size(); ++m) {
    if (m == lane.member.index) {
      for (std::size_t t = 0; t < static_cast<std::size_t>(lane.tier); ++t)
        stoppable += pool.preemptible[m][t];
    } else if (guaranteed && pool.preemptible_borrowed[m] > 0 &&
               world.ledger().in_use(id, MemberId{m}) > pool.entitled(MemberId{m})) {
      stoppable += pool.preemptible_borrowed[m];
    }
  }
  if (stoppable == 0) return false;
  if (pool.dips(world.now())) return true;  // the timeline is not what is free then
  return pool.timeline.free_at(world.now() + policy.grace) + stoppable >= need;
}

Soon::Soon(const World& world, const Policy& policy, PoolId id)
    : pool_(id), free_(world.pool(id).free), leaving_(world.members().size()) {
  const Pool& pool = world.pool(id);
  const Millis now = world.now(), by = now + policy.grace;
  for (const Run& run : pool.running) {
    if (!gone(run, now, by)) continue;
    free_ += run.gpus;
    leaving_[world.lane(run.lane).member.index] += run.gpus;
    if (!pool.machines) continue;
    if (!machines_) machines_ = pool.machines;
    machines_->give(place_in(world, run.job, id));
  }
}

const std::optional<Machines>& Soon::machines(const World& world) const {
  return machines_ ? machines_ : world.pool(pool_).machines;
}

namespace {

// What an elastic gang gives when it is shrunk to its least, and where; nothing if it may not be.
struct Shrink {
  std::int64_t frees = 0;
  Placement gives;
};
std::optional<Shrink> shrink(const World& world, const Policy& policy, const Pool& pool,
                             const Run& run, std::optional<Timeline>& dated) {
  const LaneOpened& lane = world.lane(run.lane);
  const Millis now = world.now();
  if (!lane.elastic || run.more_parts || run.under_reservation || run.end <= now)
    return std::nullopt;
  const Job& job = world.job(run.job);
  Shrink out{job.held - lane.least.count(), {}};
  if (pool.machines) {
    const Placement& all = world.placement(job);
    out.gives = given_up(all, shrunk(all, lane.least.count()));
    out.frees = 0;
    for (const Slice& s : out.gives) out.frees += s.gpus();
  }
  const std::int64_t kept = job.held - out.frees;
  if (out.frees <= 0 || kept < lane.least.count()) return std::nullopt;
  Millis end = job.end;
  if (end.count() != Timeline::kForever && kept > 0)
    end = now + resized(lane, job.end - now, job.gpus, job.held, kept);
  const bool in_time = !job.borrowed || pool.info.reclaim.count() == 0 ||
                       stoppable_within(lane, policy, pool.info.reclaim) ||
                       end <= std::max(job.end, job.start + pool.info.reclaim);
  if (!in_time) return std::nullopt;
  if (dated) {
    if (end > job.end && dated->least_free(job.end, end) < kept) return std::nullopt;
    dated->change(job.end, end, -kept);
  }
  return out;
}

}  // namespace

ReclaimPlan plan_reclaim(const World& world, const Policy& policy, const Soon& there, JobId job,
                         std::int64_t gpus, std::span<const Aside> before, bool whole) {
  ReclaimPlan plan;
  const PoolId id = there.pool();
  const Pool& pool = world.pool(id);
  const LaneOpened& lane = world.lane(world.job(job).lane);
  const Millis now = world.now(), soon = now + policy.grace;
  const std::optional<Machines>& machines = there.machines(world);
  if (!whole && !(machines ? machines->fits(gpus, lane.shape()) : there.free() >= gpus))
    return plan;
  Room room(there.free(), machines, gpus, lane.shape(), before);
  if (room.enough()) {
    plan.comes = true;
    plan.then = std::move(room).machines();
    return plan;
  }
  if (!whole) return plan;
  // Which nodes go depends on who leaves first: what a stop frees there is not certain.
  if (pool.machines && pool.machines->retiring() > 0) return plan;
  const bool guaranteed = claim(world, id, lane, gpus) == Claim::guaranteed;
  const bool entitled = guaranteed || gpus <= pool.entitled(lane.member);  // invariant 5
  std::vector<std::int64_t> over(
      world.members().size());  // what each holds above its guarantee by then
  for (std::uint32_t m = 0; m < over.size(); ++m)
    over[m] = world.ledger().in_use(id, MemberId{m}) - there.leaving(MemberId{m}) -
              pool.entitled(MemberId{m});
  // Room alone would not do: its claim must come before that of whoever is stopped.
  if (entitled && !guaranteed) room.must_free(over[lane.member.index] + gpus);
  std::optional<Timeline> dated;  // with those who are made smaller, and so end later
  if (pool.dips(now)) dated = pool.timeline;

  struct Stays {
    const Run* run;
    bool lower;    // a lower tier of the same member
    Millis stops;  // when it may be stopped, now or later
  };
  std::vector<Stays> those;  // who give room if they are asked, now or later
  std::vector<std::pair<Millis, std::int64_t>> coming;
  const auto comes = [&](const Run& run, Millis stops) {
    Millis at = stops;
    if (run.end > now && run.end.count() != Timeline::kForever)
      at = std::min(at, run.end - policy.grace);
    if (at.count() != Timeline::kForever) coming.emplace_back(at, std::int64_t{run.gpus});
  };
  for (const Run& run : pool.running) {
    if (gone(run, now, soon)) continue;
    const LaneOpened& its = world.lane(run.lane);
    const bool lower = its.member == lane.member && its.tier < lane.tier &&
                       (entitled || least(world, run) > pool.entitled(lane.member));
    const bool borrowed =
        guaranteed && run.borrowed && its.member != lane.member && over[its.member.index] > 0;
    bool may = (lower || borrowed) && (its.preemptible || its.elastic);
    if (may && run.under_reservation) may = now >= world.under(run.job)->info.to;
    if (may)
      those.push_back(
          {&run, lower,
           its.preemptible ? std::max(now, run.start + its.min_run) : Millis(Timeline::kForever)});
    else
      comes(run, Millis(Timeline::kForever));
  }
  // In the order of their ids: the order in the pool means nothing.
  std::sort(those.begin(), those.end(),
            [](const Stays& a, const Stays& b) { return a.run->job < b.run->job; });

  std::vector<Candidate> all;
  std::deque<Placement> given;  // by those who are shrunk
  std::int64_t missing = room.missing(), most = 0;
  for (const Stays& s : those) {
    const JobId other = s.run->job;
    const std::uint32_t member = world.lane(s.run->lane).member.index;
    Candidate c{{other, 0, 0, false}, nullptr, member, s.lower ? kAny : over[member]};
    const bool stops = s.stops <= now;  // invariant 2
    std::int64_t frees = stops ? std::int64_t{s.run->gpus} : 0;
    if (std::optional<Shrink> less = shrink(world, policy, pool, *s.run, dated)) {
      c.victim.shrink = true;
      c.victim.frees = less->frees;
      c.gives = &given.emplace_back(std::move(less->gives));
      frees = std::max(frees, less->frees);
      all.push_back(c);
    }
    missing -= frees;
    most += frees;
    if (stops) {
      c.victim = {other, s.run->gpus, lost_if_stopped(world, world.job(other)), false};
      c.gives = pool.machines ? &place_in(world, other, id) : nullptr;
      all.push_back(c);
    } else {
      comes(*s.run, s.stops);
    }
  }

  std::vector<std::size_t> chosen;
  if (most > 0 && most >= room.missing()) {
    Room all_of_them = room;  // not even all of them together?
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i + 1 == all.size() || all[i + 1].victim.job != all[i].victim.job)
        all_of_them.free(all[i]);
    if (all_of_them.enough())
      chosen = pool.machines ? in_racks(all, room, gpus, lane.shape(), pool) : in_count(all, room);
  }
  if (chosen.empty()) plan.later = another_look(coming, missing);
  std::sort(chosen.begin(), chosen.end());
  for (const std::size_t i : chosen) {
    plan.victims.push_back(all[i].victim);
    plan.lost += all[i].victim.lost;
    room.free(all[i]);
  }
  if (!chosen.empty()) plan.then = std::move(room).machines();
  return plan;
}

ReclaimPlan plan_reclaim(const World& world, const Policy& policy, PoolId pool, JobId job,
                         std::int64_t gpus, std::span<const Aside> before) {
  const Soon there(world, policy, pool);
  return plan_reclaim(world, policy, there, job, gpus, before);
}

}  // namespace dure
