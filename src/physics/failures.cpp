#include "physics/failures.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/stream.h"
#include "physics/draws.h"

namespace dure {
namespace {

constexpr double kHourInMs = 3'600'000.0;

bool of_nodes(FailureDomain d) { return d == FailureDomain::gpu || d == FailureDomain::node; }

std::size_t group_of(const FailureCauseSpec& c) { return static_cast<std::size_t>(c.group); }

const FailureHardwareSpec* hardware_of(const FailureSpec& spec, std::string_view id) {
  for (const FailureHardwareSpec& h : spec.hardware) {
    if (h.id == id) return &h;
  }
  return nullptr;
}

double per_node_hour(const FailureCauseSpec& c, std::int64_t gpus_per_node) {
  const double units = c.domain == FailureDomain::gpu ? static_cast<double>(gpus_per_node) : 1.0;
  return c.faults_per_million_hours * 1e-6 * units;
}

// Of starts, those that bring others: so that share of the faults is in groups of mean size.
double group_share_of_starts(double share, double size) {
  return share / (size - share * (size - 1.0));
}

bool alive(const FailurePool& p, Millis at) { return p.from <= at && at < p.until; }

Result<Done> check_spec(const FailureSpec& spec) {
  for (const FailureCauseSpec& c : spec.causes) {
    if (c.out_p90_hours < c.out_p50_hours)
      return Fault{"failures.causes[" + c.id + "]", "out_p90_hours not below out_p50_hours",
                   std::to_string(c.out_p90_hours), ""};
    if (c.together_share > 0 && !of_nodes(c.domain))
      return Fault{"failures.causes[" + c.id + "]",
                   "together_share only where the domain is gpu or node",
                   std::string(enum_name(c.domain)), ""};
  }
  return Done{};
}

Result<Done> check_pool(const FailurePool& p, const std::string& where) {
  if (p.nodes < 0 || p.gpus_per_node < 0 || p.nodes_per_rack < 1 || p.racks_per_cdu < 1 ||
      p.racks_per_feeder < 1)
    return Fault{where, "nodes and GPUs of 0 or more, racks of 1 or more", "less", ""};
  if (p.until < p.from) return Fault{where, "an end that is not before its beginning", "", ""};
  return Done{};
}

}  // namespace

FleetFactors fleet_factors(const FailureSpec& spec, const FailureFleetSpec& fleet) {
  const double node_hours = fleet.observed_days * 24.0 * static_cast<double>(fleet.nodes);
  FleetFactors expected{};
  double all = 0;
  for (const FailureCauseSpec& c : spec.causes) {
    if (!of_nodes(c.domain)) continue;
    const double n = per_node_hour(c, fleet.gpus_per_node) * node_hours;
    expected[group_of(c)] += n;
    all += n;
  }
  const double a = spec.fleet_spread_shape;
  const auto factor = [a](std::optional<std::int64_t> counted, double n) {
    return counted ? (a + static_cast<double>(*counted)) / (a + n) : 1.0;
  };
  FleetFactors f{1, 1, 1, 1, 1, 1};
  const std::optional<std::int64_t> counts[] = {fleet.gpu_faults, fleet.network_faults,
                                                fleet.host_faults, fleet.software_faults,
                                                fleet.other_faults};
  for (std::size_t g = 0; g < std::size(counts); ++g) {
    f[g] = fleet.all_faults ? factor(fleet.all_faults, all) : factor(counts[g], expected[g]);
  }
  return f;
}

double faults_per_1000_node_days(const FailureSpec& spec, const NodeRate& node,
                                 std::optional<FailureGroup> only) {
  const FailureHardwareSpec* const h = hardware_of(spec, node.hardware);
  double sum = 0;
  for (const FailureCauseSpec& c : spec.causes) {
    if (!of_nodes(c.domain) || (only && c.group != *only)) continue;
    const double gpu = h != nullptr && c.group == FailureGroup::gpu ? h->gpu_factor : 1.0;
    sum += per_node_hour(c, node.gpus_per_node) * node.factors[group_of(c)] * gpu;
  }
  return sum * 24'000.0;
}

double early_life(const FailureHardwareSpec& hardware, Millis age) {
  if (age.count() < 0) return 1;
  const double days = static_cast<double>(age.count()) / (24.0 * kHourInMs);
  return 1.0 + (hardware.early_life_factor - 1.0) * std::exp(-days / hardware.early_life_days);
}

// Density x^(k-1) e^(-kx). With x = y^(1/p), p = min(k, 1), its pole at 0 goes: the weight of dy is
// y^(k/p - 1) e^(-kx). Simpson's rule; e^k is divided out.
double cut_gamma_mean(double shape, double most) {
  CHECK(shape > 0 && most > 0);
  constexpr int kSteps = 20'000;
  const double p = std::min(shape, 1.0), power = shape / p - 1.0;
  const double last = std::pow(1.0 + 60.0 / shape + 20.0 / std::sqrt(shape), p);
  double weight = 0, mean = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double y = last * i / kSteps;
    const double x = std::pow(y, 1.0 / p);
    const double rise = power == 0 ? 0.0 : power * std::log(std::max(y, 1e-300));
    const double w =
        std::exp(rise - shape * (x - 1.0)) * (i == 0 || i == kSteps ? 1 : (i % 2 == 1 ? 4 : 2));
    weight += w;
    mean += w * std::min(x, most);
  }
  return mean / weight;
}

