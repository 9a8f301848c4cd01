// A plant that makes weather: from a seed it draws an alliance (members with accounts and limits,
// sites, pools of every kind, guarantees, lanes of every kind) and then, instant by instant, what
// happens to it. It keeps to what a plant may do: it asks the world where a door would ask (is
// there room in the timeline for this reservation?), and answers every wish.
//
// Invariant: 1. What comes depends on the seed and on the wishes alone.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/stream.h"
#include "sched/decide.h"
#include "sched/plant.h"

namespace dure {

struct StormWeather {  // what may happen
  bool overruns = false, failures = false, drains = false, plans = false, reservations = false;
  bool capacity = false, guarantees = false, cancels = false, dependencies = false;
  bool badly = false, adopts = false;  // jobs fail for good; sites start some themselves
  bool energy = false;  // prices are told, pools capped, and some lanes may be shifted
  // No job runs past its estimate, no machine goes but by plan, and nobody takes room but by us:
  // promises can be kept. A cap puts ends off.
  bool calm() const { return !overruns && !drains && !capacity && !adopts && !energy; }
};

class StormPlant final : public Plant {
 public:
  // sharing: one alliance of six has shared nodes. willful: in some, jobs fail and sites start
  // some.
  StormPlant(std::uint64_t seed, const World& world, std::int64_t jobs, bool sharing = true,
             bool willful = true)
      : world_(world), s_(seed, "alliance storm", 0), jobs_left_(jobs) {
    draw();
    Stream s(seed, "shared nodes", 0);
    if (Stream f(seed, "fabric and spread", 0); sharing && !lending_ && f.below(4) == 0) hang(f);
    if (sharing && !lending_ && s.below(6) == 0) share(s);
    if (Stream w(seed, "what sites do", 0); willful && !lending_) {
      weather_.badly = w.below(4) == 0;
      weather_.adopts = w.below(5) == 0;
      if (Stream e(seed, "energy", 0); e.below(4) == 0) power(e);
    }
  }
  const Policy& policy() const { return policy_; }
  const StormWeather& weather() const { return weather_; }
  bool drained(PoolId pool, std::uint32_t rack, std::uint64_t nodes) const {
    const auto it = drained_.find({pool.index, rack});
    return it != drained_.end() && (it->second & nodes) != 0;
  }
  std::int64_t pass_every() const { return together_; }
  bool joined(const LaneOpened& lane, SiteId x, SiteId y) const {
    if (lane.sites_mbit_per_s == 0 && lane.sites_rtt_us == 0) return true;
    return std::any_of(links_.begin(), links_.end(), [&](const SitesLinked& l) {
      return std::min(x, y) == l.a && std::max(x, y) == l.b &&
             l.mbit_per_s >= lane.sites_mbit_per_s &&
             (lane.sites_rtt_us == 0 || l.rtt_us <= lane.sites_rtt_us);
    });
  }

  void ask(const Command& wish) override {
    settle_cap();
    if (const auto* s = std::get_if<StartJob>(&wish)) started(s->job);
    if (const auto* p = std::get_if<PreemptJob>(&wish); p != nullptr && adopted_ == p->job) {
      started(p->job);  // adopted in this very round
      adopted_.reset();
    }
    if (const auto* p = std::get_if<PreemptJob>(&wish)) {
      Real& real = real_.at(p->job.index);
      const std::int64_t until = p->until.count();
      const std::int64_t at = chance(60) ? until : between(now_ + 1, until);
      agenda_.emplace(at + (weather_.overruns && chance(10) ? 2 : 0),
                      Item{Item::stop, p->job.index, real.turn});
    }
    if (const auto* r = std::get_if<ResizeJob>(&wish)) {
      Real& real = real_.at(r->job.index);
      const std::int64_t limit = world_.job(r->job).end.count();
      std::int64_t end = real.end;
      if (limit == Timeline::kForever) {
        end = now_ + between(1, 40);
      } else if (real.limit > now_ && real.end > now_) {
        end = now_ +
              std::max<std::int64_t>(1, (real.end - now_) * (limit - now_) / (real.limit - now_));
        if (!weather_.overruns) end = std::min(end, limit);
      }
      plan_end(r->job, std::max(end, now_), limit);
    }
  }

