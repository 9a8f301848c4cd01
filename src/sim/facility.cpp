#include "sim/facility.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/nearest.h"
#include "physics/hall_heat.h"
#include "world/by_id.h"
#include "world/power_check.h"

namespace dure {
namespace {

std::int64_t hour_at(Millis t) { return t.count() / kMsPerHour; }

std::int64_t watts(double kw) { return std::llround(kw * 1000); }

// Of the station that this name means: it is known (site_of).
double elevation_of(const ClimateSpec& climate, const std::string& name) {
  std::string id = name;
  for (const ClimateName& other : climate.names)
    if (other.name == name) id = other.use;
  for (const ClimateStation& station : climate.stations)
    if (station.id == id) return station.elevation_m;
  return 0;
}

}  // namespace

Result<Facility::Site> Facility::site_of(const Scenario& s, std::size_t index) const {
  const SiteSpec& spec = s.sites[index];
  const auto utility = std::find_if(s.utilities.begin(), s.utilities.end(),
                                    [&](const UtilitySpec& u) { return u.site == spec.id; });
  if (utility == s.utilities.end())
    return Fault{
        "utilities", "a row for site " + spec.id, "none",
        "with physics.enabled every site says what feeds it: {site: " + spec.id + ", ...}"};
  const std::string where = "utilities[" + std::to_string(utility - s.utilities.begin()) + "]";
  Site out;
  const std::optional<std::size_t> place = weather_->place(spec.climate_station);
  if (!place) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < weather_->places(); ++i) known.push_back(weather_->name(i));
    return Fault{"sites[" + spec.id + "].climate_station", "a station or a name of the climate",
                 "'" + spec.climate_station + "'", name_hint(spec.climate_station, known)};
  }
  out.place = *place;
  out.drought_region = utility->drought_region;
  std::vector<std::string_view> dry;
  for (const DroughtSpec& d : s.climate->droughts) dry.push_back(d.region);
  for (const ClimateStation& station : s.climate->stations) dry.push_back(station.region);
  for (const WeatherEventSpec& e : s.weather_events)
    if (e.kind == WeatherEventKind::drought)
      dry.insert(dry.end(), e.regions.begin(), e.regions.end());
  std::sort(dry.begin(), dry.end());
  dry.erase(std::unique(dry.begin(), dry.end()), dry.end());
  if (!out.drought_region.empty() &&
      std::find(dry.begin(), dry.end(), out.drought_region) == dry.end())
    return Fault{where + ".drought_region", "a region of the climate",
                 "'" + out.drought_region + "'", name_hint(out.drought_region, dry)};
  const CoolingModel cooling{s.coolers, s.chillers, s.thermal_masses, s.cooling_kinds};
  for (const HallSpec& hall : spec.halls) {
    TRY(plant,
        find_plant(cooling, hall.cooling, "sites[" + spec.id + "].halls[" + hall.id + "].cooling"));
    out.halls.push_back(std::move(plant));
  }
  TRY(chain, find_chain(*s.power, utility->power_chain, where + ".power_chain"));
  out.chain = std::move(chain);
  TRY(tariff, Tariff::of(*s.tariff, utility->tariff, where + ".tariff"));
  out.tariff = std::move(tariff);
  const auto source = find_id(s.water_sources, utility->water_source);
  if (!source) {
    std::vector<std::string_view> known;
    for (const WaterSourceSpec& w : s.water_sources) known.push_back(w.id);
    return Fault{where + ".water_source", "a row of water_sources",
                 "'" + utility->water_source + "'", name_hint(utility->water_source, known)};
  }
  out.water = s.water_sources[*source];
  out.permit.source_id = utility->water_source;
  out.permit.m3_per_day = utility->water_m3_per_day;
  out.permit.storage_hours = utility->water_storage_hours;
  return out;
}

