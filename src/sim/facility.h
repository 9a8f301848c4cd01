// What sites draw and use beside their machines: conversion losses, cooling, water, carbon, money,
// by the weather and the hour. Found once from a scenario (all its models must fit together), asked
// before a run how much power weather and water leave, and after it what the machines' power came
// to. Models: docs/models/{conversion,cooling,weather,water,tariff,carbon}.md.
// Invariants: 1. facility = machines + conversion + fans + pumps + compressors, in whole watts of
//                every step, so sums are exact in any order.
//             2. An answer is a function of scenario, seed, place, time and load.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "physics/bill.h"
#include "physics/carbon.h"
#include "physics/conversion.h"
#include "physics/cooling.h"
#include "physics/measured_weather.h"
#include "physics/tariff.h"
#include "physics/water.h"
#include "physics/weather.h"
#include "sim/site_assets.h"
#include "world/found.h"

namespace dure {

struct HallLoad {
  double it_kw = 0;      // of its machines
  double design_kw = 0;  // what its cooling was built for: nameplate of the racks with power
};

struct FacilityStep {  // means over a step
  std::int64_t it_w = 0, conversion_w = 0, fan_w = 0, pump_w = 0, compressor_w = 0;
  WaterUse water_per_h;
  double wet_heat_kw = 0, unmet_kw = 0;
  bool cannot_hold = false, beyond_range = false;
  std::int64_t facility_w() const { return it_w + conversion_w + fan_w + pump_w + compressor_w; }
};

// Hours that were measured at a site, in place of drawn ones: they hold as they are, without
// warmer_c, trend and weather events. Only the sea, which no file holds, is still drawn.
struct SiteWeather {
  std::string site;  // of the scenario
  WeatherSeries series;
};

class Facility {
 public:
  // Of [from, to), whole hours. A model that lacks, or does not fit: refused, with its place.
  static Result<Facility> make(const Scenario& scenario, const Founding& founding, Millis from,
                               Millis to, std::uint64_t seed,
                               std::span<const SiteWeather> measured = {});

  // available_m3_per_h: of water, for all halls; none: without a limit.
  FacilityStep step(SiteId site, Millis at, std::span<const HallLoad> halls,
                    std::optional<double> available_m3_per_h = std::nullopt) const;
  Millis run_from() const { return from_; }
  HourlyWeather weather(SiteId site, Millis at) const;
  DroughtStage drought(SiteId site, Millis at) const;
  // Cubic metres a day that permit and drought leave.
  double permitted_m3_per_day(SiteId site, Millis at) const;
  // How long machines at committed power run on when only this share of a hall's heat still leaves
  // the site: until the first of its ways trips; none: they hold.
  std::optional<Millis> trips_after(SiteId site, std::size_t hall, Millis at,
                                    double share_left) const;
  // What the halls are built for at that time.
  std::vector<HallLoad> built(SiteId site, Millis at) const;
  // What the site may draw while its racks are at committed power, in the weather of that hour.
  double committed_kw(SiteId site, Millis at) const;
  // What is contracted for: the power that the racks are given of the grid limit. A site's limit
  // may be that of a whole campus, of which the alliance has a part.
  double contract_kw(SiteId site, Millis at) const;
  // Energy assets of the site, if it has any; and what all of them are told of ahead
  // (site_assets.h).
  const SiteAssets* assets(SiteId site) const {
    return sites_[site.index].assets ? &*sites_[site.index].assets : nullptr;
  }
  std::vector<ToldLimit> told_limits() const;

  const Tariff& tariff(SiteId site) const { return sites_[site.index].tariff; }
  const WaterSourceSpec& water(SiteId site) const { return sites_[site.index].water; }
  const WaterPermitSpec& permit(SiteId site) const { return sites_[site.index].permit; }
  const Carbon& carbon() const { return *carbon_; }
  const WaterBandSpec& water_band() const { return band_; }

 private:
  struct Site {
    std::size_t place = 0;  // of the weather
    std::optional<MeasuredWeather> measured;
    std::string drought_region;
    std::vector<CoolingPlant> halls;
    Chain chain;
    Tariff tariff;
    WaterSourceSpec water;
    WaterPermitSpec permit;
    std::optional<SiteAssets> assets;
  };
  AssetTimes times_of(SiteId site) const;
  explicit Facility(const Scenario& scenario, const Founding& founding)
      : scenario_(&scenario), founding_(&founding) {}
  Result<Site> site_of(const Scenario& scenario, std::size_t index) const;

  const Scenario* scenario_;
  const Founding* founding_;
  Millis from_, to_;
  std::uint64_t seed_ = 0;
  std::optional<Weather> weather_;
  std::optional<Carbon> carbon_;
  std::vector<DroughtStageSpec> stages_;  // by DroughtStage
  WaterBandSpec band_;
  std::vector<Site> sites_;
};

}  // namespace dure