  void next(Millis wake, std::vector<Event>& facts) override {
    if (!founded_) return found(facts);
    settle_cap();
    if (adopted_) started(*adopted_);
    adopted_.reset();
    while (facts.empty()) {
      if (agenda_.empty()) return;
      const std::int64_t first = agenda_.begin()->first;
      if (wake.count() < first) {
        now_ = wake.count();
        facts.push_back({wake, TimeReached{}});
        return;
      }
      const std::int64_t until = std::min(first - first % together_ + together_ - 1, wake.count());
      while (!agenda_.empty() && agenda_.begin()->first <= until) {
        const Item item = agenda_.begin()->second;
        // What asks the world comes alone: it must know what the world is.
        if (item.kind >= Item::any && !facts.empty()) break;
        now_ = agenda_.begin()->first;
        agenda_.erase(agenda_.begin());
        tell(item, facts);
        if (item.kind >= Item::any) break;
      }
      if (!facts.empty()) now_ = facts.back().at.count();
    }
  }

 private:
  struct Item {
    enum Kind { limit, end, stop, any, plan_from, plan_to } kind;
    std::uint32_t index;
    std::uint32_t turn;  // of the job: what was planned for an earlier run of it is void
  };
  struct Real {
    std::uint32_t turn = 0;
    std::int64_t start = 0, end = 0, limit = 0;
    bool limit_told = false;
  };

  std::int64_t between(std::int64_t lo, std::int64_t hi) {  // both included
    return lo + static_cast<std::int64_t>(s_.below(static_cast<std::uint64_t>(hi - lo + 1)));
  }
  bool chance(std::uint64_t percent) { return s_.below(100) < percent; }
  std::uint32_t one_of(std::size_t n) { return static_cast<std::uint32_t>(s_.below(n)); }

  // ---- the alliance

  void draw() {
    weather_.overruns = chance(25);
    weather_.failures = chance(40);
    weather_.drains = chance(25);
    weather_.plans = chance(35);
    weather_.reservations = chance(35);
    weather_.capacity = chance(25);
    weather_.guarantees = chance(20);
    weather_.cancels = chance(50);
    weather_.dependencies = chance(40);
    policy_.order = chance(75) ? Order::fair : chance(50) ? Order::priority : Order::arrival;
    policy_.backfill = chance(85) ? Backfill::easy : Backfill::none;
    policy_.preempt = chance(75);
    policy_.grace = Millis(between(1, 5));
    policy_.reclaim_every = Millis(chance(80) ? 0 : between(2, 6));
    policy_.patience = Millis(chance(50) ? 0 : between(5, 60));
    policy_.history_permille = static_cast<std::uint32_t>(between(0, 4) * 250);
    together_ = chance(70) ? 1 : between(2, 6);
    lending_ = chance(10);
    if (lending_) {  // weather in which guarantees can be kept to the letter
      weather_ = {};
      weather_.cancels = true;
      policy_.order = Order::fair;
      policy_.backfill = Backfill::easy;
      policy_.preempt = true;
      together_ = 1;
    }
    pause_ = between(1, 4);
    longest_ = between(2, 30);
    largest_ = between(2, 16);
    half_life_ = between(1, 100);
    const std::int64_t sites = between(1, 3), members = between(1, 4), pools = between(1, 5);
    for (std::uint32_t i = 0; i < sites; ++i)
      sites_.push_back({SiteId{i}, "s" + std::to_string(i)});
    std::uint32_t accounts = 0;
    for (std::uint32_t i = 0; i < members; ++i, ++accounts)
      members_.push_back({MemberId{i}, "m" + std::to_string(i),
                          chance(70) ? 0 : static_cast<std::uint32_t>(between(1, 3000)),
                          Gpus(chance(80) ? 0 : between(1, 30))});
    std::vector<std::vector<AccountId>> of_member(members_.size());
    for (std::uint32_t m = 0; m < members; ++m)
      for (std::int64_t n = between(0, 2); n > 0; --n) {
        const AccountId project{accounts++};
        accounts_.push_back({project, AccountId{m}, "p",
                             static_cast<std::uint32_t>(between(1, 4) * 500),
                             Gpus(chance(80) ? 0 : between(1, 20))});
        of_member[m].push_back(project);
        for (std::int64_t u = between(0, 2); u > 0; --u) {
          of_member[m].push_back(AccountId{accounts});
          accounts_.push_back(
              {AccountId{accounts++}, project, "u", 1000, Gpus(chance(80) ? 0 : between(1, 12))});
        }
      }
    for (std::uint32_t p = 0; p < pools; ++p) draw_pool(p);
    for (std::uint32_t l = 0, n = static_cast<std::uint32_t>(between(1, 7)); l < n; ++l)
      draw_lane(l, of_member);
    // A batch machine is storm_test.cpp's: it overtakes within its lane, and tells no reasons.
    if (lanes_.size() == 1 && policy_.order == Order::arrival) policy_.order = Order::priority;
  }

