#include "sim/workload_gen.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "sim/tiny_scenario.h"

namespace dure {
namespace {

struct Gen {  // everything that hangs on a scenario, in order
  explicit Gen(Scenario s, std::uint64_t seed = 1)
      : scenario(std::move(s)),
        founding(found(scenario)),
        demand(scenario, founding),
        arrivals(scenario, demand, seed) {}
  std::vector<Arrival> days(std::int64_t n) const {
    std::vector<Arrival> all, hour;
    const std::int64_t first = midnight(scenario.run.from).count() / kMsPerHour;
    for (std::int64_t h = first; h < first + 24 * n; ++h) {
      arrivals.hour(h, hour);
      all.insert(all.end(), hour.begin(), hour.end());
    }
    return all;
  }
  Scenario scenario;
  Founding founding;
  Demand demand;
  Arrivals arrivals;
};

Scenario office(double per_day) {
  Scenario s = tiny::scenario(800);
  PatternSpec p = tiny::flat_pattern();
  p.id = "office";
  for (std::size_t h = 0; h < 24; ++h) p.hour[h] = h < 12 ? 0.5 : 1.5;
  p.weekday = {1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5};
  s.patterns.push_back(p);
  s.workloads = {tiny::batch("work", per_day)};
  s.workloads[0].pattern = "office";
  return s;
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Mean of a lognormal whose values beyond the bounds are set to the bounds.
double mean_hours(const DurationLaw& d) {
  const double a = std::log(d.min_hours / d.median_hours) / d.sigma;
  const double b = std::log(d.max_hours / d.median_hours) / d.sigma;
  return d.min_hours * normal_cdf(a) + d.max_hours * (1 - normal_cdf(b)) +
         d.median_hours * std::exp(d.sigma * d.sigma / 2) *
             (normal_cdf(b - d.sigma) - normal_cdf(a - d.sigma));
}

bool same_jobs(const std::vector<Arrival>& a, const std::vector<Arrival>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].at != b[i].at || a[i].run != b[i].run || a[i].estimate != b[i].estimate ||
        a[i].gpus != b[i].gpus)
      return false;
  return true;
}

TEST(Arrivals, FollowTheRateOfEveryHour) {
  const Gen g(office(2400));
  std::map<std::pair<bool, bool>, double> expected, found;  // (weekend, afternoon)
  for (int d = 0; d < 28; ++d)
    for (int h = 0; h < 24; ++h)
      expected[{d % 7 >= 5, h >= 12}] += 100 * (h < 12 ? 0.5 : 1.5) * (d % 7 >= 5 ? 0.5 : 1.2);
  for (const Arrival& a : g.days(28)) ++found[{weekday_of(a.at) >= 5, hour_of_day(a.at) >= 12}];
  double chi = 0;
  for (const auto& [key, n] : expected) chi += (found[key] - n) * (found[key] - n) / n;
  EXPECT_LT(chi, 18.5);  // 0.1 % of chi-square with 4 degrees
  EXPECT_NEAR(g.arrivals.expected(midnight({2027, 1, 4}), midnight({2027, 2, 1})), 67200, 1e-6);
}

TEST(Arrivals, SizesRunsAndEstimatesFollowTheirLaws) {
  const Gen g(office(4000));
  const auto jobs = g.days(14);
  ASSERT_GT(jobs.size(), 50'000U);
  std::map<int, double> sizes;
  double hours = 0, factor = 0;
  for (const Arrival& a : jobs) {
    ++sizes[a.gpus];
    hours += static_cast<double>(a.run.count()) / 3.6e6;
    factor += static_cast<double>(a.estimate.count()) / static_cast<double>(a.run.count());
    EXPECT_GE(a.run.count(), 360'000);
    EXPECT_LE(a.run, a.estimate);
    EXPECT_LE(a.estimate.count(), 12 * kMsPerHour);
  }
  const auto n = static_cast<double>(jobs.size());
  EXPECT_NEAR(sizes[1] / n, 0.5, 0.01);
  EXPECT_NEAR(sizes[4] / n, 0.25, 0.01);
  EXPECT_NEAR(sizes[8] / n, 0.25, 0.01);
  EXPECT_NEAR(hours / n, mean_hours(*g.scenario.workloads[0].duration), 0.03);
  EXPECT_GT(factor / n, 1.8);  // uniform(1, 3), less what max_hours cuts
  EXPECT_LT(factor / n, 2.02);
}

TEST(Arrivals, ArraysComeTogetherAndAsManyJobsInAll) {
  Scenario s = office(4000);
  s.workloads[0].array = ArrayLaw{{1, 10, 50}, {2, 1, 1}};
  const Gen g(std::move(s));
  const auto jobs = g.days(14);
  EXPECT_NEAR(static_cast<double>(jobs.size()), 56'000, 6'000);  // arrays: 3,600 of 15.5 on average
  EXPECT_NEAR(g.arrivals.expected(midnight({2027, 1, 4}), midnight({2027, 1, 18})), 56'000, 1e-6);
  std::map<Millis, std::vector<const Arrival*>> arrays;
  for (const Arrival& a : jobs) arrays[a.at].push_back(&a);
  std::map<std::size_t, int> sizes;
  for (const auto& [at, tasks] : arrays) {
    ++sizes[tasks.size()];
    for (const Arrival* a : tasks) EXPECT_EQ(a->gpus, tasks[0]->gpus);
    if (tasks.size() == 50) {
      EXPECT_NE(tasks[0]->run, tasks[1]->run);
    }
  }
  const auto n = static_cast<double>(arrays.size());
  EXPECT_NEAR(sizes[1] / n, 0.5, 0.04);
  EXPECT_NEAR(sizes[10] / n, 0.25, 0.04);
  EXPECT_NEAR(sizes[50] / n, 0.25, 0.04);
}

// Users share a project: the first brings most, and the draws of sizes and runs are those of the
// project.
TEST(Arrivals, UsersOfAProject) {
  Scenario s = tiny::scenario(800);
  s.workloads = {tiny::batch("work", 2000)};
  const Founding plain_founding = found(s);
  const Demand plain(s, plain_founding);
  s.workloads[0].demand[0].users = 3;
  const Founding founding = found(s);
  const Demand demand(s, founding);
  EXPECT_EQ(founding.lanes.size(), 9U);
  ASSERT_EQ(founding.projects.size(), 4U);
  EXPECT_EQ(founding.projects[2].name, "a/work/user2");
  EXPECT_EQ(founding.projects[2].parent, founding.projects[0].account);
  const Arrivals a(s, demand, 1), b(s, plain, 1);
  std::vector<Arrival> x, y;
  std::array<double, 3> of_user{};
  for (std::int64_t h = 0; h < 24 * 20; ++h) {
    const std::int64_t hour = midnight(s.run.from).count() / kMsPerHour + h;
    a.hour(hour, x);
    b.hour(hour, y);
    ASSERT_EQ(x.size(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i].at, y[i].at);
      EXPECT_EQ(x[i].run, y[i].run);
      EXPECT_EQ(x[i].gpus, y[i].gpus);
      EXPECT_EQ(founding.lanes[x[i].lane.index].opened.gpus.count(), x[i].gpus);
      const AccountId account = *founding.lanes[x[i].lane.index].opened.account;
      ++of_user[account.index - founding.projects[1].account.index];
    }
  }
  const double all = of_user[0] + of_user[1] + of_user[2];
  EXPECT_NEAR(of_user[0] / all, 6.0 / 11, 0.01);
  EXPECT_NEAR(of_user[1] / all, 3.0 / 11, 0.01);
}

TEST(Arrivals, ComeInOrderAndOnceAndForAll) {
  const Gen g(office(3000)), again(office(3000)), other(office(3000), 2);
  const auto jobs = g.days(3);
  for (std::size_t i = 1; i < jobs.size(); ++i) EXPECT_LE(jobs[i - 1].at, jobs[i].at);
  EXPECT_TRUE(same_jobs(jobs, again.days(3)));
  EXPECT_FALSE(same_jobs(jobs, other.days(3)));
}

TEST(Arrivals, AnotherWorkloadMovesNoDraw) {
  Scenario more = office(500);
  more.workloads.insert(more.workloads.begin(), tiny::batch("new", 900));
  const Gen before(office(500)), after(more);
  std::vector<Arrival> kept;
  for (const Arrival& a : after.days(5))
    if (after.founding.lanes[a.lane.index].opened.workload == WorkloadId{1}) kept.push_back(a);
  EXPECT_TRUE(same_jobs(before.days(5), kept));
}

TEST(Arrivals, ScaleWithTheRacksOfTheMember) {
  Scenario s = office(2000);
  s.members[0].demand_base_gpus = Gpus(1600);
  InstallSpec later = s.installs[0];
  later.month = {2027, 2, 1};
  s.installs.push_back(later);
  const Gen g(s);
  EXPECT_DOUBLE_EQ(g.demand.scale(MemberId{0}, midnight({2027, 1, 31})), 0.5);
  EXPECT_DOUBLE_EQ(g.demand.scale(MemberId{0}, midnight({2027, 2, 1})), 1.0);
  EXPECT_DOUBLE_EQ(g.demand.scale(MemberId{0}, midnight({2025, 12, 31})), 0.0);
}

TEST(Arrivals, HolidaysChangeTheirPatternOnly) {
  Scenario s = office(2000);
  HolidaySpec h;
  h.first = h.last = {2027, 1, 6};
  h.pattern = "office";
  h.factor = 0.1;
  s.holidays = {h};
  const Gen g(s);
  const std::int64_t day = midnight({2027, 1, 6}).count() / kMsPerHour;
  EXPECT_DOUBLE_EQ(g.demand.factor(1, day), 0.5 * 1.2 * 0.1);
  EXPECT_DOUBLE_EQ(g.demand.factor(1, day + 24), 0.5 * 1.2);
  EXPECT_DOUBLE_EQ(g.demand.factor(0, day), 1.0);
  // Half way between 11:30 and 12:30 the smooth factor is half way between theirs.
  EXPECT_DOUBLE_EQ(g.demand.smooth_factor(1, Millis((day + 24 + 12) * kMsPerHour)), 1.0 * 1.2);
}

// The number that runs is Poisson with mean rate x mean run time, and what is left of them has the
// mean E[D^2] / 2 E[D] of a renewal process.
TEST(Arrivals, WhoStillRunsIsTheStationaryState) {
  Scenario s = tiny::scenario(800);
  s.workloads = {tiny::batch("work", 2400)};
  s.workloads[0].duration = DurationLaw{2.0, 0.8, 0.1, 24.0};
  const double mean = mean_hours(*s.workloads[0].duration);
  double jobs = 0, left = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Gen g(s, seed);
    for (const Arrival& a : g.arrivals.still_running(midnight({2027, 1, 4}))) {
      ++jobs;
      left += static_cast<double>(a.run.count()) / 3.6e6;
      EXPECT_LE(a.run, a.estimate);
    }
  }
  const double expected = 40 * 100 * mean;
  EXPECT_NEAR(jobs, expected, 4 * std::sqrt(expected));
  const double second = 4.0 * std::exp(2 * 0.64);  // of the lognormal; the cuts hardly matter
  EXPECT_NEAR(left / jobs, second / (2 * mean), 0.05 * second / (2 * mean));
}

}  // namespace
}  // namespace dure
