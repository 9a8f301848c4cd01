// The snapshot: a world that is loaded goes on as the one that was saved, whatever happened before;
// the bytes stay what they are; and nothing torn, altered or made up is taken for a world.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/crc32.h"
#include "base/stream.h"
#include "source_dir.h"
#include "world/law_facts.h"
#include "world/text_of.h"
#include "world/world.h"

namespace dure {
namespace {

using Bytes = std::vector<std::byte>;
constexpr std::size_t kMagic = 16;

// The same body with a checksum that is right: what is left to stand in the way are the ranges.
Bytes sealed(Bytes bytes) {
  const std::uint32_t sum = crc32(std::span(bytes).first(bytes.size() - 4));
  for (std::size_t i = 0; i < 4; ++i)
    bytes[bytes.size() - 4 + i] = static_cast<std::byte>(sum >> (8 * i));
  return bytes;
}

// The bytes with `cut` of them, from `at` on, replaced by others.
Bytes spliced(const Bytes& bytes, std::size_t at, std::size_t cut, std::initializer_list<int> by) {
  Bytes out;
  for (std::size_t i = 0; i < at; ++i) out.push_back(bytes[i]);
  for (const int b : by) out.push_back(static_cast<std::byte>(b));
  for (std::size_t i = at + cut; i < bytes.size(); ++i) out.push_back(bytes[i]);
  return out;
}

// A world in which every member of World says something: racks, shared nodes and counted pools,
// with nodes that drain, are drained and retired; a law with grants; jobs in every state.
class Snapshot : public testing::Test {
 protected:
  Snapshot() {
    members_and_places();
    the_law();
    lanes();
    jobs();
  }
  void at(std::int64_t t, What what) { events_.push_back({Millis(t), std::move(what)}); }
  void wish(std::int64_t t, Command c) { at(t, CommandIssued{std::move(c)}); }

  void members_and_places() {
    for (std::uint32_t m = 0; m < 3; ++m)
      at(0, MemberJoined{MemberId{m}, "m" + std::to_string(m), 500, Gpus(m == 2 ? 40 : 0)});
    at(0, FairShareSet{Millis(1000)});
    at(0, AccountOpened{AccountId{3}, AccountId{1}, "project", 700, Gpus(30)});
    at(0, AccountOpened{AccountId{4}, AccountId{3}, "사용자"});
    for (std::uint32_t s = 0; s < 2; ++s) at(0, SiteOpened{SiteId{s}, s == 0 ? "ulsan" : "busan"});
    at(0, SitesLinked{SiteId{0}, SiteId{1}, 200, 400});
    at(0, SitesParted{SiteId{0}, SiteId{1}});
    at(0, SitesLinked{SiteId{0}, SiteId{1}, 400, 900});
    at(0, SitesLinked{SiteId{0}, SiteId{1}, 100, 300});
    pool(0, 16, [](PoolOpened& p) { p.reclaim = Millis(50); });
    pool(1, 48, [](PoolOpened& p) {
      p.site = SiteId{1};
      p.gpus_per_node = 4;
      p.nodes_per_rack = p.nodes_per_domain = 2;
      p.leaf_racks = 2;
      p.oversubscription_permille = 2000;
    });
    pool(2, 24'000, [](PoolOpened& p) {
      p.device = Device::shared_gpu;
      p.gpus_per_node = 4000;
      p.nodes_per_rack = 2;
      p.nodes_per_domain = 1;
      p.cpu_milli = 64'000;
      p.memory_mib = 512;
    });
    pool(3, 4, [](PoolOpened& p) { p.device = Device::qpu; });
    at(0, GuaranteeMade{PoolId{0}, MemberId{2}, Gpus(3)});
    at(0, GuaranteeMade{PoolId{0}, MemberId{1}, Gpus(2)});
    at(0, LendingSet{PoolId{0}, 700, Millis(9)});
  }
  template <class F>
  void pool(std::uint32_t id, std::int64_t gpus, F&& change) {
    PoolOpened p;
    p.pool = PoolId{id};
    p.owner = MemberId{id % 2};
    p.name = "pool" + std::to_string(id);
    change(p);
    at(0, p);
    at(0, CapacityAdded{p.pool, Gpus(gpus)});
  }

