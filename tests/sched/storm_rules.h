// What must hold of every wish and after every pass, from first principles: nothing here asks
// sched/fit.h, order.h or reclaim.h. The book is kept from the events alone; the world is asked
// only for what audit() recounts (installed, free, timelines, placements).
//
// Laws that are watched over time; docs/models/fairness.md says them in full and proves them.
//   Guarantee: what is guaranteed in a counted pool is there within the bound.
//   No starvation: the start of whoever has waited longest is never put off.
//   No thrash: a job is stopped only after min_run; nobody is stopped who would be gone by the end
//   of the grace anyway; nobody who could be let off; and nobody again and again for the same job.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sched/storm_plant.h"
#include "world/shape.h"
#include "world/world.h"

namespace dure {

class StormRules {
 public:
  StormRules(const World& world, const StormPlant& plant, const Policy& policy)
      : w_(world), plant_(plant), policy_(policy) {}

  std::uint64_t stops_asked = 0, shrinks = 0, growths = 0, splits = 0, under = 0, laws = 0,
                aged = 0, starts = 0, shares = 0, refused = 0, adopted = 0, orphaned = 0,
                shifted = 0;
  int most_stops = 0;

  void before(const Event& e) {  // it is about to be applied
    integrate(e.at);
    if (const auto* c = std::get_if<CommandIssued>(&e.what))
      std::visit([this](const auto& wish) { wished(wish); }, c->wish);
    if (const auto* x = std::get_if<JobEnded>(&e.what)) leave(x->job);
    if (const auto* x = std::get_if<JobFailed>(&e.what)) leave(x->job);
    if (const auto* x = std::get_if<LimitReached>(&e.what)) leave(x->job);
    if (const auto* x = std::get_if<JobAdopted>(&e.what)) {
      ++adopted;
      parts_[x->job] = {{x->pool, x->gpus, x->place}};
      hold(x->pool, w_.lane(x->lane), x->gpus.count());
    }
    if (const auto* x = std::get_if<JobStopped>(&e.what)) {
      leave(x->job);
      most_stops = std::max(most_stops, ++stops_[x->job]);
    }
  }
  void waits(JobId job, Reason because) {
    EXPECT_EQ(w_.job(job).state, JobState::waiting);
    EXPECT_NE(because, Reason::none);
    EXPECT_TRUE(told_.emplace(job, because).second) << "told twice";
    EXPECT_TRUE(because != Reason::cheaper_later || plant_.weather().energy);
    if (stopped_.count(job) != 0) check_stops();  // what follows is done for others
    shrunk_by_.clear();
  }
  void after_pass() {
    if (w_.lanes() == 0) return;
    for (std::uint32_t p = 0; p < w_.pools(); ++p)
      for (const Run& run : w_.pool(PoolId{p}).running)
        if (run.end <= w_.now()) late_ = w_.now();
    check_stops();
    check_heads();
    check_reservations();
    check_guarantees();
    check_starvation();
    for (const JobId id : helped_)
      EXPECT_EQ(w_.job(id).state, JobState::waiting)
          << "others were stopped for it, and it started elsewhere";
    told_.clear();
    helped_.clear();
    grown_.clear();
    shrunk_.clear();
    stopped_some_ = false;
    shrunk_by_.clear();
    guaranteed_starts_.clear();
  }
  void at_end() {
    EXPECT_EQ(w_.running_jobs(), 0);
    for (const auto& [key, gpus] : in_use_) EXPECT_EQ(gpus, 0);
    for (std::uint32_t p = 0; p < w_.pools(); ++p)
      for (std::uint32_t m = 0; m < w_.members().size(); ++m)
        EXPECT_EQ(w_.ledger().used(PoolId{p}, MemberId{m}, w_.now()).count(), (integral_[{p, m}]))
            << "the ledger is not the integral of what was held";
  }

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // pool, member

  // ---- the book

