#include "world/world.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::uint32_t kEveryone = std::numeric_limits<std::uint32_t>::max();  // a Gain::by

bool takes_away(const CapacityPlanned& plan) {
  return plan.gpus.count() < 0 || plan.to.count() != Timeline::kForever;  // now, or in the end
}

}  // namespace

const char* to_string(Reason r) {
  switch (r) {
    case Reason::none: return "none";
    case Reason::no_room: return "no_room";
    case Reason::behind_earlier_job: return "behind_earlier_job";
    case Reason::reserved: return "reserved";
    case Reason::lender_limit: return "lender_limit";
    case Reason::too_large: return "too_large";
    case Reason::no_legal_site: return "no_legal_site";
    case Reason::quota_limit: return "quota_limit";
    case Reason::not_reclaimable: return "not_reclaimable";
    case Reason::reclaiming: return "reclaiming";
    case Reason::reserved_for_others: return "reserved_for_others";
    case Reason::not_in_one_domain: return "not_in_one_domain";
    case Reason::spread_limit: return "spread_limit";
    case Reason::no_device: return "no_device";
    case Reason::no_cpu_or_memory: return "no_cpu_or_memory";
    case Reason::dependency: return "dependency";
    case Reason::dependency_failed: return "dependency_failed";
    case Reason::wrong_hardware: return "wrong_hardware";
    case Reason::tenant_parent_blocked: return "tenant_parent_blocked";
    case Reason::foreign_law_reach: return "foreign_law_reach";
    case Reason::jurisdiction: return "jurisdiction";
    case Reason::operator_nationality: return "operator_nationality";
    case Reason::certification_missing: return "certification_missing";
    case Reason::isolation_missing: return "isolation_missing";
    case Reason::export_denied: return "export_denied";
    case Reason::member_sites: return "member_sites";
    case Reason::locked_sites: return "locked_sites";
    case Reason::ai_act_threshold: return "ai_act_threshold";
    case Reason::consent_missing: return "consent_missing";
    case Reason::approval_missing: return "approval_missing";
    case Reason::approval_pending: return "approval_pending";
    case Reason::cheaper_later: return "cheaper_later";
    case Reason::nodes_out: return "nodes_out";
  }
  CHECK(!"a Reason");
}

const char* to_string(Tier t) {
  switch (t) {
    case Tier::scavenger: return "scavenger";
    case Tier::standard: return "standard";
    case Tier::production: return "production";
    case Tier::critical: return "critical";
  }
  CHECK(!"a Tier");
}

void World::apply(const Event& e) {
  CHECK(e.at >= now_);  // invariant 1
  now_ = e.at;
  ++events_;
  std::visit([this](const auto& what) { on(what); }, e.what);  // no on(), no compile
}

void World::on(const MemberJoined& e) {
  CHECK(e.member.index == members_.size());
  members_.push_back(e.name);
  ledger_.open_member(e.member);
  entitled_.emplace_back();
  Account account;
  account.member = e.member;
  account.name = e.name;
  account.weight_milli = e.weight_milli;
  account.limit = e.limit.count();
  member_accounts_.push_back(accounts_.open(std::move(account)));
}

void World::on(const AccountOpened& e) {
  CHECK(e.account.index == accounts_.size());
  Account account;
  account.parent = e.parent;
  account.name = e.name;
  account.weight_milli = e.weight_milli;
  account.limit = e.limit.count();
  accounts_.open(std::move(account));
}

void World::on(const AccountLimitSet& e) { accounts_.set_limit(e.account, e.limit.count()); }

void World::on(const FairShareSet& e) { accounts_.set_half_life(e.half_life, now_); }

void World::on(const SiteOpened& e) {
  CHECK(e.site.index == sites_.size());
  sites_.push_back(e.name);
  law_.on(e);
}

void World::on(const SitesLinked& e) {
  CHECK(e.a < e.b && e.b.index < sites_.size());
  links_.emplace(std::pair(e.a, e.b), e);
}

void World::on(const SitesParted& e) {
  CHECK(e.a < e.b && e.b.index < sites_.size());
  links_.erase({e.a, e.b});
}

bool World::joins(const LaneOpened& lane, SiteId a, SiteId b) const {
  if ((lane.sites_mbit_per_s == 0 && lane.sites_rtt_us == 0) || a == b) return true;
  const auto [from, to] = links_.equal_range(std::minmax(a, b));
  return std::any_of(from, to, [&](const auto& way) {
    return way.second.mbit_per_s >= lane.sites_mbit_per_s &&
           (lane.sites_rtt_us == 0 || way.second.rtt_us <= lane.sites_rtt_us);
  });
}

void World::on(const PoolOpened& e) {
  CHECK(e.pool.index == pools_.size() && e.site.index < sites_.size());
  CHECK(e.owner.index < members_.size());
  Pool& pool = pools_.emplace_back();
  pool.info = e;
  pool.machines = machines_of(e);
  ledger_.open_pool(e.pool, e.owner);
  law_.on(e);
  for (std::uint32_t l = 0; l < lanes_.size(); ++l)
    lawful_[l].push_back(law_.allowed(LaneId{l}, e.pool));
}