  void the_law() {
    at(0, facts::data_class(0));
    ClassOpened asks = facts::data_class(1, "asks");
    asks.leaving = ExportRule::consent;
    asks.lead_days = 0;
    at(0, asks);
    at(0, facts::row(0, DataAction::lower_class, 0));
    for (std::uint32_t h = 0; h < 2; ++h) {
      HallOpened hall = facts::hall(h, h, Nationality::kr_controlled);
      hall.site_owner = MemberId{h};
      if (h == 1) hall.jurisdiction = "jp";
      at(0, hall);
    }
    for (std::uint32_t p = 0; p < 4; ++p) at(0, PoolHoused{PoolId{p}, HallId{p == 1 ? 1u : 0u}});
    ArtifactMade model;
    model.name = "model";
    model.classes = {ClassId{1}};
    at(0, model);
    model.artifact = ArtifactId{1};
    model.made_of = {ArtifactId{0}};
    model.classes = {ClassId{0}};
    at(0, model);
  }

  void lanes() {
    lane(0, [](LaneOpened& l) { l.preemptible = true, l.account = AccountId{4}; });
    lane(1, [](LaneOpened& l) {
      l.member = MemberId{0};
      l.within = Within::deadline;
      l.speed_permille = {1000, 1500};
    });
    lane(2, [](LaneOpened& l) {
      l.elastic = true;
      l.least = Gpus(1);
      l.most = Gpus(8);
      l.site_permille = 700;
      l.tier = Tier::scavenger;
    });
    lane(3, [](LaneOpened& l) {
      l.device = Device::shared_gpu;
      l.pools = {PoolId{2}};
      l.cpu_milli = 1000;
      l.memory_mib = 16;
    });
    lane(4, [](LaneOpened& l) {
      l.most_sites = 2;
      l.sites_mbit_per_s = 200;
      l.beside = {PoolId{3}};
      l.beside_units = 1;
    });
    ApprovalGranted grant;
    grant.action = DataAction::transfer_abroad;
    grant.data_class = ClassId{1};
    at(1, grant);
    grant.approval = ApprovalId{1};
    grant.action = DataAction::lower_class;
    grant.data_class.reset();
    grant.artifact = ArtifactId{1};
    at(1, grant);
    at(1, ArtifactLowered{ArtifactId{1}, ClassId{0}, ApprovalId{1}});
    at(1, LaneWidened{LaneId{1}, {PoolId{1}, PoolId{0}}, {1500, 1000}});
  }
  template <class F>
  void lane(std::uint32_t id, F&& change) {
    LaneOpened l;
    l.lane = LaneId{id};
    l.member = MemberId{1};
    l.pools = {PoolId{0}, PoolId{1}};
    change(l);
    at(0, l);
    LaneLabelled label = facts::label(id, id == 1 ? 1 : 0);
    label.inputs = {ArtifactId{1}};
    at(0, label);
  }
  JobId submit(std::int64_t t, std::uint32_t lane, std::int64_t gpus, std::int64_t estimate,
               std::int64_t deadline = 0, std::vector<JobId> after = {}) {
    const JobId id{jobs_++};
    at(t, JobSubmitted{id, LaneId{lane}, Gpus(gpus), Millis(estimate), Millis(deadline),
                       std::move(after)});
    return id;
  }

