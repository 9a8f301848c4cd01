#include "live/desk.h"

#include <algorithm>

#include "live/desk_data.h"
#include "live/founding.h"
#include "world/timeline.h"

namespace dure {
namespace {

constexpr int kMostRefusals = 3;
constexpr std::int64_t kMostCrashes = 10;  // of a service that lives less than kShortLife
constexpr Millis kShortLife{60'000};

Problem no_such_job(const World& world) {
  return {404,
          "unknown_job",
          {"job", "a number from 1 to " + std::to_string(world.jobs()), "", "dure jobs"}};
}

bool may_act_on(const Caller& caller, const std::string& owner, const std::string& member) {
  switch (caller.role) {
    case Role::viewer: return false;
    case Role::user: return caller.id == owner && caller.member == member;
    case Role::member_admin: return caller.member == member;
    case Role::operator_:
    case Role::admin: return true;
  }
  CHECK(!"a Role");
}
Problem role_too_low(const Caller& caller, const char* least) {
  return {403,
          "role_too_low",
          {"caller", std::string("at least ") + least, std::string(enum_name(caller.role)), ""}};
}

LiveEvent judged(JobId job, JobOutcome outcome, const AttemptFact& fact, std::string detail) {
  LiveEvent e;
  e.judged = JobJudged{number_of(job), outcome, fact.exit_code, fact.signal, std::move(detail)};
  return e;
}

// What is left to do of a job that was stopped: all of it, unless it saves what it did.
Millis left_of(const World& world, JobId id) {
  const Job& job = world.job(id);
  const LaneOpened& lane = world.lane(job.lane);
  if (job.estimate >= kUntilCancelled || lane.checkpoint.count() == 0) return job.estimate;
  const Millis ran = world.now() - job.start;
  return std::max(Millis(1000), job.estimate - ran + lane.restart);
}

}  // namespace

Answered<Done> Desk::cancel(JobId id, const Caller& caller, Facts& facts) const {
  if (id.index >= world.jobs()) return no_such_job(world);
  const Job& job = world.job(id);
  const LiveJob& live = book.job(id);
  const std::string& member = world.members()[world.lane(job.lane).member.index];
  if (!may_act_on(caller, book.text(live.user), member))
    return Problem{403,
                   "not_your_job",
                   {"job", "one of your own", std::to_string(number_of(id)), "or a higher role"}};
  if (live.foreign)
    return Problem{409,
                   "not_ours",
                   {"job", "one that came through the hub", std::to_string(number_of(id)),
                    "its owner cancels it at the site"}};
  switch (job.state) {
    case JobState::ended:
    case JobState::cancelled:
    case JobState::refused:
      return Problem{
          409, "already_over", {"job", "one that is not over", std::to_string(number_of(id)), ""}};
    case JobState::waiting:
    case JobState::held: {
      LiveEvent e;
      e.judged = JobJudged{number_of(id), JobOutcome::cancelled, 0, 0, "by " + caller.id};
      facts.live.push_back(std::move(e));
      facts.world.push_back(JobCancelled{id});
      return Done{};
    }
    case JobState::running: {
      if (live.cancel_asked) return Done{};
      LiveEvent e;
      e.cancel = CancelAsked{number_of(id), caller.id};
      facts.live.push_back(std::move(e));
      return Done{};
    }
  }
  CHECK(!"a JobState");
}

What node_moved(const World& world, const NodeSeat& seat, bool open) {
  const std::uint32_t per_rack = world.pool(seat.pool).info.nodes_per_rack;
  const std::uint32_t rack = seat.index / per_rack;
  const std::uint64_t bit = std::uint64_t{1} << (seat.index % per_rack);
  if (open) return NodesResumed{seat.pool, rack, bit};
  return NodesDrained{seat.pool, rack, bit};
}

Answered<Done> Desk::set_node(const std::string& site, const std::string& node, bool drain,
                              const std::string& reason, const Caller& caller, Facts& facts) const {
  if (caller.role < Role::operator_) return role_too_low(caller, "operator");
  if (book.site(site) == nullptr)
    return Problem{404, "unknown_site", {"site", "a site of the alliance", site, "dure sites"}};
  const std::vector<NodeSeat> seats = book.seats(site, node);
  if (seats.empty())
    return Problem{404, "unknown_node", {"node", "a node of " + site, node, "dure sites"}};
  const LiveNode& now = book.nodes(seats[0].pool)[seats[0].index];
  if (now.asked_drain == drain && now.open() == !drain) return Done{};
  LiveEvent e;
  e.node_asked = NodeAsked{site, node, caller.id, reason, drain};
  facts.live.push_back(std::move(e));
  if (!drain) return Done{};  // the world is told when the site says that it is back
  for (const NodeSeat& seat : seats) {
    if (book.nodes(seat.pool)[seat.index].world_drained) continue;
    facts.world.push_back(node_moved(world, seat, false));
  }
  return Done{};
}

Answered<Done> Desk::cap(const std::string& site, const std::string& node, std::int64_t cap_w,
                         bool caps_power, const Caller& caller, Facts& facts) const {
  if (caller.role < Role::operator_) return role_too_low(caller, "operator");
  if (book.site(site) == nullptr)
    return Problem{404, "unknown_site", {"site", "a site of the alliance", site, "dure sites"}};
  if (book.seats(site, node).empty())
    return Problem{404, "unknown_node", {"node", "a node of " + site, node, "dure sites"}};
  if (!caps_power)
    return Problem{409,
                   "no_power_cap",
                   {"site", "one whose agent can limit power", site,
                    "it can with GPUs of NVIDIA as root, or with RAPL that may be written"}};
  const PowerCap* now = book.cap(site, node);
  // One that was refused may be asked again.
  if (now != nullptr && now->cap_w == cap_w && now->code.empty()) return Done{};
  LiveEvent e;
  e.cap = CapAsked{site, node, caller.id, cap_w};
  facts.live.push_back(std::move(e));
  return Done{};
}

Answered<ReservationId> Desk::reserve(const std::string& member, const std::string& pool, Gpus gpus,
                                      Millis from, Millis to, const Caller& caller,
                                      Facts& facts) const {
  const auto m = std::find(world.members().begin(), world.members().end(), member);
  if (m == world.members().end())
    return Problem{422, "unknown_member", {"member", "a member", "'" + member + "'", ""}};
  std::optional<PoolId> where;
  for (std::uint32_t p = 0; p < world.pools(); ++p)
    if (world.pool(PoolId{p}).info.name == pool) where = PoolId{p};
  if (!where) return Problem{422, "unknown_pool", {"pool", "a pool", "'" + pool + "'", ""}};
  const std::string& owner = world.members()[world.pool(*where).info.owner.index];
  if (caller.role < Role::operator_ &&
      !(caller.role == Role::member_admin && caller.member == owner))
    return role_too_low(caller, "operator, or admin of the owner");
  if (from >= to || to <= world.now())
    return Problem{422, "invalid_time", {"from", "a time before to, which is to come", "", ""}};
  Timeline timeline = world.pool(*where).timeline;
  timeline.advance(world.now());
  const std::int64_t free = timeline.least_free(std::max(from, world.now()), to);
  if (gpus.count() < 1 || gpus.count() > free)
    return Problem{409,
                   "no_room",
                   {"gpus", "1 to " + std::to_string(free) + ", what is free all that time",
                    std::to_string(gpus.count()), ""}};
  const ReservationId id{static_cast<std::uint32_t>(world.reservations().size())};
  facts.world.push_back(
      ReservationMade{id, MemberId{static_cast<std::uint32_t>(m - world.members().begin())}, *where,
                      gpus, from, to});
  return id;
}

Answered<Done> Desk::drop_reservation(ReservationId id, const Caller& caller, Facts& facts) const {
  CHECK(id.index < world.reservations().size());
  const ReservationMade& r = world.reservations()[id.index].info;
  const auto admin_of = [&](MemberId m) {
    return caller.role == Role::member_admin && caller.member == world.members()[m.index];
  };
  if (caller.role < Role::operator_ && !admin_of(world.pool(r.pool).info.owner) &&
      !admin_of(r.member))
    return role_too_low(caller, "operator, or admin of the owner or of the member it is for");
  if (r.gpus.count() == 0 || r.to <= world.now())
    return Problem{409,
                   "already_over",
                   {"reservation", "one that is not over or dropped", std::to_string(id.index + 1),
                    "dure reserve"}};
  facts.world.push_back(ReservationDropped{id});
  return Done{};
}

Answered<Done> Desk::limit(const std::string& account, Gpus gpus, const Caller& caller,
                           Facts& facts) const {
  const std::optional<AccountId> id = book.account(account);
  if (!id) return Problem{404, "unknown_account", {"account", "an account", account, "dure quota"}};
  const std::string& member = world.members()[world.accounts()[*id].member.index];
  const bool below = world.accounts()[*id].parent.has_value();
  if (caller.role < Role::operator_ &&
      !(caller.role == Role::member_admin && caller.member == member && below))
    return role_too_low(caller, "operator, or admin of the member for its projects");
  facts.world.push_back(AccountLimitSet{*id, gpus});
  return Done{};
}

namespace {

// A node that is new joins each pool that takes it; what changed is told to the world.
void node_told(const Desk& d, const std::string& site, const NodeReport& report, Facts& facts) {
  const std::vector<NodeSeat> seats = d.book.seats(site, report.name);
  const auto move = [&](const NodeSeat& seat, bool drained, bool open) {
    if (open != drained) return;  // as the world has it
    facts.world.push_back(node_moved(d.world, seat, open));
  };
  const bool up = report.state == NodeState::up;
  for (const NodeSeat& seat : seats) {
    const LiveNode& node = d.book.nodes(seat.pool)[seat.index];
    move(seat, node.world_drained, up && !node.asked_drain);
  }
  if (!seats.empty()) return;
  std::uint32_t pool = 0;
  for (const LivePoolSpec& row : d.hub.pools) {
    const std::vector<PoolOpened> pools = pools_of(row, d.scenario);
    const std::uint32_t first = pool;
    pool += static_cast<std::uint32_t>(pools.size());
    if (row.site != site || (!row.partition.empty() && row.partition != report.partition)) continue;
    if (!row.nodes.empty() &&
        std::none_of(row.nodes.begin(), row.nodes.end(),
                     [&](const std::string& p) { return names_node(p, report.name); }))
      continue;
    if (pools[0].device == Device::gpu && report.gpus < pools[0].gpus_per_node) continue;
    for (std::uint32_t i = 0; i < pools.size(); ++i) {
      const PoolId id{first + i};
      LiveEvent e;
      e.node_named = NodeNamed{id.index, site, report.name};
      facts.live.push_back(std::move(e));
      const auto index = static_cast<std::uint32_t>(d.book.nodes(id).size());
      facts.world.push_back(CapacityAdded{id, Gpus(pools[i].gpus_per_node), {}});
      if (!up) move({id, index}, false, false);
    }
    return;
  }
}

}  // namespace

void judge(const Desk& d, const AttemptFact& fact, JobId id, Facts& facts) {
  const Job& job = d.world.job(id);
  const LiveJob& live = d.book.job(id);
  const Attempt& a = *d.book.attempt(id);
  const std::optional<JobSpec> spec = d.book.spec(id);
  CHECK(spec);
  const auto over = [&](JobOutcome outcome, std::string detail) {
    facts.live.push_back(judged(id, outcome, fact, std::move(detail)));
    if (outcome == JobOutcome::done)
      facts.world.push_back(JobEnded{id});
    else
      facts.world.push_back(JobFailed{id});
  };
  const auto again = [&](const char* why, Millis left) {
    facts.live.push_back(judged(id, JobOutcome::none, fact, why));
    facts.world.push_back(JobStopped{id, left});
  };
  const bool well = fact.state == AttemptState::ended && fact.exit_code == 0 && fact.signal == 0 &&
                    !fact.node_failed;
  // What ended well because it was told to, for somebody who wanted it gone, is not done.
  if (live.cancel_asked && fact.stopped) return over(JobOutcome::cancelled, fact.detail);
  if (well && !spec->service && !(a.again && fact.stopped)) {
    keep_data(d, id, fact.made, facts);
    return over(JobOutcome::done, "");
  }
  if (live.cancel_asked) return over(JobOutcome::cancelled, fact.detail);
  if (fact.state == AttemptState::refused) {
    if (fact.code == kNodeUnavailable) return again("moved", job.estimate);
    if (a.stop_asked || live.refusals + 1 < kMostRefusals) return again("refused", job.estimate);
    return over(JobOutcome::refused, fact.code + ": " + fact.detail);
  }
  if (a.again) {
    LiveEvent e;
    e.again = AttemptAgain{number_of(id)};
    facts.live.push_back(std::move(e));
    return;
  }
  if (a.stop_asked) return again("stopped", left_of(d.world, id));
  if (fact.state == AttemptState::lost || fact.node_failed) {
    // What may be stopped may also be run again; of the rest nobody knows how far it came.
    if (spec->service || spec->preemptible.value_or(false))
      return again("lost", left_of(d.world, id));
    return over(JobOutcome::lost, fact.detail);
  }
  if (spec->service) {
    const bool short_life = d.world.now() - job.start < kShortLife;
    if (!short_life || live.failures < kMostCrashes)
      return again(short_life ? "failed" : "ended", job.estimate);
    return over(JobOutcome::failed, "it ended at once " + std::to_string(kMostCrashes) + " times");
  }
  if (fact.time_limit) return over(JobOutcome::timed_out, fact.detail);
  if (live.failures < spec->retries) return again("failed", job.estimate);
  over(JobOutcome::failed, fact.detail);
}

void Desk::told(const std::string& site, const std::string& agent, const SiteFact& fact,
                Facts& facts) const {
  const Site* s = book.site(site);
  CHECK(s != nullptr);
  const std::int64_t kept = s->agent == agent ? s->facts_kept : 0;
  if (fact.number != kept + 1) return;  // known, or one before it is missing
  LiveEvent told;
  told.told = SiteTold{site, agent, fact};
  facts.live.push_back(std::move(told));
  if (fact.node) node_told(*this, site, *fact.node, facts);
  if (fact.attempt) {
    const std::optional<Book::Key> key = book.parse_key(fact.attempt->key);
    const Attempt* a = key ? book.attempt(key->job) : nullptr;
    const bool final = fact.attempt->state == AttemptState::ended ||
                       fact.attempt->state == AttemptState::refused ||
                       fact.attempt->state == AttemptState::lost;
    if (a != nullptr && final && a->key == fact.attempt->key &&
        world.job(key->job).state == JobState::running)
      judge(*this, *fact.attempt, key->job, facts);
  }
  if (fact.foreign && fact.foreign->nodes.empty())
    for (const JobId job : book.foreign(site, fact.foreign->remote)) {
      LiveEvent e;
      e.judged = JobJudged{number_of(job), JobOutcome::done, 0, 0, ""};
      facts.live.push_back(std::move(e));
      facts.world.push_back(JobEnded{job});
    }
}

void Desk::adopt(const std::string& site, const ForeignFact& job, Facts& facts) const {
  std::map<PoolId, Placement> places;
  std::map<PoolId, std::int64_t> gpus;
  for (const NodeShare& n : job.nodes)
    for (const NodeSeat& seat : book.seats(site, n.node)) {
      const PoolOpened& pool = world.pool(seat.pool).info;
      if (pool.device != Device::gpu || n.gpus == 0) continue;
      places[seat.pool].push_back({seat.index / pool.nodes_per_rack,
                                   static_cast<std::uint32_t>(n.gpus),
                                   std::uint64_t{1} << (seat.index % pool.nodes_per_rack)});
      gpus[seat.pool] += n.gpus;
    }
  for (const auto& [pool, place] : places)
    if (!world.pool(pool).machines->can_take(place)) return;  // later
  auto next = static_cast<std::uint32_t>(world.jobs());
  auto lanes = static_cast<std::uint32_t>(world.lanes());
  for (const auto& [pool, place] : places) {
    const std::string key = "foreign|" + world.pool(pool).info.name;
    std::optional<LaneId> lane = book.lane(key);
    if (!lane) {
      LaneOpened opened;
      opened.lane = LaneId{lanes++};
      opened.member = world.pool(pool).info.owner;
      opened.workload = WorkloadId{static_cast<std::uint32_t>(scenario.workloads.size())};
      opened.tier = Tier::critical;
      lane = opened.lane;
      LiveEvent e;
      e.lane = LaneKeyed{std::int64_t{opened.lane.index}, key};
      facts.live.push_back(std::move(e));
      facts.world.push_back(std::move(opened));
    }
    const JobId id{next++};
    LiveEvent e;
    e.foreign = ForeignBound{number_of(id), site, job.remote, job.user, job.name};
    facts.live.push_back(std::move(e));
    facts.world.push_back(JobAdopted{
        id, *lane, Gpus(gpus[pool]),
        job.time_limit_s == 0 ? kUntilCancelled : seconds(job.time_limit_s), pool, place});
  }
}

}  // namespace dure