  void integrate(Millis at) {
    if (at == at_) return;
    for (const auto& [key, gpus] : in_use_) integral_[key] += gpus * (at - at_).count();
    at_ = at;
  }
  void hold(PoolId pool, const LaneOpened& lane, std::int64_t gpus) {
    in_use_[{pool.index, lane.member.index}] += gpus;
    for (std::optional<AccountId> a = account_of(lane); a; a = w_.accounts()[*a].parent)
      held_[a->index] += milli(w_.pool(pool).info.device, gpus);
  }
  void leave(JobId id) {
    const auto it = parts_.find(id);
    if (it == parts_.end()) return;
    for (const Part& part : it->second) hold(part.pool, lane_of(id), -part.gpus.count());
    parts_.erase(it);
  }
  const LaneOpened& lane_of(JobId id) const { return w_.lane(w_.job(id).lane); }
  std::int64_t in_use(PoolId p, MemberId m) const {
    const auto it = in_use_.find({p.index, m.index});
    return it == in_use_.end() ? 0 : it->second;
  }
  std::int64_t entitled(PoolId p, MemberId m) const {
    const Pool& pool = w_.pool(p);
    std::int64_t others = 0;
    for (const auto& [member, gpus] : pool.guarantees) {
      if (member == m) return gpus;
      others += gpus;
    }
    return m == pool.info.owner ? pool.installed - others : 0;
  }
  // [account]: of the limits, what is kept for whom others are stopped
  std::map<std::uint32_t, std::int64_t> kept_from(JobId id) const {
    std::map<std::uint32_t, std::int64_t> kept;
    for (const auto& [other, why] : told_)
      if (why == Reason::reclaiming && other != id)
        for (std::optional<AccountId> a = account_of(lane_of(other)); a;
             a = w_.accounts()[*a].parent)
          kept[a->index] += milli(lane_of(other).device, w_.job(other).gpus);
    return kept;
  }
  // Limits are of GPUs; of shared ones a thousandth is a unit.
  static std::int64_t milli(Device device, std::int64_t units) {
    return device == Device::gpu ? units * 1000 : device == Device::shared_gpu ? units : 0;
  }
  AccountId account_of(const LaneOpened& lane) const {
    return lane.account.value_or(w_.account(lane.member));
  }
  bool within_limits(const LaneOpened& lane, std::int64_t more,
                     const std::map<std::uint32_t, std::int64_t>& kept = {}) const {
    const auto of = [](const std::map<std::uint32_t, std::int64_t>& map, AccountId a) {
      const auto it = map.find(a.index);
      return it == map.end() ? 0 : it->second;
    };
    const std::int64_t asked = milli(lane.device, more);
    for (std::optional<AccountId> a = account_of(lane); a; a = w_.accounts()[*a].parent) {
      const std::int64_t limit = w_.accounts()[*a].limit;
      if (limit > 0 && asked > 0 && of(held_, *a) + of(kept, *a) + asked > limit * 1000)
        return false;
    }
    return true;
  }
  bool in_guarantee(PoolId p, MemberId m, std::int64_t gpus) const {
    return in_use(p, m) + gpus <= entitled(p, m);
  }
  // By the lender's terms, for a job of the lane that would hold so many more until `end`.
  bool lent(PoolId p, const LaneOpened& lane, std::int64_t gpus, Millis end) const {
    const Pool& pool = w_.pool(p);
    const MemberId m = lane.member;
    if (in_guarantee(p, m, gpus)) return true;
    if (m != pool.info.owner) {
      std::int64_t all = 0;
      for (std::uint32_t i = 0; i < w_.members().size(); ++i)
        if (MemberId{i} != pool.info.owner)
          all += std::max<std::int64_t>(
              0, in_use(p, MemberId{i}) + (MemberId{i} == m ? gpus : 0) - entitled(p, MemberId{i}));
      if (all * 1000 > pool.installed * std::int64_t{pool.info.lend_permille}) return false;
    } else if (pool.guarantees.empty()) {
      return true;
    }
    const Millis bound = pool.info.reclaim;
    return bound.count() == 0 ||
           (lane.preemptible && lane.min_run + policy_.grace + policy_.reclaim_every <= bound) ||
           (end.count() != Timeline::kForever && end - w_.now() <= bound);
  }
  bool something_dated(const Pool& pool) const {
    for (const Reservation& r : w_.reservations())
      if (r.info.pool == pool.info.pool && r.info.to > w_.now()) return true;
    for (const PlannedChange& plan : w_.plans())
      if (plan.info.pool == pool.info.pool && !plan.over &&
          (plan.info.gpus.count() < 0 ? !plan.begun : plan.info.to.count() != Timeline::kForever))
        return true;
    return false;
  }
  // Over several groups of leaf switches its exchange takes longer; before its place is known,
  // perhaps.
  std::uint32_t over_leaves(const LaneOpened& lane, const Part& part) const {
    const PoolOpened& pool = w_.pool(part.pool).info;
    if (pool.leaf_racks == 0) return 1000;
    std::set<std::uint32_t> leaves;
    for (const Slice& s : part.place) leaves.insert(s.rack / pool.leaf_racks);
    const bool one =
        part.place.empty() ? part.gpus.count() <= pool.gpus_per_node : leaves.size() == 1;
    return one ? 1000
               : 1000 + lane.fabric_permille * (pool.oversubscription_permille - 1000) / 1000;
  }
  // Does at most its share of the lane's work run at the site then?
  bool spread_out(const LaneOpened& lane, PoolId p, std::int64_t gpus) const {
    const auto site = [&](PoolId pool) { return w_.pool(pool).info.site; };
    if (lane.site_permille == 1000 || w_.pool(p).info.device != lane.device) return true;
    std::int64_t here = 0, all = 0;
    for (const auto& [id, parts] : parts_)
      for (const Part& part : parts) {
        if (w_.job(id).lane != lane.lane || w_.pool(part.pool).info.device != lane.device) continue;
        all += part.gpus.count();
        if (site(part.pool) == site(p)) here += part.gpus.count();
      }
    const LaneQueue& queue = w_.queue(lane.lane);
    for (std::size_t i = 0; i < queue.size(); ++i) all += queue.need(i);
    return here == 0 || (here + gpus) * 1000 <= all * lane.site_permille;
  }
  Millis end_if(const LaneOpened& lane, const Job& job, const std::vector<Part>& parts) const {
    if (job.estimate >= kUntilCancelled) return Millis(Timeline::kForever);
    std::int64_t all = 0;
    bool sites = false;
    std::uint32_t slow = 1000;
    for (const Part& part : parts) {
      const PoolOpened& first = w_.pool(parts[0].pool).info;
      if (w_.pool(part.pool).info.device != first.device) continue;
      slow = std::max(slow, over_leaves(lane, part));
      all += part.gpus.count();
      sites = sites || w_.pool(part.pool).info.site != first.site;
    }
    const Millis time =
        run_time(lane, job.estimate, job.gpus, all, speed_in(lane, parts[0].pool), sites, slow);
    return w_.now() + under_caps(time.count(), parts);
  }
  // Millisecond by millisecond: the slowest of the caps of its pools, until the last of them ends.
  Millis under_caps(std::int64_t work, const std::vector<Part>& parts) const {
    std::int64_t speed = 1000, until = w_.now().count();
    for (const Part& part : parts) {
      const PoolCapped& cap = w_.pool(part.pool).cap;
      if (w_.pool(part.pool).info.device != w_.pool(parts[0].pool).info.device) continue;
      for (const SlowedWork& s : cap.slowed)
        if (cap.until > w_.now() && s.speed_permille < 1000) {
          speed = std::min<std::int64_t>(speed, s.speed_permille);
          until = std::max(until, cap.until.count());
        }
    }
    std::int64_t left = work * 1000, t = w_.now().count();
    for (; left > 0; ++t) left -= t < until ? speed : 1000;
    return Millis(t - w_.now().count());
  }
  // Would it rather wait there: it may be shifted, and the dear hours are over in time?
  bool waits_for_energy(JobId id, PoolId p) const {
    const Job& job = w_.job(id);
    const SiteEnergyTold* told = w_.energy(w_.pool(p).info.site);
    if (told == nullptr || told->dear_until <= w_.now()) return false;
    if (w_.may_shift(job.lane).count() == 0) return false;
    return told->dear_until <= job.submit + w_.may_shift(job.lane) &&
           (job.deadline.count() == 0 ||
            end_if(w_.lane(job.lane), job, {{p, Gpus(job.gpus), {}}}) - w_.now() <=
                job.deadline - told->dear_until);
  }

