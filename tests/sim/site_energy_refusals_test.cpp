// Energy assets that do not fit: refused with the place in the file, or with the row of the call.
#include <gtest/gtest.h>

#include "io/scenario_reader.h"
#include "sim/shipped_physics.h"
#include "source_dir.h"

namespace dure {
namespace {

std::string option() { return source_dir() + "/scenarios/k-ai-hub/options/energy.yaml"; }

Faults read_with(const std::vector<std::string>& settings, Faults* warnings = nullptr) {
  const Outcome<Scenario> read = read_scenario(option(), settings, warnings);
  return read ? Faults{} : read.faults();
}

TEST(SiteEnergyRefusals, TheShippedOptionIsTaken) { EXPECT_TRUE(read_with({}).empty()); }

TEST(SiteEnergyRefusals, WhatDoesNotFitIsRefusedWithItsPlace) {
  struct Bad {
    std::string setting, where, hint;
  };
  for (const Bad& bad : std::vector<Bad>{
           {"energy_assets[0].ppa.id=solar_mild", "energy_assets[0].ppa.id", "solar_mid"},
           {"energy_assets[0].ppa.region=honham", "energy_assets[0].ppa.region", "honam"},
           {"energy_assets[0].ppa.peak_kw=0", "energy_assets[0].ppa.peak_kw", ""},
           {"energy_assets[0].site=ncc_haenam", "energy_assets[1].site", ""},
           {"energy_assets[0].site=nowhere_land", "energy_assets[0].site", ""},
           {"energy_assets[1].solar.region=jeonnam", "energy_assets[1].solar.region", ""},
           {"energy_assets[1].battery.kind=grid_lpf", "energy_assets[1].battery.kind", "grid_lfp"},
           {"energy_assets[1].battery.target_kw=5", "energy_assets[1].battery.target_kw", ""},
           {"energy_assets[1].battery.reserve_charge=0.99",
            "energy_assets[1].battery.reserve_charge", ""},
           {"energy_assets[1].battery.first_charge=0", "energy_assets[1].battery.first_charge", ""},
           {"energy_assets[1].battery.charge_below_krw_per_kwh=180",
            "energy_assets[1].battery.charge_below_krw_per_kwh", ""},
           {"energy_assets[2].demand_response.programme=kpx_standart_dr",
            "energy_assets[2].demand_response.programme", "kpx_standard_dr"},
           {"energy_assets[2].demand_response.programme=plus_dr",
            "energy_assets[2].demand_response.programme", "raises load"},
           {"energy_assets[2].demand_response.committed_kw=300000",
            "energy_assets[2].demand_response.committed_kw", "so much less"},
           {"energy_assets[1].export_kw=9000000", "energy_assets[1].export_kw", ""},
           {"energy_assets[2].grid_events.n_1_share_left=1.2",
            "energy_assets[2].grid_events.n_1_share_left", ""},
           {"energy_assets[0].ppa=null", "energy_assets[0]", ""},
           {"sites[ulsan_sk_aws].grid_region=atlantis", "energy_assets[2].grid_events", ""},
           {"grid=null", "energy_assets", "models/grid-kr.yaml"}}) {
    const Faults faults = read_with({bad.setting});
    ASSERT_FALSE(faults.empty()) << bad.setting;
    EXPECT_NE(faults[0].where.find(bad.where), std::string::npos)
        << bad.setting << ": " << to_string(faults[0]);
    EXPECT_FALSE(faults[0].expected.empty()) << to_string(faults[0]);
    EXPECT_NE(faults[0].hint.find(bad.hint), std::string::npos) << to_string(faults[0]);
  }
}

// The place is a line of the file that has the row.
TEST(SiteEnergyRefusals, ThePlaceIsALineOfTheFile) {
  const std::string good = read_text_file(option()).value();
  std::string bad = good;
  const std::size_t at = bad.find("kpx_standard_dr");
  ASSERT_NE(at, std::string::npos);
  bad.replace(at, 15, "kpx_standard_rd");
  const auto line =
      1 + std::count(bad.begin(), bad.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const Outcome<Scenario> read =
      read_scenario(option(), {}, nullptr, [&](const std::string& path) -> Result<std::string> {
        if (path == option()) return bad;
        return read_text_file(path);
      });
  ASSERT_FALSE(read);
  EXPECT_NE(read.faults()[0].where.find("energy.yaml:" + std::to_string(line)), std::string::npos)
      << to_string(read.faults()[0]);
}

TEST(SiteEnergyRefusals, WithoutPhysicsTheyAreWarnedOf) {
  Faults warnings;
  EXPECT_TRUE(read_with({"physics.enabled=false"}, &warnings).empty());
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const Fault& w) {
    return w.where.find("energy_assets") != std::string::npos;
  }));
}

// A stated call that the programme does not allow: which term it breaks.
TEST(SiteEnergyRefusals, CallsThatTheProgrammeDoesNotMake) {
  Scenario s = tiny::with_physics(32);
  s.run.from = {2027, 8, 9};
  s.run.to = {2027, 8, 14};
  EnergyAssetsSpec a;
  a.site = "site";
  a.demand_response = SiteDemandResponseSpec{};
  a.demand_response->programme = "kpx_standard_dr";
  a.demand_response->committed_kw = 10;
  const auto refused = [&](std::vector<StatedCallSpec> calls) {
    a.demand_response->calls = std::move(calls);
    s.energy_assets = {a};
    const Result<Done> fits = check_physics(s, tiny::options_of(s));
    return fits ? Fault{} : fits.fault();
  };
  EXPECT_TRUE(refused({{{2027, 8, 11}, 14, 2}}).where.empty());
  for (const StatedCallSpec& call : std::vector<StatedCallSpec>{
           {{2027, 8, 11}, 11, 2},    // into the pause
           {{2027, 8, 11}, 7, 1},     // before nine
           {{2027, 8, 14}, 14, 1},    // not in the window of the run, so nobody asks
           {{2027, 8, 11}, 14, 5},    // too long
           {{2027, 8, 11}, 14, 0.5},  // too short
       }) {
    const Fault f = refused({call});
    if (call.day == Date{2027, 8, 14}) {
      EXPECT_TRUE(f.where.empty()) << to_string(f);
      continue;
    }
    EXPECT_NE(f.where.find("energy_assets[site].demand_response.calls[0]"), std::string::npos)
        << to_string(f);
    EXPECT_NE(f.hint.find("kpx_standard_dr"), std::string::npos) << to_string(f);
  }
  const Fault twice = refused({{{2027, 8, 11}, 14, 2}, {{2027, 8, 11}, 15, 1}});
  EXPECT_NE(twice.where.find("calls[1]"), std::string::npos) << to_string(twice);
}

}  // namespace
}  // namespace dure