  void draw_pool(std::uint32_t p) {
    PoolOpened pool;
    pool.pool = PoolId{p};
    pool.site = SiteId{one_of(sites_.size())};
    pool.owner = MemberId{one_of(members_.size())};
    pool.name = "pool" + std::to_string(p);
    pool.lend_permille = static_cast<std::uint32_t>(chance(50) ? 1000 : between(0, 4) * 250);
    pool.reclaim = Millis(chance(30) ? 0 : between(2, 40));
    if (p > 0 && chance(15)) pool.device = Device::qpu;
    std::int64_t gpus = between(0, 40);
    if (lending_) {
      pool.device = Device::gpu;
      pool.lend_permille = 1000;
      pool.reclaim = policy_.grace + Millis(between(1, 30));
    } else if (pool.device == Device::gpu && chance(50)) {
      constexpr std::uint32_t kGpus[] = {1, 2, 4, 8}, kNodes[] = {1, 2, 4, 18, 64};
      pool.gpus_per_node = kGpus[s_.below(4)];
      pool.nodes_per_rack = kNodes[s_.below(5)];
      pool.nodes_per_domain = chance(50) ? 1 : pool.nodes_per_rack;
      gpus = between(0, 16) * pool.gpus_per_node;
    }
    pools_.push_back(pool);
    gpus_.push_back(gpus);
    standing_.push_back(gpus);
    nodes_.push_back(pool.gpus_per_node == 0 ? 0 : gpus / pool.gpus_per_node);
    if (gpus == 0) return;
    for (std::uint32_t m = 0; m < members_.size(); ++m)
      if (MemberId{m} != pool.owner && chance(30)) {
        const std::int64_t share = between(1, std::max<std::int64_t>(1, gpus / 2));
        if (gpus < share) continue;
        gpus -= share;  // together no more than there are
        guarantees_.push_back({pool.pool, MemberId{m}, Gpus(share)});
      }
  }

  // Leaf switches that are oversubscribed, and work that must be spread over sites.
  void hang(Stream& s) {
    for (std::uint32_t b = 1; b < sites_.size(); ++b)
      for (std::uint32_t a = 0; a < b; ++a)
        if (s.below(4) != 0)
          links_.push_back({SiteId{a}, SiteId{b}, static_cast<std::uint32_t>(s.below(3) * 100),
                            static_cast<std::uint32_t>(s.below(3) * 1000)});
    for (PoolOpened& p : pools_)
      if (p.gpus_per_node > 0) {
        p.leaf_racks = static_cast<std::uint32_t>(s.below(3));
        p.oversubscription_permille = static_cast<std::uint32_t>(1000 + s.below(4) * 1000);
      }
    for (LaneOpened& l : lanes_) {
      l.fabric_permille = static_cast<std::uint32_t>(s.below(4) * 150);
      if (l.most_sites > 1) {
        l.sites_mbit_per_s = static_cast<std::uint32_t>(s.below(3) * 100);
        l.sites_rtt_us = static_cast<std::uint32_t>(s.below(3) * 1000);
      }
      if (s.below(3) == 0) l.site_permille = static_cast<std::uint32_t>(340 + s.below(4) * 160);
    }
  }