Result<Facility> Facility::make(const Scenario& s, const Founding& founding, Millis from, Millis to,
                                std::uint64_t seed, std::span<const SiteWeather> measured) {
  const std::pair<bool, const char*> needed[] = {
      {s.climate.has_value(), "climate"},       {s.power.has_value(), "power"},
      {s.water_band.has_value(), "water_band"}, {s.tariff.has_value(), "tariff"},
      {s.carbon.has_value(), "carbon"},
  };
  for (const auto& [there, name] : needed)
    if (!there)
      return Fault{name, "a model, for a run that reckons with physics", "none",
                   "include the files of models/, as scenarios/k-ai-hub/hub.yaml does"};
  if (const Faults faults = check_power(*s.power); !faults.empty()) {
    Fault first = faults.front();
    first.where = "power." + first.where;
    return first;
  }
  Facility out(s, founding);
  out.from_ = from;
  out.to_ = to;
  out.seed_ = seed;
  WeatherOptions options;
  options.first_hour = hour_at(from);
  options.hours = hour_at(to - Millis(1)) + 1 - options.first_hour;
  options.seed = seed;
  options.shift_c = s.physics.warmer_c;
  options.events = s.weather_events;
  TRY(weather, Weather::make(*s.climate, options));
  out.weather_ = std::move(weather);
  TRY(carbon, Carbon::of(*s.carbon));
  out.carbon_ = std::move(carbon);
  out.band_ = *s.water_band;
  for (const auto& choice : describe_enum(DroughtStage{})) {
    const auto stage = find_id(s.drought_stages, std::string(choice.name));
    if (!stage)
      return Fault{"drought_stages", "a row " + std::string(choice.name), "none",
                   "models/water-kr.yaml has them"};
    out.stages_.push_back(s.drought_stages[*stage]);
  }
  for (std::size_t i = 0; i < s.sites.size(); ++i) {
    TRY(site, out.site_of(s, i));
    TRY(covers, site.tariff.covers(from, to));
    (void)covers;
    out.sites_.push_back(std::move(site));
  }
  for (const SiteWeather& m : measured) {
    const auto site = find_id(s.sites, m.site);
    CHECK(site);
    TRY(hours,
        MeasuredWeather::make(m.series, elevation_of(*s.climate, s.sites[*site].climate_station)));
    TRY(covers, hours.covers(options.first_hour, options.hours));
    (void)covers;
    out.sites_[*site].measured = std::move(hours);
  }
  for (const EnergyAssetsSpec& row : s.energy_assets) {  // these ask what the sites above draw
    const SiteId site{index_of(s.sites, row.site)};
    TRY(assets, find_assets(s, row, out.times_of(site)));
    out.sites_[site.index].assets = std::move(assets);
  }
  return out;
}

AssetTimes Facility::times_of(SiteId site) const {
  return {from_, to_, seed_, [this, site](Millis at) { return committed_kw(site, at); }};
}

std::vector<ToldLimit> Facility::told_limits() const {
  std::vector<ToldLimit> out;
  for (std::uint32_t i = 0; i < sites_.size(); ++i) {
    if (!sites_[i].assets) continue;
    for (ToldLimit& told : dure::told_limits(*sites_[i].assets, times_of(SiteId{i})))
      out.push_back(std::move(told));
  }
  return out;
}

double Facility::committed_kw(SiteId site, Millis at) const {
  std::vector<HallLoad> halls = built(site, at);
  for (HallLoad& h : halls) h.it_kw = h.design_kw * scenario_->policy.power_commit_share;
  const double limit_kw =
      static_cast<double>(grid_limit(scenario_->sites[site.index], at).count()) / 1000;
  return std::min(limit_kw, static_cast<double>(step(site, at, halls).facility_w()) / 1000);
}

double Facility::contract_kw(SiteId site, Millis at) const {
  const SiteSpec& spec = scenario_->sites[site.index];
  double committed_kw = 0;
  for (const HallLoad& hall : built(site, at))
    committed_kw += hall.design_kw * scenario_->policy.power_commit_share * spec.pue;
  return std::min(static_cast<double>(grid_limit(spec, at).count()) / 1000, committed_kw);
}

HourlyWeather Facility::weather(SiteId id, Millis at) const {
  const Site& site = sites_[id.index];
  const HourlyWeather drawn = weather_->at(site.place, hour_at(at));
  if (!site.measured) return drawn;
  HourlyWeather w = site.measured->at(hour_at(at));
  if (!w.sea_c) w.sea_c = drawn.sea_c;  // no file holds the sea
  return w;
}

DroughtStage Facility::drought(SiteId site, Millis at) const {
  return weather_->drought(sites_[site.index].drought_region, hour_at(at));
}

double Facility::permitted_m3_per_day(SiteId site, Millis at) const {
  const Site& s = sites_[site.index];
  return dure::permitted_m3_per_day(
      s.water, s.permit, stages_[static_cast<std::size_t>(drought(site, at))],
      scenario_->physics.drought == DroughtReckoning::official ? DroughtRule::official
                                                               : DroughtRule::planning,
      static_cast<int>(date_of(at).month));
}