void World::on(const SiteEnergyTold& e) {
  CHECK(e.site.index < sites_.size());
  if (energy_.size() <= e.site.index)
    for (auto s = static_cast<std::uint32_t>(energy_.size()); s <= e.site.index; ++s)
      energy_.push_back({SiteId{s}});
  energy_[e.site.index] = e;
}

void World::on(const LaneMayShift& e) {
  CHECK(e.lane.index < lanes_.size() && e.by.count() >= 0);
  if (shift_by_.size() <= e.lane.index) shift_by_.resize(e.lane.index + 1);
  shift_by_[e.lane.index] = e.by;
}

void World::on(const GuaranteeMade& e) {
  Pool& pool = pools_[e.pool.index];
  CHECK(e.member != pool.info.owner && e.gpus.count() >= 0);
  const std::int64_t held = ledger_.in_use(e.pool, e.member), before = pool.entitled(e.member);
  std::erase_if(pool.guarantees, [&](const auto& g) { return g.first == e.member; });
  if (e.gpus.count() > 0) pool.guarantees.emplace_back(e.member, e.gpus.count());
  pool.guaranteed += e.gpus.count() - before;
  pool.lent +=
      std::max<std::int64_t>(0, held - e.gpus.count()) - std::max<std::int64_t>(0, held - before);
  const auto device = static_cast<std::size_t>(pool.info.device);
  entitled_[e.member.index][device] += e.gpus.count() - before;
  entitled_[pool.info.owner.index][device] -= e.gpus.count() - before;
}

void World::on(const LendingSet& e) {
  PoolOpened& pool = pools_[e.pool.index].info;
  pool.lend_permille = e.lend_permille;
  pool.reclaim = e.reclaim;
}

void World::on(const LaneOpened& e) {
  CHECK(e.lane.index == lanes_.size() && e.member.index < members_.size());
  for (const PoolId p : e.pools) CHECK(p.index < pools_.size());
  for (const PoolId p : e.beside) CHECK(p.index < pools_.size());
  CHECK(e.speed_permille.empty() || e.speed_permille.size() == e.pools.size());
  CHECK(!e.account || e.account->index < accounts_.size());
  lanes_.push_back(e);
  lane_accounts_.push_back(e.account.value_or(member_accounts_[e.member.index]));
  lane_use_.emplace_back();
  queues_.emplace_back();
  waiting_lanes_.resize(lanes_.size());
  law_.on(e);
  lawful_.emplace_back();
  closed_.push_back(Reason::none);
  weigh(e.lane);
  shares(e.lane);
}

// Tells the pools of shared nodes among the lane's that its jobs may come.
void World::shares(LaneId lane) {
  for (const PoolId p : lanes_[lane.index].pools) {
    Pool& pool = pools_[p.index];
    if (!pool.machines || pool.machines->shared() == nullptr) continue;
    const auto at = std::lower_bound(pool.lanes.begin(), pool.lanes.end(), lane);
    if (at == pool.lanes.end() || *at != lane) pool.lanes.insert(at, lane);
  }
}

// The pool's installed units have changed from `before`.
void World::installed_now(Pool& pool, std::int64_t before) {
  const std::int64_t delta = pool.installed - before;
  const auto device = static_cast<std::size_t>(pool.info.device);
  installed_[device] += delta;
  entitled_[pool.info.owner.index][device] += delta;
}

// ---- the law

// Asked when the facts change; a start looks at the bit.
void World::weigh(LaneId lane) {
  std::vector<bool>& row = lawful_[lane.index];
  row.resize(pools_.size());
  for (std::uint32_t p = 0; p < pools_.size(); ++p) row[p] = law_.allowed(lane, PoolId{p});
}
void World::weigh_all() {
  for (std::uint32_t l = 0; l < lanes_.size(); ++l) weigh(LaneId{l});
}

void World::on(const ClassOpened& e) { law_.on(e); }
void World::on(const RowOpened& e) {
  law_.on(e);
  weigh_all();
}
void World::on(const HallOpened& e) { law_.on(e); }
void World::on(const PoolHoused& e) {
  law_.on(e);
  weigh_all();
}
void World::on(const ArtifactMade& e) { law_.on(e); }
void World::on(const LaneLabelled& e) {
  law_.on(e);
  closed_[e.lane.index] = e.closed;
  weigh(e.lane);
}
void World::on(const ApprovalGranted& e) {
  law_.on(e, now_);
  weigh_all();
}
void World::on(const ArtifactLowered& e) {
  law_.on(e);
  weigh_all();
}
void World::on(const LaneWidened& e) {
  CHECK(e.lane.index < lanes_.size());
  for (const PoolId p : e.pools) CHECK(p.index < pools_.size() && lawful(e.lane, p));
  CHECK(e.speed_permille.empty() || e.speed_permille.size() == e.pools.size());
  lanes_[e.lane.index].pools = e.pools;
  lanes_[e.lane.index].speed_permille = e.speed_permille;
  closed_[e.lane.index] = Reason::none;
  shares(e.lane);
}

