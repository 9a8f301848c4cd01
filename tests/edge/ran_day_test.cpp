// A scenario of AI-RAN as a user writes it: the shipped one holds together, and what cannot be is
// refused with its arithmetic.
#include "edge/ran_day.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "edge/ran_check.h"
#include "io/described_file.h"
#include "source_dir.h"

namespace dure {
namespace {

const std::string kShipped = source_dir() + "/scenarios/members/ai-ran.yaml";

Outcome<RanSpec> read_with(std::vector<std::string> settings) {
  return read_described_file<RanSpec>(kShipped, settings, check_ran);
}

RanSpec shipped() {
  Outcome<RanSpec> read = read_with({"check_slots=2000"});
  if (!read)
    for (const Fault& f : read.faults()) ADD_FAILURE() << to_string(f);
  return read ? std::move(read).value() : RanSpec{};
}

// The one Fault of what these settings make of it.
std::string refusal(std::vector<std::string> settings) {
  const Outcome<RanSpec> read = read_with(std::move(settings));
  if (read) return "taken";
  return to_string(read.faults().front());
}

RanSums sum_of(const RanDay& day, RanWay way) {
  RanSums all;
  for (const RanRow& r : day.rows[static_cast<std::size_t>(way)]) all.add(r.sums);
  return all;
}

TEST(RanDay, ShippedScenarioHoldsTogether) {
  const RanSpec spec = shipped();
  const RanDay day = run_ran_day(spec, 1);
  const RanSums none = sum_of(day, RanWay::none), split = sum_of(day, RanWay::partition);
  const RanSums lending = sum_of(day, RanWay::lending);
  const RanSums unguarded = sum_of(day, RanWay::lending_unguarded);
  EXPECT_EQ(none.cells, 14'900);
  EXPECT_EQ(none.gpus, 1'490);
  EXPECT_EQ(none.missed, 0);     // ten cells fit, whatever comes
  EXPECT_EQ(lending.missed, 0);  // and a guard takes nothing from them
  EXPECT_EQ(none.lent_gpu_h, 0);
  EXPECT_NEAR(none.used_gpu_h, lending.used_gpu_h, 1e-6);
  EXPECT_GT(lending.lent_gpu_h, split.lent_gpu_h);
  EXPECT_GT(split.missed, 0);
  EXPECT_LE(unguarded.missed * 1e6, 10 * unguarded.slots);
  for (const RanSums& s : {none, split, lending, unguarded}) {
    EXPECT_LE(s.used_gpu_h + s.lent_gpu_h + s.lost_gpu_h, s.gpus * 24 + 1e-6);
    EXPECT_GE(s.kwh, s.gpus * 24 * spec.gpu.idle_w / 1000 - 1e-6);
    EXPECT_LE(s.kwh, s.gpus * 24 * spec.gpu.inference_w / 1000 + 1e-6);
  }
  for (const RanCheckpoint& c : day.checks) {
    EXPECT_TRUE(c.time_adds_up && c.within_reclaim);
    EXPECT_LT(c.used_off, 0.02);
    EXPECT_LT(c.lent_off, 0.02);
  }
}

RanSpec few_groups() {
  RanSpec spec = shipped();
  for (CellRowSpec& row : spec.cells) row.groups = 2;
  spec.check_slots = 100;
  return spec;
}

TEST(RanDay, SameSeedSameDayAndAnotherSeedAnother) {
  const RanSpec spec = few_groups();
  EXPECT_EQ(sum_of(run_ran_day(spec, 3), RanWay::lending).lent_gpu_h,
            sum_of(run_ran_day(spec, 3), RanWay::lending).lent_gpu_h);
  EXPECT_NE(sum_of(run_ran_day(spec, 3), RanWay::lending).lent_gpu_h,
            sum_of(run_ran_day(spec, 4), RanWay::lending).lent_gpu_h);
}

TEST(RanDay, MoneyAndTokensAreOfWhatIsLent) {
  RanSpec spec;
  spec.money.krw_per_gpu_hour = 1'200;
  spec.gpu.inference_tokens_per_s = 2'500;
  RanSums s;
  s.lent_gpu_h = 10;
  EXPECT_EQ(krw_lent(spec, s), 12'000);
  EXPECT_EQ(tokens(spec, s), 90'000'000);
}

TEST(RanDay, LeastShareIsEnoughAndOneLessIsNot) {
  const RanSpec spec = few_groups();
  const RanDay day = run_ran_day(spec, 1);
  const RanArithmetic& a = day.arithmetic.front();
  const RadioSpec& radio = spec.radios.front();
  EXPECT_LE(group_work(spec.cells[0], radio, a.least_share_milli).worst_ns(), a.deadline_ns);
  EXPECT_GT(group_work(spec.cells[0], radio, a.least_share_milli - 1).worst_ns(), a.deadline_ns);
}

TEST(RanCheck, RefusesWithTheArithmetic) {
  EXPECT_NE(refusal({"lending.preempt_us=0", "lending.quantum_us=2000", "lending.reclaim_ms=1"})
                .find("1000.0 us < quantum 2000 + switch 5 = 2005.0 us"),
            std::string::npos);
  const std::string many = refusal({"cells[skt_stadium].cells_per_group=20"});
  EXPECT_NE(many.find("80 grants x 10.2 us x load 0.85"), std::string::npos) << many;
  EXPECT_NE(many.find("at hour 19"), std::string::npos) << many;
  EXPECT_NE(many.find("--set cells[skt_stadium]"), std::string::npos) << many;
  EXPECT_NE(refusal({"partition.ran_share_milli=600"}).find("2.4"), std::string::npos);
}

TEST(RanCheck, RefusesWhatIsNoRadio) {
  EXPECT_NE(refusal({"radios[0].slot_us=300"}).find("1 ms / 2^n"), std::string::npos);
  EXPECT_NE(refusal({"radios[0].deadline_us=501"}).find("at most slot_us: 500 us"),
            std::string::npos);
  EXPECT_NE(refusal({"radios[0].tdd=DDX"}).find("of D, S and U"), std::string::npos);
  EXPECT_NE(refusal({"gpu.ran_w=10"}).find("at least idle_w"), std::string::npos);
  EXPECT_NE(refusal({"cells[0].place=offise"}).find("did you mean office?"), std::string::npos);
  EXPECT_NE(refusal({"cells[1].id=samsung_plant"}).find("first as cells[0]"), std::string::npos);
  EXPECT_NE(refusal({"cells[0].groups=1000000"}).find("100,000,000"), std::string::npos);
  EXPECT_NE(refusal({"check_slots=10000000"}).find("20,000,000"), std::string::npos);
  EXPECT_NE(refusal({"money.source=nobody"}).find("ids of sources"), std::string::npos);
  EXPECT_NE(refusal({"cells[0].gruops=3"}).find("groups"), std::string::npos);
}

// A piece as long as the deadline would make every slot late; it is told, not run.
TEST(RanCheck, RefusesPiecesLongerThanADeadline) {
  const std::string long_piece =
      refusal({"lending.preempt_us=0", "lending.quantum_us=445", "lending.reclaim_ms=1"});
  EXPECT_NE(long_piece.find("less than 450.0 us"), std::string::npos) << long_piece;
  EXPECT_EQ(refusal({"lending.preempt_us=0", "lending.quantum_us=444", "lending.reclaim_ms=1"}),
            "taken");
}

}  // namespace
}  // namespace dure