  // ---- wishes

  void check_place(const Part& part, const LaneOpened& lane, bool beside) {
    const Pool& pool = w_.pool(part.pool);
    if (!pool.machines) {
      EXPECT_TRUE(part.place.empty());
      return;
    }
    if (pool.machines->shared() != nullptr) return check_share(part, lane);
    const std::uint32_t g = pool.info.gpus_per_node;
    std::map<Key, std::int64_t> used;  // rack, node
    for (const Run& run : pool.running) {
      const JobId other = run.job;
      const Job& job = w_.job(other);
      const auto add = [&](const Placement& place) {
        for (const Slice& s : place)
          for (std::uint32_t n = 0; n < 64; ++n)
            if ((s.nodes >> n & 1) != 0) used[{s.rack, n}] += s.gpus_per_node;
      };
      if (job.pool == part.pool) add(w_.placement(job));
      for (const Part& p : w_.more_parts(other))
        if (p.pool == part.pool) add(p.place);
    }
    std::int64_t placed = 0;
    std::set<std::uint32_t> racks;
    std::set<Key> nodes;
    for (const Slice& s : part.place) {
      EXPECT_FALSE(plant_.drained(part.pool, s.rack, s.nodes)) << "a drained node took new work";
      for (std::uint32_t n = 0; n < 64; ++n)
        if ((s.nodes >> n & 1) != 0) {
          std::int64_t& on_node = used[{s.rack, n}];
          on_node += s.gpus_per_node;
          EXPECT_LE(on_node, std::int64_t{g}) << "a node too full";
          placed += s.gpus_per_node;
          nodes.insert({s.rack, n});
        }
      racks.insert(s.rack);
    }
    EXPECT_EQ(placed, part.gpus.count());
    if (!beside && lane.spread == Spread::one_domain &&
        placed <= std::int64_t{g} * pool.info.nodes_per_domain) {
      EXPECT_EQ(racks.size(), 1u);
      EXPECT_TRUE(pool.info.nodes_per_domain > 1 || nodes.size() == 1) << "not in one domain";
    }
  }

