#include "sched/explain.h"

#include <algorithm>

#include "sched/ahead.h"
#include "sched/fit.h"
#include "sched/order.h"
#include "world/shape.h"

namespace dure {
namespace {

constexpr Millis kForever{Timeline::kForever};

bool is_classical(const World& world, const Policy& policy) {  // as decide() has it
  return policy.order == Order::arrival && world.lanes() == 1 &&
         world.lane(LaneId{0}).pools.size() == 1 &&
         !world.pool(world.lane(LaneId{0}).pools[0]).machines;
}

bool alike(const LaneOpened& a, const LaneOpened& b) {
  return a.member == b.member && a.workload == b.workload && a.gpus == b.gpus &&
         a.shape() == b.shape() && a.priority == b.priority && a.pools == b.pools &&
         a.account == b.account && a.tier == b.tier && a.within == b.within &&
         a.preemptible == b.preemptible && a.min_run == b.min_run && a.checkpoint == b.checkpoint &&
         a.restart == b.restart && a.least == b.least && a.most == b.most &&
         a.elastic == b.elastic && a.parallel_permille == b.parallel_permille &&
         a.speed_permille == b.speed_permille && a.most_sites == b.most_sites &&
         a.sites_permille == b.sites_permille && a.beside == b.beside &&
         a.beside_units == b.beside_units && a.device == b.device &&
         a.site_permille == b.site_permille && a.fabric_permille == b.fabric_permille &&
         a.sites_mbit_per_s == b.sites_mbit_per_s && a.sites_rtt_us == b.sites_rtt_us;
}

// How long it asks for with so many GPUs.
Millis estimate_with(const LaneOpened& lane, const Job& job, std::int64_t gpus) {
  return run_time(lane, job.estimate, job.gpus, gpus, 1000, false);
}

// Opens a lane whose work is under the same law as another's.
void open_like(World& world, const LaneOpened& lane, LaneId other) {
  world.apply({world.now(), lane});
  if (const Millis by = world.may_shift(other); by.count() > 0)
    world.apply({world.now(), LaneMayShift{lane.lane, by}});
  std::optional<LaneLabelled> label = world.law().told(other);
  if (!label) return;
  label->lane = lane.lane;
  world.apply({world.now(), std::move(*label)});
}

bool mouldable(const LaneOpened& lane) { return lane.most.count() > 0; }

struct Kept {  // what a pass keeps for somebody
  PoolId pool;
  JobId job;
  MemberId member;
  Right right = Right::borrowed;
  Millis shadow;
  std::int64_t extra = 0;
};

// Hears a pass over a copy; `at_turn` is called when the pass has said no to the job, with the
// world as it is then.
class Ears final : public Listener {
 public:
  Ears(World& world, JobId job) : world_(world), job_(job) {}
  void wish(Command&& command) override {
    if (const auto* s = std::get_if<StartJob>(&command)) {
      if (s->job == job_) starts_in_ = s->pool;
      for (Kept& k : kept_) {  // as the pass counts what is left over
        const bool longer = end_of(*s) > k.shadow;
        if (s->pool == k.pool && longer) k.extra -= gpus_of(*s);
        for (const Part& part : s->also)
          if (part.pool == k.pool && longer) k.extra -= part.gpus.count();
      }
    }
    if (const auto* r = std::get_if<RefuseJob>(&command); r != nullptr && r->job == job_)
      refused_ = r->because;
    world_.apply({world_.now(), CommandIssued{std::move(command)}});
  }
  void wait(JobId job, Reason because) override {
    waits_.emplace_back(job, because);
    if (job != job_ || !at_turn) return;
    if (behind_ && because == Reason::behind_earlier_job) return;  // looked at when it came up
    at_turn();
  }
  void behind(JobId job) override {
    if (job != job_ || !at_turn) return;
    behind_ = true;
    at_turn();
  }
  void keep(PoolId pool, JobId job, Right right, Millis shadow, std::int64_t extra) override {
    kept_.push_back({pool, job, world_.lane(world_.job(job).lane).member, right, shadow, extra});
  }
  void let_go(PoolId pool, JobId job) override {
    std::erase_if(kept_, [&](const Kept& k) { return k.pool == pool && k.job == job; });
  }

