// Ways and rates between sites: by hand, against every simple path of small graphs, and by the rule
// that makes rates max-min fair.
#include "physics/wan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/stream.h"
#include "shipped.h"

namespace dure {
namespace {

LinkSpec link(const std::string& a, const std::string& b, double rtt_ms, double gbit_per_s) {
  LinkSpec l;
  l.id = a + "_" + b;
  l.from_site = a;
  l.to = b;
  l.rtt_ms = rtt_ms;
  l.gbit_per_s = gbit_per_s;
  return l;
}

// Honam to Seoul directly and over Daejeon.
const std::vector<LinkSpec> kHonam{link("gwangju", "seoul", 3.6, 800),
                                   link("gwangju", "daejeon", 2.3, 400),
                                   link("daejeon", "seoul", 2.1, 600)};

TEST(Wan, AFibreCutGoesTheLongWay) {
  const std::vector<Flow> flows{{"gwangju", "seoul", 500}, {"daejeon", "seoul", 400}};
  const Reroute r = reroute(kHonam, {true, false, false}, flows).value();
  EXPECT_EQ(r.before.flows[0]->links, (std::vector<std::uint32_t>{0}));
  EXPECT_DOUBLE_EQ(r.before.flows[0]->gbit_per_s, 500);
  EXPECT_EQ(r.after.flows[0]->links, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_NEAR(r.after.flows[0]->rtt_ms, 4.4, 1e-12);
  // 600 of Daejeon - Seoul for two: 300 each, though 400 would fit the first link.
  EXPECT_DOUBLE_EQ(r.after.flows[0]->gbit_per_s, 300);
  EXPECT_DOUBLE_EQ(r.after.flows[1]->gbit_per_s, 300);
  EXPECT_DOUBLE_EQ(r.after.there_gbit_per_s[2], 600);
  EXPECT_DOUBLE_EQ(r.after.back_gbit_per_s[2], 0);
  EXPECT_EQ(r.lost, 0);
  EXPECT_EQ(r.longer, 1);
  EXPECT_EQ(r.slower, 2);
  const Reroute alone = reroute(kHonam, {true, true, false}, flows).value();
  EXPECT_FALSE(alone.after.flows[0]);
  EXPECT_EQ(alone.lost, 1);
  EXPECT_DOUBLE_EQ(alone.after.flows[1]->gbit_per_s, 400);
}

TEST(Wan, BothWaysAreFullSpeed) {
  const std::vector<Flow> flows{{"gwangju", "seoul", 900}, {"seoul", "gwangju", 900}};
  const Routing r = route(kHonam, {}, flows).value();
  EXPECT_DOUBLE_EQ(r.flows[0]->gbit_per_s, 800);
  EXPECT_DOUBLE_EQ(r.flows[1]->gbit_per_s, 800);
  EXPECT_DOUBLE_EQ(r.back_gbit_per_s[0], 800);
}

TEST(Wan, EqualWaysTakeFewerLinksThenTheFirst) {
  const std::vector<LinkSpec> links{link("a", "m", 1, 1), link("m", "b", 1, 1),
                                    link("a", "b", 2, 1), link("b", "a", 2, 9)};
  const std::vector<Flow> flows{{"a", "b", 1}};
  EXPECT_EQ(route(links, {}, flows).value().flows[0]->links, (std::vector<std::uint32_t>{2}));
}

double shortest_by_trying(const std::vector<LinkSpec>& links, const std::vector<bool>& down,
                          const std::string& at, const std::string& to,
                          std::vector<std::string>& seen) {
  if (at == to) return 0;
  double best = std::numeric_limits<double>::infinity();
  seen.push_back(at);
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (down[i]) continue;
    for (const auto& [a, b] :
         {std::pair(links[i].from_site, links[i].to), std::pair(links[i].to, links[i].from_site)}) {
      if (a != at || std::find(seen.begin(), seen.end(), b) != seen.end()) continue;
      best = std::min(best, links[i].rtt_ms + shortest_by_trying(links, down, b, to, seen));
    }
  }
  seen.pop_back();
  return best;
}

// Rates are the max-min fair ones exactly if each flow has what it wants, or crosses a full link on
// which no flow has more (Bertsekas and Gallager 1992, 6.5.2).
void expect_fair(const std::vector<LinkSpec>& links, const std::vector<Flow>& flows,
                 const Routing& r) {
  const auto lanes = [&](std::size_t f) {
    std::vector<std::pair<std::uint32_t, bool>> out;
    std::string at = flows[f].from;
    for (const std::uint32_t l : r.flows[f]->links) {
      const bool there = links[l].from_site == at;
      out.emplace_back(l, there);
      at = there ? links[l].to : links[l].from_site;
    }
    EXPECT_EQ(at, flows[f].to);
    return out;
  };
  for (std::size_t i = 0; i < links.size(); ++i) {
    EXPECT_LE(r.there_gbit_per_s[i], links[i].gbit_per_s * (1 + 1e-9));
    EXPECT_LE(r.back_gbit_per_s[i], links[i].gbit_per_s * (1 + 1e-9));
  }
  for (std::size_t f = 0; f < flows.size(); ++f) {
    if (!r.flows[f]) continue;
    const double rate = r.flows[f]->gbit_per_s;
    EXPECT_LE(rate, flows[f].wants_gbit_per_s);
    bool right = rate >= flows[f].wants_gbit_per_s;
    for (const auto& lane : lanes(f)) {
      const double load = (lane.second ? r.there_gbit_per_s : r.back_gbit_per_s)[lane.first];
      if (load < links[lane.first].gbit_per_s * (1 - 1e-9)) continue;
      bool most = true;
      for (std::size_t g = 0; g < flows.size(); ++g) {
        if (!r.flows[g]) continue;
        const auto others = lanes(g);
        if (std::find(others.begin(), others.end(), lane) != others.end())
          most = most && r.flows[g]->gbit_per_s <= rate * (1 + 1e-9);
      }
      right = right || most;
    }
    EXPECT_TRUE(right) << flows[f].from << " to " << flows[f].to;
  }
}

TEST(Wan, SmallGraphsAgainstEveryPath) {
  const std::vector<std::string> names{"a", "b", "c", "d", "e"};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Stream s(seed, "graph", 0);
    std::vector<LinkSpec> links;
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (s.below(3) != 0 || j + 1 == i)
          links.push_back(link(names[i], names[j], 1 + static_cast<double>(s.below(20)),
                               100 * static_cast<double>(1 + s.below(9))));
      }
    }
    std::vector<bool> down(links.size());
    for (std::size_t i = 0; i < down.size(); ++i) down[i] = s.below(4) == 0;
    std::vector<Flow> flows;
    for (int i = 0; i < 6; ++i)
      flows.push_back({names[s.below(5)], names[s.below(5)], 700 * s.uniform()});
    const Routing r = route(links, down, flows).value();
    for (std::size_t f = 0; f < flows.size(); ++f) {
      std::vector<std::string> seen;
      const double best = shortest_by_trying(links, down, flows[f].from, flows[f].to, seen);
      EXPECT_EQ(r.flows[f].has_value(), std::isfinite(best)) << seed;
      if (r.flows[f]) {
        EXPECT_DOUBLE_EQ(r.flows[f]->rtt_ms, best) << seed;
        for (const std::uint32_t l : r.flows[f]->links) EXPECT_FALSE(down[l]);
      }
    }
    expect_fair(links, flows, r);
  }
}