  // On shared nodes: no GPU, CPU or memory twice, a share on one GPU, and no more nodes than need
  // be.
  void check_share(const Part& part, const LaneOpened& lane) {
    ++shares;
    const Pool& pool = w_.pool(part.pool);
    const bool cores = pool.info.device == Device::cpu;
    std::map<std::uint32_t, std::int64_t> cpu, memory;
    std::map<Key, std::int64_t> gpu;  // node, GPU
    const auto add = [&](const Placement& place) {
      for (const Slice& s : place) {
        cpu[s.rack] += s.cpu_milli;
        memory[s.rack] += s.memory_mib;
        for (std::uint32_t g = 0; g < 64; ++g)
          if ((s.nodes >> g & 1) != 0) gpu[{s.rack, g}] += s.gpus_per_node;
      }
    };
    for (const Run& run : pool.running) add(w_.placement(w_.job(run.job)));
    add(part.place);
    std::int64_t placed = 0;
    std::set<std::uint32_t> nodes;
    for (const Slice& s : part.place) {
      EXPECT_TRUE(nodes.insert(s.rack).second) << "a node twice";
      EXPECT_FALSE(plant_.drained(part.pool, s.rack / pool.info.nodes_per_rack,
                                  std::uint64_t{1} << (s.rack % pool.info.nodes_per_rack)))
          << "a drained node took new work";
      EXPECT_LE(cpu[s.rack], pool.info.cpu_milli);
      EXPECT_LE(memory[s.rack], pool.info.memory_mib);
      EXPECT_EQ(s.memory_mib, lane.memory_mib);
      EXPECT_EQ(s.cpu_milli, cores ? s.gpus() * 1000 : std::int64_t{lane.cpu_milli});
      for (std::uint32_t g = 0; g < 64; ++g)
        if ((s.nodes >> g & 1) != 0 && !cores) {
          EXPECT_LT(g, pool.info.gpus_per_node / 1000);
          EXPECT_LE((gpu[{s.rack, g}]), 1000) << "a GPU too full";
        }
      if (s.gpus_per_node < 1000 && !cores) {
        EXPECT_EQ(std::popcount(s.nodes), 1);
      }
      placed += s.gpus();
    }
    EXPECT_EQ(placed, part.gpus.count());
    EXPECT_EQ(std::ssize(nodes),
              std::max<std::int64_t>(1, placed / std::int64_t{pool.info.gpus_per_node}));
  }

  void wished(const StartJob& s) {
    ++starts;
    check_stops();  // before somebody with a better right takes what they free
    const Job& job = w_.job(s.job);
    const LaneOpened& lane = lane_of(s.job);
    EXPECT_EQ(job.state, JobState::waiting);
    EXPECT_EQ(w_.queue(job.lane).job(0), s.job) << "it overtook in its lane";
    EXPECT_FALSE(waits_for_energy(s.job, s.pool)) << "it could have waited for a better hour";
    // Whoever was before comes again: it was stopped, or waited for another to end.
    if (oldest_ && job.submit <= w_.job(*oldest_).submit) oldest_.reset();
    for (const JobId b : after_[s.job])
      EXPECT_TRUE(w_.job(b).state == JobState::ended && !w_.job(b).failed);
    std::vector<Part> parts{{s.pool, s.gpus.count() == 0 ? Gpus(job.gpus) : s.gpus, s.place}};
    parts.insert(parts.end(), s.also.begin(), s.also.end());
    std::int64_t gpus = 0, beside = 0;
    std::set<std::uint32_t> sites, pools;
    const Millis end = end_if(lane, job, parts);
    for (const Part& part : parts) {
      const Pool& pool = w_.pool(part.pool);
      EXPECT_TRUE(pools.insert(part.pool.index).second) << "a pool twice";
      const bool is_beside = &part != &parts[0] && pool.info.device != lane.device;
      const std::vector<PoolId>& lawful = is_beside ? lane.beside : lane.pools;
      EXPECT_EQ(std::count(lawful.begin(), lawful.end(), part.pool), 1) << "an unlawful pool";
      if (is_beside) {
        beside += part.gpus.count();
      } else {
        gpus += part.gpus.count();
        for (const std::uint32_t other : sites)
          EXPECT_TRUE(plant_.joined(lane, SiteId{other}, pool.info.site)) << "sites far apart";
        sites.insert(pool.info.site.index);
        EXPECT_EQ(part.gpus, parts[0].gpus) << "unequal parts";
      }
      EXPECT_LE(part.gpus.count(), pool.free);
      EXPECT_TRUE(spread_out(lane, part.pool, part.gpus.count())) << "too much at one site";
      check_place(part, lane, is_beside);
      if (s.under && part.pool == s.pool) {
        const ReservationMade& r = w_.reservations()[s.under->index].info;
        EXPECT_TRUE(r.pool == s.pool && r.member == lane.member && r.from <= w_.now() &&
                    w_.now() < r.to);
        EXPECT_LE(part.gpus.count(), w_.reservations()[s.under->index].left());
        if (end > r.to) {
          EXPECT_GE(pool.timeline.least_free(r.to, end), part.gpus.count());
        }
        ++under;
      } else {
        EXPECT_TRUE(lent(part.pool, lane, part.gpus.count(), end)) << "against the lender's terms";
        if (something_dated(pool)) {
          EXPECT_GE(pool.timeline.least_free(w_.now(), end), part.gpus.count())
              << "what is kept was taken";
        }
      }
    }
    EXPECT_EQ(beside, lane.beside_units) << "without the device beside";
    if (lane.most.count() > 0) {
      EXPECT_TRUE(lane.least.count() <= gpus && gpus <= lane.most.count());
    } else {
      EXPECT_EQ(gpus, job.gpus) << "a gang in part";
    }
    const std::size_t gpu_parts = parts.size() - (beside > 0 ? 1 : 0);
    EXPECT_EQ(sites.size(), gpu_parts);
    EXPECT_LE(gpu_parts, lane.most_sites);
    if (gpu_parts > 1) ++splits;
    EXPECT_TRUE(within_limits(lane, gpus)) << "above a limit";
    for (const Part& part : parts) {
      if (in_guarantee(part.pool, lane.member, part.gpus.count()))
        guaranteed_starts_.insert({part.pool.index, lane.member.index});
      hold(part.pool, lane, part.gpus.count());
    }
    parts_[s.job] = parts;
  }

