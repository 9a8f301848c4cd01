// SWF: the defects of real logs, the rules of the reference, round trips.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "io/traces/batch_builder.h"
#include "io/traces/swf.h"
#include "io/traces_testing.h"

namespace dure {
namespace {

Result<BatchLog> log_of(std::string_view text, LogOptions options = {}) {
  return read_swf(ByteSource::of_memory("mem.swf", text), options);
}

Result<std::vector<SwfJob>> jobs_of(std::string_view text) {
  SwfReader reader(ByteSource::of_memory("mem.swf", text));
  std::vector<SwfJob> out;
  for (SwfJob job;;) {
    const Step step = reader.next(job);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) return Result<std::vector<SwfJob>>(std::move(out));
    out.push_back(job);
  }
}

const std::string kRow = "1 10 -1 100 4 -1 -1 8 200 -1 1 7 -1 -1 -1 -1 -1 -1";

TEST(Swf, ReadsAllFieldsOfARow) {
  const auto jobs = jobs_of("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n");
  const SwfJob expected{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
  EXPECT_EQ(jobs.value(), std::vector<SwfJob>{expected});
}

TEST(Swf, LayoutDoesNotMatter) {
  const std::vector<SwfJob> expected = jobs_of(kRow).value();
  std::string tabs = kRow;
  for (char& c : tabs)
    if (c == ' ') c = '\t';
  for (const std::string& text :
       {kRow + "\r\n", "   " + kRow + " \t \n", "\xef\xbb\xbf" + kRow, tabs, "\n\n" + kRow,
        "; a\n" + kRow + "\n;MaxProcs: 3\n", kRow + " 19 {1,1} q_1d 1:ppn=12\n",
        kRow + " words are not read here\n"})
    EXPECT_EQ(jobs_of(text).value(), expected) << text;
}

TEST(Swf, FractionsAreRoundedAndAwkNumbersRead) {
  const auto jobs = jobs_of("+1 1.5e+06 -1 99.5 4 552.21 -1 -1 0.4 -1\n").value();
  EXPECT_EQ(jobs[0].job, 1);
  EXPECT_EQ(jobs[0].submit_s, 1'500'000);
  EXPECT_EQ(jobs[0].run_s, 100);
  EXPECT_EQ(jobs[0].average_cpu_s, 552);
  EXPECT_EQ(jobs[0].requested_s, 0);
  EXPECT_EQ(jobs[0].status, -1);
}

TEST(Swf, ShortRowsAreFilledAndCountedVeryShortOnesRefused) {
  const auto log = log_of(";MaxProcs: 8\n" + kRow + "\n2 0 -1 5 1\n").value();
  EXPECT_EQ(log.jobs.size(), 2u);
  EXPECT_EQ(log.short_rows, 1);
  EXPECT_EQ(jobs_of(kRow + "\n2 0 -1 5\n").fault().where, "mem.swf:2");
}

TEST(Swf, UnreadableTokensAreFaultsWithTheirPlace) {
  const std::map<std::string, std::string> places = {
      {"1 10 -1 abc 4", "mem.swf:2:9"},
      {"1 10 -1 1x 4", "mem.swf:2:9"},
      {"1 10 -1 0x10 4", "mem.swf:2:9"},
      {"1 10 -1 nan 4", "mem.swf:2:9"},
      {"1 10 -1 inf 4", "mem.swf:2:9"},
      {"1 10 -1 - 4", "mem.swf:2:9"},
      {"1 10 -1 --1 4", "mem.swf:2:9"},
      {"1 10 -1 9223372036854775808 4", "mem.swf:2:9"},
      {"1 10 -1 99999999999999999999999 4", "mem.swf:2:9"},
      {"1 10 -1 1e300 4", "mem.swf:2:9"},
      {"1 10 -1 1e99999 4", "mem.swf:2:9"},
      {"1 10 -1 5\v 4", "mem.swf:2:9"},
      {"# comment", "mem.swf:2:1"},
      {"1,10,-1,5,4", "mem.swf:2:1"},
      {"1 10 -1 100 4 -1 -1 8 200 -1 1 7 -1 -1 -1 -1 -1 x", "mem.swf:2:49"},
  };
  for (const auto& [row, place] : places) {
    const auto jobs = jobs_of(";\n" + row + "\n");
    ASSERT_FALSE(jobs) << row;
    EXPECT_EQ(jobs.fault().where, place) << row;
  }
}

TEST(Swf, TheLargestNumbersAreRead) {
  const auto jobs = jobs_of("9223372036854775807 -9223372036854775808 -1 5 1\n").value();
  EXPECT_EQ(jobs[0].job, INT64_MAX);
  EXPECT_EQ(jobs[0].submit_s, INT64_MIN);
}

TEST(Swf, MessagesHoldNoControlBytesAndAreShort) {
  const Fault fault = jobs_of("1 2 \x1b[31m" + std::string(5000, 'x') + " 4 5\n").fault();
  EXPECT_EQ(to_string(fault).find('\x1b'), std::string::npos);
  EXPECT_LT(to_string(fault).size(), 300u);
}

TEST(Swf, RulesOfTheReference) {
  const auto log = log_of(
      "; MaxProcs: 0\n; MaxNodes: 16\n"
      "1 50 -1 100 4 -1 -1 8 200 -1 1 7\n"   // requested before allocated
      "2 10 -1 100 4 -1 -1 -1 -1 -1 1 -1\n"  // allocated; estimate = run; earlier than job 1
      "3 50 -1 300 4 -1 -1 4 200 -1 1 7\n"   // cut to what was asked for
      "4 50 -1 0 4\n5 50 -1 -1 4\n"          // no run time
      "6 50 -1 5 -1 -1 -1 0 9\n"             // no processors
      "7 -1 -1 5 1\n"                        // before the log
      "8 50 -1 5 17\n"                       // larger than the machine
      "1 60 -1 5 1\n"                        // again
      "9 50 -1 5 1 -1 -1 1 0\n");            // requested time 0 is unknown
  ASSERT_TRUE(log) << to_string(log.fault());
  const BatchLog& l = log.value();
  EXPECT_EQ(l.procs, 16);
  EXPECT_EQ(l.rows, 10);
  EXPECT_EQ(l.dropped, (std::array<std::int64_t, kDropCount>{2, 1, 1, 1, 1, 0}));
  EXPECT_EQ(l.cut_to_estimate, 1);
  ASSERT_EQ(l.jobs.size(), 4u);
  const auto is = [](const BatchJob& j, std::int64_t number, std::int64_t submit, std::int64_t run,
                     std::int64_t estimate, int procs) {
    return j.number == number && j.submit == seconds(submit) && j.run == seconds(run) &&
           j.estimate == seconds(estimate) && j.procs == procs;
  };
  EXPECT_TRUE(is(l.jobs[0], 2, 10, 100, 100, 4));
  EXPECT_TRUE(is(l.jobs[1], 1, 50, 100, 200, 8));
  EXPECT_TRUE(is(l.jobs[2], 3, 50, 200, 200, 4));
  EXPECT_TRUE(is(l.jobs[3], 9, 50, 5, 5, 1));
  EXPECT_EQ(l.jobs[0].user, -1);
  EXPECT_EQ(l.jobs[1].user, 7);
}

TEST(Swf, TheMachineComesFromTheHeaderOrTheOption) {
  LogOptions procs;
  procs.procs = 4;
  EXPECT_EQ(log_of(";MaxProcs: 8 (of 9)\n;MaxProcs: 7\n;MaxNodes: 6\n" + kRow).value().procs, 8);
  EXPECT_EQ(log_of(";MaxNodes: 9\n" + kRow).value().procs, 9);
  EXPECT_EQ(log_of(";MaxProcs: 3\n2 0 0 5 4\n" + kRow, procs).value().procs, 4);
  EXPECT_EQ(log_of(";MaxNodes: -1\n" + kRow).fault().hint, "give it: --procs P");
  LogOptions any;
  any.machine = MachineSize::may_be_unknown;
  EXPECT_EQ(log_of(kRow, any).value().procs, 0);
  procs.procs = 0;
  EXPECT_EQ(log_of(kRow, procs).fault().where, "--procs");
}

TEST(Swf, TheWindowIsHalfOpen) {
  LogOptions window;
  window.procs = 1;
  window.from = seconds(10);
  window.to = seconds(20);
  const auto log = log_of("1 9 0 5 1\n2 10 0 5 1\n3 19 0 5 1\n4 20 0 5 1\n", window).value();
  ASSERT_EQ(log.jobs.size(), 2u);
  EXPECT_EQ(log.jobs[0].number, 2);
  EXPECT_EQ(log.dropped_for(Drop::outside_window), 2);
}

TEST(Swf, EmptyLogsAndLogsWithNothingToKeepAreFaults) {
  EXPECT_FALSE(log_of(""));
  EXPECT_FALSE(log_of("; MaxProcs: 5\n"));
  const Fault fault = log_of("; MaxProcs: 5\n1 0 0 0 1\n2 0 0 5 6\n").fault();
  EXPECT_NE(fault.found.find("no_run_time 1, larger_than_machine 1"), std::string::npos);
}

TEST(Swf, TimesThatCouldOverflowAScheduleAreRefused) {
  LogOptions o;
  o.procs = 2147483647;
  EXPECT_EQ(log_of("1 0 0 1000000000001 1\n", o).fault().where, "mem.swf:1");
  EXPECT_FALSE(log_of("1 0 0 1000000000000 2147483647\n", o));  // processor-time
  std::string many;
  for (int i = 0; i < 5000; ++i) many += std::to_string(i) + " 0 0 1000000000000 1\n";
  EXPECT_FALSE(log_of(many, o));
  EXPECT_TRUE(log_of("1 0 0 1000000000000 1\n", o));
}

TEST(Swf, MoreProcessorsThan32BitsAreLargerThanAnyMachine) {
  LogOptions o;
  o.procs = 8;
  const auto log = log_of(kRow + "\n2 0 0 5 5000000000\n", o).value();
  EXPECT_EQ(log.dropped_for(Drop::larger_than_machine), 1);
}

SwfJob any_job() {
  SwfJob j;
  const auto any = rc::gen::arbitrary<std::int64_t>();
  for (std::int64_t* field :
       {&j.job, &j.submit_s, &j.wait_s, &j.run_s, &j.allocated_procs, &j.average_cpu_s,
        &j.memory_kb, &j.requested_procs, &j.requested_s, &j.requested_memory_kb, &j.status,
        &j.user, &j.group, &j.executable, &j.queue, &j.partition, &j.preceding_job, &j.think_s})
    *field = *any;
  return j;
}

TEST(Swf, WhatIsWrittenReadsBackPlainAndPacked) {
  TempFolder folder;
  EXPECT_TRUE(rc::check("jobs", [&] {
    const auto n = *rc::gen::inRange<std::size_t>(0, 6);
    std::vector<SwfJob> jobs;
    for (std::size_t i = 0; i < n; ++i) jobs.push_back(any_job());
    LogHeader header;
    header.computer = "two\nlines";
    header.max_procs = *rc::gen::inRange<std::int64_t>(1, 1000);
    header.unix_start_s = 843480031;
    for (const std::string name : {"a.swf", "a.swf.gz"}) {
      RC_ASSERT(static_cast<bool>(write_swf(folder / name, header, jobs)));
      auto reader = SwfReader::open(folder / name);
      RC_ASSERT(static_cast<bool>(reader));
      std::vector<SwfJob> back;
      SwfJob job;
      while (reader.value().next(job) == Step::item) back.push_back(job);
      RC_ASSERT(back == jobs);
      RC_ASSERT(reader.value().header().max_procs == header.max_procs);
      RC_ASSERT(reader.value().header().unix_start_s == header.unix_start_s);
      RC_ASSERT(reader.value().header().computer == "two lines");
    }
  }));
}

// The rules once more, the slow and obvious way, on random small logs.
TEST(Swf, RandomLogsKeepTheInvariants) {
  EXPECT_TRUE(rc::check("BatchLog", [] {
    const auto n = *rc::gen::inRange<int>(1, 12);
    std::string text;
    std::map<std::int64_t, int> numbers;
    int keep = 0;
    for (int i = 0; i < n; ++i) {
      const auto number = *rc::gen::inRange<std::int64_t>(0, 8);
      const auto submit = *rc::gen::inRange<std::int64_t>(-1, 5);
      const auto run = *rc::gen::inRange<std::int64_t>(-1, 4);
      const auto allocated = *rc::gen::inRange<std::int64_t>(-1, 7);
      const auto requested = *rc::gen::inRange<std::int64_t>(-1, 7);
      const auto asked = *rc::gen::inRange<std::int64_t>(-1, 4);
      for (const std::int64_t v : {number, submit, std::int64_t{-1}, run, allocated,
                                   std::int64_t{-1}, std::int64_t{-1}, requested, asked})
        text += std::to_string(v) + " ";
      text += "\n";
      const std::int64_t procs = requested > 0 ? requested : allocated;
      if (run > 0 && procs > 0 && submit >= 0 && procs <= 5 && numbers[number]++ == 0) ++keep;
    }
    LogOptions o;
    o.procs = 5;
    const auto result = log_of(text, o);
    RC_ASSERT(static_cast<bool>(result) == (keep > 0));
    if (!result) return;
    const BatchLog& log = result.value();
    RC_ASSERT(static_cast<int>(log.jobs.size()) == keep);
    std::int64_t all = keep;
    for (const std::int64_t d : log.dropped) all += d;
    RC_ASSERT(all == log.rows);
    for (std::size_t i = 0; i < log.jobs.size(); ++i) {
      const BatchJob& j = log.jobs[i];
      if (i > 0) RC_ASSERT(log.jobs[i - 1].submit <= j.submit);  // RC_ASSERT evaluates both of ||
      RC_ASSERT(j.submit >= Millis() && j.run > Millis() && j.run <= j.estimate);
      RC_ASSERT(j.procs > 0 && j.procs <= log.procs);
    }
  }));
}

struct Known {
  const char* file;
  const char* schedule;
  std::int64_t procs_option, kept, procs;
};

TEST(Swf, SharedLogsKeepTheJobsThatTheReferenceKeeps) {
  for (const Known& k : {Known{"KTH-SP2-1996-2-filtered", "kth", 0, 28481, 100},
                         Known{"CTC-SP2-1996-filtered", "ctc", 0, 77199, 338},
                         Known{"Lublin-256", "lublin-256", 0, 10000, 256},
                         Known{"CERIT-Wagap-2013", "cerit", 2176, 17898, 2176}}) {
    LogOptions o;
    if (k.procs_option > 0) o.procs = k.procs_option;
    const std::string path = shared("data/traces/swf/" + std::string(k.file) + ".swf.gz");
    const auto log = read_job_log(path, TraceFormat::automatic, o);
    ASSERT_TRUE(log) << to_string(log.fault());
    EXPECT_EQ(static_cast<std::int64_t>(log.value().jobs.size()), k.kept) << k.file;
    EXPECT_EQ(log.value().procs, k.procs);
    // The reference lists the kept jobs in order of submission.
    const std::string schedule =
        shared("data/reference/" + std::string(k.schedule) + ".easy.csv.gz");
    LineReader lines(ByteSource::open(schedule).value());
    ASSERT_EQ(lines.next(), Step::item);
    for (const BatchJob& job : log.value().jobs) {
      ASSERT_EQ(lines.next(), Step::item);
      ASSERT_EQ(lines.line().substr(0, lines.line().find(',')), std::to_string(job.number));
    }
    EXPECT_EQ(lines.next(), Step::end);
  }
}

}  // namespace
}  // namespace dure