  std::function<void()> at_turn;
  const std::optional<PoolId>& starts_in() const { return starts_in_; }
  const std::optional<Reason>& refused() const { return refused_; }
  const std::vector<Kept>& kept() const { return kept_; }
  // EASY on one machine keeps room for the head of its queue, and does not say so.
  void keep_for_head(PoolId pool) {
    const LaneQueue& queue = world_.queue(LaneId{0});
    if (queue.empty() || queue.job(0) == job_) return;
    std::int64_t free_then = 0;
    const Millis shadow =
        world_.pool(pool).timeline.first_with(world_.now(), queue.need(0), free_then);
    keep(pool, queue.job(0), Right::borrowed, shadow, free_then - queue.need(0));
  }
  Reason said_of(JobId job) const {
    for (const auto& [id, because] : waits_)
      if (id == job) return because;
    return Reason::none;
  }

 private:
  std::int64_t gpus_of(const StartJob& s) const {
    return s.gpus.count() == 0 ? world_.job(s.job).gpus : s.gpus.count();
  }
  Millis end_of(const StartJob& s) const {
    const Job& job = world_.job(s.job);
    const LaneOpened& lane = world_.lane(job.lane);
    return dure::end_of(world_, s.pool, {lane, gpus_of(s), job.gpus, job.estimate});
  }

  World& world_;
  const JobId job_;
  std::optional<PoolId> starts_in_;
  std::optional<Reason> refused_;
  bool behind_ = false;
  std::vector<Kept> kept_;
  std::vector<std::pair<JobId, Reason>> waits_;
};

// What the pass would say to a gang at this job's turn.
class Turn {
 public:
  Turn(const World& world, const Policy& policy, const std::vector<Kept>& kept, JobId self,
       bool classical)
      : world_(world), policy_(policy), kept_(kept), self_(self), classical_(classical) {}

  const Kept* in_the_way(PoolId pool, const LaneOpened& lane, std::int64_t gpus, Millis end) const {
    const bool own =
        policy_.order == Order::fair && claim(world_, pool, lane, gpus) == Claim::guaranteed;
    for (const Kept& k : kept_)  // as the pass: whoever borrows stays out of what is taken back
      if (k.pool == pool && k.job != self_ && !own && policy_.order == Order::fair &&
          policy_.preempt && k.right == Right::guaranteed && k.member != lane.member &&
          world_.pool(pool).info.reclaim.count() > 0)
        return &k;
    for (const Kept& k : kept_)
      if (k.pool == pool && k.job != self_ && end > k.shadow && gpus > k.extra &&
          binds(k.right, k.member, own ? Right::guaranteed : Right::borrowed, lane.member))
        return &k;
    return nullptr;
  }
  Reason why_not(PoolId pool, const Gang& gang) const {
    if (classical_ && policy_.backfill == Backfill::none && !world_.queue(LaneId{0}).empty() &&
        world_.queue(LaneId{0}).job(0) != self_)
      return Reason::behind_earlier_job;
    const Fit f = fit(world_, policy_, pool, gang);
    if (f.why_not != Reason::none) return f.why_not;
    if (f.end > f.after && in_the_way(pool, gang.lane, gang.gpus, f.end) != nullptr)
      return Reason::behind_earlier_job;
    if (classical_ && policy_.backfill == Backfill::conservative &&
        world_.pool(pool).timeline.least_free(world_.now(), f.end) < gang.gpus)
      return Reason::behind_earlier_job;
    return beside(gang, f.end) ? Reason::none : Reason::no_device;
  }
  bool anywhere(const Gang& gang) const {
    return std::any_of(gang.lane.pools.begin(), gang.lane.pools.end(),
                       [&](PoolId p) { return why_not(p, gang) == Reason::none; });
  }

 private:
  bool beside(const Gang& gang, Millis end) const {
    if (gang.lane.beside_units == 0) return true;
    const std::int64_t units = gang.lane.beside_units;
    return std::any_of(gang.lane.beside.begin(), gang.lane.beside.end(), [&](PoolId id) {
      const Pool& pool = world_.pool(id);
      return pool.fits(units, Spread::anywhere) &&
             (!pool.dips(world_.now()) || pool.timeline.least_free(world_.now(), end) >= units) &&
             in_the_way(id, gang.lane, units, end) == nullptr;
    });
  }