  void wished(const PromiseStart&) { ADD_FAILURE() << "the pass promises nothing"; }
  void wished(const RefuseJob& r) {
    ++refused;
    if (w_.job(r.job).state == JobState::held) {
      EXPECT_EQ(r.because, Reason::dependency_failed);
      EXPECT_TRUE(std::any_of(after_[r.job].begin(), after_[r.job].end(), [&](JobId b) {
        const JobState s = w_.job(b).state;
        if (w_.job(b).failed) ++orphaned;
        return s == JobState::refused || s == JobState::cancelled || w_.job(b).failed;
      }));
      return;
    }
    EXPECT_EQ(r.because, Reason::no_legal_site);
    EXPECT_TRUE(lane_of(r.job).pools.empty());
  }

  std::int64_t part_in(JobId id, PoolId p) const {
    for (const Part& part : parts_.at(id))
      if (part.pool == p) return part.gpus.count();
    return 0;
  }
  void wished(const PreemptJob& p) {
    ++stops_asked;
    const Job& job = w_.job(p.job);
    const LaneOpened &its = lane_of(p.job), &wants = lane_of(p.for_job);
    EXPECT_TRUE(policy_.preempt);
    stopped_some_ = true;
    EXPECT_EQ(job.state, JobState::running);
    EXPECT_EQ(w_.job(p.for_job).state, JobState::waiting);
    EXPECT_TRUE(its.preemptible) << "it may not be stopped";
    EXPECT_TRUE(job.start + its.min_run <= w_.now()) << "it was not left alone for min_run";
    EXPECT_TRUE(w_.under(p.job) == nullptr || w_.under(p.job)->info.to <= w_.now());
    EXPECT_TRUE(p.until > w_.now() && p.until <= w_.now() + policy_.grace);
    EXPECT_TRUE(job.end <= w_.now() || job.end > p.until) << "it would be gone by then anyway";
    EXPECT_TRUE((its.member == wants.member && its.tier < wants.tier) ||
                its.member != wants.member);
    if (stopped_.count(p.for_job) == 0) check_stops();
    stopped_[p.for_job].push_back(p.job);
    // Who runs past its estimate is not gone when a plan counts on it, and it is made again.
    auto& [times, last] = stopped_for_[std::pair(p.job, p.for_job)];
    if (last < late_) times = 0;
    last = w_.now();
    EXPECT_LE(++times, kTimes) << "stopped for it again and again";
    helped_.insert(p.for_job);
  }
  void wished(const ResizeJob& r) {
    const Job& job = w_.job(r.job);
    const LaneOpened& lane = lane_of(r.job);
    const Pool& pool = w_.pool(job.pool);
    EXPECT_TRUE(lane.elastic && job.state == JobState::running && !job.stopping);
    EXPECT_TRUE(lane.least <= r.gpus && r.gpus <= lane.most);
    EXPECT_EQ(parts_.at(r.job).size(), 1u);
    const std::int64_t delta = r.gpus.count() - job.held;
    Millis end = job.end;
    if (end.count() != Timeline::kForever)
      end = w_.now() + resized(lane, job.end - w_.now(), job.gpus, job.held, r.gpus.count());
    if (delta > 0) {
      ++growths;
      grown_.insert(job.pool);
      EXPECT_LE(delta, pool.free);
      EXPECT_TRUE(within_limits(lane, delta)) << "grew above a limit";
      EXPECT_TRUE(lent(job.pool, lane, delta, job.end)) << "grew against the lender's terms";
      if (something_dated(pool)) {
        EXPECT_GE(pool.timeline.least_free(w_.now(), job.end), delta);
      }
    } else {
      ++shrinks;
      shrunk_.insert(r.job);
      shrunk_by_[r.job] = -delta;
      if (something_dated(pool) && end > job.end) {
        EXPECT_GE(pool.timeline.least_free(job.end, end), r.gpus.count())
            << "it was made smaller, so it ends later: in what is kept";
      }
      if (job.borrowed && pool.info.reclaim.count() > 0 && !lane.preemptible) {
        EXPECT_TRUE(end <= job.end || end <= job.start + pool.info.reclaim)
            << "made smaller, it holds what is borrowed beyond the bound";
      }
    }
    hold(job.pool, lane, delta);
    parts_[r.job][0].gpus = r.gpus;
  }

