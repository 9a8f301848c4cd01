#include "physics/wan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/check.h"

namespace dure {
namespace {

struct Step {
  std::uint32_t link = 0, from = 0, to = 0;
  bool there = true;  // from_site -> to
};

struct Graph {
  std::map<std::string_view, std::uint32_t> ends;
  std::vector<std::vector<Step>> out;  // of each end, in the order of the list

  Graph(std::span<const LinkSpec> links, const std::vector<bool>& down) {
    for (const LinkSpec& l : links) {
      for (const std::string_view name : {std::string_view(l.from_site), std::string_view(l.to)})
        ends.emplace(name, static_cast<std::uint32_t>(ends.size()));
    }
    out.resize(ends.size());
    for (std::uint32_t i = 0; i < links.size(); ++i) {
      if (!down.empty() && down[i]) continue;
      const std::uint32_t a = ends.at(links[i].from_site), b = ends.at(links[i].to);
      out[a].push_back({i, a, b, true});
      out[b].push_back({i, b, a, false});
    }
  }
};

// The way from a to b, or none. Cost: round trip, then links, then the list's order by the first
// that was found.
std::optional<std::vector<Step>> shortest(const Graph& g, std::span<const LinkSpec> links,
                                          std::uint32_t a, std::uint32_t b) {
  using Cost = std::tuple<double, std::int64_t>;
  constexpr Cost kFar{std::numeric_limits<double>::infinity(), 0};
  std::vector<Cost> cost(g.out.size(), kFar);
  std::vector<std::optional<Step>> by(g.out.size());
  std::set<std::pair<Cost, std::uint32_t>> open;
  cost[a] = {0.0, 0};
  open.insert({cost[a], a});
  while (!open.empty()) {
    const auto [c, at] = *open.begin();
    open.erase(open.begin());
    if (at == b) break;
    for (const Step& s : g.out[at]) {
      const Cost next{std::get<0>(c) + links[s.link].rtt_ms, std::get<1>(c) + 1};
      if (!(next < cost[s.to])) continue;
      open.erase({cost[s.to], s.to});
      cost[s.to] = next;
      by[s.to] = s;
      open.insert({next, s.to});
    }
  }
  if (cost[b] == kFar) return std::nullopt;
  std::vector<Step> way;
  for (std::uint32_t at = b; at != a; at = by[at]->from) way.push_back(*by[at]);
  std::reverse(way.begin(), way.end());
  return way;
}

// Rates rise together; a flow stops when it has what it wants, or where a link of its way is full.
std::vector<double> max_min(const std::vector<std::vector<std::size_t>>& lanes_of,
                            const std::vector<double>& wants, std::vector<double> room) {
  std::vector<double> rate(wants.size(), 0);
  std::vector<bool> rising(wants.size());
  std::vector<std::int64_t> users(room.size(), 0);
  for (std::size_t f = 0; f < wants.size(); ++f) {
    rising[f] = wants[f] > 0;
    if (!rising[f]) continue;
    for (const std::size_t l : lanes_of[f]) ++users[l];
  }
  while (true) {
    double step = std::numeric_limits<double>::infinity();
    for (std::size_t f = 0; f < wants.size(); ++f) {
      if (rising[f]) step = std::min(step, wants[f] - rate[f]);
    }
    if (step == std::numeric_limits<double>::infinity()) return rate;
    for (std::size_t l = 0; l < room.size(); ++l) {
      if (users[l] > 0) step = std::min(step, room[l] / static_cast<double>(users[l]));
    }
    std::vector<bool> full(room.size(), false);
    for (std::size_t l = 0; l < room.size(); ++l) {
      if (users[l] == 0) continue;
      // Full is what set the step: no rounding decides it.
      full[l] = room[l] / static_cast<double>(users[l]) <= step;
      room[l] = full[l] ? 0.0 : std::max(0.0, room[l] - step * static_cast<double>(users[l]));
    }
    for (std::size_t f = 0; f < wants.size(); ++f) {
      if (!rising[f]) continue;
      const bool has_all = wants[f] - rate[f] <= step;
      rate[f] = has_all ? wants[f] : rate[f] + step;
      const bool stuck = std::any_of(lanes_of[f].begin(), lanes_of[f].end(),
                                     [&](std::size_t l) { return full[l]; });
      if (!has_all && !stuck) continue;
      rising[f] = false;
      for (const std::size_t l : lanes_of[f]) --users[l];
    }
  }
}

}  // namespace

Result<Routing> route(std::span<const LinkSpec> links, const std::vector<bool>& down,
                      std::span<const Flow> flows) {
  CHECK(down.empty() || down.size() == links.size());
  const Graph g(links, down);
  Routing r;
  std::vector<std::vector<std::size_t>> lanes_of;  // lane: 2 x link, + 1 for the way back
  std::vector<double> wants;
  for (const Flow& f : flows) {
    for (const std::string& end : {f.from, f.to}) {
      if (!g.ends.contains(end)) return Fault{"a flow", "an end of a link", end, ""};
    }
    if (!(f.wants_gbit_per_s >= 0) || f.wants_gbit_per_s > std::numeric_limits<double>::max())
      return Fault{"flow " + f.from + " to " + f.to, "0 Gbit/s or more",
                   std::to_string(f.wants_gbit_per_s), ""};
    const auto way = shortest(g, links, g.ends.at(f.from), g.ends.at(f.to));
    r.flows.emplace_back();
    lanes_of.emplace_back();
    wants.push_back(way ? f.wants_gbit_per_s : 0.0);
    if (!way) continue;
    RoutedFlow& routed = r.flows.back().emplace();
    for (const Step& s : *way) {
      routed.links.push_back(s.link);
      routed.rtt_ms += links[s.link].rtt_ms;
      lanes_of.back().push_back(2 * std::size_t{s.link} + (s.there ? 0 : 1));
    }
  }
  std::vector<double> room;
  for (const LinkSpec& l : links) room.insert(room.end(), 2, l.gbit_per_s);
  const std::vector<double> rate = max_min(lanes_of, wants, room);
  r.there_gbit_per_s.assign(links.size(), 0);
  r.back_gbit_per_s.assign(links.size(), 0);
  for (std::size_t f = 0; f < r.flows.size(); ++f) {
    if (!r.flows[f]) continue;
    r.flows[f]->gbit_per_s = rate[f];
    for (const std::size_t lane : lanes_of[f])
      (lane % 2 == 0 ? r.there_gbit_per_s : r.back_gbit_per_s)[lane / 2] += rate[f];
  }
  return r;
}

Result<Reroute> reroute(std::span<const LinkSpec> links, const std::vector<bool>& down,
                        std::span<const Flow> flows) {
  TRY(before, route(links, {}, flows));
  TRY(after, route(links, down, flows));
  Reroute r{std::move(before), std::move(after)};
  for (std::size_t f = 0; f < flows.size(); ++f) {
    const auto& was = r.before.flows[f];
    const auto& is = r.after.flows[f];
    if (!was) continue;
    if (!is) {
      ++r.lost;
      continue;
    }
    if (is->rtt_ms > was->rtt_ms) ++r.longer;
    if (is->gbit_per_s < was->gbit_per_s) ++r.slower;
  }
  return r;
}

double fibre_rtt_ms(const NetworkSpec& spec, double fibre_km) {
  CHECK(fibre_km >= 0);
  return 2.0 * fibre_km * spec.fibre_us_per_km / 1000.0 + spec.equipment_ms;
}

double great_circle_rtt_ms(const NetworkSpec& spec, double km) {
  return fibre_rtt_ms(spec, km * spec.route_factor);
}

Result<double> transfer_s(const NetworkSpec& spec, double gb, double gbit_per_s, double rtt_ms) {
  if (!(gb >= 0) || !(rtt_ms >= 0)) return Fault{"a transfer", "0 or more", "less", ""};
  if (!(gbit_per_s > 0))
    return Fault{"a transfer", "a bandwidth above 0 Gbit/s", std::to_string(gbit_per_s), ""};
  return gb * 8.0 / (gbit_per_s * spec.wan_efficiency) + rtt_ms / 1000.0;
}

}  // namespace dure
