#include "app/bench_world.h"

#include <algorithm>
#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

constexpr std::uint32_t kMembers = 8, kProjects = 3, kPools = 24, kNodeGpus = 4;
constexpr std::int64_t kSizes[] = {1, 2, 4, 8, 16, 64, 128, 256, 512, 1024};
constexpr std::uint32_t kSizesCount = std::size(kSizes);

class Builder {
 public:
  explicit Builder(const NationSize& size)
      : size_(size), pool_gpus_(size.gpus / kPools / kNodeGpus * kNodeGpus) {
    nation_.policy.order = Order::fair;
    nation_.policy.backfill = Backfill::easy;
    nation_.policy.preempt = true;
    nation_.policy.grace = Millis(60'000);
    nation_.policy.reclaim_every = Millis(300'000);
    members();
    pools();
    lanes();
  }

  void submit_some(std::size_t jobs) {
    for (std::size_t n = 0; n < jobs; ++n) {
      // Small jobs are many: lanes of size i come 1 / (i + 1) as often.
      const auto size = static_cast<std::uint32_t>(
          std::min(double{kSizesCount} - 1, -1.0 / 0.8 * std::log1p(-draw_.uniform())));
      const auto member = static_cast<std::uint32_t>(draw_.below(kMembers));
      const auto project = static_cast<std::uint32_t>(draw_.below(kProjects));
      const auto user = static_cast<std::uint32_t>(draw_.below(size_.users));
      submit(lane_of(member, project, user, size));
    }
  }
  void past() {
    for (std::size_t i = 0; i < size_.past; ++i) {
      submit(lane_of(static_cast<std::uint32_t>(draw_.below(kMembers)), 0, 0, 0));
      pass(nation_.world, nation_.policy);
      fact(JobEnded{JobId{job_ - 1}});
    }
  }
  void advance(Millis time) { now_ = now_ + time; }
  World& world() { return nation_.world; }
  const Policy& policy() const { return nation_.policy; }

  Nation take() {
    std::size_t longest = 0;
    world().waiting_lanes().for_each([&](std::uint32_t l) {
      const LaneQueue& queue = world().queue(LaneId{l});
      if (queue.size() <= longest) return;
      longest = queue.size();
      nation_.first = queue.job(0);
      nation_.last = queue.job(longest - 1);
    });
    submit(large_);
    nation_.large = JobId{job_ - 1};
    nation_.large_in = PoolId{0};
    return std::move(nation_);
  }

 private:
  void fact(What what) { world().apply({now_, std::move(what)}); }
  std::uint32_t lane_of(std::uint32_t member, std::uint32_t project, std::uint32_t user,
                        std::uint32_t size) const {
    return ((project * size_.users + user) * kSizesCount + size) * kMembers + member;
  }
  void members() {
    for (std::uint32_t m = 0; m < kMembers; ++m)
      fact(MemberJoined{MemberId{m}, "m" + std::to_string(m)});
    fact(FairShareSet{Millis(7LL * 24 * 3'600'000)});
    std::uint32_t account = kMembers;
    for (std::uint32_t m = 0; m < kMembers; ++m)
      for (std::uint32_t p = 0; p < kProjects; ++p) {
        const AccountId project{account++};
        fact(AccountOpened{project, AccountId{m}, "p" + std::to_string(p), 1000 + 500 * p, {}});
        for (std::uint32_t u = 0; u < size_.users; ++u) {
          users_.push_back(AccountId{account++});  // [member][project][user]
          fact(AccountOpened{users_.back(), project, "u" + std::to_string(u), 1000, {}});
        }
      }
  }
  void pools() {
    for (std::uint32_t s = 0; s < kPools; ++s) fact(SiteOpened{SiteId{s}, "s" + std::to_string(s)});
    for (std::uint32_t p = 0; p < kPools; ++p) {
      PoolOpened pool;
      pool.pool = PoolId{p};
      pool.site = SiteId{p};
      pool.owner = MemberId{p % kMembers};
      pool.hardware = HardwareId{p % 2};
      pool.gpus_per_node = kNodeGpus;
      pool.nodes_per_rack = pool.nodes_per_domain = 18;
      pool.lend_permille = 500;
      pool.reclaim = Millis(3'600'000);
      pool.name = "pool" + std::to_string(p);
      fact(pool);
      fact(CapacityAdded{pool.pool, Gpus(pool_gpus_), {}});
    }
  }
  void lanes() {
    std::uint32_t id = 0;
    const auto open = [&](std::uint32_t member, std::uint32_t project, std::uint32_t user,
                          std::int64_t gpus) {
      LaneOpened lane;
      lane.lane = LaneId{id++};
      lane.member = MemberId{member};
      lane.account = users_[(member * kProjects + project) * size_.users + user];
      lane.workload = WorkloadId{project};
      lane.gpus = Gpus(std::min(gpus, std::max<std::int64_t>(pool_gpus_ / 4, 1)));
      lane.spread = gpus <= 64 ? Spread::one_domain : Spread::whole_racks_first;
      lane.preemptible = project != 2;  // the last project's work ends within the bound, or is own
      lane.checkpoint = Millis(1'800'000);
      for (const bool own : {true, false})
        for (std::uint32_t p = 0; p < kPools; ++p)
          if ((p % kMembers == member) == own && p % 2 == project % 2)
            lane.pools.push_back(PoolId{p});
      fact(lane);
      return lane.lane.index;
    };
    for (std::uint32_t project = 0; project < kProjects; ++project)
      for (std::uint32_t user = 0; user < size_.users; ++user)
        for (const std::int64_t gpus : kSizes)
          for (std::uint32_t member = 0; member < kMembers; ++member)
            open(member, project, user, gpus);
    LaneOpened large;
    large.lane = LaneId{id};
    large.member = MemberId{0};
    large.account = users_[0];
    large.gpus = Gpus(std::min<std::int64_t>(2000, pool_gpus_ / 6));
    large.spread = Spread::whole_racks_first;
    large.pools = {PoolId{0}};
    fact(large);
    large_ = id;
  }
  void submit(std::uint32_t lane) {
    const double hours = std::min(72.0, draw_.lognormal(4, 1.2));
    fact(JobSubmitted{JobId{job_++},
                      LaneId{lane},
                      world().lane(LaneId{lane}).gpus,
                      Millis(static_cast<std::int64_t>(hours * 3'600'000) + 60'000),
                      {},
                      {}});
  }

  const NationSize size_;
  const std::int64_t pool_gpus_;
  Nation nation_;
  Stream draw_{1, "bench/nation", 0};
  Millis now_{1};  // not an instant of reclaims
  std::uint32_t job_ = 0, large_ = 0;
  std::vector<AccountId> users_;
};

}  // namespace

Started pass(World& world, const Policy& policy) {
  struct Obey final : Listener {
    explicit Obey(World& w) : world(w) {}
    void wish(Command&& command) override {
      if (const auto* start = std::get_if<StartJob>(&command)) {
        ++started.jobs;
        started.gpus += world.job(start->job).gpus;
      }
      world.apply({world.now(), CommandIssued{std::move(command)}});
    }
    void wait(JobId, Reason) override {}
    World& world;
    Started started;
  } obey(world);
  decide(world, policy, obey);
  return obey.started;
}

Nation empty_nation(const NationSize& size) {
  Builder b(size);
  b.submit_some(size.waiting);
  return b.take();
}

Nation shared_nation(std::int64_t nodes, std::size_t waiting) {
  struct Share {
    std::int64_t milli;
    std::uint32_t cores, gib;
  };
  constexpr Share kShares[] = {{125, 1, 8},  {250, 2, 16},  {250, 8, 24},   {500, 4, 64},
                               {750, 6, 48}, {1000, 8, 96}, {1000, 24, 64}, {2000, 16, 192}};
  Nation n;
  n.policy.order = Order::fair;
  n.policy.backfill = Backfill::easy;
  const auto fact = [&](What what) { n.world.apply({Millis(1), std::move(what)}); };
  fact(MemberJoined{MemberId{0}, "m"});
  fact(SiteOpened{SiteId{0}, "s"});
  PoolOpened pool;
  pool.device = Device::shared_gpu;
  pool.gpus_per_node = 8'000;
  pool.nodes_per_rack = 4;
  pool.nodes_per_domain = 1;
  pool.cpu_milli = 128'000;
  pool.memory_mib = 1 << 20;
  fact(pool);
  fact(CapacityAdded{PoolId{0}, Gpus(nodes * 8'000), {}});
  std::uint32_t lanes = 0;
  for (const Share& s : kShares) {
    LaneOpened lane;
    lane.lane = LaneId{lanes++};
    lane.device = pool.device;
    lane.gpus = Gpus(s.milli);
    lane.cpu_milli = s.cores * 1000;
    lane.memory_mib = s.gib << 10;
    lane.pools = {PoolId{0}};
    fact(lane);
  }
  Stream draw(1, "bench/shared", 0);
  for (std::uint32_t j = 0; j < waiting; ++j) {
    const LaneId lane{static_cast<std::uint32_t>(draw.below(lanes))};
    fact(JobSubmitted{JobId{j}, lane, n.world.lane(lane).gpus, Millis(3'600'000), {}, {}});
  }
  return n;
}

Nation full_nation(const NationSize& size) {
  Builder b(size);
  b.past();
  while (static_cast<std::size_t>(b.world().waiting_jobs()) < size.waiting) {
    b.submit_some(std::max<std::size_t>(size.waiting / 200, 20));
    pass(b.world(), b.policy());
    b.advance(Millis(1000));
  }
  return b.take();
}

}  // namespace dure