 public:
  void submitted(const JobSubmitted& s) { after_[s.job] = s.after; }

 private:
  // ---- after a pass

  // What the stops of the pass give their beneficiary, and whether all of them were needed.
  void check_stops() {
    if (stopped_.empty()) return;
    for (const auto& [beneficiary, victims] : stopped_) {
      const LaneOpened& lane = lane_of(beneficiary);
      std::int64_t need = w_.job(beneficiary).gpus;
      if (lane.most.count() > 0) need = std::max<std::int64_t>(1, lane.least.count());
      bool found = false, all_needed = false, lawful = false;
      for (const PoolId p : lane.pools) {
        if (std::any_of(victims.begin(), victims.end(),
                        [&](JobId v) { return part_in(v, p) == 0; }))
          continue;
        if (!enough(p, need, lane.shape(), std::nullopt)) continue;
        found = true;
        // Where somebody else waits too, the stops may be on top of what is kept for them.
        w_.waiting_lanes().for_each([&](std::uint32_t l) {
          const std::vector<PoolId>& theirs = w_.lane(LaneId{l}).pools;
          all_needed = all_needed || (LaneId{l} != w_.job(beneficiary).lane &&
                                      std::count(theirs.begin(), theirs.end(), p) > 0);
        });
        all_needed = all_needed || !std::any_of(victims.begin(), victims.end(), [&](JobId v) {
                       return enough(p, need, lane.shape(), v) && comes_first(p, lane, need, v);
                     });
        lawful = lawful ||
                 (takes_what_is_over(p, lane, victims) && comes_first(p, lane, need, std::nullopt));
      }
      EXPECT_TRUE(found) << "the stops do not free what is needed";
      EXPECT_TRUE(!found || all_needed) << "somebody was stopped for nothing: job "
                                        << victims[0].index << " for " << beneficiary.index;
      EXPECT_TRUE(!found || lawful) << "a member was pushed below what it may count on";
    }
    stopped_.clear();
    shrunk_by_.clear();
  }
  bool enough(PoolId p, std::int64_t need, const Shape& shape, std::optional<JobId> but) const {
    const Pool& pool = w_.pool(p);
    std::int64_t free = pool.free;
    std::optional<Machines> racks = pool.machines;
    for (const Run& run : pool.running) {
      const JobId id = run.job;
      const Job& job = w_.job(id);
      const bool ends = job.end > w_.now() && job.end <= w_.now() + policy_.grace;
      if (id == but || (!job.stopping && !ends)) continue;
      free += part_in(id, p);
      if (!racks) continue;
      if (job.pool == p) racks->give(w_.placement(job));
      for (const Part& part : w_.more_parts(id))
        if (part.pool == p) racks->give(part.place);
    }
    return racks ? racks->fits(need, shape) : free >= need;
  }
  // Of every other member at most what it holds above its guarantee, and the rest of one job.
  // Is it in what its member may count on, once all who are stopping or leave by the end of the
  // grace are gone (but one, if given)? Who asks for more than that would borrow.
  bool comes_first(PoolId p, const LaneOpened& lane, std::int64_t need,
                   std::optional<JobId> but) const {
    if (need > entitled(p, lane.member)) return true;
    std::int64_t held = in_use(p, lane.member);
    for (const Run& run : w_.pool(p).running) {
      if (lane_of(run.job).member != lane.member || run.job == but) continue;
      const bool leaves = run.end > w_.now() && run.end <= w_.now() + policy_.grace;
      if (run.stopping || leaves) held -= part_in(run.job, p);
    }
    return held + need <= entitled(p, lane.member);
  }
  bool takes_what_is_over(PoolId p, const LaneOpened& wants,
                          const std::vector<JobId>& victims) const {
    std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> taken;  // sum, largest
    for (const JobId v : victims) {
      if (lane_of(v).member == wants.member) continue;
      auto& [sum, largest] = taken[lane_of(v).member.index];
      sum += part_in(v, p);
      largest = std::max(largest, part_in(v, p));
    }
    std::map<std::uint32_t, std::int64_t> gave;  // by the same plan, at once
    for (const auto& [id, gpus] : shrunk_by_) {
      if (part_in(id, p) == 0 || lane_of(id).member == wants.member) continue;
      const std::uint32_t m = lane_of(id).member.index;
      gave[m] += gpus;
      if (taken.count(m) == 0) continue;
      taken[m].first += gpus;
      taken[m].second = std::max(taken[m].second, gpus);
    }
    for (const auto& [m, t] : taken) {
      std::int64_t stopping = 0;  // for others, or before
      for (const Run& run : w_.pool(p).running)
        if (w_.job(run.job).stopping && lane_of(run.job).member.index == m &&
            std::count(victims.begin(), victims.end(), run.job) == 0)
          stopping += part_in(run.job, p);
      const std::int64_t over =
          in_use(p, MemberId{m}) + gave[m] - stopping - entitled(p, MemberId{m});
      if (t.first - t.second >= over) return false;
    }
    return true;
  }