  const World& world_;
  const Policy& policy_;
  const std::vector<Kept>& kept_;
  const JobId self_;
  const bool classical_;
};

// The most of [lo, hi] that is good, if all below a good one are good; lo - 1: none.
template <class Good>
std::int64_t last_good(std::int64_t lo, std::int64_t hi, Good&& good) {
  if (hi < lo || !good(lo)) return lo - 1;
  while (lo < hi) {
    const std::int64_t mid = lo + (hi - lo + 1) / 2;
    if (good(mid))
      lo = mid;
    else
      hi = mid - 1;
  }
  return lo;
}

class Explaining {
 public:
  Explaining(const World& world, const Policy& policy, JobId id, const ExplainOptions& options)
      : world_(world),
        policy_(policy),
        options_(options),
        id_(id),
        job_(world.job(id)),
        lane_(world.lane(job_.lane)),
        classical_(is_classical(world, policy)) {}

  Explanation run() {
    out_.job = id_;
    out_.state = job_.state;
    if (job_.state == JobState::held) out_.reason = Reason::dependency;
    if (job_.state != JobState::waiting) return std::move(out_);
    count_before();
    quota_numbers();
    base_pass();
    if (out_.starts_in || out_.state == JobState::refused) return std::move(out_);
    probe();
    suggest();
    return std::move(out_);
  }

 private:
  Gang gang() const { return {lane_, asked(), job_.gpus, job_.estimate}; }
  // What it needs at the least.
  std::int64_t asked() const { return mouldable(lane_) ? lane_.least.count() : job_.gpus; }

  // ---- who is before it

  void count_before() {
    const LaneQueue& own = world_.queue(job_.lane);
    const std::size_t place = own.find(id_, world_.rank(job_));
    out_.jobs_in_lane = static_cast<std::int64_t>(place);
    std::int64_t milli = 0;  // 1/1000 GPU that comes before it
    for (std::size_t i = 0; i < place; ++i)
      milli += Accounts::milli_gpus(lane_.device, own.need(i));
    const auto add = [&](LaneId lane, std::size_t n) {
      out_.jobs_before += static_cast<std::int64_t>(n);
      for (std::size_t i = 0; i < n; ++i)
        milli += Accounts::milli_gpus(world_.device(lane), world_.queue(lane).need(i));
      out_.gpus_before = milli / 1000;
    };
    out_.gpus_before = milli / 1000;
    out_.jobs_before = out_.jobs_in_lane;
    if (classical_) {
      out_.heads_before = place > 0 ? 1 : 0;
      return;
    }
    Shares shares(world_, policy_);
    const Head self = shares.head(job_.lane, Claim::guaranteed);
    world_.waiting_lanes().for_each([&](std::uint32_t l) {
      const LaneId lane{l};
      if (lane == job_.lane) return;
      Head other = shares.head(lane, Claim::guaranteed);
      if (policy_.order != Order::fair && place > 0) {  // by itself, not by its lane's head
        Head mine = self;
        mine.job = id_;
        if (!before(other, mine)) return;
        ++out_.heads_before;
        const LaneQueue& queue = world_.queue(lane);
        std::size_t n = queue.size();
        if (other.priority == mine.priority && world_.lane(lane).within == Within::arrival)
          for (n = 0; n < queue.size() && queue.job(n) < id_;) ++n;
        add(lane, n);
        return;
      }
      if (!before(other, self)) return;
      ++out_.heads_before;
      add(lane, 1);
    });
  }

  void quota_numbers() {
    const Accounts& accounts = world_.accounts();
    out_.account = world_.account(job_.lane);
    for (std::optional<AccountId> a = out_.account; a; a = accounts[*a].parent) {
      const std::int64_t limit = accounts[*a].limit;
      if (limit == 0) continue;
      // Limits are of whole GPUs, what is held may be parts of them: rounded against the job.
      const std::int64_t held = accounts.milli_gpus_held(*a);
      const std::int64_t asks = Accounts::milli_gpus(lane_.device, asked());
      const std::int64_t over = held + asks - limit * 1000;
      if (asks > 0) short_ = std::max(short_, (over + 999) / 1000);
      if (out_.account_limit == 0 || (asks > 0 && over > 0)) {
        out_.account = a;
        out_.account_held = (held + 999) / 1000;
        out_.account_limit = limit;
      }
    }
  }