  // The same alliance, but that its GPUs are shared, or that it has CPU nodes.
  void share(Stream& s) {
    const auto pick = [&](std::int64_t lo, std::int64_t hi) {
      return lo + static_cast<std::int64_t>(s.below(static_cast<std::uint64_t>(hi - lo + 1)));
    };
    const Device device = s.below(4) == 0 ? Device::cpu : Device::shared_gpu;
    std::int64_t smallest = 64'000;  // node, in units
    for (PoolOpened& p : pools_) {
      if (p.device != Device::gpu) continue;
      constexpr std::int64_t kGpus[] = {1, 2, 4, 8}, kCores[] = {2, 8, 64};
      const std::int64_t gpus = kGpus[s.below(4)];
      const std::int64_t cores = device == Device::cpu ? kCores[s.below(3)] : gpus * pick(2, 16);
      p.device = device;
      p.gpus_per_node = static_cast<std::uint32_t>(device == Device::cpu ? cores : gpus * 1000);
      p.nodes_per_rack = s.below(2) == 0 ? 1 : 4;
      p.nodes_per_domain = 1;
      p.cpu_milli = static_cast<std::uint32_t>(cores * 1000);
      p.memory_mib = static_cast<std::uint32_t>(pick(8, 64));
      smallest = std::min<std::int64_t>(smallest, p.gpus_per_node);
      const std::size_t at = p.pool.index;
      nodes_[at] = pick(0, 6);
      gpus_[at] = standing_[at] = nodes_[at] * p.gpus_per_node;
      std::erase_if(guarantees_,
                    [&](const GuaranteeMade& g) { return g.pool == p.pool && gpus_[at] == 0; });
      for (GuaranteeMade& g : guarantees_)
        if (g.pool == p.pool) g.gpus = Gpus(pick(1, gpus_[at] / 4));
    }
    for (LaneOpened& l : lanes_) {
      constexpr std::int64_t kShares[] = {100, 125, 250, 300, 500, 750, 1000, 1000, 2000, 4000};
      std::int64_t size = kShares[s.below(10)];
      if (device == Device::cpu) size = pick(1, 16);
      if (s.below(10) == 0) size = smallest * pick(1, 2);  // whole nodes
      l.device = device;
      l.gpus = Gpus(size);
      if (device != Device::cpu) l.cpu_milli = static_cast<std::uint32_t>(pick(0, 4) * 500);
      l.memory_mib = static_cast<std::uint32_t>(pick(0, 8));
      l.least = l.most = Gpus(0);
      l.elastic = false;
      l.most_sites = 1;
    }
    sharing_ = true;
  }