std::vector<HallLoad> Facility::built(SiteId site, Millis at) const {
  std::vector<HallLoad> halls(sites_[site.index].halls.size());
  for (const PoolPlan& pool : founding_->pools) {
    if (pool.opened.site != site || pool.opened.gpus_per_node == 0) continue;
    const std::int64_t nodes = founding_->powered(pool.opened.pool, at) / pool.opened.gpus_per_node;
    halls[pool.hall].design_kw += static_cast<double>(nodes * pool.node_max_w.count()) / 1000;
  }
  return halls;
}

std::optional<Millis> Facility::trips_after(SiteId id, std::size_t hall, Millis at,
                                            double share_left) const {
  const CoolingPlant& plant = sites_[id.index].halls[hall];
  const HallLoad built_for = built(id, at)[hall];
  if (built_for.design_kw <= 0) return std::nullopt;
  const HourlyWeather w = weather(id, at);
  const Outdoor outdoor{w.dry_bulb_c, w.wet_bulb_c, w.pressure_kpa, w.sea_c.value_or(w.wet_bulb_c)};
  const CoolingLoad load = split_load(
      plant, built_for.design_kw * scenario_->policy.power_commit_share, built_for.design_kw);
  const CoolingState before = cool(plant, load, outdoor);
  std::optional<double> first_s;
  for (const HeatWay way : {HeatWay::liquid, HeatWay::air}) {
    const bool there =
        way == HeatWay::liquid ? plant.liquid && load.liquid_kw > 0 : plant.air && load.air_kw > 0;
    if (!there) continue;
    const LossTimes times =
        after_loss(plant, load, before, way, CoolingLoss::heat_rejection, share_left);
    if (times.trip_s && (!first_s || *times.trip_s < *first_s)) first_s = times.trip_s;
  }
  if (!first_s) return std::nullopt;
  return Millis(std::llround(*first_s * 1000));
}

FacilityStep Facility::step(SiteId id, Millis at, std::span<const HallLoad> halls,
                            std::optional<double> available_m3_per_h) const {
  const Site& site = sites_[id.index];
  CHECK(halls.size() == site.halls.size());
  const HourlyWeather w = weather(id, at);
  const Outdoor outdoor{w.dry_bulb_c, w.wet_bulb_c, w.pressure_kpa, w.sea_c.value_or(w.wet_bulb_c)};
  FacilityStep out;
  out.beyond_range = w.beyond_range;
  double it_kw = 0, design_kw = 0, left_m3 = available_m3_per_h.value_or(0);
  double fan_kw = 0, pump_kw = 0, compressor_kw = 0;
  for (std::size_t h = 0; h < halls.size(); ++h) {
    const HallLoad& hall = halls[h];
    if (hall.design_kw <= 0) continue;
    it_kw += hall.it_kw;
    design_kw += hall.design_kw;
    CoolingLimits limits;
    limits.cycles_of_concentration = site.water.cycles_of_concentration;
    if (available_m3_per_h) limits = limits_from(site.water, left_m3, 1);
    const CoolingState state =
        cool(site.halls[h], split_load(site.halls[h], hall.it_kw, hall.design_kw), outdoor, limits);
    const WaterUse use = water_use(state);
    left_m3 = std::max(0.0, left_m3 - use.makeup_l() / 1000);
    fan_kw += state.fan_kw;
    pump_kw += state.pump_kw;
    compressor_kw += state.compressor_kw;
    out.water_per_h.evaporation_l += use.evaporation_l;
    out.water_per_h.blowdown_l += use.blowdown_l;
    out.water_per_h.drift_l += use.drift_l;
    out.wet_heat_kw += state.wet_heat_kw;
    out.unmet_kw += state.unmet_kw;
    out.cannot_hold = out.cannot_hold || state.cannot_hold;
    out.beyond_range = out.beyond_range || state.beyond_range;
  }
  if (design_kw <= 0) return out;
  out.it_w = watts(it_kw);
  out.conversion_w =
      chain_line(site.chain, design_kw * 1000).input_nearest(Watts(out.it_w)).count() - out.it_w;
  out.fan_w = watts(fan_kw);
  out.pump_w = watts(pump_kw);
  out.compressor_w = watts(compressor_kw);
  return out;
}

}  // namespace dure