  // ---- what the next pass says of it

  void base_pass() {
    World copy = world_;
    Ears ears(copy, id_);
    ears.at_turn = [&] {
      room_ = Turn(copy, policy_, ears.kept(), id_, classical_).anywhere(gang());
    };
    decide(copy, policy_, ears);
    if (ears.starts_in()) {
      out_.starts_in = ears.starts_in();
      return;
    }
    if (ears.refused()) {
      out_.state = JobState::refused;
      out_.reason = *ears.refused();
    }
    const Job& now = copy.job(id_);
    if (now.state == JobState::waiting) {
      const LaneQueue& queue = copy.queue(now.lane);
      const std::size_t place = queue.find(id_, copy.rank(now));
      if (queue.promised_ms(place) != LaneQueue::kNoPromise) promised_ = true;
      out_.reason = ears.said_of(id_);
      if (out_.reason == Reason::none && promised_) out_.reason = Reason::reserved;
      if (out_.reason == Reason::none && place > 0 && !classical_)
        out_.reason = Reason::behind_earlier_job;
    }
    if (classical_ && policy_.backfill == Backfill::easy) ears.keep_for_head(lane_.pools[0]);
    view_pools(copy, ears);
    if (out_.reason == Reason::none) {  // the classical passes give no reasons
      out_.reason = Reason::too_large;
      for (const PoolView& v : out_.pools)
        if (named(v.pool) && v.why_not != Reason::too_large) out_.reason = v.why_not;
      if (out_.reason == Reason::none) out_.reason = Reason::behind_earlier_job;
    }
  }

  bool named(PoolId pool) const {
    return std::find(lane_.pools.begin(), lane_.pools.end(), pool) != lane_.pools.end();
  }

  void view_pools(const World& copy, const Ears& ears) {
    const Turn turn(copy, policy_, ears.kept(), id_, classical_);
    for (const PoolId p : lane_.pools) out_.pools.push_back(view(copy, turn, p, true));
    for (std::uint32_t p = 0; p < world_.pools(); ++p)
      if (!named(PoolId{p}) && world_.pool(PoolId{p}).info.device == lane_.device)
        out_.pools.push_back(view(copy, turn, PoolId{p}, false));
  }

  PoolView view(const World& copy, const Turn& turn, PoolId id, bool mine) const {
    const Pool& pool = copy.pool(id);
    PoolView v;
    v.pool = id;
    v.needed = asked();
    v.free = pool.free;
    v.installed = pool.installed;
    v.lent = pool.lent;
    v.lend_limit = pool.installed * std::int64_t{pool.info.lend_permille} / 1000;
    v.entitled = pool.entitled(lane_.member);
    v.held = copy.ledger().in_use(id, lane_.member);
    const SharedNodes* shared = pool.machines ? pool.machines->shared() : nullptr;
    v.most_at_once =
        shared != nullptr
            ? shared->most(lane_.shape())
            : last_good(1, pool.free, [&](std::int64_t n) { return pool.fits(n, lane_.shape()); });
    if (!mine) {
      const Outside o = options_.outside ? options_.outside(lane_, id) : Outside{};
      v.why_not = o.reason;
      v.detail = o.detail;
      return v;
    }
    const Gang g = gang();
    if (short_ > 0) v.why_not = Reason::quota_limit;
    const Reason said = turn.why_not(id, g);
    if (said != Reason::none) v.why_not = said;
    const Millis now = copy.now();
    const Millis end = end_of(copy, id, g);
    if (const Kept* k = turn.in_the_way(id, g.lane, g.gpus, end)) {
      v.kept_for = k->job;
      if (k->shadow > now) v.kept_until = k->shadow;
    }
    if (const std::optional<Millis> at = better_at(copy, id_, id)) {
      v.why_not = Reason::cheaper_later;
      v.kept_until = at;
    }
    if (said == Reason::reserved_for_others) v.kept_until = dip_ends(pool, now, end, g.gpus);
    if (pool.installed >= g.gpus && !promised_) {
      const Millis at = pool.timeline.earliest(now, end - now, g.gpus);
      if (at != kForever) v.earliest = at;
    }
    return v;
  }

