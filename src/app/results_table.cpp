// The summary for a person at a terminal: headline, members, sites, books.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "app/results.h"

namespace dure {
namespace {

// 2650123 as 2,650,123.
std::string grouped(double v, int decimals = 0) {
  std::string s = fmt::format("{:.{}f}", v, decimals);
  const std::size_t dot = std::min(s.find('.'), s.size());
  for (std::size_t i = dot; i > 3 && s[i - 4] != '-'; i -= 3) s.insert(i - 3, 1, ',');
  return s;
}
std::string grouped(std::int64_t v) { return grouped(static_cast<double>(v)); }
std::string gpu_h(std::int64_t gpu_ms) { return grouped(static_cast<double>(gpu_ms) / 3.6e6); }

std::string share(std::int64_t a, std::int64_t b) {
  if (b == 0) return "-";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(a) / static_cast<double>(b));
}

std::string span(double s) {  // a wait, as short as it can be read
  if (s < 120) return fmt::format("{:.0f} s", s);
  if (s < 7200) return fmt::format("{:.0f} min", s / 60);
  if (s < 2 * 86400) return fmt::format("{:.1f} h", s / 3600);
  return fmt::format("{:.1f} d", s / 86400);
}

double facility_mwh(Exact wms_ppm) {
  return static_cast<double>(wms_ppm / kPpm) / static_cast<double>(kWmsPerMwh);
}

using Out = std::back_insert_iterator<std::string>;

double tonnes_co2e(const Simulation& run, const Summary& s) {
  if (run.facility() == nullptr)
    return facility_mwh(s.books.facility) * run.scenario().accounts.carbon_g_per_kwh / 1000;
  double grams = 0;
  for (const SiteFacility& f : run.site_facilities()) grams += f.location_g;
  return grams / 1e6;
}

// Water, cooling and failures, where a run reckons with them.
void physics(const Simulation& run, const Summary& s, Out out) {
  if (run.facility() == nullptr) return;
  const Books& b = s.books;
  std::int64_t water_ml = 0, short_ms = 0, beyond_ms = 0;
  double above_kwh = 0;
  for (const SiteFacility& f : run.site_facilities()) {
    water_ml += f.evaporation_ml + f.blowdown_ml + f.drift_ml;
    short_ms += f.cannot_hold_ms;
    beyond_ms += f.beyond_range_ms;
    above_kwh += f.above_stated_kwh;
  }
  const double it_mwh = static_cast<double>(b.it_wms) / static_cast<double>(kWmsPerMwh);
  fmt::format_to(out, "  water     {:>14} m3", grouped(static_cast<double>(water_ml) / 1e6));
  if (b.it_wms > 0)
    fmt::format_to(out, ", {:.2f} l for each kWh of the machines; PUE {:.3f}",
                   static_cast<double>(water_ml) / 1e6 / it_mwh, facility_mwh(b.facility) / it_mwh);
  fmt::format_to(out, "\n");
  fmt::format_to(out,
                 "  failures  {:>14} jobs interrupted, {} GPU hours lost, {} out of order; cooling "
                 "short for {:.0f} site hours\n",
                 grouped(s.interrupted), gpu_h(s.interrupted_gpu_ms), gpu_h(s.gpus.failed_ms),
                 static_cast<double>(short_ms) / 3.6e6);
  if (above_kwh > 0.5)
    fmt::format_to(out, "  limits    {:>14} MWh above the stated limits of disruptions\n",
                   grouped(above_kwh / 1000, 1));
  if (beyond_ms > 0)
    fmt::format_to(out,
                   "  models    {:>14.0f} site hours beyond their range, held at its end: see "
                   "beyond_model_h of each site\n",
                   static_cast<double>(beyond_ms) / 3.6e6);
}

void money(const Summary& s, Out out) {
  if (!s.money) return;
  const MoneySum& all = s.money->all;
  fmt::format_to(out,
                 "  cost      {:>14} million won in all; {} won a GPU hour installed, {} used\n",
                 grouped(all.parts.total() / 1e6), grouped(all.per_installed_gpu_h().value_or(0)),
                 grouped(all.per_used_gpu_h().value_or(0)));
}

void headline(const Simulation& run, const Summary& s, const RunLabels& labels, Out out) {
  const Window& w = run.meter().window();
  const Books& b = s.books;
  std::int64_t wanted = 0, served = 0;
  for (const ServiceFigures& f : s.services) {
    wanted += f.wanted_ms;
    served += f.met_ms();
  }
  fmt::format_to(out, "{}\n{} to {}, seed {}, policy {}\n\n", run.scenario().name_en,
                 to_string(date_of(w.from)), to_string(date_of(w.to)), run.options().seed,
                 labels.policy);
  fmt::format_to(out, "  GPUs      {:>14} installed, {} of them without power\n",
                 grouped(s.installed_at_end), grouped(s.unpowered_at_end));
  fmt::format_to(out, "  GPU hours {:>14} used of {} installed ({}); {} lent\n",
                 gpu_h(s.gpus.used_ms), gpu_h(s.gpus.installed_ms),
                 share(s.gpus.used_ms, s.gpus.installed_ms), gpu_h(s.lent_gpu_ms));
  fmt::format_to(out,
                 "  jobs      {:>14} submitted, {} done, {} running and {} queued at the end\n",
                 grouped(s.jobs.books.submitted), grouped(s.jobs.books.done),
                 grouped(s.jobs.books.running), grouped(s.jobs.books.queued));
  fmt::format_to(out, "  wait      {:>14} on average; half {}, 95 % {}, 99 % {} at most\n",
                 span(s.jobs.wait.mean_s), span(s.jobs.wait.p50_s), span(s.jobs.wait.p95_s),
                 span(s.jobs.wait.p99_s));
  fmt::format_to(out, "  services  {:>14} of the replica hours they wanted\n",
                 share(served, wanted));
  fmt::format_to(out, "  energy    {:>14} MWh, peak {} MW, {} million won, {} t CO2e\n",
                 grouped(facility_mwh(b.facility)),
                 grouped(static_cast<double>(s.peak_facility_w) / 1e6, 1),
                 grouped(static_cast<double>(b.cost_krw) / 1e6), grouped(tonnes_co2e(run, s)));
  physics(run, s, out);
  money(s, out);
  fmt::format_to(out, "  law       {:>14} placements checked, {} violations, {} jobs refused\n\n",
                 grouped(b.placements_checked), b.violations, grouped(s.jobs_refused_by_law));
}

void members(const Simulation& run, const Summary& s, Out out) {
  fmt::format_to(out, "{:<12} {:>8} {:>7} {:>13} {:>12} {:>12} {:>10} {:>9} {:>9}\n", "member",
                 "GPUs", "busy", "GPU h used", "borrowed", "lent", "jobs done", "mean wait",
                 "95 % wait");
  for (std::size_t i = 0; i < s.members.size(); ++i) {
    const MemberSummary& m = s.members[i];
    std::int64_t of_owned = 0;
    for (const std::int64_t gpu_ms : s.lending[i]) of_owned += gpu_ms;
    const bool waited = m.wait.jobs > 0;
    fmt::format_to(out, "{:<12} {:>8} {:>7} {:>13} {:>12} {:>12} {:>10} {:>9} {:>9}\n",
                   run.scenario().members[i].id, grouped(m.owned), share(of_owned, m.owned_gpu_ms),
                   gpu_h(m.used_gpu_ms), gpu_h(m.borrowed_gpu_ms), gpu_h(m.lent_gpu_ms),
                   grouped(m.jobs_done), waited ? span(m.wait.mean_s) : "-",
                   waited ? span(m.wait.p95_s) : "-");
  }
}

void sites(const Simulation& run, const Summary& s, Out out) {
  fmt::format_to(out, "\n{:<28} {:>8} {:>9} {:>7} {:>8} {:>8} {:>10} {:>10}\n", "site", "GPUs",
                 "unpowered", "busy", "peak MW", "grid MW", "MWh", "jobs");
  for (std::size_t i = 0; i < s.sites.size(); ++i) {
    const SiteSummary& f = s.sites[i];
    if (f.installed_gpu_ms == 0) continue;
    fmt::format_to(out, "{:<28} {:>8} {:>9} {:>7} {:>8.1f} {:>8.1f} {:>10} {:>10}\n",
                   run.scenario().sites[i].id, grouped(f.installed), grouped(f.unpowered),
                   share(f.used_gpu_ms, f.installed_gpu_ms), static_cast<double>(f.peak_w) / 1e6,
                   static_cast<double>(f.limit_w) / 1e6, grouped(facility_mwh(f.facility)),
                   grouped(f.jobs_started));
  }
}

void books(const Summary& s, Out out) {
  const auto passed =
      std::count_if(s.checks.begin(), s.checks.end(), [](const Check& c) { return c.ok; });
  fmt::format_to(out, "\nbooks: {} of {} checks balance\n", passed, s.checks.size());
  for (const Check& c : s.checks)
    if (!c.ok)
      fmt::format_to(out, "  FAILED {}: {} <> {} {} ({})\n", c.name, c.left, c.right, c.unit,
                     c.what);
}

}  // namespace

std::string summary_table(const Simulation& run, const Summary& summary, const RunLabels& labels) {
  std::string text;
  const Out out = std::back_inserter(text);
  headline(run, summary, labels, out);
  members(run, summary, out);
  sites(run, summary, out);
  books(summary, out);
  fmt::format_to(out, "record {} ({} events)\n", labels.record_sha256, labels.record_events);
  return text;
}

}  // namespace dure
