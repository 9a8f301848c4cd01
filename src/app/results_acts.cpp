#include "app/results_acts.h"

#include <fmt/core.h>

#include <cmath>

#include "app/results_numbers.h"
#include "base/calendar.h"
#include "io/atomic_file.h"

namespace dure {

std::vector<Act> acts_of(const Simulation& run) {
  std::vector<Act> out;
  for (const SiteFacility& f : run.site_facilities())
    for (Act& a : f.acts.all()) out.push_back(std::move(a));
  return out;
}

nlohmann::ordered_json acts_json(const Simulation& run) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const ActTotal& t : totals(acts_of(run))) {
    out.push_back({{"site", run.scenario().sites[t.site.index].id},
                   {"kind", std::string(enum_name(t.kind))},
                   {"times", t.times},
                   {"hours", gpu_h(t.ms)},
                   {"kwh", rounded(t.kwh, 3)}});
    if (t.krw) out.back()["krw"] = std::llround(*t.krw);
    if (t.g_co2) out.back()["kg_co2"] = rounded(*t.g_co2 / 1000, 3);
  }
  return out;
}

Result<Done> write_acts_csv(const std::string& path, const Simulation& run) {
  TRY(file, AtomicFile::create(path));
  std::string out;
  fmt::format_to(std::back_inserter(out), "site,kind,cause,from,to,kwh,krw,g_co2\n");
  for (const Act& a : acts_of(run)) {
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{:.3f},",
                   run.scenario().sites[a.site.index].id, enum_name(a.kind), a.cause,
                   iso_kst(a.from), iso_kst(a.to), a.kwh);
    if (a.krw) fmt::format_to(std::back_inserter(out), "{:.0f}", *a.krw);
    fmt::format_to(std::back_inserter(out), ",");
    if (a.g_co2) fmt::format_to(std::back_inserter(out), "{:.0f}", *a.g_co2);
    fmt::format_to(std::back_inserter(out), "\n");
  }
  TRY(written, file.write(out));
  (void)written;
  return file.commit();
}

}  // namespace dure