  // What keeps the pool from a gang that would fit now: until when?
  std::optional<Millis> dip_ends(const Pool& pool, Millis now, Millis end,
                                 std::int64_t gpus) const {
    Millis last(0);
    for (const ReservationId r : pool.reservations) {
      const ReservationMade& info = world_.reservations()[r.index].info;
      if (info.from < end && info.to > now) last = std::max(last, info.to);
    }
    for (const PlannedChange& plan : world_.plans())
      if (plan.info.pool == pool.info.pool && plan.info.gpus.count() < 0 && !plan.over &&
          plan.info.from < end)
        last = std::max(last, plan.info.to);
    (void)gpus;
    if (last.count() == 0 || last == kForever) return std::nullopt;
    return last;
  }

  // ---- what would help

  // The pass over a world in which the job was cancelled and came again, alone in its lane: what
  // would it have said to less? Fills the candidates.
  void probe() {
    World copy = world_;
    copy.apply({copy.now(), JobCancelled{id_}});
    JobId again = id_;
    if (!classical_) {
      LaneOpened lane = lane_;
      lane.lane = LaneId{static_cast<std::uint32_t>(copy.lanes())};
      open_like(copy, lane, job_.lane);
      again = JobId{static_cast<std::uint32_t>(copy.jobs())};
      copy.apply({copy.now(),
                  JobSubmitted{again, lane.lane, Gpus(job_.gpus), job_.estimate, job_.deadline}});
    }
    Ears ears(copy, again);
    if (classical_) {  // it would be the last of the only queue
      decide(copy, policy_, ears);
      if (policy_.backfill == Backfill::easy) ears.keep_for_head(lane_.pools[0]);
      candidates(copy, ears, again);
      return;
    }
    ears.at_turn = [&] { candidates(copy, ears, again); };
    decide(copy, policy_, ears);
    if (!ears.starts_in()) return;
    // It is not itself that keeps it waiting, but its lane: any other lane would do.
    starts_if_anew_ = true;
    // Another pool would do too where it comes first there, before the pools that it has.
    for (const PoolView& v : out_.pools)
      if (!named(v.pool) && options_.outside && as_guaranteed(v.pool, gang()) &&
          options_.outside(lane_, v.pool).reason == Reason::wrong_hardware)
        others_.push_back(v.pool);
    preemptible_ = !lane_.preemptible || lane_.min_run.count() > 0;
  }

  void candidates(const World& copy, const Ears& ears, JobId again) {
    const Turn turn(copy, policy_, ears.kept(), again, classical_);
    approvals_.clear();  // it may have come up before
    others_.clear();
    const auto quota = [&](std::int64_t gpus) {
      return copy.accounts().within_limits(copy.account(job_.lane), copy.device(job_.lane), gpus);
    };
    std::int64_t most = 0;
    for (const PoolId p : lane_.pools) most = std::max(most, copy.pool(p).free);
    for (std::int64_t n = std::min(asked() - 1, most); n >= 1; --n) {
      const Gang g = fewer(n);
      if (!possible(n) || !quota(n) || !turn.anywhere(g)) continue;
      gpus_ = n;
      break;
    }
    if (quota(asked())) {
      if (job_.estimate < kUntilCancelled)
        for (const PoolId p : lane_.pools) {
          const auto good = [&](std::int64_t ms) {
            return turn.why_not(p, {lane_, asked(), job_.gpus, Millis(ms)}) == Reason::none;
          };
          estimate_ = std::max(estimate_, last_good(1, job_.estimate.count() - 1, good));
        }
      LaneOpened free_to_stop = lane_;
      free_to_stop.preemptible = true;
      free_to_stop.min_run = Millis(0);
      if (!lane_.preemptible || lane_.min_run.count() > 0)
        preemptible_ = turn.anywhere({free_to_stop, asked(), job_.gpus, job_.estimate});
      for (const PoolView& v : out_.pools)
        if (!named(v.pool) && options_.outside) {
          const Outside o = options_.outside(lane_, v.pool);
          if (o.reason != Reason::wrong_hardware && !o.approval) continue;
          if (turn.why_not(v.pool, gang()) != Reason::none && !as_guaranteed(v.pool, gang()))
            continue;
          (o.approval ? approvals_ : others_).push_back(v.pool);
        }
    }
  }

