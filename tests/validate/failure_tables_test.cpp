// The published failure logs beside the model: on rows written here, and on the recorded tables
// where they are.
#include "validate/failure_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "shared_folder.h"
#include "shipped.h"
#include "temp_folder.h"
#include "validate/fleet_run.h"

namespace dure {
namespace {

const FailureSpec& shipped() { return shipped_models().failures; }

const std::string kHeader =
    "id,suite,gpu,n_gpus,n_nodes,period_days,category,cause,metric,value,unit,evidence\n";

class FailureTables : public ::testing::Test {
 protected:
  Result<std::vector<ValidationTable>> tables(const std::string& text) {
    return failure_tables(shipped(), folder_.put("failures.csv", text));
  }
  const TempFolder folder_;
};

TEST_F(FailureTables, AKnownFleetIsAnsweredByItsCountsAnotherByTheReference) {
  const auto t =
      tables(kHeader +
             "a,stepfun-400-second-half,not stated,,400,174,summary,all,faults,300,count,read\n"
             "b,newcomer,H100,800,100,100,summary,all,faults,40,count,read\n"
             "c,newcomer,B200,800,100,100,GPU,GPU,faults,30,count,read\n"
             "d,newcomer,B200,800,100,100,summary,all,faults,9,count,paper-from-memory\n"
             "e,newcomer,B200,800,100,100,summary,all,restarts,9,\"count, lower bound\",read\n");
  ASSERT_TRUE(t) << (t ? "" : to_string(t.fault()));
  ASSERT_EQ(t.value()[0].table, "failures_rates");
  const auto& rows = t.value()[0].rows;
  ASSERT_EQ(rows.size(), 3U);                  // d was not read in the paper, e is a bound
  EXPECT_NEAR(*rows[0].predicted, 312, 10);    // as in the first half
  EXPECT_NEAR(*rows[1].predicted, 40.8, 0.5);  // 4.08 per 1,000 node-days
  EXPECT_NEAR(*rows[2].predicted, 9.56 * 0.192 * 10 * 1.11, 0.3);
}

TEST_F(FailureTables, WhatCannotBeAnsweredIsCountedNotInvented) {
  const auto t = tables(kHeader +
                        "a,x,H100,,,174,summary,all,faults,300,count,read\n"
                        "b,x,H100,,,174,repair,Warp core,time_out_p50,3,h,read\n");
  ASSERT_TRUE(t) << (t ? "" : to_string(t.fault()));
  for (const ValidationTable& table : t.value()) {
    for (const ValidationRow& r : table.rows) EXPECT_FALSE(r.predicted) << r.id;
    EXPECT_FALSE(verdict(table).ok);
  }
}

TEST_F(FailureTables, BadFilesAreRefused) {
  EXPECT_FALSE(failure_tables(shipped(), folder_ / "nowhere"));
  EXPECT_FALSE(tables("id,suite\na,b\n"));
  EXPECT_FALSE(tables(kHeader + "a,b\n"));
  EXPECT_FALSE(tables(kHeader + "a,x,H100,8,1,1,summary,all,faults,many,count,read\n"));
  EXPECT_TRUE(tables(kHeader));  // no rows, no tables
}

// What the model is for: a fleet like StepFun's, and how far the independent model is from it.
TEST(FleetRun, ClusteredWhereTheIndependentModelIsNot) {
  FleetRun run;
  run.fleet = "stepfun";
  run.nodes = 400;
  run.period_days = 174;
  const FleetLog log = run_fleet(shipped(), run).value();
  EXPECT_NEAR(log.faults, 312, 40);
  EXPECT_NEAR(log.with_another_pct, 24, 5);
  EXPECT_NEAR(log.worst_20_share_pct, 35, 5);
  EXPECT_NEAR(log.nodes_with_a_fault, 159, 20);
  EXPECT_NEAR(log.availability_pct, 97.08, 0.5);
  FailureSpec alike = shipped();
  for (FailureCauseSpec& c : alike.causes) {
    c.uneven = false;
    c.together_share = 0;
  }
  const FleetLog even = run_fleet(alike, run).value();
  EXPECT_NEAR(even.faults, 312, 40);
  EXPECT_LT(even.with_another_pct, 2);
  EXPECT_LT(even.worst_20_share_pct, 25);
  EXPECT_GT(even.nodes_with_a_fault, 200);
  run.nodes = 0;
  EXPECT_FALSE(run_fleet(shipped(), run));
}

TEST(FleetRun, TheSameTwice) {
  FleetRun run;
  run.nodes = 100;
  run.period_days = 50;
  run.seeds = 3;
  const FleetLog a = run_fleet(shipped(), run).value(), b = run_fleet(shipped(), run).value();
  EXPECT_EQ(a.out_hours, b.out_hours);
  EXPECT_EQ(a.mean_nodes_out, b.mean_nodes_out);
}

TEST(FailureTruth, RecordedTablesAreWithinTheirBars) {
  const std::string csv = shared_folder() + "/data/truth/failures.csv";
  ASSERT_TRUE(is_shared(csv)) << csv << kSetShared;
  const auto tables = failure_tables(shipped(), csv);
  ASSERT_TRUE(tables) << (tables ? "" : to_string(tables.fault()));
  EXPECT_EQ(tables.value().size(), 5U);
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    EXPECT_TRUE(v.ok) << t.table << " " << v.mape_pct << " %, unanswered " << v.unanswered;
  }
  // The model that it replaces is not within them.
  const auto independent = independent_failure_tables(shipped(), csv);
  ASSERT_TRUE(independent);
  for (const ValidationTable& t : independent.value()) EXPECT_FALSE(verdict(t).ok) << t.table;
}

TEST(FailureTruth, UnseenFleetsAreKnownToAFactorOfTwo) {
  const ValidationTable t = unseen_fleets(shipped());
  EXPECT_EQ(t.rows.size(), 6U);
  EXPECT_TRUE(verdict(t).ok);
  // Llama 3 by StepFun and OPT: (312 + 134) in 69,600 + 8,576 node-days.
  EXPECT_NEAR(*t.rows[0].predicted, 1000.0 * 446 / 78'176, 1e-9);
  EXPECT_NEAR(t.rows[0].measured, 3.789, 0.001);
}

}  // namespace
}  // namespace dure