  // Could it start in the pool, alone, if nothing were held for others?
  bool could_start(JobId id, PoolId p) const {
    const Job& job = w_.job(id);
    const LaneOpened& lane = lane_of(id);
    const Pool& pool = w_.pool(p);
    std::int64_t least = job.gpus, most = job.gpus;
    if (lane.most.count() > 0) least = most = std::max<std::int64_t>(1, lane.least.count());
    for (std::int64_t gpus = least; gpus <= most; ++gpus) {
      if (!within_limits(lane, gpus, kept_from(id))) continue;
      if (pool.machines ? !pool.machines->fits(gpus, lane.shape()) : gpus > pool.free) continue;
      const Millis end = end_if(lane, job, {{p, Gpus(gpus), {}}});
      if (!lent(p, lane, gpus, end) || !spread_out(lane, p, gpus)) continue;
      if (something_dated(pool) && pool.timeline.least_free(w_.now(), end) < gpus) continue;
      if (lane.beside_units > 0 &&
          std::none_of(lane.beside.begin(), lane.beside.end(), [&](PoolId b) {
            return w_.pool(b).free >= lane.beside_units && lent(b, lane, lane.beside_units, end) &&
                   (!something_dated(w_.pool(b)) ||
                    w_.pool(b).timeline.least_free(w_.now(), end) >= lane.beside_units);
          }))
        continue;
      return true;
    }
    return false;
  }
  void check_heads() {
    std::size_t heads = 0;
    w_.waiting_lanes().for_each([&](std::uint32_t l) {
      const JobId id = w_.queue(LaneId{l}).job(0);
      ++heads;
      const auto told = told_.find(id);
      EXPECT_TRUE(told != told_.end()) << "job " << id.index << " waits and was not told why";
      if (told == told_.end()) return;
      const LaneOpened& lane = w_.lane(LaneId{l});
      if (told->second == Reason::cheaper_later) {
        ++shifted;
        for (const PoolId p : lane.pools) EXPECT_TRUE(waits_for_energy(id, p));
        return;
      }
      for (const PoolId p : lane.pools) {
        if (waits_for_energy(id, p)) continue;
        if (!shrunk_.empty() || stopped_some_) continue;  // what that frees is for the next pass
        if (!could_start(id, p)) continue;
        // A machine on its way out counts twice in a timeline while work is there: on the safe
        // side.
        if (w_.pool(p).machines && w_.pool(p).machines->owed() > 0 &&
            told->second == Reason::reserved_for_others)
          continue;
        // What grows at the end of a pass is more that the rest is a share of, and is over earlier.
        if (told->second == Reason::spread_limit && lane.most.count() > 0) continue;
        if (told->second == Reason::reserved_for_others && grown_.contains(p)) continue;
        EXPECT_TRUE(told->second == Reason::behind_earlier_job ||
                    told->second == Reason::reclaiming)
            << "job " << id.index << " could start in pool " << p.index << ", and is told "
            << to_string(told->second);
        bool behind = false;
        w_.waiting_lanes().for_each([&](std::uint32_t other) {
          behind =
              behind || (other != l && [&] {
                const LaneOpened& o = w_.lane(LaneId{other});
                return std::count(o.pools.begin(), o.pools.end(), p) > 0 || !lane.beside.empty();
              }());
        });
        EXPECT_TRUE(behind || told->second == Reason::reclaiming)
            << "job " << id.index << " waits for nobody";
      }
      if (told->second == Reason::quota_limit && shrunk_.empty()) {
        std::int64_t least = w_.job(id).gpus;
        if (lane.least.count() > 0) least = lane.least.count();
        EXPECT_FALSE(within_limits(lane, least, kept_from(id)));
      }
    });
    EXPECT_EQ(heads, told_.size());
  }

  void check_reservations() {
    if (!plant_.weather().calm() || plant_.late_plans()) return;
    for (std::uint32_t p = 0; p < w_.pools(); ++p) {
      std::int64_t kept = 0;
      for (const ReservationId r : w_.pool(PoolId{p}).reservations) {
        const Reservation& x = w_.reservations()[r.index];
        if (x.info.from <= w_.now() && w_.now() < x.info.to) kept += x.left();
      }
      std::int64_t there = w_.pool(PoolId{p}).free;
      for (const Run& run : w_.pool(PoolId{p}).running)  // its end is told in this very instant
        if (w_.job(run.job).end == w_.now()) there += part_in(run.job, PoolId{p});
      for (const PlannedChange& plan : w_.plans())  // as is that machines come
        if (plan.info.pool == PoolId{p} && !plan.over) {
          if (plan.info.gpus.count() < 0 && plan.begun && plan.info.to == w_.now())
            there -= plan.info.gpus.count();
          if (plan.info.gpus.count() > 0 && !plan.begun && plan.info.from == w_.now())
            there += plan.info.gpus.count();
        }
      EXPECT_LE(kept, there) << "a reservation is not honoured";
    }
  }