  void jobs() {
    at(2, CapacityPlanned{PlanId{0}, PoolId{0}, Gpus(-4), Millis(500), Millis(600)});
    at(2, CapacityPlanned{PlanId{1}, PoolId{1}, Gpus(8), Millis(3), Millis(Timeline::kForever)});
    at(2, CapacityPlanned{PlanId{2}, PoolId{0}, Gpus(2), Millis(900), Millis(950)});
    at(2, CapacityPlanDropped{PlanId{2}});
    at(3, CapacityAdded{PoolId{1}, Gpus(8), PlanId{1}});
    at(3,
       ReservationMade{ReservationId{0}, MemberId{1}, PoolId{0}, Gpus(4), Millis(3), Millis(300)});
    at(3,
       ReservationMade{ReservationId{1}, MemberId{2}, PoolId{1}, Gpus(4), Millis(90), Millis(99)});
    at(3,
       ReservationMade{ReservationId{2}, MemberId{2}, PoolId{1}, Gpus(4), Millis(80), Millis(85)});
    at(4, ReservationDropped{ReservationId{2}});
    const JobId ended = submit(4, 0, 2, 100), failed = submit(4, 0, 1, 100),
                stopped = submit(4, 0, 3, 200), limit = submit(5, 1, 2, 10, 700),
                under = submit(5, 0, 4, 100), elastic = submit(5, 2, 4, 400),
                share = submit(6, 3, 500, 300), large = submit(6, 3, 2000, 300),
                wide = submit(6, 4, 16, 500), service = submit(6, 1, 8, kUntilCancelled.count()),
                draining = submit(6, 1, 4, 900);
    wish(7, StartJob{ended, PoolId{0}, {}});
    wish(7, StartJob{failed, PoolId{0}, {}});
    wish(7, StartJob{stopped, PoolId{0}, {}});
    wish(7, StartJob{limit, PoolId{1}, {{1, 2, 0b1}}});
    wish(7, StartJob{under, PoolId{0}, {}, {}, {}, ReservationId{0}});
    wish(8, StartJob{elastic, PoolId{1}, {{2, 4, 0b01}}});
    wish(8, ResizeJob{elastic, Gpus(6), {{2, 4, 0b01}, {1, 2, 0b1}}});
    wish(8, StartJob{share, PoolId{2}, {{0, 500, 0b1, 1000, 16}}});
    wish(8, StartJob{large, PoolId{2}, {{1, 1000, 0b11, 1000, 16}}});
    wish(8, StartJob{wide, PoolId{1}, {{3, 4, 0b11}}, Gpus(8), {{PoolId{3}, Gpus(1), {}}}});
    wish(8, StartJob{service, PoolId{1}, {{4, 4, 0b11}}});
    wish(8, StartJob{draining, PoolId{1}, {{5, 4, 0b01}}});
    at(9, JobAdopted{JobId{jobs_++}, LaneId{0}, Gpus(4), Millis(70), PoolId{1}, {{6, 4, 0b10}}});
    at(9, NodesDrained{PoolId{1}, 5, 0b11});
    at(9, NodesDrained{PoolId{2}, 0, 0b01});
    at(9, NodesDrained{PoolId{2}, 1, 0b01});
    at(9, CapacityRetired{PoolId{1}, Gpus(4)});
    at(9, CapacityRetired{PoolId{2}, Gpus(4000)});
    wish(10, PreemptJob{stopped, wide, Millis(12)});
    const JobId waits = submit(10, 0, 9, 50), early = submit(10, 1, 3, 20, 90),
                late = submit(10, 1, 2, 30, 950), promised = submit(10, 2, 7, 40);
    wish(10, PromiseStart{promised, PoolId{0}, Millis(700)});
    wish(10, PromiseStart{late, PoolId{0}, Millis(960)});
    const JobId orphan = submit(11, 0, 1, 10, 0, {failed, late}),
                held = submit(11, 0, 1, 10, 0, {late, late, early}),
                gone = submit(11, 0, 1, 10, 0, {waits}), refused = submit(11, 0, 1, 10);
    (void)orphan, (void)held, (void)gone;
    at(12, JobStopped{stopped, Millis(150)});
    at(12, JobFailed{failed});
    at(13, JobEnded{ended});
    wish(13, RefuseJob{refused, Reason::no_room});
    // limit: 7 + 10, at 1500/1000 of the speed there.
    at(14, LimitReached{limit});
    at(14, TimeReached{});
    // What happens after it was saved.
    at(20, JobCancelled{gone});
    wish(20, StartJob{waits, PoolId{1}, {{0, 4, 0b11}, {1, 1, 0b1}}});
    at(21, JobEnded{limit});
    at(22, JobEnded{draining});
    at(23, JobEnded{share});
    at(25, JobEnded{wide});
    at(26, NodesResumed{PoolId{1}, 5, 0b11});
    at(27, JobEnded{elastic});
    wish(28, StartJob{early, PoolId{0}, {}});
    at(29, JobEnded{early});
    at(30, JobEnded{under});
    wish(31, RefuseJob{orphan, Reason::dependency_failed});
    at(40, submit_last());
  }
  What submit_last() { return JobSubmitted{JobId{jobs_++}, LaneId{2}, Gpus(1), Millis(1)}; }

