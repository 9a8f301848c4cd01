#include "physics/water.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kAirKjPerKgK = 1.006;
constexpr double kRounding = 1e-6;

std::string with_unit(double x, const char* unit) { return std::to_string(x) + " " + unit; }

}  // namespace

WaterUse water_use(const CoolingState& state, double hours) {
  return {state.evaporation_l_per_h * hours, state.blowdown_l_per_h * hours,
          state.drift_l_per_h * hours};
}

double cost_krw(const WaterSourceSpec& source, const WaterUse& use) {
  return (source.price_krw_per_m3 * use.makeup_l() + source.sewer_krw_per_m3 * use.blowdown_l) /
         1000;
}

double wue_l_per_kwh(const WaterUse& use, double it_kwh) {
  CHECK(it_kwh > 0);
  return use.makeup_l() / it_kwh;
}

double permitted_m3_per_day(const WaterSourceSpec& source, const WaterPermitSpec& permit,
                            const DroughtStageSpec& stage, DroughtRule rule, int month) {
  CHECK(month >= 1 && month <= 12 && permit.m3_per_day.size() == 12);
  if (source.once_through) return std::numeric_limits<double>::infinity();
  const double by_rule =
      rule == DroughtRule::official ? stage.official_cut_share : stage.planning_cut_share;
  const double cut = source.cut_in_drought ? by_rule : 0;
  return permit.m3_per_day[static_cast<std::size_t>(month - 1)] * (1 - cut);
}

WaterTank full_tank(const WaterPermitSpec& permit) {
  double most = 0;
  for (const double m3 : permit.m3_per_day) most = std::max(most, m3);
  const double m3 = most / 24 * permit.storage_hours;
  return {m3, m3};
}

double available_m3(const WaterTank& tank, double permitted_m3_per_day, double hours) {
  CHECK(hours > 0);
  return tank.m3 + permitted_m3_per_day / 24 * hours;
}

WaterTank after_draw(const WaterTank& tank, double permitted_m3_per_day, double hours,
                     double makeup_m3) {
  const double available = available_m3(tank, permitted_m3_per_day, hours);
  CHECK(makeup_m3 >= 0 && makeup_m3 <= available * (1 + kRounding) + kRounding);
  const double left = std::max(0.0, available - makeup_m3);
  return {std::min(tank.capacity_m3, left), tank.capacity_m3};
}

CoolingLimits limits_from(const WaterSourceSpec& source, double available_m3, double hours,
                          double drift_share_of_evaporation) {
  CHECK(available_m3 >= 0 && hours > 0);
  CoolingLimits limits;
  limits.cycles_of_concentration = source.cycles_of_concentration;
  if (source.cycles_of_concentration <= 1) {
    limits.evaporation_l_per_h = 0;
    return limits;
  }
  const double makeup_per_evaporation =
      1 + 1 / (source.cycles_of_concentration - 1) + drift_share_of_evaporation;
  limits.evaporation_l_per_h = 1000 * available_m3 / hours / makeup_per_evaporation;
  return limits;
}

Result<Done> physical_band(const WaterBandSpec& band, const WaterBook& b, std::string_view where) {
  const auto fault = [&](std::string expected, double found, const char* unit) {
    return Fault{std::string(where), std::move(expected), with_unit(found, unit), ""};
  };
  for (const double x : {b.wet_heat_kwh, b.evaporation_l, b.blowdown_l, b.drift_l}) {
    if (!(x >= 0) || !std::isfinite(x)) return fault("heat and water of 0 or more", x, "");
  }
  // All heat latent, and what air from outdoors gives when it comes down to its wet bulb.
  const double from_air = band.pad_air_most_kg_per_s_per_kw * kAirKjPerKgK * b.depression_k;
  const double most = band.evaporation_most_l_per_kwh * (1 + std::max(0.0, from_air));
  const double slack_l = kRounding * (1 + b.evaporation_l);
  if (b.evaporation_l > most * b.wet_heat_kwh + slack_l) {
    return fault("evaporation of at most " + with_unit(most, "l for each kWh of wet heat"),
                 b.evaporation_l / std::max(b.wet_heat_kwh, kRounding), "l");
  }
  const double cycles = b.cycles_of_concentration;
  if (b.evaporation_l > 0 && !(cycles > 1)) {
    return fault("water that can be concentrated, where some evaporates", cycles, "cycles");
  }
  const double blowdown = b.evaporation_l > 0 ? b.evaporation_l / (cycles - 1) : 0;
  if (std::abs(b.blowdown_l - blowdown) > slack_l) {
    return fault("blowdown of evaporation / (cycles - 1) = " + with_unit(blowdown, "l"),
                 b.blowdown_l, "l");
  }
  if (b.drift_l > band.drift_most_l_per_kwh * b.wet_heat_kwh + slack_l) {
    return fault("drift of at most " + with_unit(band.drift_most_l_per_kwh, "l for each kWh"),
                 b.drift_l / std::max(b.wet_heat_kwh, kRounding), "l");
  }
  return Done{};
}

}  // namespace dure
