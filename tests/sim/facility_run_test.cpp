// One hour of one hall, worked out by hand: each part of its energy, its water, bill and carbon.
#include "sim/facility_run.h"

#include <gtest/gtest.h>

#include "sim/shipped_physics.h"

namespace dure {
namespace {

std::vector<double> all_year(double x) { return std::vector<double>(12, x); }

// About 30 C and 50 % all the time, without noise, waves or trend.
ClimateSpec always_warm() {
  ClimateSpec c;
  ClimateStation s;
  s.id = s.region = "warm";
  s.lat_deg = 37;
  s.lon_deg = 127;
  s.mean_c = all_year(30);
  s.mean_daily_max_c = all_year(30.25);
  s.mean_daily_min_c = all_year(29.75);
  s.mean_rh_pct = all_year(50);
  c.stations = {s};
  c.generator.daily_noise_sd_c = c.generator.dew_noise_sd_c = all_year(0);
  c.generator.daily_noise_lag1 = c.generator.dew_noise_correlation = all_year(0.5);
  c.generator.hour_of_min = all_year(5);
  return c;
}

// 10 nodes, all GPUs at half their span: 10 x (2.4 + 0.5 x 8) = 64 kW of 104 kW nameplate. The hall
// breathes outdoor air through wet pads, and a chiller takes what is over 20 C.
Scenario one_hall() {
  Scenario s = tiny::with_physics(80);
  s.climate = always_warm();
  s.sites[0].climate_station = "warm";
  s.utilities[0].drought_region = "warm";
  s.sites[0].grid[0].grid_mw = Watts(200'000);
  s.sites[0].halls[0].cooling = "pads";
  s.workloads = {tiny::service("serve", 20)};
  CoolerSpec pads;
  pads.id = "pads";
  pads.kind = CoolerKind::outside_air;
  pads.approach_k = 0;
  pads.fan_share = 0.05;
  pads.pad_effectiveness = 0.5;
  pads.pad_above_c = 22;
  pads.air_kg_per_s_per_kw = 0.1;
  s.coolers = {pads};
  ChillerSpec chiller;
  chiller.id = "chiller";
  chiller.carnot_share = 0.5;
  chiller.evaporator_k = 2;
  chiller.condenser_k = 5;
  chiller.standby_share = 0;
  s.chillers = {chiller};
  CoolingPathSpec air;
  air.cooler = "pads";
  air.chiller = "chiller";
  air.supply_c = 20;
  air.approach_k = 5;
  air.rise_k = 10;
  air.mass = air.stopped_mass = s.thermal_masses[0].id;
  CoolingKindSpec kind;
  kind.id = "pads";
  kind.air = air;
  s.cooling_kinds = {kind};
  StageSpec stage;
  stage.id = "stage";
  stage.unit_output_w = 52'000;
  stage.constant_loss_w = 500;
  stage.efficiency = 0.95;
  s.power.emplace();
  s.power->stages = {stage};
  ChainSpec chain;
  chain.id = "chain";
  chain.stages = {"stage"};
  s.power->chains = {chain};
  s.utilities[0].power_chain = "chain";
  return s;
}

TEST(FacilityRun, AnHourByHand) {
  const Scenario s = one_hall();
  SimulationOptions o = tiny::options_of(s);
  o.window.to = o.window.from + Millis(kMsPerHour);  // from midnight of a Monday in January
  const Result<Done> fits = check_physics(s, o);
  ASSERT_TRUE(fits) << to_string(fits.fault());
  Simulation run(s, o);
  run.run();
  EXPECT_EQ(tiny::failing(summarize(run)), std::vector<std::string>{});
  const SiteFacility& f = run.site_facilities()[0];
  const HourlyWeather w = run.facility()->weather(SiteId{0}, o.window.from);
  EXPECT_NEAR(w.dry_bulb_c, 30, 0.3);
  EXPECT_NEAR(w.relative_humidity, 0.5, 0.02);
  constexpr double kHourMs = 3'600'000;
  const auto mean_w = [](Exact wms) { return static_cast<double>(wms) / kHourMs; };

  EXPECT_EQ(mean_w(f.it_wms), 64'000);
  // (64,000 + two units x 500) / 0.95
  EXPECT_NEAR(mean_w(f.conversion_wms), 65'000 / 0.95 - 64'000, 0.5);
  // The cube law, at 64 of 104 kW.
  const double fan_kw = 0.05 * 104 * (64.0 / 104) * (64.0 / 104) * (64.0 / 104);
  EXPECT_NEAR(mean_w(f.fan_wms), fan_kw * 1000, 0.5);
  EXPECT_EQ(f.pump_wms, 0);
  // Pads go half the way to the wet bulb; the chiller has the rest of a rise of 10 K.
  const double air_c = 0.5 * (w.dry_bulb_c + w.wet_bulb_c);
  const double chilled_kw = (air_c - 20) / 10 * (64 + fan_kw);
  const double evaporation_c = 20 - 5 - 2, lift_k = w.dry_bulb_c + 5 - evaporation_c;
  const double compressor_kw = chilled_kw / (0.5 * (evaporation_c + 273.15) / lift_k);
  EXPECT_NEAR(mean_w(f.compressor_wms), compressor_kw * 1000, 0.5);
  EXPECT_GT(compressor_kw, 4);

  // Air gives the heat that water takes: cp of moist air 1.03 kJ/kg K, latent heat 2,440 kJ/kg.
  const double air_kg_per_s = 0.1 * 104 * (64.0 / 104);
  const double evaporated_l = 3600 * air_kg_per_s * 1.03 * (w.dry_bulb_c - air_c) / 2440;
  EXPECT_NEAR(static_cast<double>(f.evaporation_ml) / 1000, evaporated_l, 0.02 * evaporated_l);
  EXPECT_NEAR(static_cast<double>(f.blowdown_ml), static_cast<double>(f.evaporation_ml) / 4, 3);
  EXPECT_EQ(f.drift_ml, 0);
  EXPECT_NEAR(f.water_krw, (328 * 1.25 + 400 * 0.25) * static_cast<double>(f.evaporation_ml) / 1e6,
              0.01);

  // Light load in winter: 98.8, climate 9 and fuel 5; 7,380 KRW/kW for one of 744 hours; the fund.
  const double kw = mean_w(f.facility_wms()) / 1000;
  EXPECT_NEAR(kw, 64 + (65 / 0.95 - 64) + fan_kw + compressor_kw, 0.002);
  ASSERT_EQ(f.bills.size(), 1U);
  EXPECT_NEAR(f.bills[0].energy_kwh, kw, 1e-9);
  EXPECT_NEAR(f.bills[0].without_vat_krw(), 1.027 * kw * (98.8 + 9 + 5 + 7380.0 / 744), 1e-6);
  // 2027 lies between 375 (2026) and 335 (2028).
  EXPECT_NEAR(f.location_g, 355 * kw, 1e-6);
}

// Measured hours take the place of the drawn ones of their site, and of no other.
TEST(FacilityRun, MeasuredHoursOfASite) {
  const Scenario s = one_hall();
  SimulationOptions o = tiny::options_of(s);
  o.window.to = o.window.from + Millis(2 * kMsPerHour);
  WeatherSeries hours{"measured.csv", false, o.window.from.count() / kMsPerHour, {}, 0, {}};
  hours.hours = {{12, 0.5, {}, 100}, {36, 0.75, {}, 100}};
  o.weather = {{s.sites[0].id, hours}};
  const Result<Done> fits = check_physics(s, o);
  ASSERT_TRUE(fits) << to_string(fits.fault());
  Simulation run(s, o);
  run.run();
  EXPECT_EQ(tiny::failing(summarize(run)), std::vector<std::string>{});
  const Facility& f = *run.facility();
  EXPECT_EQ(f.weather(SiteId{0}, o.window.from).dry_bulb_c, 12);
  const HourlyWeather hot = f.weather(SiteId{0}, o.window.from + Millis(kMsPerHour));
  EXPECT_EQ(hot.dry_bulb_c, 36);
  EXPECT_EQ(hot.relative_humidity, 0.75);

  SimulationOptions drawn = o;
  drawn.weather.clear();
  Simulation other(s, drawn);
  other.run();
  EXPECT_NE(run.site_facilities()[0].compressor_wms, other.site_facilities()[0].compressor_wms);
  for (std::uint32_t site = 1; site < s.sites.size(); ++site)
    EXPECT_EQ(f.weather(SiteId{site}, o.window.from).dry_bulb_c,
              other.facility()->weather(SiteId{site}, o.window.from).dry_bulb_c);

  o.weather[0].series.hours.pop_back();  // an hour short
  const Result<Done> lacks = check_physics(s, o);
  ASSERT_FALSE(lacks);
  EXPECT_EQ(lacks.fault().where, "measured.csv");
}

// Steps that cross hours, and steps longer than hours, give the same energy, water and bill as
// steps of a minute.
TEST(FacilityRun, TheStepOfTheSeriesChangesNothing) {
  Scenario s = tiny::with_physics(80);
  s.run.to = {2027, 1, 6};
  s.workloads = {tiny::batch("work", 300)};
  s.workloads[0].utilization = 0.5;
  const auto by_step = [&](std::int64_t step_s) {
    SimulationOptions o = tiny::options_of(s);
    o.window.step = seconds(step_s);
    Simulation run(s, o);
    run.run();
    EXPECT_EQ(tiny::failing(summarize(run)), std::vector<std::string>{}) << step_s;
    return run.site_facilities()[0];
  };
  const SiteFacility hourly = by_step(3600);
  for (const std::int64_t step_s : {1500, 7200, 7000, 86400}) {
    const SiteFacility f = by_step(step_s);
    EXPECT_EQ(f.it_wms, hourly.it_wms);
    const double off = 2e-3;  // power is not straight in load: an hour's mean is taken in parts
    EXPECT_NEAR(static_cast<double>(f.facility_wms()), static_cast<double>(hourly.facility_wms()),
                off * static_cast<double>(hourly.facility_wms()));
    EXPECT_NEAR(f.location_g, hourly.location_g, off * hourly.location_g);
    EXPECT_NEAR(f.bills[0].energy_krw, hourly.bills[0].energy_krw,
                off * hourly.bills[0].energy_krw);
  }
}

// A hall that loses its cooling runs on for minutes, then trips; a short loss, or one that leaves
// enough, does nothing. Liquid is quicker than the air of a hall.
TEST(FacilityRun, AHallWithoutCoolingTripsInMinutes) {
  const auto trips_s = [](const char* cooling, double share_left, double hours) {
    Scenario s = tiny::with_physics(320);
    s.sites[0].halls[0].cooling = cooling;
    DisruptionSpec d;
    d.id = "pumps";
    d.kind = Disruption::cooling_lost;
    d.site = "site";
    d.hall = "hall";
    d.first = s.run.from;
    d.hour = 6;
    d.hours = hours;
    d.share_left = share_left;
    s.disruptions = {d};
    Simulation run(s, tiny::options_of(s));
    run.run();
    EXPECT_EQ(tiny::failing(summarize(run)), std::vector<std::string>{});
    const Millis begin = midnight(s.run.from) + Millis(6 * kMsPerHour);
    for (const Outage& o : run.outages().outages)
      return static_cast<double>((o.at - begin).count()) / 1000;
    return -1.0;
  };
  const double air = trips_s("chilled_water", 0, 4), liquid = trips_s("direct_liquid", 0, 4);
  EXPECT_GT(air, 120);
  EXPECT_LT(air, 3600);
  EXPECT_GT(liquid, 10);
  EXPECT_LT(liquid, air);
  EXPECT_GT(trips_s("chilled_water", 0.5, 4), air);  // half of it lasts longer
  EXPECT_EQ(trips_s("chilled_water", 1, 4), -1);
  EXPECT_EQ(trips_s("chilled_water", 0, air / 3600 / 2), -1);
}

}  // namespace
}  // namespace dure
