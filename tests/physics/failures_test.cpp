// The failure model: by hand where a law has a closed form, and by many seeds where it has not.
#include "physics/failures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "physics/draws.h"
#include "shipped.h"

namespace dure {
namespace {

constexpr std::int64_t kHour = 3'600'000;

const FailureSpec& shipped() { return shipped_models().failures; }

FailureCauseSpec cause(const std::string& id, FailureDomain domain, double rate) {
  FailureCauseSpec c;
  c.id = id;
  c.domain = domain;
  c.faults_per_million_hours = rate;
  c.uneven = false;
  return c;
}

FailureSpec spec_of(std::vector<FailureCauseSpec> causes) {
  FailureSpec s;
  s.causes = std::move(causes);
  return s;
}

FailurePool pool_of(const std::string& id, std::int64_t nodes) {
  FailurePool p;
  p.id = id;
  p.hardware = "h100_sxm";
  p.nodes = nodes;
  return p;
}

FailureGrounds one_pool(std::int64_t nodes) {
  return {{{"s", "", {{"h", {pool_of("p", nodes)}}}}}, {}};
}

std::vector<FailureEvent> hours(const FailureModel& m, std::int64_t from, std::int64_t to) {
  std::vector<FailureEvent> out;
  for (std::int64_t h = from; h < to; ++h) m.add_hour(h, out);
  return out;
}

FailureModel make(const FailureSpec& spec, const FailureGrounds& grounds, std::uint64_t seed = 1) {
  Result<FailureModel> m = FailureModel::make(spec, grounds, seed);
  EXPECT_TRUE(m) << (m ? "" : to_string(m.fault()));
  return std::move(m).value();
}

TEST(Failures, ShippedFileHoldsWhatItSays) {
  ASSERT_GT(shipped().causes.size(), 20U);
  // (268 + 59 + 10) GPU faults in 35.26 million GPU-hours.
  double gpu = 0;
  std::set<FailureDomain> domains;
  for (const auto& c : shipped().causes) {
    domains.insert(c.domain);
    if (c.group == FailureGroup::gpu) gpu += c.faults_per_million_hours;
  }
  EXPECT_NEAR(gpu, (268 + 59 + 10) / 35.26, 0.03);
  EXPECT_EQ(domains.size(), 8U);  // every domain has a cause
}

TEST(Failures, SameSeedSameFaultsInAnyOrderOfHours) {
  const FailureModel a = make(shipped(), one_pool(4000));
  const FailureModel b = make(shipped(), one_pool(4000));
  const auto forward = hours(a, 0, 200);
  std::vector<FailureEvent> backward;
  for (std::int64_t h = 199; h >= 0; --h) {
    std::vector<FailureEvent> hour;
    b.add_hour(h, hour);
    backward.insert(backward.begin(), hour.begin(), hour.end());
  }
  ASSERT_GT(forward.size(), 50U);
  EXPECT_EQ(forward, backward);
  EXPECT_NE(forward, hours(make(shipped(), one_pool(4000), 2), 0, 200));
}

TEST(Failures, ASiteMoreChangesNoOtherSitesFaults) {
  FailureGrounds few = one_pool(3000);
  few.links = {{"l", 400}};
  FailureGrounds more = few;
  more.sites.push_back({"t", "opt", {{"h", {pool_of("p", 5000)}}}});
  more.sites[0].halls.push_back({"h2", {pool_of("p", 100)}});
  std::vector<FailureEvent> with = hours(make(shipped(), more), 0, 500);
  const auto theirs = [](const FailureEvent& e) {
    return (e.site && *e.site == 1) || (e.hall && *e.hall == 1);
  };
  EXPECT_GT(std::count_if(with.begin(), with.end(), theirs), 100);
  std::erase_if(with, theirs);
  EXPECT_EQ(with, hours(make(shipped(), few), 0, 500));
}

TEST(Failures, InOrderAndWithinTheirHourAndPool) {
  FailureGrounds g = one_pool(2000);
  g.sites[0].halls[0].pools[0].from = Millis(10 * kHour + 1234);
  g.sites[0].halls[0].pools[0].until = Millis(300 * kHour + 99);
  g.sites[0].halls[0].pools.push_back(pool_of("q", 501));
  g.sites[0].halls[0].pools[1].liquid = true;
  const FailureModel m = make(shipped(), g);
  Millis last;
  for (std::int64_t h = 0; h < 400; ++h) {
    std::vector<FailureEvent> hour;
    m.add_hour(h, hour);
    for (const FailureEvent& e : hour) {
      EXPECT_GE(e.at, last);
      last = e.at;
      EXPECT_EQ(e.at.count() / kHour, h);
      EXPECT_LE(e.at, e.detected);
      EXPECT_LE(e.detected, e.out_until);
      EXPECT_GT(e.nodes, 0);
      EXPECT_EQ(e.gpus, e.nodes * 8);
      if (!e.pool) continue;
      const FailurePool& p = g.sites[0].halls[0].pools[*e.pool];
      EXPECT_GE(e.at, p.from);
      EXPECT_LT(e.at, p.until);
      EXPECT_LE(e.first_node + e.nodes, p.nodes);
    }
  }
}

// Counts over 300 seeds against the mean: groups and frailty widen the error of the mean, so it is
// taken from the sample itself; 5 standard errors.
TEST(Failures, MeanNumberIsTheRate) {
  const std::int64_t nodes = 500, days = 10;
  double sum = 0, squares = 0, mean = 0;
  const int seeds = 300;
  for (int s = 0; s < seeds; ++s) {
    const FailureModel m = make(shipped(), one_pool(nodes), static_cast<std::uint64_t>(s));
    const auto n = static_cast<double>(hours(m, 0, days * 24).size());
    sum += n;
    squares += n * n;
    if (s == 0) {
      for (std::int64_t h = 0; h < days * 24; ++h) mean += m.mean_faults(h);
    }
  }
  const double average = sum / seeds;
  const double error = std::sqrt((squares / seeds - average * average) / seeds);
  EXPECT_NEAR(average, mean, 5 * error);
  EXPECT_LT(5 * error, 0.2 * mean);  // the bound says something
  // By hand: 500 nodes x 10 days, and the site's own causes beside.
  const double of_nodes = faults_per_1000_node_days(shipped(), {}) * 5;
  EXPECT_GT(mean, of_nodes);
  EXPECT_LT(mean, of_nodes + 1);
}

TEST(Failures, NodesAreUnevenAsTheGammaLawSays) {
  FailureSpec spec = spec_of({cause("x", FailureDomain::node, 20'000)});
  spec.causes[0].uneven = true;
  spec.node_frailty_shape = 0.4;
  spec.node_frailty_most = 100;  // so that the cut does not matter
  const std::int64_t nodes = 2000, span = 200;
  std::vector<double> n(static_cast<std::size_t>(nodes), 0);
  for (const auto& e : hours(make(spec, one_pool(nodes)), 0, span))
    ++n[static_cast<std::size_t>(e.first_node)];
  double mean = 0, var = 0;
  for (const double x : n) mean += x / static_cast<double>(nodes);
  for (const double x : n) var += (x - mean) * (x - mean) / static_cast<double>(nodes);
  // Negative binomial: mean 4, variance m + m^2 / shape = 44; share without any (1 + m/k)^-k.
  EXPECT_NEAR(mean, 4, 0.8);
  EXPECT_NEAR(var / (mean + mean * mean / 0.4), 1, 0.3);
  const double none = static_cast<double>(std::count(n.begin(), n.end(), 0.0)) / 2000;
  EXPECT_NEAR(none, std::pow(1 + mean / 0.4, -0.4), 0.04);
}

TEST(Failures, AShareBeginsTogether) {
  FailureSpec spec = spec_of({cause("x", FailureDomain::node, 3000)});
  spec.causes[0].together_share = 0.24;
  spec.causes[0].together_size = 6;
  const FailureModel m = make(spec, one_pool(1000));
  const auto all = hours(m, 0, 10'000);
  std::map<std::int64_t, std::set<std::int64_t>> at;
  double with = 0;
  for (const auto& e : all) {
    EXPECT_TRUE(at[e.at.count()].insert(e.first_node).second);  // on other nodes
    with += e.with_another ? 1 : 0;
  }
  const auto n = static_cast<double>(all.size());
  EXPECT_NEAR(n, 30'000, 1000);
  EXPECT_NEAR(with / n, 0.24, 0.02);
  double groups = 0, in_groups = 0;
  for (const auto& [ms, set] : at) {
    if (set.size() < 2) continue;
    ++groups;
    in_groups += static_cast<double>(set.size());
  }
  EXPECT_NEAR(in_groups / groups, 6, 0.5);
}

TEST(Failures, DomainsTakeWhatHangsOnThem) {
  FailureSpec spec =
      spec_of({cause("rack", FailureDomain::rack, 1000), cause("cdu", FailureDomain::cdu, 1000),
               cause("feeder", FailureDomain::feeder, 1000),
               cause("hall", FailureDomain::hall, 1000), cause("site", FailureDomain::site, 1000),
               cause("fibre", FailureDomain::link, 10), cause("leak", FailureDomain::rack, 1000)});
  spec.causes[6].needs = FailureNeeds::liquid;
  FailureGrounds g;
  FailurePool p = pool_of("p", 30), q = pool_of("q", 10);  // racks of 4: 8, the last with 2
  p.racks_per_cdu = 3;
  p.racks_per_feeder = 5;
  q.from = Millis(1000 * kHour);
  g.sites = {{"s", "", {{"a", {p}}, {"b", {q}}}}};
  g.links = {{"l", 100}};
  std::map<std::uint32_t, std::set<std::pair<std::int64_t, std::int64_t>>> parts;
  std::map<std::uint32_t, double> n;
  for (const auto& e : hours(make(spec, g), 0, 5000)) {
    ++n[e.cause];
    if (e.pool && *e.hall == 0) parts[e.cause].insert({e.first_node, e.nodes});
    if (e.cause == 3) {
      EXPECT_EQ(e.nodes, *e.hall == 0 ? 30 : 10);
    }
    if (e.cause == 4) {
      EXPECT_EQ(e.nodes, e.at.count() < 1000 * kHour ? 30 : 40);
    }
    if (e.cause == 5) {
      EXPECT_EQ(*e.link, 0U);
      EXPECT_FALSE(e.site);
    }
  }
  using Parts = std::set<std::pair<std::int64_t, std::int64_t>>;
  EXPECT_EQ(parts[0], (Parts{{0, 4}, {4, 4}, {8, 4}, {12, 4}, {16, 4}, {20, 4}, {24, 4}, {28, 2}}));
  EXPECT_EQ(parts[1], (Parts{{0, 12}, {12, 12}, {24, 6}}));
  EXPECT_EQ(parts[2], (Parts{{0, 20}, {20, 10}}));
  EXPECT_EQ(n[6], 0);        // no liquid
  EXPECT_NEAR(n[3], 9, 12);  // 1 a 1,000 h: 5 in hall a, 4 in b
  EXPECT_NEAR(n[5], 5, 9);   // 100 km x 10 per million
  EXPECT_NEAR(n[0], 8 * 5 + 3 * 4, 35);
}

TEST(Failures, ANewRackFailsMoreOften) {
  FailureHardwareSpec h;
  h.early_life_factor = 3;
  h.early_life_days = 10;
  EXPECT_DOUBLE_EQ(early_life(h, Millis(0)), 3);
  EXPECT_NEAR(early_life(h, Millis(10 * 24 * kHour)), 1 + 2 * std::exp(-1), 1e-12);
  EXPECT_DOUBLE_EQ(early_life(h, Millis(-1)), 1);
  FailureSpec spec = spec_of({cause("x", FailureDomain::node, 1000)});
  h.id = "new";
  spec.hardware = {h};
  FailureGrounds g = one_pool(1000);
  g.sites[0].halls[0].pools[0].hardware = "new";
  const FailureModel m = make(spec, g);
  EXPECT_NEAR(m.mean_faults(0), 3, 1e-9);
  EXPECT_NEAR(static_cast<double>(hours(m, 0, 24).size()), 71, 45);
  EXPECT_NEAR(static_cast<double>(hours(m, 2400, 2424).size()), 24, 25);
}

TEST(Failures, FleetFactorsByHand) {
  FailureSpec spec =
      spec_of({cause("g", FailureDomain::gpu, 10), cause("o", FailureDomain::node, 5)});
  spec.causes[0].group = FailureGroup::gpu;
  spec.fleet_spread_shape = 2;
  FailureFleetSpec f;
  f.id = "f";
  f.nodes = 1000;
  f.observed_days = 100;
  f.gpu_faults = 300;
  // Expected: 2.4 million node-hours x 8 x 10e-6 = 192.
  const FleetFactors k = fleet_factors(spec, f);
  EXPECT_DOUBLE_EQ(k[static_cast<std::size_t>(FailureGroup::gpu)], 302.0 / 194.0);
  EXPECT_DOUBLE_EQ(k[static_cast<std::size_t>(FailureGroup::other)], 1);  // not counted
  NodeRate node;
  EXPECT_NEAR(faults_per_1000_node_days(spec, node), 24'000 * 85e-6, 1e-9);
  node.factors = k;
  EXPECT_NEAR(faults_per_1000_node_days(spec, node, FailureGroup::gpu),
              24'000 * 80e-6 * 302.0 / 194.0, 1e-9);
  spec.fleets = {f};
  FailureGrounds g = one_pool(1000);
  g.sites[0].fleet = "f";
  EXPECT_NEAR(make(spec, g).mean_faults(5), 0.08 * 302.0 / 194.0 + 0.005, 1e-9);
}

TEST(Failures, SilentOnesAreFoundLate) {
  FailureSpec spec = spec_of({cause("x", FailureDomain::node, 10'000)});
  spec.causes[0].silent_share = 0.3;
  spec.causes[0].silent_detect_hours = 50;
  spec.causes[0].detect_s = 36;
  double silent = 0, late = 0, soon = 0;
  const auto all = hours(make(spec, one_pool(1000)), 0, 1000);
  for (const auto& e : all) {
    const double h = static_cast<double>((e.detected - e.at).count()) / kHour;
    (e.silent ? late : soon) += h;
    silent += e.silent ? 1 : 0;
  }
  const auto n = static_cast<double>(all.size());
  EXPECT_NEAR(silent / n, 0.3, 0.025);
  EXPECT_NEAR(late / silent, 50, 5);
  EXPECT_NEAR(soon / (n - silent), 0.01, 0.001);
}

TEST(Failures, TimesOutHaveTheirMedianAndP90) {
  FailureSpec spec = spec_of({cause("x", FailureDomain::node, 10'000)});
  spec.causes[0].out_p50_hours = 10;
  spec.causes[0].out_p90_hours = 100;
  spec.longest_out_hours = 500;
  std::vector<double> out;
  for (const auto& e : hours(make(spec, one_pool(1000)), 0, 1000))
    out.push_back(static_cast<double>((e.out_until - e.detected).count()) / kHour);
  std::sort(out.begin(), out.end());
  EXPECT_NEAR(out[out.size() / 2], 10, 1);
  EXPECT_NEAR(out[out.size() * 9 / 10], 100, 12);
  EXPECT_DOUBLE_EQ(out.back(), 500);
}

TEST(Failures, BadInputIsRefused) {
  const auto refused = [](const FailureSpec& s, const FailureGrounds& g) {
    return !FailureModel::make(s, g, 1);
  };
  FailureSpec spec = spec_of({cause("x", FailureDomain::rack, 1)});
  EXPECT_FALSE(refused(spec, one_pool(1)));
  FailureSpec short_tail = spec;
  short_tail.causes[0].out_p90_hours = 0.5;
  EXPECT_TRUE(refused(short_tail, one_pool(1)));
  FailureSpec racks_together = spec;
  racks_together.causes[0].together_share = 0.1;
  EXPECT_TRUE(refused(racks_together, one_pool(1)));
  EXPECT_TRUE(refused(spec, one_pool(-1)));
  FailureGrounds twice = one_pool(1);
  twice.sites.push_back(twice.sites[0]);
  EXPECT_TRUE(refused(spec, twice));
  FailureGrounds unknown = one_pool(1);
  unknown.sites[0].fleet = "nobody";
  EXPECT_TRUE(refused(spec, unknown));
  FailureGrounds far = one_pool(1);
  far.links = {{"l", std::nan("")}};
  EXPECT_TRUE(refused(spec, far));
  FailureGrounds backwards = one_pool(1);
  backwards.sites[0].halls[0].pools[0].from = Millis(5);
  backwards.sites[0].halls[0].pools[0].until = Millis(4);
  EXPECT_TRUE(refused(spec, backwards));
  // Nothing there, nothing fails.
  EXPECT_TRUE(hours(make(shipped(), one_pool(0)), 0, 1000).empty());
  EXPECT_TRUE(hours(make(shipped(), {}), 0, 1000).empty());
}

TEST(Draws, GammaAndGeometricHaveTheirMoments) {
  for (const double shape : {0.4, 1.0, 3.0}) {
    Stream s(7, "gamma", static_cast<std::uint64_t>(shape * 10));
    double sum = 0, squares = 0;
    const int n = 100'000;
    for (int i = 0; i < n; ++i) {
      const double x = draw_gamma_mean_1(s, shape);
      sum += x;
      squares += x * x;
    }
    EXPECT_NEAR(sum / n, 1, 6 / std::sqrt(shape * n));
    EXPECT_NEAR(squares / n - 1, 1 / shape, 0.1 / shape);
  }
  Stream s(7, "geometric", 0);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += draw_geometric(s, 4);
  EXPECT_NEAR(sum / 100'000, 4, 0.09);
  EXPECT_EQ(draw_geometric(s, 0), 0);
  EXPECT_NEAR(lognormal_mean(10, 10), 10, 1e-12);
  EXPECT_NEAR(lognormal_mean(10, 10 * std::exp(kNormalP90)), 10 * std::exp(0.5), 1e-9);
}

TEST(Draws, CutGammaMean) {
  EXPECT_NEAR(cut_gamma_mean(1, 2), 1 - std::exp(-2), 1e-4);  // exponential
  EXPECT_NEAR(cut_gamma_mean(0.4, 1000), 1, 1e-3);
  EXPECT_NEAR(cut_gamma_mean(5, 100), 1, 1e-3);
  EXPECT_LT(cut_gamma_mean(0.4, 4), cut_gamma_mean(0.4, 8));
}

}  // namespace
}  // namespace dure
