#include "sim/energy_acts.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "base/calendar.h"

namespace dure {
namespace {

const char* cause_of(CapCause because) {
  switch (because) {
    case CapCause::none: return "none";
    case CapCause::price: return "price";
    case CapCause::demand_response: return "demand_response";
    case CapCause::power_short: return "power_short";
  }
  CHECK(!"a CapCause");
}

struct Worth {
  double krw = 0, g_co2 = 0;
  Worth& operator+=(const Worth& o) {
    krw += o.krw;
    g_co2 += o.g_co2;
    return *this;
  }
};

// Of one kW drawn over the time, by the hour: the price of one kWh more, the grid's signal.
class Prices {
 public:
  Prices(const Facility& facility, Millis from, Millis to)
      : facility_(facility), from_(from), to_(to) {}
  Worth of(SiteId site, Millis from, Millis to) const {
    Worth out;
    for (std::int64_t at = from.count(); at < to.count();) {
      const std::int64_t until = std::min(to.count(), (at / kMsPerHour + 1) * kMsPerHour);
      // Beyond the run nothing is priced: its last hour stands for what follows.
      const Millis when(std::clamp(at, from_.count(), to_.count() - 1));
      const double hours = static_cast<double>(until - at) / static_cast<double>(kMsPerHour);
      out.krw += hours * facility_.tariff(site).price_at(when).marginal_krw_per_kwh();
      out.g_co2 += hours * facility_.carbon().factor_g_per_kwh(date_of(when).year).value *
                   facility_.carbon().signal_relative(when);
      at = until;
    }
    return out;
  }

 private:
  const Facility& facility_;
  const Millis from_, to_;
};

double kwh_of(std::int64_t wms) { return static_cast<double>(wms) / 3.6e9; }
double hours_of(Millis from, Millis to) {
  return static_cast<double>((to - from).count()) / static_cast<double>(kMsPerHour);
}

// each(from, to, those that hold) of the spans between which no row begins or ends, in order of
// time; where none holds, there is no span.
template <class Row, class Each>
void each_span(std::vector<Row> rows, const Each& each) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.from < b.from; });
  std::vector<Millis> bounds;
  for (const Row& w : rows) {
    bounds.push_back(w.from);
    bounds.push_back(w.to);
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  std::vector<const Row*> here;
  std::size_t next = 0;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    std::erase_if(here, [&](const Row* w) { return w->to <= bounds[i]; });
    for (; next < rows.size() && rows[next].from == bounds[i]; ++next) here.push_back(&rows[next]);
    if (!here.empty()) each(bounds[i], bounds[i + 1], here);
  }
}

struct Power {
  Millis from, to;
  double kw = 0;
};

// Committed power of the nodes that were switched off, by site and cause. A node that several rows
// switch off at once counts once, for the first of them; one that is out of order for none.
std::map<std::pair<SiteId, std::uint32_t>, std::vector<Power>> sheds(const Scenario& s,
                                                                     const Founding& f,
                                                                     const OutagePlan& outages,
                                                                     const Window& w) {
  struct Off {
    Millis from, to;
    std::uint64_t nodes = 0;
    std::uint32_t cause = 0;
    bool shed = false;
    Millis since;
    bool operator<(const Off& o) const {
      return std::tie(shed, since, cause) < std::tie(o.shed, o.since, o.cause);
    }
  };
  std::map<std::pair<PoolId, std::uint32_t>, std::vector<Off>> racks;
  for (const Outage& o : outages.outages) {
    const Millis from = std::max(o.at, w.from), to = std::min(o.back, w.to);
    if (from < to)
      racks[{o.pool, o.rack}].push_back(
          {from, to, o.nodes, o.cause, outages.causes[o.cause].shed, o.at});
  }
  std::map<std::pair<SiteId, std::uint32_t>, std::map<std::pair<Millis, Millis>, double>> sums;
  for (const auto& [key, offs] : racks) {
    const PoolPlan& pool = f.pools[key.first.index];
    if (std::none_of(offs.begin(), offs.end(), [](const Off& off) { return off.shed; })) continue;
    each_span(offs, [&](Millis from, Millis to, std::vector<const Off*> here) {
      std::sort(here.begin(), here.end(), [](const Off* a, const Off* b) { return *a < *b; });
      std::uint64_t nodes = 0;
      for (const Off* off : here) {
        const std::uint64_t more = off->nodes & ~nodes;
        nodes |= more;
        if (off->shed && more != 0)
          sums[{pool.opened.site, off->cause}][{from, to}] +=
              std::popcount(more) * static_cast<double>(pool.node_max_w.count()) / 1000 *
              s.policy.power_commit_share;
      }
    });
  }
  std::map<std::pair<SiteId, std::uint32_t>, std::vector<Power>> out;
  for (const auto& [key, powers] : sums)
    for (const auto& [span, kw] : powers) out[key].push_back({span.first, span.second, kw});
  return out;
}

}  // namespace

