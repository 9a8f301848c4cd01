#include "app/bench_world.h"

#include <algorithm>
#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

struct Obey final : Listener {
  explicit Obey(World& w) : world(w) {}
  void wish(Command&& command) override {
    world.apply({world.now(), CommandIssued{std::move(command)}});
  }
  void wait(JobId, Reason) override {}
  World& world;
};

}  // namespace

BenchWorld full_nation(std::size_t waiting, std::size_t past) {
  constexpr std::uint32_t kMembers = 8, kPools = 24, kLanes = 240, kNodes = 75'000;
  constexpr std::int64_t kSizes[] = {1, 2, 4, 8, 16, 64, 128, 256, 512, 1024};
  BenchWorld out;
  out.policy = {Order::fair, Backfill::easy};
  World& w = out.world;
  Millis now(0);
  const auto fact = [&](What what) { w.apply({now, std::move(what)}); };
  for (std::uint32_t m = 0; m < kMembers; ++m)
    fact(MemberJoined{MemberId{m}, "m" + std::to_string(m)});
  for (std::uint32_t s = 0; s < kPools; ++s) fact(SiteOpened{SiteId{s}, "s" + std::to_string(s)});
  for (std::uint32_t p = 0; p < kPools; ++p) {
    PoolOpened pool;
    pool.pool = PoolId{p};
    pool.site = SiteId{p};
    pool.owner = MemberId{p % kMembers};
    pool.hardware = HardwareId{p % 2};
    pool.gpus_per_node = 4;
    pool.nodes_per_rack = pool.nodes_per_domain = 18;
    pool.lend_permille = 500;
    pool.name = "pool" + std::to_string(p);
    fact(pool);
    fact(CapacityAdded{pool.pool, Gpus(std::int64_t{kNodes / kPools} * 4)});
  }
  for (std::uint32_t l = 0; l < kLanes; ++l) {
    LaneOpened lane;
    lane.lane = LaneId{l};
    lane.member = MemberId{l % kMembers};
    lane.workload = WorkloadId{l % 3};
    lane.gpus = Gpus(kSizes[l / kMembers % 10]);
    for (const bool own : {true, false})
      for (std::uint32_t p = 0; p < kPools; ++p)
        if ((p % kMembers == lane.member.index) == own && p % 2 == l / 80 % 2)
          lane.pools.push_back(PoolId{p});
    fact(lane);
  }
  Obey obey(w);
  Stream draw(1, "bench/nation", 0);
  std::uint32_t job = 0;
  const auto submit = [&](std::uint32_t lane) {
    const double hours = std::min(72.0, draw.lognormal(4, 1.2));
    fact(JobSubmitted{JobId{job++}, LaneId{lane}, w.lane(LaneId{lane}).gpus,
                      Millis(static_cast<std::int64_t>(hours * 3'600'000) + 60'000)});
  };
  for (std::size_t i = 0; i < past; ++i) {
    submit(static_cast<std::uint32_t>(draw.below(8)));
    decide(w, out.policy, obey);
    fact(JobEnded{JobId{job - 1}});
  }
  while (static_cast<std::size_t>(w.waiting_jobs()) < waiting) {
    for (int n = 0; n < 500; ++n) {
      // Small jobs are many: lanes of size i come 1 / (i + 1) as often.
      const auto size =
          static_cast<std::uint32_t>(std::min(9.0, -1.0 / 0.8 * std::log1p(-draw.uniform())));
      const auto member = static_cast<std::uint32_t>(draw.below(kMembers));
      const auto third = static_cast<std::uint32_t>(draw.below(3));
      submit(third * 80 + size * kMembers + member);
    }
    decide(w, out.policy, obey);
    now = now + Millis(1000);
  }
  std::size_t longest = 0;
  w.waiting_lanes().for_each([&](std::uint32_t l) {
    const LaneQueue& queue = w.queue(LaneId{l});
    if (queue.size() > longest) {
      longest = queue.size();
      out.first = queue.job(0);
      out.last = queue.job(longest - 1);
    }
  });
  return out;
}

}  // namespace dure
