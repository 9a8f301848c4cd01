#include "sim/network_run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "world/by_id.h"

namespace dure {
namespace {

constexpr double kBusy = 0.9;

// Whole hours, and every instant at which a link is cut or mended.
std::vector<Millis> instants_of(const NetworkSpan& span, const std::vector<LinkCut>& cuts) {
  std::set<Millis> at{span.start, span.from, span.to};
  for (std::int64_t h = span.start.count() / kMsPerHour + 1; h * kMsPerHour < span.to.count(); ++h)
    at.insert(Millis(h * kMsPerHour));
  for (const LinkCut& c : cuts)
    for (const Millis t : {c.at, c.back})
      if (span.start < t && t < span.to) at.insert(t);
  return {at.begin(), at.end()};
}

using FlowKey = std::tuple<TrafficKind, SiteId, SiteId>;

class Runner {
 public:
  Runner(const Scenario& s, const std::vector<LinkCut>& cuts, const NetworkSpan& span,
         NetworkRun& out)
      : s_(s), cuts_(cuts), span_(span), out_(out), instants_(instants_of(span, cuts)) {
    for (std::uint32_t i = 0; i < s.links.size(); ++i) {
      if (!carries_data(s, s.links[i])) continue;
      links_.push_back(s.links[i]);
      link_of_.push_back(i);
    }
    out.links.resize(s.links.size());
    share_out_sendings();
    for (const FlowTraffic& f : out.flows) {
      const std::string &from = s.sites[f.from.index].id, &to = s.sites[f.to.index].id;
      const bool linked = has_link(from) && has_link(to);
      flow_of_.push_back(linked ? std::optional(wishes_.size()) : std::nullopt);
      if (linked) wishes_.push_back({from, to, 0});
    }
  }

  void run() {
    Pending pending(out_.flows.size(), 0);
    for (std::size_t i = 0; i + 1 < instants_.size(); ++i) {
      at_ = instants_[i];
      ms_ = (instants_[i + 1] - at_).count();
      interval_ = i;
      if (at_ == span_.from)
        for (std::size_t f = 0; f < pending.size(); ++f)
          out_.flows[f].waiting_at_start_mb = pending[f];
      open_cuts(pending);
      const Step step = take_step(pending, cut_.end());
      count(step, pending);
      compare(step, pending);
    }
    for (std::size_t f = 0; f < pending.size(); ++f) out_.flows[f].late_mb = pending[f];
    for (auto c = cut_.begin(); c != cut_.end(); ++c) close(c->second);
    std::stable_sort(out_.cuts.begin(), out_.cuts.end(), [&](const auto& a, const auto& b) {
      return cuts_[a.cut].at < cuts_[b.cut].at;
    });
  }

 private:
  using Pending = std::vector<std::int64_t>;  // [flow], megabytes that wait
  struct Step {
    std::vector<std::int64_t> wanted, carried, lacking;  // [flow]
    Routing routing;                                     // of wishes_
  };
  struct Without {  // the run as it would be if this cut had not been
    CutTraffic figures;
    Pending pending;
    std::vector<bool> rerouted, longer, slower, lost;  // [flow]
  };
  using Cuts = std::map<std::size_t, Without>;  // by index in cuts_: begun, and still felt

  bool has_link(const std::string& site) const {
    return std::any_of(links_.begin(), links_.end(),
                       [&](const LinkSpec& l) { return l.from_site == site || l.to == site; });
  }
  bool counted() const { return at_ >= span_.from; }

  // The megabytes of each flow, interval by interval.
  void share_out_sendings() {
    std::map<FlowKey, std::size_t> index;
    for (const Sending& x : out_.sendings)
      index.emplace(FlowKey{x.kind, x.from_site, x.to_site}, 0);
    for (auto& [key, i] : index) {
      i = out_.flows.size();
      FlowTraffic& f = out_.flows.emplace_back();
      std::tie(f.kind, f.from, f.to) = key;
    }
    sent_.assign(out_.flows.size(), std::vector<std::int64_t>(instants_.size() - 1));
    for (const Sending& x : out_.sendings) {
      std::vector<std::int64_t>& sent = sent_[index.at({x.kind, x.from_site, x.to_site})];
      const auto first = std::upper_bound(instants_.begin(), instants_.end(), x.from) - 1;
      std::int64_t before = 0;
      for (auto i = static_cast<std::size_t>(first - instants_.begin());
           i + 1 < instants_.size() && instants_[i] < x.to; ++i) {
        const std::int64_t until = x.sent_before(instants_[i + 1]);
        sent[i] += until - before;
        before = until;
      }
    }
  }