  std::vector<Event> events_;
  std::uint32_t jobs_ = 0;
};

// At each event: the loaded world has the same bytes, says the same, and goes on alike to the end.
TEST_F(Snapshot, ALoadedWorldGoesOnAlike) {
  World world;
  std::vector<World> loaded;
  for (const Event& e : events_) {
    world.apply(e);
    audit(world);
    for (World& w : loaded) w.apply(e);
    const Bytes bytes = world.save();
    Result<World> again = World::load(bytes, "here");
    ASSERT_TRUE(again) << to_string(again.fault()) << " after " << text_of(e);
    ASSERT_EQ(again.value().save(), bytes) << text_of(e);
    ASSERT_EQ(text_of(again.value()), text_of(world));
    audit(again.value());
    loaded.push_back(std::move(again).value());
  }
  for (const World& w : loaded) {
    audit(w);
    ASSERT_EQ(w.save(), world.save());
    ASSERT_EQ(text_of(w), text_of(world));
    ASSERT_EQ(w.digest(), world.digest());
  }
  EXPECT_EQ(world.digest().size(), 64u);
}

TEST_F(Snapshot, NothingTornOrAlteredIsLoaded) {
  World world;
  for (const Event& e : events_) world.apply(e);
  const Bytes bytes = world.save();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(World::load(std::span(bytes).first(size), "here")) << size;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes altered = bytes;
    altered[i] ^= std::byte{0x10};
    const Result<World> result = World::load(altered, "here");
    ASSERT_FALSE(result) << i;
    ASSERT_EQ(result.fault().where, "here");
  }
  Bytes longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(World::load(sealed(longer), "here"));
}

// Bytes that somebody made up, with the right checksum: a Fault that says where, or a world that
// audit() passes and that saves to the very same bytes.
TEST_F(Snapshot, WhateverIsMadeUpIsAFaultOrAWorld) {
  World world;
  std::size_t faults = 0, worlds = 0;
  for (std::size_t n = 0; n < events_.size(); ++n) {
    world.apply(events_[n]);
    if (n + 25 != events_.size() && n + 1 != events_.size()) continue;
    const Bytes bytes = world.save();
    Stream s(7, "made up", n);
    const auto play = [&](Bytes made_up) {
      made_up = sealed(std::move(made_up));
      const Result<World> result = World::load(made_up, "here");
      if (!result) {
        ++faults;
        return;
      }
      ++worlds;
      audit(result.value());
      ASSERT_EQ(result.value().save(), made_up);
    };
    for (std::size_t i = kMagic; i + 4 < bytes.size(); ++i) {
      const int now = static_cast<int>(bytes[i]);
      for (const int to : {0x00, 0x7f, 0xff, now + 1, now - 1}) play(spliced(bytes, i, 1, {to}));
      play(spliced(bytes, i, 1, {}));
      play(spliced(bytes, i, 0, {static_cast<int>(s.below(256))}));
    }
  }
  EXPECT_GT(faults, 1000u);
  EXPECT_GT(worlds, 100u);  // names, marks and times that nobody reckons with
}