  Gang fewer(std::int64_t n) const {
    if (mouldable(lane_)) return {lane_, n, job_.gpus, job_.estimate};
    return {lane_, n, n, estimate_with(lane_, job_, n)};
  }

  std::optional<PoolId> works(const Change& change) const {
    Changed c = changed(world_, id_, change);
    return starts_now(std::move(c.world), policy_, c.job);
  }
  bool try_out(Change change) {
    const bool names = change.kind == Change::pool || change.kind == Change::approval;
    const std::optional<PoolId> where = works(change);
    if (!where || (names && *where != change.where)) return false;
    change.where = *where;
    out_.changes.push_back(change);  // invariant 1
    return true;
  }

  void suggest() {
    for (const PoolId p : approvals_)
      if (try_out({Change::approval, {}, {}, p})) break;
    if (preemptible_) try_out({Change::preemptible});
    suggest_estimate();
    if (!classical_)
      for (const PoolId p : others_)
        if (try_out({Change::pool, {}, {}, p})) break;
    suggest_gpus();
    suggest_quota();
    suggest_wait();
  }

  void suggest_estimate() {
    if (starts_if_anew_ || estimate_ <= 0) return;
    try_out({Change::estimate, {}, Millis(estimate_)});
  }

  void suggest_gpus() {
    Change change{Change::gpus};
    if (starts_if_anew_) gpus_ = asked() - 1;
    const auto tried = [&](std::int64_t n) {
      change.units = Gpus(n);
      return try_out(change);
    };
    // More than the candidate: where the pass would take it up at another turn than the probe did.
    std::size_t left = options_.tries;
    for (std::int64_t n = asked() - 1; n > gpus_ && n >= 1; --n) {
      if (!possible(n) || !another_turn(n)) continue;
      if (left == 0) {
        change.sure = false;
        break;
      }
      --left;
      if (tried(n)) return;
    }
    for (left = options_.tries; gpus_ >= 1 && left > 0; --gpus_) {
      if (!possible(gpus_)) continue;
      --left;
      if (tried(gpus_)) return;
    }
  }
  // On shared nodes there is no job of one GPU and a half.
  bool possible(std::int64_t n) const {
    return std::any_of(lane_.pools.begin(), lane_.pools.end(), [&](PoolId p) {
      const std::optional<Machines>& machines = world_.pool(p).machines;
      return !machines || machines->shared() == nullptr ||
             machines->shared()->request(n, lane_.shape());
    });
  }
  // Over several sites, or as what its member is guaranteed, which comes before all borrowing.
  bool another_turn(std::int64_t n) const {
    if (lane_.most_sites > 1) return true;
    const Gang g = n == asked() ? gang() : fewer(n);
    return std::any_of(lane_.pools.begin(), lane_.pools.end(),
                       [&](PoolId p) { return as_guaranteed(p, g); });
  }
  // Room as its member is guaranteed it, before anybody has had a turn.
  bool as_guaranteed(PoolId p, const Gang& g) const {
    return policy_.order == Order::fair && claim(world_, p, lane_, g.gpus) == Claim::guaranteed &&
           fit(world_, policy_, p, g).why_not == Reason::none;
  }

  // In its place. More than it is short of where others of the account come first.
  void suggest_quota() {
    if (short_ <= 0 || (out_.jobs_in_lane == 0 && !room_ && !another_turn(asked()))) return;
    for (std::size_t more = 0; more < std::max<std::size_t>(options_.tries, 1); ++more)
      if (try_out({Change::quota, Gpus(short_ + static_cast<std::int64_t>(more))})) return;
  }

