// The share of a member: of each device by what it brought of that device.
#include "sched/order.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

// Two members with GPUs; the smaller has all of a device that nobody else brought, too. Each holds
// half of what it has of everything: their shares are alike, and whoever holds more has more.
TEST(Shares, AMemberIsWeighedByWhatItBroughtOfEachDevice) {
  for (const Device device :
       {Device::qpu, Device::ran_cell, Device::cpu, Device::shared_gpu, Device::gpu}) {
    World world;
    Policy policy;
    std::uint32_t jobs = 0;
    const auto fact = [&](What what) { world.apply({Millis(0), std::move(what)}); };
    fact(MemberJoined{MemberId{0}, "small"});
    fact(MemberJoined{MemberId{1}, "large"});
    fact(SiteOpened{SiteId{0}, "s"});
    const auto pool = [&](std::uint32_t id, std::uint32_t owner, Device kind, std::int64_t units) {
      PoolOpened p;
      p.pool = PoolId{id};
      p.owner = MemberId{owner};
      p.device = kind;
      fact(p);
      fact(CapacityAdded{PoolId{id}, Gpus(units), {}});
      LaneOpened lane;
      lane.lane = LaneId{id};
      lane.member = MemberId{owner};
      lane.device = kind;
      lane.pools = {PoolId{id}};
      fact(lane);
    };
    const auto hold = [&](std::uint32_t id, std::int64_t units) {
      fact(JobSubmitted{JobId{jobs}, LaneId{id}, Gpus(units), Millis(50), {}, {}});
      fact(CommandIssued{StartJob{JobId{jobs++}, PoolId{id}, {}}});
    };
    pool(0, 0, Device::gpu, 100);
    pool(1, 1, Device::gpu, 900);
    pool(2, 0, device, 40);
    hold(0, 50);
    hold(1, 450);
    hold(2, 20);
    const auto share = [&](std::uint32_t m) { return Shares(world, policy).of(AccountId{m}); };
    EXPECT_EQ(share(0), share(1)) << enum_name(device);
    EXPECT_GT(share(0), 0);
    hold(2, 10);
    EXPECT_GT(share(0), share(1)) << enum_name(device);
  }
}

}  // namespace
}  // namespace dure