// ---- the law ends

void World::on(const CapacityAdded& e) {
  Pool& pool = pools_[e.pool.index];
  const std::int64_t before = pool.installed;
  if (pool.machines) pool.machines->install(e.gpus.count());
  pool.installed += e.gpus.count();
  pool.free += e.gpus.count();
  installed_now(pool, before);
  Millis until(Timeline::kForever);
  if (e.plan) {  // the timeline knows already, from its date on
    PlannedChange& plan = plans_[e.plan->index];
    CHECK(plan.info.pool == e.pool && !plan.over);
    if (plan.info.gpus.count() > 0) {
      CHECK(!plan.begun && plan.info.gpus == e.gpus);
      plan.begun = true;
      until = std::max(now_, plan.info.from);
    } else {  // what was taken away for a time is back
      CHECK(plan.begun && plan.info.gpus.count() == -e.gpus.count());
      plan.over = true;
      until = std::max(now_, plan.info.to);
    }
  }
  pool.timeline.advance(now_);
  pool.timeline.change(now_, until, e.gpus.count());
  gained(kEveryone, pool, now_, Millis(Timeline::kForever));
}

void World::on(const CapacityRetired& e) {
  Pool& pool = pools_[e.pool.index];
  const std::int64_t before = pool.installed;
  if (pool.machines) {
    pool.machines->retire(e.gpus.count());
    pool.installed = pool.machines->installed();  // busy nodes leave when they fall free
    pool.free = pool.machines->free();
  } else {
    CHECK(pool.free >= e.gpus.count());
    pool.installed -= e.gpus.count();
    pool.free -= e.gpus.count();
  }
  installed_now(pool, before);
  Millis until(Timeline::kForever);
  if (e.plan) {
    PlannedChange& plan = plans_[e.plan->index];
    CHECK(plan.info.pool == e.pool && !plan.over);
    if (plan.info.gpus.count() < 0) {
      CHECK(!plan.begun && plan.info.gpus.count() == -e.gpus.count());
      plan.begun = true;
      --pool.plans_due;
      until = std::max(now_, plan.info.from);
    } else {  // what was there for a time goes again
      CHECK(plan.begun && plan.info.gpus == e.gpus);
      plan.over = true;
      if (takes_away(plan.info)) --pool.plans_due;
      until = std::max(now_, plan.info.to);
    }
  }
  pool.timeline.advance(now_);
  pool.timeline.change(now_, until, -e.gpus.count());
}

void World::on(const CapacityPlanned& e) {
  CHECK(e.plan.index == plans_.size() && e.from < e.to && e.to > now_);
  Pool& pool = pools_[e.pool.index];
  plans_.push_back({e, false, false});
  pool.timeline.advance(now_);
  pool.timeline.change(std::max(e.from, now_), e.to, e.gpus.count());
  // Less from a date on, or more only until a date.
  if (takes_away(e)) ++pool.plans_due;
}

void World::on(const CapacityPlanDropped& e) {
  PlannedChange& plan = plans_[e.plan.index];
  CHECK(!plan.begun && !plan.over);
  plan.over = true;
  Pool& pool = pools_[plan.info.pool.index];
  if (takes_away(plan.info)) --pool.plans_due;
  pool.timeline.advance(now_);
  pool.timeline.change(std::max(plan.info.from, now_), plan.info.to, -plan.info.gpus.count());
}

void World::on(const NodesDrained& e) {
  Pool& pool = pools_[e.pool.index];
  CHECK(pool.machines.has_value());
  const std::int64_t before = pool.installed, gone = pool.machines->drain(e.rack, e.nodes);
  pool.installed = pool.machines->installed();
  pool.free = pool.machines->free();
  installed_now(pool, before);
  pool.timeline.advance(now_);
  pool.timeline.change(now_, Millis(Timeline::kForever), -gone);
}

void World::on(const NodesResumed& e) {
  Pool& pool = pools_[e.pool.index];
  CHECK(pool.machines.has_value());
  const std::int64_t before = pool.installed, back = pool.machines->resume(e.rack, e.nodes);
  pool.installed = pool.machines->installed();
  pool.free = pool.machines->free();
  installed_now(pool, before);
  pool.timeline.advance(now_);
  pool.timeline.change(now_, Millis(Timeline::kForever), back);
  gained(kEveryone, pool, now_, Millis(Timeline::kForever));
}

void World::on(const ReservationMade& e) {
  CHECK(e.reservation.index == reservations_.size() && e.from < e.to && e.to > now_);
  Pool& pool = pools_[e.pool.index];
  const Millis from = std::max(e.from, now_);
  pool.timeline.advance(now_);
  CHECK(pool.timeline.least_free(from, e.to) >= e.gpus.count());  // asked at the door
  pool.timeline.change(from, e.to, -e.gpus.count());
  pool.dips_until = std::max(pool.dips_until, e.to);
  pool.reservations.push_back(e.reservation);
  reservations_.push_back({e, 0});
}

}  // namespace dure
