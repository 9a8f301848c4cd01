// The record: what is written is read back, the bytes stay what they are, and nothing torn or
// altered is taken for whole.
#include "world/record.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <variant>

#include "source_dir.h"
#include "world/text_of.h"

namespace dure {
namespace {

// ---- any event at all

template <class K>
void any(Id<K>& id) {
  id.index = *rc::gen::oneOf(rc::gen::inRange(0u, 300u), rc::gen::arbitrary<std::uint32_t>());
}
void any(std::uint32_t& n) {
  n = *rc::gen::oneOf(rc::gen::inRange(0u, 300u), rc::gen::arbitrary<std::uint32_t>());
}
void any(std::uint64_t& n) { n = *rc::gen::arbitrary<std::uint64_t>(); }
void any(std::int64_t& n) { n = *rc::gen::arbitrary<std::int64_t>(); }
void any(std::string& s) { s = *rc::gen::arbitrary<std::string>(); }
void any(Spread& s) {
  s = *rc::gen::element(Spread::anywhere, Spread::one_domain, Spread::whole_racks_first);
}
template <class E>
requires(std::is_enum_v<E>&& requires(E e) { describe_enum(e); }) void any(E& e) {
  e = static_cast<E>(*rc::gen::inRange(0, static_cast<int>(describe_enum(E{}).size())));
}
template <class E>
E any_of(std::size_t n) {
  return static_cast<E>(*rc::gen::inRange(0, static_cast<int>(n)));
}
void any(Reason& r) { r = any_of<Reason>(kReasons); }
void any(Tier& t) { t = any_of<Tier>(4); }
void any(Within& w) { w = any_of<Within>(3); }
void any(Device& d) { d = any_of<Device>(kDevices); }
void any(bool& b) { b = *rc::gen::arbitrary<bool>(); }
template <class U>
void any(Quantity<U>& q) {
  q = Quantity<U>(*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-300, 300),
                                  rc::gen::arbitrary<std::int64_t>()));
}
void any(Slice& s) {
  any(s.rack);
  any(s.gpus_per_node);
  any(s.nodes);
  any(s.cpu_milli);
  any(s.memory_mib);
}
void any(CapCause& c) { c = static_cast<CapCause>(*rc::gen::inRange(0, 4)); }
void any(SlowedWork& s) {
  any(s.workload);
  any(s.speed_permille);
}
void any(Placement& place) {
  place.resize(*rc::gen::inRange<std::size_t>(0, 5));
  for (Slice& s : place) any(s);
}
void any(Part& p) {
  any(p.pool);
  any(p.gpus);
  any(p.place);
}
template <class T>
void any(std::vector<T>& list) {
  list.resize(*rc::gen::inRange<std::size_t>(0, 5));
  for (T& item : list) any(item);
}
template <class T>
void any(std::optional<T>& o) {
  o.reset();
  if (*rc::gen::arbitrary<bool>()) any(o.emplace());
}
template <class... T>
void all(T&... fields) {
  (any(fields), ...);
}

