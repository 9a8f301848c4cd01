// Four recorded logs, three policies: every start as in shared/data/reference. And EASY against
// what another program, pyss, published: every wait of KTH and CTC.
#include <gtest/gtest.h>

#include <charconv>
#include <map>

#include "io/line_reader.h"
#include "io/traces/swf.h"
#include "io/traces_testing.h"
#include "sim/replay.h"

namespace dure {
namespace {

struct Case {
  const char* log;   // in data/traces/swf
  const char* name;  // in data/reference
  std::size_t jobs;
  std::int64_t procs;
};
constexpr Case kCases[] = {{"KTH-SP2-1996-2-filtered", "kth", 28'481, 100},
                           {"CTC-SP2-1996-filtered", "ctc", 77'199, 338},
                           {"Lublin-256", "lublin-256", 10'000, 256},
                           {"CERIT-Wagap-2013", "cerit", 17'898, 2'176}};

const BatchLog& read(const Case& c) {  // once for its three policies
  static std::map<std::string, BatchLog> known;
  const auto it = known.find(c.log);
  if (it != known.end()) return it->second;
  LogOptions options;
  options.procs = c.procs;
  auto log = read_job_log(shared("data/traces/swf/" + std::string(c.log) + ".swf.gz"),
                          TraceFormat::automatic, options);
  if (!log) ADD_FAILURE() << to_string(log.fault());
  return known.emplace(c.log, log ? std::move(log.value()) : BatchLog{}).first->second;
}

struct Param {
  Case log;
  ReplayPolicy policy;
  const char* policy_name;
};
class Reference : public testing::TestWithParam<Param> {};

TEST_P(Reference, EveryStart) {
  const Param& p = GetParam();
  const BatchLog& log = read(p.log);
  ASSERT_EQ(log.jobs.size(), p.log.jobs);
  auto source = ByteSource::open(
      shared("data/reference/" + std::string(p.log.name) + "." + p.policy_name + ".csv.gz"));
  ASSERT_TRUE(source) << to_string(source.fault());
  LineReader lines(std::move(source.value()));
  ASSERT_EQ(lines.next(), Step::item);
  ASSERT_EQ(lines.line(), "job,start_s");
  const ReplayResult result = replay(log.jobs, p.log.procs, p.policy);
  std::size_t row = 0, wrong = 0;
  for (; lines.next() == Step::item; ++row) {
    ASSERT_LT(row, log.jobs.size());
    std::int64_t number = 0, start_s = 0;
    const std::string_view line = lines.line();
    const auto comma = std::from_chars(line.data(), line.data() + line.size(), number);
    const auto end = std::from_chars(comma.ptr + 1, line.data() + line.size(), start_s);
    ASSERT_TRUE(end.ec == std::errc{} && end.ptr == line.data() + line.size()) << line;
    ASSERT_EQ(log.jobs[row].number, number);
    if (result.jobs[row].start != seconds(start_s) && ++wrong <= 5)
      ADD_FAILURE() << "job " << number << " started at " << result.jobs[row].start.count()
                    << " ms, not at " << start_s << " s";
  }
  EXPECT_EQ(row, log.jobs.size());
  EXPECT_EQ(wrong, 0u);
}

std::vector<Param> params() {
  std::vector<Param> all;
  for (const Case& c : kCases) {
    all.push_back({c, ReplayPolicy::fcfs, "fcfs"});
    all.push_back({c, ReplayPolicy::easy, "easy"});
    all.push_back({c, ReplayPolicy::conservative, "conservative"});
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Logs, Reference, testing::ValuesIn(params()), [](const auto& info) {
  std::string name = std::string(info.param.log.name) + "_" + info.param.policy_name;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

class Pyss : public testing::TestWithParam<std::pair<Case, const char*>> {};
TEST_P(Pyss, EveryWait) {
  const Case& c = GetParam().first;
  const BatchLog& log = read(c);
  ASSERT_EQ(log.jobs.size(), c.jobs);
  auto reader =
      SwfReader::open(shared("data/traces/swf-reference/" + std::string(GetParam().second)));
  ASSERT_TRUE(reader) << to_string(reader.fault());
  std::map<std::int64_t, SwfJob> published;  // its rows are in order of completion
  SwfJob row;
  Step step;
  while ((step = reader.value().next(row)) == Step::item) published[row.job] = row;
  ASSERT_EQ(step, Step::end);
  ASSERT_EQ(published.size(), c.jobs);
  const ReplayResult result = replay(log.jobs, c.procs, ReplayPolicy::easy);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < log.jobs.size(); ++i) {
    const auto it = published.find(log.jobs[i].number);
    ASSERT_NE(it, published.end()) << log.jobs[i].number;
    ASSERT_EQ(seconds(it->second.submit_s), log.jobs[i].submit);
    equal += result.jobs[i].start - log.jobs[i].submit == seconds(it->second.wait_s);
  }
  EXPECT_EQ(equal, c.jobs);
}
INSTANTIATE_TEST_SUITE_P(Logs, Pyss,
                         testing::Values(std::pair(kCases[0], "KTH-SP2.easy.pyss.swf.gz"),
                                         std::pair(kCases[1], "CTC-SP2.easy.pyss.swf.gz")),
                         [](const auto& info) { return std::string(info.param.first.name); });

}  // namespace
}  // namespace dure