  // Is the link cut in this interval, by another cut than `but`?
  std::vector<bool> down(Cuts::const_iterator but) const {
    std::vector<bool> down(links_.size(), false);
    for (std::size_t c = 0; c < cuts_.size(); ++c) {
      if (cuts_[c].at > at_ || cuts_[c].back <= at_) continue;
      if (but != cut_.end() && but->first == c) continue;
      for (std::size_t l = 0; l < links_.size(); ++l)
        if (std::find(cuts_[c].links.begin(), cuts_[c].links.end(), links_[l].id) !=
            cuts_[c].links.end())
          down[l] = true;
    }
    return down;
  }

  double payload_mb(double gbit_per_s) const {  // in this interval
    return gbit_per_s * s_.network->wan_efficiency / 8 * static_cast<double>(ms_);
  }

  // Adds what is sent in this interval to what waits, and takes away what arrives or is missed.
  Step take_step(Pending& pending, Cuts::const_iterator but) {
    Step step;
    step.carried.resize(pending.size());
    step.lacking.resize(pending.size());
    for (std::size_t f = 0; f < pending.size(); ++f) {
      pending[f] += sent_[f][interval_];
      if (flow_of_[f])
        wishes_[*flow_of_[f]].wants_gbit_per_s = static_cast<double>(pending[f]) / payload_mb(1);
    }
    step.wanted = pending;
    Result<Routing> routing = route(links_, down(but), wishes_);
    CHECK(routing);
    step.routing = std::move(routing.value());
    for (std::size_t f = 0; f < pending.size(); ++f) {
      const RoutedFlow* way = way_of(step, f);
      if (way != nullptr)
        step.carried[f] =
            way->gbit_per_s >= wishes_[*flow_of_[f]].wants_gbit_per_s
                ? pending[f]
                : std::min(pending[f],
                           static_cast<std::int64_t>(std::floor(payload_mb(way->gbit_per_s))));
      pending[f] -= step.carried[f];
      if (out_.flows[f].kind != TrafficKind::exchange) continue;
      step.lacking[f] = pending[f];
      pending[f] = 0;
    }
    return step;
  }
  const RoutedFlow* way_of(const Step& step, std::size_t f) const {
    if (!flow_of_[f] || !step.routing.flows[*flow_of_[f]]) return nullptr;
    return &*step.routing.flows[*flow_of_[f]];
  }

  void count(const Step& step, const Pending& pending) {
    if (!counted()) return;
    struct Carried {
      std::int64_t there_mb = 0, back_mb = 0;
    };
    std::vector<Carried> carried(links_.size());
    for (std::size_t f = 0; f < pending.size(); ++f) {
      FlowTraffic& flow = out_.flows[f];
      flow.sent_mb += sent_[f][interval_];
      flow.arrived_mb += step.carried[f];
      flow.lacking_mb += step.lacking[f];
      flow.most_waiting_mb = std::max(flow.most_waiting_mb, pending[f]);
      if (step.carried[f] < step.wanted[f]) flow.short_ms += ms_;
      const RoutedFlow* way = way_of(step, f);
      if (way == nullptr && step.wanted[f] > 0) flow.no_way_ms += ms_;
      if (way == nullptr || step.carried[f] == 0) continue;
      if (flow.most_rtt_ms == 0 || way->rtt_ms < flow.least_rtt_ms) flow.least_rtt_ms = way->rtt_ms;
      flow.most_rtt_ms = std::max(flow.most_rtt_ms, way->rtt_ms);
      const auto kind = static_cast<std::size_t>(flow.kind);
      std::string_view place = wishes_[*flow_of_[f]].from;
      for (const std::uint32_t l : way->links) {
        LinkTraffic& link = out_.links[link_of_[l]];
        const bool there = links_[l].from_site == place;
        (there ? link.there_mb : link.back_mb)[kind] += step.carried[f];
        (there ? carried[l].there_mb : carried[l].back_mb) += step.carried[f];
        if (l == way->links.front()) link.first_mb[kind] += step.carried[f];
        place = there ? std::string_view(links_[l].to) : std::string_view(links_[l].from_site);
      }
    }
    for (std::size_t l = 0; l < links_.size(); ++l) {
      LinkTraffic& link = out_.links[link_of_[l]];
      const std::int64_t busier = std::max(carried[l].there_mb, carried[l].back_mb);
      const double fits = payload_mb(links_[l].gbit_per_s);
      const double share = static_cast<double>(busier) / fits;
      link.busy_ms += share * static_cast<double>(ms_);
      link.peak_share = std::max(link.peak_share, share);
      if (share > kBusy) link.above_90_ms += ms_;
      // A hair of slack: what fits is a product of doubles, what is carried a whole number.
      link.most_above_mb =
          std::max(link.most_above_mb,
                   busier - static_cast<std::int64_t>(std::floor(fits * (1 + 1e-12) + 1e-6)));
    }
  }