  // Work that may be shifted. What it costs and what is capped comes as any other weather.
  void power(Stream& s) {
    weather_.energy = true;
    for (const LaneOpened& l : lanes_)
      if (s.below(2) == 0)
        shifts_.push_back({l.lane, Millis(static_cast<std::int64_t>(1 + s.below(20)))});
  }
  void tell_energy(std::vector<Event>& facts) {
    const Millis now(now_);
    if (chance(50)) {
      SiteEnergyTold e{SiteId{one_of(sites_.size())}, 100'000, 400};
      if (chance(60)) e.dear_until = Millis(now_ + between(1, 20));
      facts.push_back({now, e});
      return;
    }
    PoolCapped cap;
    cap.pool = PoolId{one_of(pools_.size())};
    cap.until = now + Millis(between(1, 25));
    if (chance(20)) cap.until = std::max(now, Millis(1));  // lifted
    cap.power_permille = static_cast<std::uint32_t>(between(0, 4) * 250);
    cap.because = CapCause::price;
    // All lanes are of workload 0.
    if (chance(85))
      cap.slowed.push_back({WorkloadId{0}, static_cast<std::uint32_t>(between(1, 10) * 100)});
    facts.push_back({now, cap});
    capped_ = cap.pool;
  }
  // The pool was capped: what really happens there goes slower, or faster, in proportion.
  void settle_cap() {
    if (!capped_) return;
    const PoolId pool = *capped_;
    capped_.reset();
    std::vector<JobId> there;
    for (const Run& run : world_.pool(pool).running)
      if (!run.stopping) there.push_back(run.job);
    for (const JobId id : there) {
      if (real_.size() <= id.index) continue;
      Real& real = real_[id.index];
      const std::int64_t limit = world_.job(id).end.count();
      if (real.turn == 0 || limit == real.limit || limit == Timeline::kForever) continue;
      if (real.end <= now_ || real.limit <= now_) continue;
      std::int64_t end = now_ + std::max<std::int64_t>(
                                    1, (real.end - now_) * (limit - now_) / (real.limit - now_));
      if (!weather_.overruns) end = std::min(end, limit);
      plan_end(id, end, limit);
    }
  }

  void draw_lane(std::uint32_t l, const std::vector<std::vector<AccountId>>& of_member) {
    LaneOpened lane;
    lane.lane = LaneId{l};
    lane.member = MemberId{one_of(members_.size())};
    lane.spread = static_cast<Spread>(s_.below(3));
    lane.priority = between(0, 3);
    const std::vector<AccountId>& own = of_member[lane.member.index];
    if (!own.empty() && chance(70)) lane.account = own[s_.below(own.size())];
    lane.tier = static_cast<Tier>(chance(60) ? 1 : s_.below(4));
    lane.within = static_cast<Within>(chance(60) ? 0 : s_.below(3));
    lane.preemptible = chance(60);
    lane.min_run = Millis(chance(50) ? 0 : between(1, 10));
    lane.checkpoint = Millis(chance(50) ? 0 : between(1, 6));
    lane.restart = Millis(between(0, 3));
    std::vector<PoolId> pools, beside;
    for (const PoolOpened& p : pools_) {
      if (p.device == Device::gpu && chance(65)) pools.push_back(p.pool);
      if (p.device != Device::gpu) beside.push_back(p.pool);
    }
    for (; !pools.empty(); pools.pop_back()) {  // in any order
      std::swap(pools[s_.below(pools.size())], pools.back());
      lane.pools.push_back(pools.back());
    }
    if (chance(30))
      for (std::size_t i = 0; i < lane.pools.size(); ++i)
        lane.speed_permille.push_back(static_cast<std::uint32_t>(between(2, 8) * 250));
    if (chance(30)) {
      lane.least = Gpus(between(1, 4));
      lane.most = lane.least + Gpus(between(0, 12));
      lane.elastic = chance(60);
      lane.parallel_permille = static_cast<std::uint32_t>(between(5, 10) * 100);
    } else if (chance(30)) {
      lane.most_sites = static_cast<std::uint32_t>(between(2, 3));
      lane.sites_permille = static_cast<std::uint32_t>(between(5, 10) * 100);
    }
    if (!beside.empty() && chance(40)) {
      lane.beside = beside;
      lane.beside_units = static_cast<std::uint32_t>(between(1, 3));
    }
    lanes_.push_back(lane);
  }

  void found(std::vector<Event>& facts) {
    founded_ = true;
    const auto tell = [&](What what) { facts.push_back({Millis(0), std::move(what)}); };
    tell(FairShareSet{Millis(half_life_)});
    for (const MemberJoined& m : members_) tell(m);
    for (const AccountOpened& a : accounts_) tell(a);
    for (const SiteOpened& x : sites_) tell(x);
    for (const SitesLinked& x : links_) tell(x);
    for (const PoolOpened& p : pools_) {
      tell(p);
      if (const std::int64_t n = gpus_[p.pool.index]; n > 0)
        tell(CapacityAdded{p.pool, Gpus(n), {}});
    }
    for (const GuaranteeMade& g : guarantees_) tell(g);
    for (const LaneOpened& l : lanes_) tell(l);
    for (const LaneMayShift& l : shifts_) tell(l);
    agenda_.emplace(0, Item{Item::any, 0, 0});
  }

  // ---- jobs

  void started(JobId id) {
    if (real_.size() <= id.index) real_.resize(id.index + 1);
    Real& real = real_[id.index];
    ++real.turn;
    real.start = now_;
    const std::int64_t limit = world_.job(id).end.count();
    std::int64_t run = between(1, 40);
    if (limit != Timeline::kForever) {
      run = limit - now_;
      if (!chance(40)) run = between(1, run);
      if (weather_.overruns && chance(25)) run += between(1, longest_);
    }
    real.limit_told = chance(50);
    plan_end(id, now_ + run, limit);
  }
  void plan_end(JobId id, std::int64_t end, std::int64_t limit) {
    Real& real = real_[id.index];
    const bool stopping = world_.job(id).stopping;
    if (!stopping) ++real.turn;
    real.end = end;
    real.limit = limit;
    if (real.limit_told && end == limit && end > now_) {
      agenda_.emplace(end, Item{Item::limit, id.index, real.turn});
      agenda_.emplace(end + (chance(50) ? 0 : between(0, 3)), Item{Item::end, id.index, real.turn});
    } else {
      agenda_.emplace(end, Item{Item::end, id.index, real.turn});
    }
  }
  JobStopped stopped(JobId id) {
    const Job& job = world_.job(id);
    const LaneOpened& lane = world_.lane(job.lane);
    Real& real = real_[id.index];
    ++real.turn;
    if (job.estimate >= kUntilCancelled) return {id, kUntilCancelled};
    const std::int64_t ran = now_ - real.start,
                       all = std::max<std::int64_t>(1, real.limit - real.start);
    std::int64_t saved = 0;
    if (lane.checkpoint.count() > 0) saved = chance(50) ? ran : ran - ran % lane.checkpoint.count();
    const std::int64_t done = job.estimate.count() * std::min(saved, all) / all;
    return {id, std::max(Millis(1), job.estimate - Millis(done)) + lane.restart};
  }

  void tell(const Item& item, std::vector<Event>& facts) {
    const Millis now(now_);
    const JobId id{item.index};
    switch (item.kind) {
      case Item::limit:
        if (real_[id.index].turn == item.turn && !world_.job(id).stopping)
          facts.push_back({now, LimitReached{id}});
        return;
      case Item::end:
        if (real_[id.index].turn != item.turn) return;
        ++real_[id.index].turn;
        if (weather_.badly && chance(15))
          facts.push_back({now, JobFailed{id}});
        else
          facts.push_back({now, JobEnded{id}});
        return;
      case Item::stop:
        if (real_[id.index].turn == item.turn) facts.push_back({now, stopped(id)});
        return;
      case Item::any: return any(facts);
      case Item::plan_from: return plan_begins(PlanId{item.index}, facts);
      case Item::plan_to: return plan_ends(PlanId{item.index}, facts);
    }
  }

  // ---- whatever comes

  void any(std::vector<Event>& facts) {
    const bool more = jobs_left_ > 0;
    if (more) agenda_.emplace(now_ + (chance(40) ? 0 : between(0, pause_)), Item{Item::any, 0, 0});
    const StormWeather& w = weather_;
    if (more && w.energy && chance(15)) return tell_energy(facts);
    if (more && w.adopts && chance(10)) return adopt(facts);
    if (more && chance(70)) return submit(facts);
    switch (s_.below(9)) {
      case 0:
        if (w.cancels) cancel(facts);
        return;
      case 1:
        if (w.failures) fail(facts);
        return;
      case 2:
        if (w.drains) drain(facts);
        return;
      case 3:
        if (w.drains) resume(facts);
        return;
      case 4:
        if (w.plans && more) plan(facts);
        return;
      case 5:
        if (w.plans) drop_plan(facts);
        return;
      case 6:
        if (w.reservations && more && s_.below(5) > 0) return reserve(facts);
        if (w.reservations) drop_reservation(facts);
        return;
      case 7:
        if (w.capacity) change_capacity(facts);
        return;
      default:
        if (w.guarantees) guarantee(facts);
        return;
    }
  }

  void submit(std::vector<Event>& facts) {
    JobSubmitted s;
    s.job = JobId{static_cast<std::uint32_t>(world_.jobs())};
    s.lane = LaneId{one_of(lanes_.size())};
    const LaneOpened& lane = lanes_[s.lane.index];
    s.gpus = Gpus(between(1, largest_));
    if (lane.most.count() > 0) s.gpus = Gpus(between(lane.least.count(), lane.most.count()));
    if (sharing_) s.gpus = lane.gpus;
    s.estimate = Millis(between(1, longest_));
    // What never ends by itself is never promised: it has no business where promises are watched.
    if (chance(6)) s.estimate = kUntilCancelled;
    if (chance(60)) s.deadline = Millis(now_ + between(0, 60));
    if (weather_.dependencies && s.job.index > 0)
      for (std::int64_t n = between(0, 2); n > 0; --n)
        if (chance(40))
          s.after.push_back(JobId{static_cast<std::uint32_t>(
              between(std::max<std::int64_t>(0, std::int64_t{s.job.index} - 6), s.job.index - 1))});
    facts.push_back({Millis(now_), s});
    --jobs_left_;
  }
  // Somebody starts a job of a lane at a site itself, whatever the law and the terms say.
  void adopt(std::vector<Event>& facts) {
    JobAdopted a;
    a.job = JobId{static_cast<std::uint32_t>(world_.jobs())};
    a.lane = LaneId{one_of(lanes_.size())};
    a.pool = PoolId{one_of(pools_.size())};
    const LaneOpened& lane = lanes_[a.lane.index];
    const Pool& pool = world_.pool(a.pool);
    if (pool.info.device != lane.device) return;
    a.gpus = sharing_ ? lane.gpus : Gpus(between(1, largest_));
    a.estimate = chance(6) ? kUntilCancelled : Millis(between(1, longest_));
    if (pool.machines) {
      const std::optional<Placement> place = pool.machines->find(a.gpus.count(), lane.shape());
      if (!place) return;
      a.place = *place;
    }
    if (!world_.can_adopt(a)) return;
    facts.push_back({Millis(now_), a});
    adopted_ = a.job;
    --jobs_left_;
  }
  template <class Is>
  std::optional<JobId> some_job(Is&& is) {
    std::vector<JobId> those;
    for (std::uint32_t j = 0; j < world_.jobs(); ++j)
      if (is(world_.job(JobId{j}))) those.push_back(JobId{j});
    if (those.empty()) return std::nullopt;
    return those[s_.below(those.size())];
  }
  void cancel(std::vector<Event>& facts) {
    if (const auto id = some_job(
            [](const Job& j) { return j.state == JobState::waiting || j.state == JobState::held; }))
      facts.push_back({Millis(now_), JobCancelled{*id}});
  }
  void fail(std::vector<Event>& facts) {
    if (const auto id = some_job([&](const Job& j) {
          return j.state == JobState::running && !j.let_go && j.start < Millis(now_);
        }))
      facts.push_back({Millis(now_), stopped(*id)});
  }

  std::optional<PoolId> some_pool(bool racked) {
    std::vector<PoolId> those;
    for (const PoolOpened& p : pools_)
      if (!racked || p.gpus_per_node > 0) those.push_back(p.pool);
    if (those.empty()) return std::nullopt;
    return those[s_.below(those.size())];
  }
  void drain(std::vector<Event>& facts) {
    const auto pool = some_pool(true);
    if (!pool || nodes_[pool->index] == 0) return;
    const PoolOpened& info = pools_[pool->index];
    const auto node = static_cast<std::uint32_t>(between(0, nodes_[pool->index] - 1));
    const std::uint32_t rack = node / info.nodes_per_rack;
    std::uint64_t nodes = std::uint64_t{1} << (node % info.nodes_per_rack);
    if (chance(20)) nodes |= nodes << 1;
    const std::int64_t in_rack = std::min<std::int64_t>(
        info.nodes_per_rack, nodes_[pool->index] - std::int64_t{rack} * info.nodes_per_rack);
    if (in_rack < 64) nodes &= (std::uint64_t{1} << in_rack) - 1;
    drained_[{pool->index, rack}] |= nodes;
    facts.push_back({Millis(now_), NodesDrained{*pool, rack, nodes}});
  }
  void resume(std::vector<Event>& facts) {
    if (drained_.empty()) return;
    const auto it =
        std::next(drained_.begin(), static_cast<std::ptrdiff_t>(s_.below(drained_.size())));
    const std::uint64_t nodes = chance(50) ? it->second : it->second & s_.next();
    facts.push_back({Millis(now_), NodesResumed{PoolId{it->first.first}, it->first.second, nodes}});
    it->second &= ~nodes;
    if (it->second == 0) drained_.erase(it);
  }

  std::int64_t unit(PoolId p) const {
    return std::max<std::int64_t>(1, pools_[p.index].gpus_per_node);
  }
  // How much may be retired now.
  std::int64_t removable(PoolId p) const {
    const Pool& pool = world_.pool(p);
    return pool.machines ? pool.installed - pool.machines->owed() : pool.free;
  }
  void added(PoolId p, std::int64_t gpus) {
    if (pools_[p.index].gpus_per_node > 0) nodes_[p.index] += gpus / unit(p);
  }
  void change_capacity(std::vector<Event>& facts) {
    const auto pool = some_pool(false);
    const std::int64_t gpus = between(1, 6) * unit(*pool);
    if (chance(50)) {
      added(*pool, gpus);
      facts.push_back({Millis(now_), CapacityAdded{*pool, Gpus(gpus), {}}});
    } else if (gpus <= removable(*pool)) {
      facts.push_back({Millis(now_), CapacityRetired{*pool, Gpus(gpus), {}}});
    }
  }
  void plan(std::vector<Event>& facts) {
    const auto pool = some_pool(false);
    CapacityPlanned p;
    p.plan = PlanId{static_cast<std::uint32_t>(world_.plans().size())};
    p.pool = *pool;
    p.gpus = Gpus((chance(60) ? -1 : 1) * between(1, 6) * unit(*pool));
    p.from = Millis(now_ + between(0, 30));
    p.to = chance(40) ? Millis(Timeline::kForever) : p.from + Millis(between(1, 20));
    // A door plans no maintenance of machines that are not there then.
    if (p.gpus.count() < 0 &&
        world_.pool(*pool).timeline.least_free(p.from, p.to) < -p.gpus.count())
      return;
    facts.push_back({Millis(now_), p});
    agenda_.emplace(p.from.count(), Item{Item::plan_from, p.plan.index, 0});
  }
  void drop_plan(std::vector<Event>& facts) {
    std::vector<PlanId> those;
    for (const PlannedChange& p : world_.plans())
      if (!p.begun && !p.over) those.push_back(p.info.plan);
    if (those.empty()) return;
    const PlanId id = those[s_.below(those.size())];
    if (world_.plans()[id.index].info.gpus.count() > 0 && weather_.calm()) return;  // counted on
    facts.push_back({Millis(now_), CapacityPlanDropped{id}});
  }
  void plan_begins(PlanId id, std::vector<Event>& facts) {
    const PlannedChange& p = world_.plans()[id.index];
    if (p.over) return;
    const std::int64_t gpus = p.info.gpus.count();
    if (gpus > 0) {
      added(p.info.pool, gpus);
      facts.push_back({Millis(now_), CapacityAdded{p.info.pool, Gpus(gpus), id}});
    } else if (-gpus <= removable(p.info.pool)) {
      facts.push_back({Millis(now_), CapacityRetired{p.info.pool, Gpus(-gpus), id}});
    } else {
      if (now_ > p.info.from.count() + 60) {  // it is given up
        facts.push_back({Millis(now_), CapacityPlanDropped{id}});
        return;
      }
      late_plans_ = true;
      agenda_.emplace(now_ + 1, Item{Item::plan_from, id.index, 0});
      return;
    }
    if (p.info.to.count() != Timeline::kForever)
      agenda_.emplace(std::max(now_, p.info.to.count()), Item{Item::plan_to, id.index, 0});
  }
  void plan_ends(PlanId id, std::vector<Event>& facts) {
    const CapacityPlanned& p = world_.plans()[id.index].info;
    if (p.gpus.count() < 0) {
      added(p.pool, -p.gpus.count());
      facts.push_back({Millis(now_), CapacityAdded{p.pool, Gpus(-p.gpus.count()), id}});
    } else if (p.gpus.count() <= removable(p.pool)) {
      facts.push_back({Millis(now_), CapacityRetired{p.pool, p.gpus, id}});
    } else {
      late_plans_ = true;
      if (now_ > p.to.count() + 200) return;  // it stays
      agenda_.emplace(now_ + 1, Item{Item::plan_to, id.index, 0});
    }
  }
  void reserve(std::vector<Event>& facts) {
    const auto pool = some_pool(false);
    ReservationMade r;
    r.reservation = ReservationId{static_cast<std::uint32_t>(world_.reservations().size())};
    r.member = MemberId{one_of(members_.size())};
    r.pool = *pool;
    r.gpus = Gpus(between(1, 12) * (sharing_ ? std::max<std::int64_t>(1, unit(*pool) / 8) : 1));
    r.from = Millis(now_ + between(0, 30));
    r.to = r.from + Millis(between(1, 30));
    if (world_.pool(*pool).timeline.least_free(r.from, r.to) < r.gpus.count()) return;  // the door
    facts.push_back({Millis(now_), r});
  }
  void drop_reservation(std::vector<Event>& facts) {
    std::vector<ReservationId> those;
    for (const Reservation& r : world_.reservations())
      if (r.info.to.count() > now_ && r.info.gpus.count() > 0) those.push_back(r.info.reservation);
    if (those.empty()) return;
    const ReservationId id = those[s_.below(those.size())];
    for (const Event& e : facts)
      if (const auto* x = std::get_if<ReservationDropped>(&e.what); x && x->reservation == id)
        return;
    facts.push_back({Millis(now_), ReservationDropped{id}});
  }
  void guarantee(std::vector<Event>& facts) {
    const auto id = some_pool(false);
    const Pool& pool = world_.pool(*id);
    const MemberId m{one_of(members_.size())};
    if (m == pool.info.owner) return;
    const std::int64_t room = pool.installed - pool.guaranteed + pool.entitled(m);
    if (room < 0) return;
    facts.push_back({Millis(now_), GuaranteeMade{*id, m, Gpus(between(0, room))}});
  }

 public:
  bool late_plans() const { return late_plans_; }

 private:
  const World& world_;
  Stream s_;
  StormWeather weather_;
  Policy policy_;
  std::vector<MemberJoined> members_;
  std::vector<AccountOpened> accounts_;
  std::vector<SiteOpened> sites_;
  std::vector<SitesLinked> links_;
  std::vector<PoolOpened> pools_;
  std::vector<GuaranteeMade> guarantees_;
  std::vector<LaneOpened> lanes_;
  std::vector<std::int64_t> gpus_, standing_, nodes_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> drained_;
  std::vector<Real> real_;
  std::vector<LaneMayShift> shifts_;
  std::optional<PoolId> capped_;              // told, and its ends are still to be planned anew
  std::optional<JobId> adopted_;              // told, and its end is still to be planned
  std::multimap<std::int64_t, Item> agenda_;  // equal times: in order of insertion
  std::int64_t now_ = 0, together_ = 1, pause_ = 1, longest_ = 1, largest_ = 1, half_life_ = 1;
  bool lending_ = false, sharing_ = false;
  std::int64_t jobs_left_ = 0;
  bool founded_ = false, late_plans_ = false;
};

}  // namespace dure