TEST(Wan, LatencyOfFibreAndTransfers) {
  const NetworkSpec spec = shipped_models().network;
  EXPECT_NEAR(fibre_rtt_ms(spec, 430), 4.614, 1e-9);  // Seoul to Busan: 4.6 ms
  EXPECT_NEAR(fibre_rtt_ms(spec, 170), 2.066, 1e-9);  // Seoul to Daejeon: 2.1 ms
  EXPECT_NEAR(great_circle_rtt_ms(spec, 100), fibre_rtt_ms(spec, 135), 1e-12);
  // A checkpoint of 5,670 GB over 400 Gbit/s at 0.9: 126 s.
  EXPECT_NEAR(transfer_s(spec, 5670, 400, 4.6).value(), 126.0046, 1e-9);
  EXPECT_FALSE(transfer_s(spec, 1, 0, 1));
  EXPECT_FALSE(transfer_s(spec, -1, 1, 1));
  EXPECT_FALSE(transfer_s(spec, 1, 1, std::nan("")));
}

TEST(Wan, BadInputIsRefused) {
  EXPECT_FALSE(route(kHonam, {}, std::vector<Flow>{{"gwangju", "atlantis", 1}}));
  EXPECT_FALSE(route(kHonam, {}, std::vector<Flow>{{"gwangju", "seoul", -1}}));
  EXPECT_FALSE(route(kHonam, {}, std::vector<Flow>{{"gwangju", "seoul", INFINITY}}));
  EXPECT_FALSE(route(kHonam, {}, std::vector<Flow>{{"gwangju", "seoul", std::nan("")}}));
  const Routing r =
      route(kHonam, {}, std::vector<Flow>{{"seoul", "seoul", 7}, {"gwangju", "seoul", 0}}).value();
  EXPECT_DOUBLE_EQ(r.flows[0]->gbit_per_s, 7);  // stays at home
  EXPECT_TRUE(r.flows[0]->links.empty());
  EXPECT_EQ(r.flows[1]->gbit_per_s, 0);
  EXPECT_TRUE(route(kHonam, {}, {}).value().flows.empty());
}

}  // namespace
}  // namespace dure
