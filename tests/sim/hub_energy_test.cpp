// The K-AI hub with sun, batteries and demand response: it runs, its books balance, and each of its
// sites does what it has.
#include <gtest/gtest.h>

#include <memory>

#include "io/scenario_reader.h"
#include "sim/energy_books.h"
#include "sim/summary.h"
#include "source_dir.h"
#include "world/by_id.h"

namespace dure {
namespace {

Scenario option(const std::string& name) {
  auto read = read_scenario(source_dir() + "/scenarios/k-ai-hub/options/" + name,
                            std::vector<std::string>{}, nullptr);
  CHECK(read);
  return std::move(read).value();
}

// Two days of an option of the hub, after one that is not counted: its models fit, its books hold.
struct TwoDays {
  TwoDays(const Scenario& s, Date from) {
    options.window = {midnight(from), midnight(from) + Millis(2 * kMsPerDay), s.run.step_ms};
    options.warmup_days = 1;
    options.policy = policy_from(s.policy);
    const Result<Done> fits = check_physics(s, options);
    CHECK(fits);
    run = std::make_unique<Simulation>(s, options);
    run->run();
    sum = summarize(*run);
    for (const Check& c : sum.checks)
      EXPECT_TRUE(c.ok) << c.name << ": " << c.left << " against " << c.right << " " << c.unit;
  }
  SimulationOptions options;
  std::unique_ptr<Simulation> run;
  Summary sum;
};

TEST(HubEnergy, TwoDaysOfTheOption) {
  const Scenario s = option("energy.yaml");
  const TwoDays days(s, {2030, 10, 1});
  const Simulation& run = *days.run;
  const Summary& sum = days.sum;
  const SimulationOptions& o = days.options;
  EXPECT_EQ(sum.books.assets.size(), s.energy_assets.size());

  const auto site = [&](const std::string& id) -> const SiteFacility& {
    return run.site_facilities()[*find_id(s.sites, id)];
  };
  const EnergyBook& sun = *site("saemangeum_hyundai").energy;
  EXPECT_GT(sun.ppa_kwh, 0.1 * sun.grid_kwh);
  EXPECT_LT(site("saemangeum_hyundai").market_g, site("saemangeum_hyundai").location_g);
  const EnergyBook& haenam = *site("ncc_haenam").energy;
  EXPECT_GT(haenam.solar_kwh, 0);
  const EnergyBook& ulsan = *site("ulsan_sk_aws").energy;
  EXPECT_GT(ulsan.charge_kwh, 10'000);
  EXPECT_GT(ulsan.discharge_kwh, 10'000);
  EXPECT_LE(ulsan.peak_grid_kw * 1000,
            static_cast<double>(
                grid_limit(s.sites[*find_id(s.sites, "ulsan_sk_aws")], o.window.from).count()));
  for (const SiteFacility& f : run.site_facilities()) {
    if (!f.energy) continue;
    std::printf(
        "grid %.1f ppa %.1f sun %.1f charge %.1f discharge %.1f unserved %.2f MWh, peak "
        "%.2f of %.2f MW, %.1f million KRW, calls %lld\n",
        f.energy->grid_kwh / 1000, f.energy->ppa_kwh / 1000, f.energy->solar_kwh / 1000,
        f.energy->charge_kwh / 1000, f.energy->discharge_kwh / 1000, f.energy->unserved_kwh / 1000,
        f.energy->peak_grid_kw / 1000, static_cast<double>(f.peak_w) / 1e6, energy_krw(f) / 1e6,
        static_cast<long long>(f.energy->calls));
  }
}

// Two August days of the hub's policy for energy: dear hours are waited out and capped, and the
// books hold.
TEST(HubEnergy, TwoDaysOfThePolicy) {
  const Scenario s = option("energy_policy.yaml");
  const TwoDays days(s, {2030, 8, 6});
  std::int64_t caps = 0, shifts = 0;
  double kept_kwh = 0, shifted_krw = 0;
  for (const SiteFacility& f : days.run->site_facilities())
    for (const Act& act : f.acts.all()) {
      EXPECT_LE(act.to, days.options.window.to);
      if (act.kind == ActKind::cap) {
        ++caps;
        kept_kwh += act.kwh;
      } else if (act.kind == ActKind::shift) {
        ++shifts;
        shifted_krw += act.krw.value_or(0);
      }
    }
  EXPECT_GT(caps, 0);
  EXPECT_GT(kept_kwh, 10'000);
  EXPECT_GT(shifts, 0);
  EXPECT_GT(shifted_krw, 0);
}

}  // namespace
}  // namespace dure