Result<FailureModel> FailureModel::make(FailureSpec spec, FailureGrounds grounds,
                                        std::uint64_t seed) {
  if (const auto r = check_spec(spec); !r) return r.fault();
  FailureModel m;
  m.spec_ = std::move(spec);
  m.grounds_ = std::move(grounds);
  m.frailty_scale_ = 1.0 / cut_gamma_mean(m.spec_.node_frailty_shape, m.spec_.node_frailty_most);
  std::set<std::string> ids;
  const auto once = [&ids](const std::string& id) -> Result<Done> {
    if (!ids.insert(id).second) return Fault{id, "an id that stands once", "twice", ""};
    return Done{};
  };
  for (std::uint32_t s = 0; s < m.grounds_.sites.size(); ++s) {
    const FailureSite& site = m.grounds_.sites[s];
    if (const auto r = once("site " + site.id); !r) return r.fault();
    FleetFactors factors{1, 1, 1, 1, 1, 1};
    if (!site.fleet.empty()) {
      const auto& fleets = m.spec_.fleets;
      const auto fleet = std::find_if(fleets.begin(), fleets.end(),
                                      [&](const auto& f) { return f.id == site.fleet; });
      if (fleet == fleets.end())
        return Fault{"site " + site.id, "a fleet of failures.fleets", site.fleet, ""};
      factors = fleet_factors(m.spec_, *fleet);
    }
    Place whole;
    whole.key = Stream(seed, "failures/site/" + site.id, 0).next();
    whole.site = s;
    for (std::uint32_t h = 0; h < site.halls.size(); ++h) {
      const FailureHall& hall = site.halls[h];
      const std::string hall_name = site.id + "/" + hall.id;
      if (const auto r = once("hall " + hall_name); !r) return r.fault();
      Place room;
      room.key = Stream(seed, "failures/hall/" + hall_name, 0).next();
      room.site = s;
      room.hall = h;
      for (std::uint32_t p = 0; p < hall.pools.size(); ++p) {
        const std::string name = "pool " + hall_name + "/" + hall.pools[p].id;
        if (const auto r = once(name); !r) return r.fault();
        if (const auto r = check_pool(hall.pools[p], name); !r) return r.fault();
        m.add_pool(s, h, p, seed, factors);
        room.pools.push_back(hall.pools[p]);
        whole.pools.push_back(hall.pools[p]);
      }
      for (std::uint32_t c = 0; c < m.spec_.causes.size(); ++c) {
        if (m.spec_.causes[c].domain == FailureDomain::hall) m.add_rate(room, c, 1, 0, factors);
      }
      m.add_place(std::move(room));
    }
    for (std::uint32_t c = 0; c < m.spec_.causes.size(); ++c) {
      if (m.spec_.causes[c].domain == FailureDomain::site) m.add_rate(whole, c, 1, 0, factors);
    }
    m.add_place(std::move(whole));
  }
  for (std::uint32_t l = 0; l < m.grounds_.links.size(); ++l) {
    const FailureLink& link = m.grounds_.links[l];
    if (const auto r = once("link " + link.id); !r) return r.fault();
    if (!(link.km >= 0) || !(link.km <= 100'000))
      return Fault{"links[" + link.id + "]", "0 to 100000 km", std::to_string(link.km), ""};
    Place fibre;
    fibre.key = Stream(seed, "failures/link/" + link.id, 0).next();
    fibre.link = l;
    for (std::uint32_t c = 0; c < m.spec_.causes.size(); ++c) {
      if (m.spec_.causes[c].domain == FailureDomain::link)
        m.add_rate(fibre, c, link.km, 0, FleetFactors{1, 1, 1, 1, 1, 1});
    }
    m.add_place(std::move(fibre));
  }
  return m;
}

void FailureModel::add_place(Place place) {
  for (const Rate& r : place.rates) place.starts_per_hour += r.starts_per_hour;
  if (place.starts_per_hour > 0) places_.push_back(std::move(place));
}

void FailureModel::add_rate(Place& place, std::uint32_t cause, double units,
                            std::int64_t nodes_per_unit, const FleetFactors& factors) {
  const FailureCauseSpec& c = spec_.causes[cause];
  Rate r;
  r.cause = cause;
  r.nodes_per_unit = nodes_per_unit;
  r.units = nodes_per_unit > 0 ? (place.nodes + nodes_per_unit - 1) / nodes_per_unit : 1;
  double faults = c.faults_per_million_hours * 1e-6 * units * factors[group_of(c)];
  if (c.group == FailureGroup::gpu) faults *= place.hardware.gpu_factor;
  if (c.together_share > 0 && place.nodes > 1) {
    r.group_share = group_share_of_starts(c.together_share, c.together_size);
    faults /= 1.0 + r.group_share * (c.together_size - 1.0);
  }
  if (c.uneven && of_nodes(c.domain)) {
    r.keeps = 1.0 / (spec_.node_frailty_most * frailty_scale_);
    faults /= r.keeps;
  }
  r.starts_per_hour = faults;
  if (faults > 0) place.rates.push_back(r);
}

void FailureModel::add_pool(std::uint32_t site, std::uint32_t hall, std::uint32_t pool,
                            std::uint64_t seed, const FleetFactors& factors) {
  const FailureSite& s = grounds_.sites[site];
  const FailurePool& p = s.halls[hall].pools[pool];
  if (p.nodes == 0) return;
  Place place;
  place.key = Stream(seed, "failures/pool/" + s.id + "/" + s.halls[hall].id + "/" + p.id, 0).next();
  place.site = site;
  place.hall = hall;
  place.pool = pool;
  place.nodes = p.nodes;
  place.gpus_per_node = p.gpus_per_node;
  place.pools.push_back(p);
  if (const FailureHardwareSpec* const h = hardware_of(spec_, p.hardware)) place.hardware = *h;
  for (std::uint32_t c = 0; c < spec_.causes.size(); ++c) {
    const FailureCauseSpec& cause = spec_.causes[c];
    if (cause.needs == FailureNeeds::liquid && !p.liquid) continue;
    if (cause.needs == FailureNeeds::nvlink_rack && !p.nvlink_rack) continue;
    std::int64_t unit = 1;
    if (cause.domain == FailureDomain::rack) unit = p.nodes_per_rack;
    if (cause.domain == FailureDomain::cdu) unit = p.nodes_per_rack * p.racks_per_cdu;
    if (cause.domain == FailureDomain::feeder) unit = p.nodes_per_rack * p.racks_per_feeder;
    if (cause.domain > FailureDomain::feeder) continue;
    const std::int64_t units = cause.domain == FailureDomain::gpu ? p.nodes * p.gpus_per_node
                                                                  : (p.nodes + unit - 1) / unit;
    add_rate(place, c, static_cast<double>(units), unit, factors);
  }
  add_place(std::move(place));
}

bool FailureModel::lives(const Place& place, Millis at) {
  return place.link || std::any_of(place.pools.begin(), place.pools.end(),
                                   [at](const FailurePool& p) { return alive(p, at); });
}

double FailureModel::frailty(const Place& place, std::int64_t node) const {
  Stream s(place.key, "frailty", static_cast<std::uint64_t>(node));
  return std::min(draw_gamma_mean_1(s, spec_.node_frailty_shape), spec_.node_frailty_most);
}

void FailureModel::add_place_hour(const Place& place, std::int64_t hour,
                                  std::vector<FailureEvent>& out) const {
  const Millis begin(hour * kMsPerHour);
  if (!lives(place, begin) && !lives(place, begin + Millis(kMsPerHour - 1))) return;
  double rate = place.starts_per_hour;
  if (place.pool) rate *= early_life(place.hardware, begin - place.pools[0].from);
  Stream s(place.key, "hour", static_cast<std::uint64_t>(hour));
  for (double t = s.exponential() / rate; t < 1.0; t += s.exponential() / rate) {
    const Millis at(begin.count() +
                    std::min(static_cast<std::int64_t>(t * kHourInMs), kMsPerHour - 1));
    double pick = s.uniform() * place.starts_per_hour;
    std::size_t i = 0;
    while (i + 1 < place.rates.size() && pick >= place.rates[i].starts_per_hour) {
      pick -= place.rates[i].starts_per_hour;
      ++i;
    }
    const Rate& r = place.rates[i];
    const FailureCauseSpec& c = spec_.causes[r.cause];
    const auto kept = [&](std::int64_t node) {
      return r.keeps == 1 || s.uniform() * spec_.node_frailty_most < frailty(place, node);
    };
    const auto units = static_cast<std::uint64_t>(r.units);
    const auto first = static_cast<std::int64_t>(s.below(units));
    if (!kept(first)) continue;
    std::vector<std::int64_t> struck{first};
    if (r.group_share > 0 && s.uniform() < r.group_share) {
      const int others = 1 + draw_geometric(s, c.together_size - 2.0);
      for (int tries = 0, n = 0; n < others && tries < 1000; ++tries) {
        const auto node = static_cast<std::int64_t>(s.below(units));
        if (std::find(struck.begin(), struck.end(), node) != struck.end() || !kept(node)) continue;
        struck.push_back(node);
        ++n;
      }
    }
    for (const std::int64_t unit : struck) {
      FailureEvent e;
      e.at = at;
      e.cause = r.cause;
      e.domain = c.domain;
      e.site = place.site;
      e.hall = place.hall;
      e.pool = place.pool;
      e.link = place.link;
      e.with_another = struck.size() > 1;
      e.silent = c.silent_share > 0 && s.uniform() < c.silent_share;
      const double noticed_h =
          s.exponential() * (e.silent ? c.silent_detect_hours : c.detect_s / 3600.0);
      const double out_h =
          std::min(draw_lognormal(s, c.out_p50_hours, c.out_p90_hours), spec_.longest_out_hours);
      e.detected = at + Millis(std::llround(noticed_h * kHourInMs));
      e.out_until = e.detected + Millis(std::llround(out_h * kHourInMs));
      if (place.pool) {
        if (!alive(place.pools[0], at)) continue;
        e.first_node = unit * r.nodes_per_unit;
        e.nodes = std::min(r.nodes_per_unit, place.nodes - e.first_node);
        e.gpus = e.nodes * place.gpus_per_node;
      } else {
        for (const FailurePool& p : place.pools) {
          if (!alive(p, at)) continue;
          e.nodes += p.nodes;
          e.gpus += p.nodes * p.gpus_per_node;
        }
        if (!place.link && e.nodes == 0) continue;  // nothing stands there
      }
      out.push_back(e);
    }
  }
}

void FailureModel::add_hour(std::int64_t hour, std::vector<FailureEvent>& out) const {
  CHECK(hour >= 0 && hour < std::numeric_limits<std::int64_t>::max() / kMsPerHour - 1);
  const auto before = static_cast<std::ptrdiff_t>(out.size());
  for (const Place& p : places_) add_place_hour(p, hour, out);
  std::stable_sort(out.begin() + before, out.end(),
                   [](const FailureEvent& a, const FailureEvent& b) { return a.at < b.at; });
}

double FailureModel::mean_faults(std::int64_t hour) const {
  const Millis begin(hour * kMsPerHour);
  double sum = 0;
  for (const Place& p : places_) {
    if (!lives(p, begin)) continue;
    double place = 0;
    for (const Rate& r : p.rates) {
      const double size = 1.0 + r.group_share * (spec_.causes[r.cause].together_size - 1.0);
      place += r.starts_per_hour * r.keeps * size;
    }
    sum += place * (p.pool ? early_life(p.hardware, begin - p.pools[0].from) : 1.0);
  }
  return sum;
}

}  // namespace dure