// Every field of every event and command: what is not named here is not tested, so a new one is
// added at the end of its line.
void any(MemberJoined& x) { all(x.member, x.name, x.weight_milli, x.limit); }
void any(SiteOpened& x) { all(x.site, x.name); }
void any(PoolOpened& x) {
  all(x.pool, x.site, x.owner, x.hardware, x.gpus_per_node, x.nodes_per_rack, x.nodes_per_domain,
      x.lend_permille, x.name, x.device, x.reclaim, x.cpu_milli, x.memory_mib, x.leaf_racks,
      x.oversubscription_permille);
}
void any(LaneOpened& x) {
  all(x.lane, x.member, x.workload, x.gpus, x.spread, x.priority, x.pools, x.account, x.tier,
      x.within, x.preemptible, x.min_run, x.checkpoint, x.restart, x.least, x.most, x.elastic,
      x.parallel_permille, x.speed_permille, x.most_sites, x.sites_permille, x.beside,
      x.beside_units, x.cpu_milli, x.memory_mib, x.device, x.site_permille, x.fabric_permille,
      x.sites_mbit_per_s, x.sites_rtt_us);
}
void any(CapacityAdded& x) { all(x.pool, x.gpus, x.plan); }
void any(CapacityRetired& x) { all(x.pool, x.gpus, x.plan); }
void any(JobSubmitted& x) { all(x.job, x.lane, x.gpus, x.estimate, x.deadline, x.after); }
void any(LimitReached& x) { any(x.job); }
void any(JobEnded& x) { any(x.job); }
void any(JobCancelled& x) { any(x.job); }
void any(JobFailed& x) { any(x.job); }
void any(JobAdopted& x) { all(x.job, x.lane, x.gpus, x.estimate, x.pool, x.place); }
void any(LendingSet& x) { all(x.pool, x.lend_permille, x.reclaim); }
void any(TimeReached&) {}
void any(AccountOpened& x) { all(x.account, x.parent, x.name, x.weight_milli, x.limit); }
void any(AccountLimitSet& x) { all(x.account, x.limit); }
void any(FairShareSet& x) { any(x.half_life); }
void any(GuaranteeMade& x) { all(x.pool, x.member, x.gpus); }
void any(CapacityPlanned& x) { all(x.plan, x.pool, x.gpus, x.from, x.to); }
void any(CapacityPlanDropped& x) { any(x.plan); }
void any(NodesDrained& x) { all(x.pool, x.rack, x.nodes); }
void any(NodesResumed& x) { all(x.pool, x.rack, x.nodes); }
void any(ReservationDropped& x) { any(x.reservation); }
void any(ReservationMade& x) { all(x.reservation, x.member, x.pool, x.gpus, x.from, x.to); }
void any(JobStopped& x) { all(x.job, x.left); }
void any(ClassOpened& x) {
  all(x.data_class, x.name, x.jurisdictions, x.run_by, x.kept_by, x.certifications, x.isolation,
      x.leaving, x.lead_days, x.may_leave_member_sites, x.may_leave_locked_sites);
}
void any(RowOpened& x) {
  all(x.row, x.name, x.action, x.classes, x.jurisdictions, x.tenant_parents, x.from_eflop,
      x.verdict, x.because, x.lead_days);
}
void any(HallOpened& x) {
  all(x.hall, x.site, x.site_owner, x.name, x.jurisdiction, x.run_by, x.certifications,
      x.foreign_law, x.isolation);
}
void any(PoolHoused& x) { all(x.pool, x.hall); }
void any(ArtifactMade& x) {
  all(x.artifact, x.name, x.owner, x.classes, x.made_of, x.site, x.size_mb, x.only_sites);
}
void any(LaneLabelled& x) {
  all(x.lane, x.data_class, x.inputs, x.only_sites, x.tenant_parent, x.eflop, x.closed);
}
void any(ApprovalGranted& x) {
  all(x.approval, x.action, x.data_class, x.workload, x.artifact, x.to, x.requested);
}
void any(ArtifactLowered& x) { all(x.artifact, x.data_class, x.approval); }
void any(SiteEnergyTold& x) { all(x.site, x.krw_per_mwh, x.co2_g_per_kwh, x.dear_until); }
void any(LaneMayShift& x) { all(x.lane, x.by); }
void any(PoolCapped& x) { all(x.pool, x.until, x.power_permille, x.because, x.slowed); }
void any(SitesParted& x) { all(x.a, x.b); }
void any(SitesLinked& x) { all(x.a, x.b, x.mbit_per_s, x.rtt_us); }
void any(LaneWidened& x) { all(x.lane, x.pools, x.speed_permille); }
void any(StartJob& x) { all(x.job, x.pool, x.place, x.gpus, x.also, x.under); }
void any(PromiseStart& x) { all(x.job, x.pool, x.at); }
void any(RefuseJob& x) { all(x.job, x.because); }
void any(PreemptJob& x) { all(x.job, x.for_job, x.until); }
void any(ResizeJob& x) { all(x.job, x.gpus, x.place); }
template <class... T>
void any(std::variant<T...>& v);
void any(CommandIssued& x) { any(x.wish); }
template <class... T>
void any(std::variant<T...>& v) {
  const auto which = *rc::gen::inRange<std::size_t>(0, sizeof...(T));
  std::size_t i = 0;
  const auto one = [&](auto x) {
    if (i++ != which) return;
    any(x);
    v = std::move(x);
  };
  (one(T{}), ...);
}

Event any_event() {
  Event e;
  any(e.what);
  return e;
}

