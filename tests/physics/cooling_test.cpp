// The shipped kinds of cooling: all that scenarios name is there, energy balances in any weather,
// and hard days are told.
#include "physics/cooling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/stream.h"
#include "io/doc_loader.h"
#include "physics/cooler.h"
#include "physics/water.h"
#include "shipped.h"
#include "source_dir.h"

namespace dure {
namespace {

const CoolingModel& model() {
  static const CoolingModel m = shipped_cooling();
  return m;
}
CoolingPlant plant(std::string_view word) { return find_plant(model(), word).value(); }
Outdoor air(double dry_c, double wet_c) { return {dry_c, wet_c, 101.325, 15}; }
double uniform(Stream& s, double low, double high) {
  return low + (high - low) * static_cast<double>(s.next() >> 11) * 0x1p-53;
}

TEST(Cooling, EveryWordOfTheScenariosIsKnown) {
  std::set<std::string> words;
  for (const char* const file : {"small/small.yaml", "k-ai-hub/sites.yaml",
                                 "k-ai-hub/options/adversarial.yaml", "laptop/laptop.yaml"}) {
    const std::string text = read_text_file(source_dir() + "/scenarios/" + file).value();
    const std::string key = " cooling: ";
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
      const std::size_t from = at + key.size();
      words.insert(text.substr(
          from, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", from) - from));
    }
  }
  EXPECT_GE(words.size(), 15u);
  words.erase("drought");  // of a sentence in a comment
  for (const std::string& word : words) {
    const Result<CoolingPlant> found = find_plant(model(), word);
    EXPECT_TRUE(found) << (found ? "" : to_string(found.fault()));
  }
}

TEST(Cooling, AnUnknownKindIsRefusedWithWhatThereIs) {
  const Result<CoolingPlant> found = find_plant(model(), "ice_cubes");
  ASSERT_FALSE(found);
  EXPECT_NE(found.fault().expected.find("direct_liquid"), std::string::npos);
  CoolingModel broken = model();
  broken.coolers.clear();
  EXPECT_FALSE(find_plant(broken, "air"));
}

TEST(Cooling, DirectLiquidByHand) {
  // 1,000 kW of design and of load at 30 C: 850 kW to liquid. Supply 45, less 3 K: water of 42, so
  // 12 K over the air where 8 suffice: speed (8/12)^1.25 = 0.6024, fans 0.02 x 850 x 0.2186 = 3.72.
  // Pumps 0.012 x 850 = 10.2.
  const CoolingPlant p = plant("direct_liquid");
  const CoolingState s = cool(p, {850, 0, 1000}, air(30, 22));
  CoolingPlant liquid_only = p;
  liquid_only.air.reset();
  liquid_only.liquid->spec.capacity_share = 0.85;
  const CoolingState l = cool(liquid_only, {850, 0, 1000}, air(30, 22));
  EXPECT_NEAR(l.fan_kw, 3.72, 0.01);
  EXPECT_NEAR(l.pump_kw, 10.2, 1e-9);
  EXPECT_NEAR(l.heat_rejected_kw, 860.2, 1e-9);
  EXPECT_DOUBLE_EQ(l.supply_liquid_c, 45);
  EXPECT_EQ(l.evaporation_l_per_h, 0);
  EXPECT_TRUE(l.free_cooling);
  EXPECT_FALSE(s.cannot_hold);
}

TEST(Cooling, PumpsIndoorsWorkAgainstWhatHeadTheyHold) {
  const CoolingPlant p =
      plant("direct_liquid_100pct_cray_ex");  // pumps of 0.015, down to 0.3 of speed
  const auto pumps = [&](double load_kw) {
    const Outdoor mild = air(15, 10);
    CoolingPlant q = p;
    q.liquid->cooler.pump_share = 0;
    return cool(q, {load_kw, 0, 1000}, mild).pump_kw;
  };
  EXPECT_NEAR(pumps(1000), 15, 1e-9);
  EXPECT_NEAR(pumps(500), 15 * 0.5 * (0.47 + 0.53 * 0.25), 1e-9);
  EXPECT_NEAR(pumps(0), 15 * 0.3 * (0.47 + 0.53 * 0.09), 1e-9);
}

// The curve that models for ASHRAE 90.1 take for a pump at variable speed that holds its pressure.
TEST(Cooling, ShippedPumpsAreThoseOfTheCurve) {
  for (const CoolingKindSpec& kind : model().cooling_kinds)
    for (const auto* way : {&kind.liquid, &kind.air})
      if (*way && (*way)->pump_share > 0) {
        for (double q = 0.2; q <= 1; q += 0.01)
          EXPECT_NEAR(pump_power_share(q, (*way)->pump_static_share),
                      0.5726 * q - 0.301 * q * q + 0.7347 * q * q * q, 0.011)
              << kind.id << ' ' << q;
      }
}

TEST(Cooling, CopOfChillersByHand) {
  // 0.62 x (7 - 1.5 + 273.15) / (32 + 7.5 - 5.5) = 0.62 x 278.65 / 34 = 5.08; ASHRAE 90.1
  // asks 5.8-6.2.
  const ChillerSpec c = *plant("chilled_water").air->chiller;
  EXPECT_NEAR(chiller_cop(c, 7, 32), 5.08, 0.01);
  EXPECT_NEAR(chiller_cop(c, 18, 30), 8.55, 0.01);
  EXPECT_GT(chiller_cop(c, 18, 20), chiller_cop(c, 18, 30));
  EXPECT_DOUBLE_EQ(chiller_cop(c, 18, 0), chiller_cop(c, 18, 5));  // the lift has a floor
}

TEST(Cooling, FreeCoolingInWinterCompressorsInSummer) {
  for (const char* const kind : {"air", "chilled_water", "outside_air", "direct_liquid"}) {
    const CoolingPlant p = plant(kind);
    const CoolingLoad load = split_load(p, 800, 1000);
    const CoolingState winter = cool(p, load, air(-5, -6)), summer = cool(p, load, air(33, 27));
    EXPECT_TRUE(winter.free_cooling) << kind;
    EXPECT_EQ(winter.compressor_kw, 0) << kind;
    EXPECT_FALSE(summer.free_cooling) << kind;
    EXPECT_GT(pue(load, summer, 0.05), pue(load, winter, 0.05)) << kind;
    EXPECT_FALSE(summer.cannot_hold) << kind;
  }
}

TEST(Cooling, BooksBalanceInAnyWeather) {
  Stream s(3, "cooling_test/books", 0);
  WaterBandSpec band = shipped_water().water_band;
  for (const CoolingKindSpec& kind : model().cooling_kinds) {
    const CoolingPlant p = plant(kind.id);
    for (int i = 0; i < 4'000; ++i) {
      Outdoor o;
      o.dry_bulb_c = uniform(s, -25, 42);
      o.wet_bulb_c = o.dry_bulb_c - uniform(s, 0, o.dry_bulb_c > 10 ? 14 : 3);
      o.pressure_kpa = uniform(s, 90, 103);
      o.sea_c = uniform(s, 2, 30);
      CoolingLimits limits;
      if (i % 2 == 1) limits.evaporation_l_per_h = uniform(s, 0, 1500);
      limits.cycles_of_concentration = uniform(s, 1.5, 6);
      limits.plant_share = i % 4 < 2 ? 1 : uniform(s, 0.2, 1);
      CoolingLoad load{uniform(s, 0, 900), uniform(s, 0, 300), 1000};
      const CoolingState c = cool(p, load, o, limits);
      const double it = load.liquid_kw + load.air_kw;
      ASSERT_NEAR(c.heat_rejected_kw, it - c.unmet_kw + c.loop_heat_kw, 1e-9) << kind.id;  // 1
      ASSERT_LE(c.loop_heat_kw, c.fan_kw + c.pump_kw + c.compressor_kw + 1e-9);
      ASSERT_LE(c.evaporation_l_per_h, limits.evaporation_l_per_h * (1 + 1e-9));  // 2
      ASSERT_GE(c.unmet_kw, 0);
      ASSERT_LE(c.unmet_kw, it + 1e-9);
      for (const double kw : {c.fan_kw, c.pump_kw, c.compressor_kw}) ASSERT_GE(kw, 0);
      if (p.air) {  // 3
        ASSERT_GE(c.supply_air_c, p.air->spec.supply_c - 1e-9);
        ASSERT_LE(c.supply_air_c, p.air->spec.supply_most_c + 1e-9);
      }
      WaterBook book{c.wet_heat_kw,   c.evaporation_l_per_h,          c.blowdown_l_per_h,
                     c.drift_l_per_h, limits.cycles_of_concentration, o.dry_bulb_c - o.wet_bulb_c};
      const Result<Done> ok = physical_band(band, book, kind.id);
      ASSERT_TRUE(ok) << to_string(ok.fault());
    }
  }
}

TEST(Cooling, HotterOrWetterNeverSuppliesColder) {
  Stream s(4, "cooling_test/monotone", 0);
  for (const CoolingKindSpec& kind : model().cooling_kinds) {
    const CoolingPlant p = plant(kind.id);
    for (int i = 0; i < 2'000; ++i) {
      Outdoor o = air(uniform(s, -20, 40), 0);
      o.wet_bulb_c = o.dry_bulb_c - uniform(s, 0, 8);
      const CoolingLoad load = split_load(p, uniform(s, 100, 1100), 1000);
      const CoolingState now = cool(p, load, o);
      Outdoor hotter = o, wetter = o;
      hotter.dry_bulb_c += uniform(s, 0, 2);
      hotter.wet_bulb_c += hotter.dry_bulb_c - o.dry_bulb_c;
      wetter.wet_bulb_c = std::min(o.dry_bulb_c, o.wet_bulb_c + uniform(s, 0, 2));
      for (const Outdoor& worse : {hotter, wetter}) {
        const CoolingState then = cool(p, load, worse);
        ASSERT_GE(then.supply_liquid_c, now.supply_liquid_c - 1e-9) << kind.id;
        ASSERT_GE(then.supply_air_c, now.supply_air_c - 1e-9) << kind.id;
        ASSERT_GE(then.unmet_kw, now.unmet_kw - 1e-9) << kind.id;
      }
    }
  }
}

TEST(Cooling, NoWaterStopsTowersAndMakesPadsDry) {
  const Outdoor august = air(33, 26.5);
  CoolingLimits none;
  none.evaporation_l_per_h = 0;
  const CoolingPlant towers = plant("direct_liquid_100pct_cray_ex");
  const CoolingState stopped = cool(towers, {800, 0, 1000}, august, none);
  EXPECT_DOUBLE_EQ(stopped.unmet_kw, 800);
  EXPECT_TRUE(stopped.cannot_hold);
  EXPECT_EQ(stopped.evaporation_l_per_h, 0);

  const CoolingPlant pads = plant("direct_liquid_with_adiabatic_dry_coolers");
  const CoolingLoad load = split_load(pads, 1000, 1000);
  const CoolingState wet = cool(pads, load, august), dry = cool(pads, load, august, none);
  EXPECT_GT(wet.evaporation_l_per_h, 100);
  EXPECT_FALSE(wet.cannot_hold);
  EXPECT_GT(dry.supply_liquid_c, wet.supply_liquid_c + 2);
  EXPECT_TRUE(dry.cannot_hold);
  EXPECT_EQ(dry.unmet_kw, 0);  // warmer, but it runs

  CoolingLimits half;
  half.evaporation_l_per_h = 0.5 * wet.evaporation_l_per_h;
  const CoolingState between = cool(pads, load, august, half);
  EXPECT_NEAR(between.evaporation_l_per_h, half.evaporation_l_per_h, 1e-3);
  EXPECT_GT(between.supply_liquid_c, wet.supply_liquid_c);
  EXPECT_LT(between.supply_liquid_c, dry.supply_liquid_c);
}

TEST(Cooling, AHeatWaveBeyondTheRangeIsFlaggedAndBounded) {
  const CoolingPlant p = plant("direct_liquid");
  const CoolingLoad load = split_load(p, 1000, 1000);
  EXPECT_FALSE(cool(p, load, air(41, 27)).beyond_range);
  const CoolingState hot = cool(p, load, air(47, 30));
  EXPECT_TRUE(hot.beyond_range);
  EXPECT_TRUE(hot.cannot_hold);
  EXPECT_GT(hot.unmet_kw, 0);
  EXPECT_LE(hot.supply_liquid_c, p.liquid->spec.supply_most_c);
  EXPECT_TRUE(std::isfinite(cool(p, load, air(400, 300)).fan_kw));
  EXPECT_TRUE(cool(p, load, air(20, 25)).beyond_range);  // wet bulb over dry bulb
}

TEST(Cooling, HalfThePlantIsWarmerThanAll) {
  const CoolingPlant p = plant("direct_liquid");
  const CoolingLoad load = split_load(p, 900, 1000);
  CoolingLimits half;
  half.plant_share = 0.5;
  const CoolingState all = cool(p, load, air(33, 26)), some = cool(p, load, air(33, 26), half);
  EXPECT_FALSE(all.cannot_hold);
  EXPECT_TRUE(some.cannot_hold);
  CoolingLimits nothing;
  nothing.plant_share = 0;
  EXPECT_DOUBLE_EQ(cool(p, load, air(33, 26), nothing).unmet_kw, 900);
}

TEST(Cooling, HeatWithoutAWayTakesTheOther) {
  const CoolingState sidecar = cool(plant("air"), {100, 100, 1000}, air(20, 15));
  const CoolingState plain = cool(plant("air"), {0, 200, 1000}, air(20, 15));
  EXPECT_DOUBLE_EQ(sidecar.heat_rejected_kw, plain.heat_rejected_kw);
  const CoolingState fanless = cool(plant("immersion"), {100, 100, 1000}, air(20, 15));
  EXPECT_NEAR(fanless.heat_rejected_kw - fanless.loop_heat_kw, 200, 1e-9);
}

TEST(Cooling, AnEmptyHallDrawsLittleAndEvaporatesNothing) {
  for (const CoolingKindSpec& kind : model().cooling_kinds) {
    const CoolingState s = cool(plant(kind.id), {0, 0, 1000}, air(25, 20));
    EXPECT_LT(s.fan_kw + s.pump_kw + s.compressor_kw, 170) << kind.id;
    EXPECT_LT(s.evaporation_l_per_h, 200) << kind.id;
    EXPECT_EQ(s.unmet_kw, 0) << kind.id;
  }
}

}  // namespace
}  // namespace dure