TEST_F(Snapshot, AFaultSaysWhereAndWhat) {
  const auto fault = [](Bytes bytes) {
    const Result<World> result = World::load(bytes, "hub.snapshot");
    return result ? "none" : to_string(result.fault());
  };
  EXPECT_EQ(fault({}),
            "hub.snapshot: expected a snapshot of dure, found another first line "
            "(of another version, or no snapshot at all)");
  World world;
  Bytes bytes = world.save();
  bytes.back() ^= std::byte{1};
  EXPECT_EQ(fault(bytes),
            "hub.snapshot: expected a whole snapshot, found a checksum that does not "
            "match (it was cut or altered)");
  bytes[kMagic] = std::byte{0x7f};  // so many members
  EXPECT_EQ(fault(sealed(bytes)),
            "hub.snapshot: expected as many of a kind as there are bytes, found other bytes at "
            "offset 28 (the snapshot was altered)");
}

// A made-up snapshot cannot have much allocated: what it may hold is bounded by its bytes.
TEST_F(Snapshot, LargeCountsAllocateNothing) {
  World world;
  for (std::size_t n = 0; n < 12; ++n) world.apply(events_[n]);
  const Bytes bytes = world.save();
  for (std::size_t i = kMagic; i + 4 < bytes.size(); ++i) {
    const Bytes made_up = spliced(bytes, i, 1, {0xff, 0xff, 0xff, 0xff, 0x07});  // 2^31 - 1
    (void)World::load(sealed(made_up), "here");
  }
}

// ---- the page

std::vector<Event> small_run() {
  PoolOpened pool;
  pool.gpus_per_node = 4;
  pool.nodes_per_rack = pool.nodes_per_domain = 2;
  pool.name = "hall1";
  LaneOpened lane;
  lane.pools = {PoolId{0}};
  const Millis t(1000);
  return {{t, MemberJoined{MemberId{0}, "sk"}},
          {t, SiteOpened{SiteId{0}, "ulsan"}},
          {t, pool},
          {t, lane},
          {t, CapacityAdded{PoolId{0}, Gpus(8)}},
          {t, JobSubmitted{JobId{0}, LaneId{0}, Gpus(4), Millis(60'000)}},
          {t, JobSubmitted{JobId{1}, LaneId{0}, Gpus(4), Millis(60'000)}},
          {t, JobSubmitted{JobId{2}, LaneId{0}, Gpus(8), Millis(60'000)}},
          {t, CommandIssued{StartJob{JobId{0}, PoolId{0}, {{0, 4, 0b01}}}}},
          {t, CommandIssued{StartJob{JobId{1}, PoolId{0}, {{0, 4, 0b10}}}}},
          {Millis(31'000), JobEnded{JobId{0}}}};
}

std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned>(b) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned>(b) & 15];
  }
  return out;
}

TEST(SnapshotPage, TheWorkedExampleIsRight) {
  std::ifstream page(source_dir() + "/docs/formats/snapshot.md");
  std::string line, shown;
  while (std::getline(page, line) && line != "## A worked example") {
  }
  while (std::getline(page, line) && line != "```") {
  }
  while (std::getline(page, line) && line != "```") {
    std::istringstream words(line);
    for (std::string w;
         words >> w && w.size() == 2 && w.find_first_not_of("0123456789abcdef") == w.npos;)
      shown += w;
  }
  World world;
  for (const Event& e : small_run()) world.apply(e);
  EXPECT_EQ(shown, hex(world.save()));
}

}  // namespace
}  // namespace dure