TEST(Record, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check("decode(encode(e)) = e for any events", [] {
    std::vector<std::byte> bytes;
    std::vector<std::string> expected, found;
    Millis before;
    for (auto n = *rc::gen::inRange(0, 12); n > 0; --n) {
      Event e = any_event();
      e.at = before + Millis(*rc::gen::inRange<std::int64_t>(0, 100'000));
      encode(e, before, bytes);
      before = e.at;
      expected.push_back(text_of(e));
    }
    Millis read_before;
    const auto result =
        decode(bytes, read_before, "here", [&](const Event& e) { found.push_back(text_of(e)); });
    RC_ASSERT(static_cast<bool>(result));
    RC_ASSERT(found == expected);
    RC_ASSERT(read_before == before);
    // Cut anywhere inside the last event: a Fault, and all before it were handed on.
    if (bytes.empty()) return;
    found.clear();
    read_before = Millis(0);
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
    const auto torn = decode(std::span(bytes).first(cut), read_before, "here",
                             [&](const Event& e) { found.push_back(text_of(e)); });
    RC_ASSERT(found.size() < expected.size());
    RC_ASSERT(std::equal(found.begin(), found.end(), expected.begin()));
    if (torn) {  // the cut fell between two events: what was handed on is exactly what is there
      std::vector<std::byte> again;
      Millis b;
      (void)decode(bytes, b = Millis(0), "here",
                   [&, n = std::size_t{0}, last = Millis(0)](const Event& e) mutable {
                     if (n++ < found.size()) encode(e, last, again);
                     last = e.at;
                   });
      RC_ASSERT(again.size() == cut);
    }
  }));
}

TEST(Record, BytesThatAreAcceptedAreCanonical) {
  EXPECT_TRUE(rc::check("what decode takes, encode gives back byte for byte", [] {
    std::vector<std::byte> bytes;
    for (const std::uint8_t b : *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::oneOf(
             rc::gen::inRange<std::uint8_t>(0, 16), rc::gen::arbitrary<std::uint8_t>())))
      bytes.push_back(static_cast<std::byte>(b));
    std::vector<std::byte> again;
    Millis before, last;
    const auto result = decode(bytes, before, "here", [&](const Event& e) {
      encode(e, last, again);
      last = e.at;
    });
    RC_ASSERT(again.size() <= bytes.size());
    RC_ASSERT(std::equal(again.begin(), again.end(), bytes.begin()));
    RC_ASSERT(!result || again.size() == bytes.size());
  }));
}

TEST(Record, NumbersHaveOneForm) {
  const auto fails = [](std::initializer_list<int> raw) {
    std::vector<std::byte> bytes;
    for (const int b : raw) bytes.push_back(static_cast<std::byte>(b));
    Millis before;
    int events = 0;
    const auto result = decode(bytes, before, "here", [&](const Event&) { ++events; });
    return !result && events == 0;
  };
  EXPECT_FALSE(fails({0x00, 0x08, 0x07}));       // JobEnded 7
  EXPECT_TRUE(fails({0x00, 0x08, 0x87, 0x00}));  // 7, written longer than need be
  EXPECT_TRUE(fails({0x80, 0x00, 0x08, 0x07}));
  constexpr int kEvents = static_cast<int>(std::variant_size_v<What>), kReason = kReasons;
  EXPECT_TRUE(fails({0x00, kEvents}));                             // no such event
  EXPECT_TRUE(fails({0x00, 0x0b, 0x05}));                          // no such command
  EXPECT_FALSE(fails({0x00, 0x0b, 0x02, 0x01, kReason - 1}));      // the last Reason
  EXPECT_TRUE(fails({0x00, 0x0b, 0x02, 0x01, kReason}));           // no such Reason
  EXPECT_FALSE(fails({0x00, 0x04, 0x00, 0x02, 0x01, 0x07}));       // by plan 7
  EXPECT_TRUE(fails({0x00, 0x04, 0x00, 0x02, 0x02, 0x07}));        // there, not there, or what?
  EXPECT_TRUE(fails({0x00, 0x08, 0x80, 0x80, 0x80, 0x80, 0x10}));  // 2^32 is no JobId
  EXPECT_TRUE(fails({0x00, 0x00, 0x00, 0xff, 0xff, 0x03}));        // a text longer than the record
  EXPECT_TRUE(fails({0x00, 0x0b, 0x00, 0x00, 0x00, 0x05}));        // five slices, none there
  EXPECT_TRUE(
      fails({0x00, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}));  // 2^65
}

// ---- a small run: one event of each kind