  void suggest_wait() {
    World copy = world_;
    AheadOptions ahead;
    ahead.passes = options_.waits;
    ahead.events = options_.events;
    Ahead time(copy, policy_, ahead);
    const std::optional<Millis> at = time.until_starts(id_);
    if (at) out_.changes.push_back({Change::wait, {}, *at, copy.job(id_).pool});
  }

  const World& world_;
  const Policy& policy_;
  const ExplainOptions& options_;
  const JobId id_;
  const Job& job_;
  const LaneOpened& lane_;
  const bool classical_;
  Explanation out_;
  std::int64_t short_ = 0;  // GPUs above a limit of its accounts
  bool promised_ = false, room_ = false;
  // Candidates: what the pass would have said yes to at its turn.
  std::int64_t gpus_ = 0, estimate_ = 0;
  bool preemptible_ = false, starts_if_anew_ = false;
  std::vector<PoolId> others_, approvals_;
};

}  // namespace

const char* to_string(Change::Kind kind) {
  switch (kind) {
    case Change::approval: return "approval";
    case Change::preemptible: return "preemptible";
    case Change::estimate: return "estimate";
    case Change::pool: return "pool";
    case Change::gpus: return "gpus";
    case Change::quota: return "quota";
    case Change::wait: return "wait";
  }
  CHECK(!"a Change::Kind");
}

Changed changed(const World& world, JobId id, const Change& change) {
  Changed out{world, id};
  World& w = out.world;
  const Millis now = w.now();
  const Job job = world.job(id);
  CHECK(job.state == JobState::waiting);
  if (change.kind == Change::wait) return out;
  if (change.kind == Change::quota) {
    const Accounts& accounts = w.accounts();
    for (std::optional<AccountId> a = w.account(job.lane); a; a = accounts[*a].parent)
      if (const std::int64_t limit = accounts[*a].limit; limit > 0)
        w.apply({now, AccountLimitSet{*a, Gpus(limit) + change.units}});
    return out;
  }
  LaneOpened lane = world.lane(job.lane);
  Gpus gpus(job.gpus);
  Millis estimate = job.estimate;
  switch (change.kind) {
    case Change::preemptible:
      lane.preemptible = true;
      lane.min_run = Millis(0);
      break;
    case Change::estimate: estimate = change.time; break;
    case Change::pool:
    case Change::approval:
      lane.pools.push_back(change.where);
      if (!lane.speed_permille.empty()) lane.speed_permille.push_back(1000);
      break;
    case Change::gpus:
      if (mouldable(lane)) {
        lane.least = change.units;
      } else {
        estimate = estimate_with(lane, job, change.units.count());
        gpus = change.units;
        if (lane.gpus.count() > 0) lane.gpus = gpus;
      }
      break;
    case Change::quota:
    case Change::wait: break;
  }
  w.apply({now, JobCancelled{id}});
  lane.lane = LaneId{static_cast<std::uint32_t>(w.lanes())};
  for (std::uint32_t l = 0; l < w.lanes(); ++l)
    if (alike(w.lane(LaneId{l}), lane)) {
      lane.lane = LaneId{l};
      break;
    }
  if (lane.lane.index == w.lanes()) open_like(w, lane, job.lane);
  if (change.kind == Change::approval && w.law().under_law(lane.lane))
    for (const Need& need : w.law().verdict(lane.lane, change.where).needs)
      w.apply({now, ApprovalGranted{{static_cast<std::uint32_t>(w.law().approvals())},
                                    need.action,
                                    need.data_class,
                                    lane.workload,
                                    {},
                                    "",
                                    now - Millis(need.lead_days * kMsPerDay)}});
  out.job = JobId{static_cast<std::uint32_t>(w.jobs())};
  w.apply({now, JobSubmitted{out.job, lane.lane, gpus, estimate, job.deadline}});
  return out;
}

std::optional<PoolId> starts_now(World&& world, const Policy& policy, JobId job) {
  Ears ears(world, job);
  decide(world, policy, ears);
  return ears.starts_in();
}

Explanation explain(const World& world, const Policy& policy, JobId job,
                    const ExplainOptions& options) {
  return Explaining(world, policy, job, options).run();
}

}  // namespace dure