  void check_guarantees() {
    const StormWeather& weather = plant_.weather();
    if (policy_.order != Order::fair || !policy_.preempt || policy_.backfill != Backfill::easy ||
        plant_.pass_every() != 1 || !weather.calm() || weather.guarantees || weather.plans ||
        weather.reservations)
      return;
    std::map<std::pair<JobId, std::uint32_t>, Millis> now_waiting;
    w_.waiting_lanes().for_each([&](std::uint32_t l) {
      const LaneOpened& lane = w_.lane(LaneId{l});
      const JobId id = w_.queue(LaneId{l}).job(0);
      const std::int64_t need = w_.job(id).gpus;
      if (lane.most.count() > 0 || lane.beside_units > 0 || !within_limits(lane, need) ||
          lane.site_permille < 1000)
        return;
      for (const PoolId p : lane.pools) {
        const Pool& pool = w_.pool(p);
        if (pool.machines || pool.info.reclaim <= policy_.grace ||
            !in_guarantee(p, lane.member, need))
          continue;
        bool alone = true;
        w_.waiting_lanes().for_each([&](std::uint32_t other) {
          const LaneOpened& o = w_.lane(LaneId{other});
          if (other != l && o.member == lane.member &&
              std::count(o.pools.begin(), o.pools.end(), p) > 0)
            alone = false;
        });
        if (!alone) continue;
        const auto was = guarantee_since_.find({id, p.index});
        Millis since = was == guarantee_since_.end() ? w_.now() : was->second;
        for (const Key& k : guaranteed_starts_)
          if (k.first == p.index && k.second != lane.member.index) since = w_.now();
        ++laws;
        EXPECT_TRUE(w_.now() <= since + pool.info.reclaim + policy_.reclaim_every)
            << "job " << id.index << " is guaranteed " << need << " in pool " << p.index
            << " and waits since " << since.count();
        now_waiting[{id, p.index}] = since;
      }
    });
    guarantee_since_ = std::move(now_waiting);
  }

  void check_starvation() {
    const StormWeather& weather = plant_.weather();
    if (w_.members().size() != 1 || policy_.order != Order::fair || policy_.patience.count() == 0 ||
        policy_.backfill != Backfill::easy || !weather.calm() || weather.plans ||
        weather.reservations || plant_.pass_every() != 1)
      return;
    for (std::uint32_t l = 1; l < w_.lanes(); ++l)
      if (w_.lane(LaneId{l}).tier != w_.lane(LaneId{0}).tier) return;
    std::optional<JobId> oldest;
    bool alone = true;  // two of one instant: shares say who is first
    w_.waiting_lanes().for_each([&](std::uint32_t l) {
      const JobId id = w_.queue(LaneId{l}).job(0);
      if (w_.now() - w_.job(id).submit <= policy_.patience) return;
      if (oldest && w_.job(id).submit == w_.job(*oldest).submit) alone = false;
      if (oldest && w_.job(id).submit >= w_.job(*oldest).submit) return;
      oldest = id;
      alone = true;
    });
    if (!oldest || !alone) return oldest_.reset();
    const LaneOpened& lane = lane_of(*oldest);
    const std::int64_t need = w_.job(*oldest).gpus;
    if (lane.most.count() > 0 || lane.beside_units > 0 || !within_limits(lane, need) ||
        lane.site_permille < 1000 ||
        lane.within != Within::arrival)  // else who comes later may be first of the lane
      return oldest_.reset();
    std::int64_t latest = Timeline::kForever;
    for (const PoolId p : lane.pools) {
      if (w_.pool(p).machines) return oldest_.reset();
      std::int64_t there = 0;
      latest = std::min(latest, w_.pool(p).timeline.first_with(w_.now(), need, there).count());
    }
    ++aged;
    if (oldest_ == *oldest) {
      EXPECT_LE(latest, std::max(latest_, w_.now().count()))
          << "job " << oldest->index << " is put off";
    }
    oldest_ = *oldest;
    latest_ = latest;
  }

  const World& w_;
  const StormPlant& plant_;
  const Policy policy_;
  Millis at_{0};
  std::map<Key, std::int64_t> in_use_, integral_;
  std::map<std::uint32_t, std::int64_t> held_;  // [account], 1/1000 GPU
  std::map<JobId, std::vector<Part>> parts_;
  std::map<JobId, std::vector<JobId>> after_;
  static constexpr int kTimes = 3;  // somebody with a greater right may come between
  std::map<std::pair<JobId, JobId>, std::pair<int, Millis>> stopped_for_;  // and when last
  Millis late_{-1};  // when somebody last ran past its estimate
  std::map<JobId, int> stops_;
  std::map<JobId, Reason> told_;
  std::map<JobId, std::vector<JobId>> stopped_;  // in this pass, by beneficiary
  std::set<JobId> shrunk_, helped_;
  std::set<PoolId> grown_;  // where somebody grew in this pass
  std::map<JobId, std::int64_t> shrunk_by_;
  bool stopped_some_ = false;  // in this pass
  std::set<Key> guaranteed_starts_;
  std::map<std::pair<JobId, std::uint32_t>, Millis> guarantee_since_;
  std::optional<JobId> oldest_;
  std::int64_t latest_ = 0;
};

}  // namespace dure