void ShiftMeter::waits(JobId job, Reason because) {
  if (because == Reason::cheaper_later) told_[world_.job(job).lane] = world_.now();
}

void ShiftMeter::append(const Event& e) {
  if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
    const auto* start = std::get_if<StartJob>(&issued->wish);
    if (start == nullptr || told_.empty()) return;
    const Job& job = world_.job(start->job);
    const auto told = told_.find(job.lane);
    // Policies say "no" to the first of a lane and mean those behind it too.
    if (told == told_.end() || told->second < job.submit || job.stops > 0) return;
    const WorkloadId work = world_.lane(job.lane).workload;
    std::int64_t power = meter_.dynamic_w(
        start->pool, work, start->gpus.count() == 0 ? job.gpus : start->gpus.count());
    for (const Part& part : start->also)
      power += meter_.dynamic_w(part.pool, work, part.gpus.count());
    running_[start->job] = {start->job, start->pool, job.submit, e.at, e.at, power};
  } else if (const auto* ended_it = std::get_if<JobEnded>(&e.what)) {
    ended(ended_it->job, e.at);
  } else if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
    ended(stopped->job, e.at);
  }
}

void ShiftMeter::ended(JobId job, Millis at) {
  const auto it = running_.find(job);
  if (it == running_.end()) return;
  it->second.end = at;
  done_.push_back(it->second);
  running_.erase(it);
}

std::vector<ShiftMeter::Shifted> ShiftMeter::all(Millis now) const {
  std::vector<Shifted> out = done_;
  for (const auto& [job, shifted] : running_) {
    out.push_back(shifted);
    out.back().end = now;
  }
  return out;
}

std::vector<Act> energy_acts(const Scenario& s, const Founding& f, const Facility& facility,
                             const Meter& meter, const ShiftMeter& shifts,
                             const OutagePlan& outages) {
  const Window& w = meter.window();
  const Prices prices(facility, w.from, w.to);
  std::vector<Act> out;

  std::map<std::tuple<SiteId, Millis>, Act> by_hour;  // of a site: the hour in which they started
  for (const ShiftMeter::Shifted& shift : shifts.all(w.to)) {
    if (shift.start < w.from || shift.start >= w.to) continue;
    const SiteId site = f.pools[shift.pool.index].opened.site;
    const Millis hour(shift.start.count() / kMsPerHour * kMsPerHour);
    const Millis end = std::min(shift.end, w.to), time = end - shift.start;
    const auto kw = static_cast<double>(shift.power_w) / 1000;
    Worth gain = prices.of(site, shift.submit, shift.submit + time);
    const Worth paid = prices.of(site, shift.start, end);
    auto [it, fresh] = by_hour.try_emplace({site, hour});
    Act& act = it->second;
    if (fresh) {
      act = {site, ActKind::shift, "cheaper_later " + iso_kst(hour), shift.submit, shift.start};
      act.krw = act.g_co2 = 0;
    }
    act.from = std::max(w.from, std::min(act.from, shift.submit));
    act.to = std::max({act.to, shift.start, act.from + Millis(1)});
    act.kwh += kw * static_cast<double>(time.count()) / static_cast<double>(kMsPerHour);
    *act.krw += kw * (gain.krw - paid.krw);
    *act.g_co2 += kw * (gain.g_co2 - paid.g_co2);
  }
  for (auto& [key, act] : by_hour) out.push_back(std::move(act));

  const auto add = [&](SiteId site, ActKind kind, const std::string& cause,
                       const std::vector<Power>& powers) {
    each_span(powers, [&](Millis from, Millis to, const std::vector<const Power*>& here) {
      double kw = 0;
      for (const Power* p : here) kw += p->kw;
      Act act{site, kind, cause, from, to, kw * hours_of(from, to)};
      const Worth worth = prices.of(site, from, to);
      act.krw = kw * worth.krw;
      act.g_co2 = kw * worth.g_co2;
      out.push_back(std::move(act));
    });
  };
  std::map<std::pair<SiteId, CapCause>, std::vector<Power>> caps;
  for (const CapFigures& c : meter.caps())
    caps[{f.pools[c.pool.index].opened.site, c.because}].push_back(
        {c.from, c.to, kwh_of(c.kept_wms) / hours_of(c.from, c.to)});
  for (const auto& [key, powers] : caps) add(key.first, ActKind::cap, cause_of(key.second), powers);
  for (const auto& [key, powers] : sheds(s, f, outages, w))
    add(key.first, ActKind::shed, outages.causes[key.second].id, powers);
  std::stable_sort(out.begin(), out.end(),
                   [](const Act& a, const Act& b) { return a.from < b.from; });
  return out;
}

}  // namespace dure