  // ---- cuts

  void open_cuts(const Pending& pending) {
    for (std::size_t c = 0; c < cuts_.size(); ++c) {
      const LinkCut& cut = cuts_[c];
      // One that began before the run is felt from its first moment.
      const bool begins = cut.at == at_ || (at_ == span_.start && cut.at < at_ && at_ < cut.back);
      if (!begins || cut.back <= span_.from) continue;
      Without w;
      w.figures.cut = c;
      w.pending = pending;
      for (auto* flags : {&w.rerouted, &w.longer, &w.slower, &w.lost})
        flags->assign(pending.size(), false);
      for (const Stay& stay : out_.stays) {
        if (stay.parts.size() < 2 || stay.from >= cut.at || stay.to < cut.at) continue;
        ++(stay.to == cut.at ? w.figures.gangs_stopped : w.figures.gangs_went_on);
      }
      cut_.emplace(c, std::move(w));
    }
  }

  void compare(const Step& step, const Pending& pending) {
    for (auto c = cut_.begin(); c != cut_.end();) {
      const LinkCut& cut = cuts_[c->first];
      Without& w = c->second;
      const Step without = take_step(w.pending, c);
      if (counted()) compare(step, without, at_ < cut.back, w);
      std::int64_t more = 0;
      for (std::size_t f = 0; f < pending.size(); ++f) more += pending[f] - w.pending[f];
      if (counted() && more > 0) {
        w.figures.most_late_mb = std::max(w.figures.most_late_mb, more);
        w.figures.late_ms = (at_ - std::max(cut.at, span_.from)).count() + ms_;
      }
      const bool over = at_ + Millis(ms_) >= cut.back && pending == w.pending;
      if (over) close(w);
      c = over ? cut_.erase(c) : std::next(c);
    }
  }

  void compare(const Step& step, const Step& without, bool lasts, Without& w) {
    for (std::size_t f = 0; f < step.carried.size(); ++f) {
      w.figures.lacking_mb += step.lacking[f] - without.lacking[f];
      const RoutedFlow *is = way_of(step, f), *was = way_of(without, f);
      if (!lasts || was == nullptr || step.wanted[f] == 0) continue;
      if (is == nullptr) {
        w.lost[f] = true;
        continue;
      }
      if (step.carried[f] < without.carried[f]) w.slower[f] = true;
      if (is->links == was->links) continue;
      w.rerouted[f] = true;
      w.figures.rerouted_mb += step.carried[f];
      if (is->rtt_ms <= was->rtt_ms) continue;
      w.longer[f] = true;
      w.figures.most_extra_rtt_ms = std::max(w.figures.most_extra_rtt_ms, is->rtt_ms - was->rtt_ms);
    }
  }

  void close(Without& w) {
    const auto flows = [](const std::vector<bool>& flags) {
      return static_cast<std::int64_t>(std::count(flags.begin(), flags.end(), true));
    };
    w.figures.rerouted = flows(w.rerouted);
    w.figures.longer = flows(w.longer);
    w.figures.slower = flows(w.slower);
    w.figures.lost = flows(w.lost);
    out_.cuts.push_back(w.figures);
  }

  const Scenario& s_;
  const std::vector<LinkCut>& cuts_;
  const NetworkSpan span_;
  NetworkRun& out_;
  const std::vector<Millis> instants_;
  std::vector<LinkSpec> links_;                      // that carry data
  std::vector<std::uint32_t> link_of_;               // [of links_]: in the scenario
  std::vector<Flow> wishes_;                         // of flows whose ends have links
  std::vector<std::optional<std::size_t>> flow_of_;  // [flow]: in wishes_
  std::vector<std::vector<std::int64_t>> sent_;      // [flow][interval]
  Cuts cut_;
  Millis at_;
  std::int64_t ms_ = 0;
  std::size_t interval_ = 0;
};

}  // namespace

bool carries_data(const Scenario& s, const LinkSpec& link) {
  return find_id(s.sites, link.to).has_value() ||
         s.sites[index_of(s.sites, link.from_site)].jurisdiction == link.jurisdiction;
}

NetworkRun run_network(const Scenario& scenario, const Founding& founding,
                       const std::vector<LinkCut>& cuts, std::vector<Stay> stays,
                       const NetworkSpan& span) {
  NetworkRun out;
  out.stays = std::move(stays);
  out.sendings = sendings_of(scenario, founding, out.stays, span.start);
  if (!scenario.network) {  // nothing is sent, only saved: check_traffic
    CHECK(out.sendings.empty());
    out.links.resize(scenario.links.size());
    return out;
  }
  Runner(scenario, cuts, span, out).run();
  return out;
}

}  // namespace dure