std::vector<Event> small_run() {
  PoolOpened pool;
  pool.site = SiteId{0};
  pool.owner = MemberId{0};
  pool.gpus_per_node = 4;
  pool.nodes_per_rack = 2;
  pool.nodes_per_domain = 2;
  pool.lend_permille = 500;
  pool.name = "ulsan/hall1";
  LaneOpened lane;
  lane.member = MemberId{1};
  lane.gpus = Gpus(4);
  lane.spread = Spread::one_domain;
  lane.priority = 50;
  lane.pools = {PoolId{0}};
  const Millis t(1000);
  return {{t, MemberJoined{MemberId{0}, "sk"}},
          {t, MemberJoined{MemberId{1}, "네이버"}},
          {t, SiteOpened{SiteId{0}, "ulsan"}},
          {t, pool},
          {t, lane},
          {t, CapacityAdded{PoolId{0}, Gpus(16)}},
          {t, JobSubmitted{JobId{0}, LaneId{0}, Gpus(4), Millis(60'000)}},
          {t, JobSubmitted{JobId{1}, LaneId{0}, Gpus(4), Millis(60'000)}},
          {t, JobSubmitted{JobId{2}, LaneId{0}, Gpus(4), Millis(60'000)}},
          {t, JobSubmitted{JobId{3}, LaneId{0}, Gpus(4), kUntilCancelled}},
          {t, CommandIssued{StartJob{JobId{0}, PoolId{0}, {{0, 4, 1}}}}},
          {t, CommandIssued{PromiseStart{JobId{1}, PoolId{0}, Millis(61'000)}}},
          {Millis(1500), CapacityRetired{PoolId{0}, Gpus(4)}},
          {Millis(2000), JobCancelled{JobId{2}}},
          {Millis(2000), CommandIssued{RefuseJob{JobId{3}, Reason::lender_limit}}},
          {Millis(61'000), LimitReached{JobId{0}}},
          {Millis(61'000), TimeReached{}},
          {Millis(61'000), CommandIssued{StartJob{JobId{1}, PoolId{0}, {{1, 4, 1}}}}},
          {Millis(61'000), JobEnded{JobId{0}}},
          {Millis(90'000), JobEnded{JobId{1}}}};
}

std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned>(b) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned>(b) & 15];
  }
  return out;
}

// As docs/formats/record.md shows it. A change here is a new version of the format.
TEST(Record, GoldenBytes) {
  std::string kept;
  std::vector<std::byte> file(record_magic().begin(), record_magic().end());
  RecordHash record([&](std::span<const std::byte> payload) {
    kept += hex(payload);
    const std::vector<std::byte> framed = frame(payload);
    file.insert(file.end(), framed.begin(), framed.end());
  });
  for (const Event& e : small_run()) record.append(e);
  EXPECT_EQ(record.sha256(), "9d64d2e1acca82b15e1c6f26d8e10ea5d1f47c584cfcca04dccee6d673618b6a");
  EXPECT_EQ(record.events(), 20u);
  EXPECT_EQ(
      kept,
      "d00f000002736b000000000109eb84a4ec9db4ebb284000000010005756c73616e000200000000040202f4030b"
      "756c73616e2f68616c6c310000000000e8070003000100080164010000010000000000000000e8070001e80700"
      "00000000e80700000000040020000006000008c0a90700000006010008c0a90700000006020008c0a907000000"
      "060300088080808080808080400000000b000000010004010000000000000b01010090b907e80705000800e807"
      "0902000b020304f099070700000a000b00010001010401000000000000080090c5030801");
  EXPECT_EQ(hex(std::span(file).first(22)), "64757265207265636f726420320ad80000005ca41754");
}

// The worked example of the format's page is these bytes.
TEST(Record, TheWorkedExampleIsRight) {
  std::ifstream page(source_dir() + "/docs/formats/record.md");
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
  std::vector<std::byte> payload;
  Millis before;
  for (const Event& e : small_run()) {
    encode(e, before, payload);
    before = e.at;
  }
  EXPECT_EQ(shown, hex(record_magic()) + hex(frame(payload)));
}

TEST(Record, TheHashDoesNotDependOnTheFrames) {
  RecordHash whole, flushed;
  for (const Event& e : small_run()) {
    whole.append(e);
    flushed.append(e);
    flushed.flush();
  }
  EXPECT_EQ(whole.sha256(), flushed.sha256());
}

// ---- the file

struct File {
  std::vector<std::byte> bytes;
  std::vector<std::size_t> frames;           // where each begins, and the end of the file
  std::vector<std::uint64_t> events_before;  // whole events before each of these
};

File file_of(const std::vector<Event>& events, std::size_t a_frame) {
  File f;
  f.bytes.assign(record_magic().begin(), record_magic().end());
  f.frames.push_back(f.bytes.size());
  f.events_before.push_back(0);
  std::uint64_t n = 0;
  RecordHash record([&](std::span<const std::byte> payload) {
    const std::vector<std::byte> framed = frame(payload);
    f.bytes.insert(f.bytes.end(), framed.begin(), framed.end());
    f.frames.push_back(f.bytes.size());
    f.events_before.push_back(n);
  });
  for (const Event& e : events) {
    record.append(e);
    if (++n % a_frame == 0) record.flush();
  }
  record.flush();
  return f;
}

TEST(Record, TornAtEveryByte) {
  const File f = file_of(small_run(), 3);
  std::size_t whole = 0;  // frames
  for (std::size_t size = 0; size <= f.bytes.size(); ++size) {
    while (whole + 1 < f.frames.size() && f.frames[whole + 1] <= size) ++whole;
    std::uint64_t taken = 0;
    const auto result =
        read_record(std::span(f.bytes).first(size), "r", [&](const Event&) { ++taken; });
    if (size < f.frames[0]) {
      ASSERT_FALSE(result) << size;
      ASSERT_EQ(taken, 0u);
    } else if (size == f.frames[whole]) {
      ASSERT_TRUE(result) << size;
      ASSERT_EQ(result.value(), f.events_before[whole]);
      ASSERT_EQ(taken, f.events_before[whole]);
    } else {
      ASSERT_FALSE(result) << size;
      ASSERT_EQ(taken, f.events_before[whole]) << size;
      ASSERT_EQ(result.fault().where, "r: frame at byte " + std::to_string(f.frames[whole]));
      ASSERT_EQ(result.fault().hint, std::to_string(taken) + " events before it are whole");
    }
  }
}

TEST(Record, AlteredAtEveryByte) {
  const File f = file_of(small_run(), 3);
  for (std::size_t at = 0; at < f.bytes.size(); ++at)
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::vector<std::byte> bytes = f.bytes;
      bytes[at] ^= static_cast<std::byte>(flip);
      std::size_t frame = 0;
      while (frame + 1 < f.frames.size() && f.frames[frame + 1] <= at) ++frame;
      std::uint64_t taken = 0;
      const auto result = read_record(bytes, "r", [&](const Event&) { ++taken; });
      ASSERT_FALSE(result) << at;
      ASSERT_EQ(taken, at < f.frames[0] ? 0 : f.events_before[frame]) << at;
    }
}

// A disk that lost the end of a file hands out zeros. They must not pass for frames without events.
TEST(Record, ZerosAtTheEnd) {
  File f = file_of(small_run(), 100);
  for (int n = 1; n <= 64; ++n) {
    f.bytes.push_back(std::byte{0});
    const auto result = read_record(f.bytes, "r", [](const Event&) {});
    ASSERT_FALSE(result) << n;
    ASSERT_EQ(result.fault().hint, "20 events before it are whole");
  }
}

TEST(Record, OtherFiles) {
  for (const std::string text : {"", "dure", "dure record 1\n", "{}\n", "dure record 2\r\n"})
    EXPECT_FALSE(read_record(std::as_bytes(std::span(text)), "r", [](const Event&) { FAIL(); }))
        << text;
  EXPECT_EQ(read_record(record_magic(), "r", [](const Event&) {}).value(), 0u);
}

TEST(Record, RebuildsTheWorld) {
  World lived, read;
  const std::vector<Event> events = small_run();
  const File f = file_of(events, 4);
  for (const Event& e : events) {
    lived.apply(e);
    audit(lived);
  }
  const auto result = read_record(f.bytes, "r", [&](const Event& e) { read.apply(e); });
  ASSERT_TRUE(result);
  audit(read);
  EXPECT_EQ(text_of(read), text_of(lived));
  EXPECT_EQ(lived.job(JobId{1}).state, JobState::ended);
  EXPECT_EQ(lived.job(JobId{2}).state, JobState::cancelled);
  EXPECT_EQ(lived.job(JobId{3}).state, JobState::refused);
  EXPECT_EQ(lived.ledger().balance(MemberId{0}).count(), 4 * (60'000 + 29'000));
  EXPECT_EQ(lived.ledger().balance(MemberId{1}).count(), -4 * (60'000 + 29'000));
}

}  // namespace
}  // namespace dure
