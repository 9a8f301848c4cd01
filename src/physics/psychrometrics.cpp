#include "physics/psychrometrics.h"

#include <cmath>

#include "base/check.h"
#include "base/decimal.h"

namespace dure {
namespace {

constexpr double kZeroK = 273.15;
constexpr double kTripleC = 0.01;
constexpr double kWaterToAir = 0.621945;  // ratio of molar masses
constexpr double kAirHeat = 1.006;        // kJ/(kg K)
constexpr double kVapourHeat = 1.86;      // kJ/(kg K)
constexpr double kLatentHeat = 2501;      // kJ/kg at 0 C

// Pressure in Pa with the first two derivatives of its logarithm by temperature.
struct Saturation {
  double pa, slope, bend;
};

Saturation over_ice(double t_c) {  // equation 5
  constexpr double c1 = -5.6745359e3, c2 = 6.3925247, c3 = -9.677843e-3, c4 = 6.2215701e-7,
                   c5 = 2.0747825e-9, c6 = -9.484024e-13, c7 = 4.1635019;
  const double t = t_c + kZeroK;
  const double log_pa = c1 / t + c2 + t * (c3 + t * (c4 + t * (c5 + t * c6))) + c7 * std::log(t);
  return {std::exp(log_pa), -c1 / (t * t) + c3 + t * (2 * c4 + t * (3 * c5 + t * 4 * c6)) + c7 / t,
          2 * c1 / (t * t * t) + 2 * c4 + t * (6 * c5 + t * 12 * c6) - c7 / (t * t)};
}

Saturation over_water(double t_c) {  // equation 6
  constexpr double c8 = -5.8002206e3, c9 = 1.3914993, c10 = -4.8640239e-2, c11 = 4.1764768e-5,
                   c12 = -1.4452093e-8, c13 = 6.5459673;
  const double t = t_c + kZeroK;
  const double log_pa = c8 / t + c9 + t * (c10 + t * (c11 + t * c12)) + c13 * std::log(t);
  return {std::exp(log_pa), -c8 / (t * t) + c10 + t * (2 * c11 + t * 3 * c12) + c13 / t,
          2 * c8 / (t * t * t) + 2 * c11 + t * 6 * c12 - c13 / (t * t)};
}

Saturation saturation(double t_c) { return t_c < kTripleC ? over_ice(t_c) : over_water(t_c); }

double ratio_of_pressure(double vapour_pa, double air_pa) {
  return kWaterToAir * vapour_pa / (air_pa - vapour_pa);
}

// Equations 33 and 35: (heat - pull t*) Ws(t*) - 1.006 (t - t*) = W (heat + 1.86 t - liquid t*).
struct Wick {
  double heat, pull, liquid;
};
constexpr Wick kWater{kLatentHeat, 2.326, 4.186}, kIce{2830, 0.24, 2.1};

double wick_balance(const Wick& k, double t, double ratio, double wet, double wet_ratio) {
  return (k.heat - k.pull * wet) * wet_ratio - kAirHeat * (t - wet) -
         ratio * (k.heat + kVapourHeat * t - k.liquid * wet);
}

// Of the air around a wick of this temperature, whose own air has wet_ratio; below 0: no such air.
double ratio_around(const Wick& k, double t, double wet, double wet_ratio) {
  return ((k.heat - k.pull * wet) * wet_ratio - kAirHeat * (t - wet)) /
         (k.heat + kVapourHeat * t - k.liquid * wet);
}

// Saturated air: kg of vapour to a kg of dry air, kJ to a kg of dry air, and kJ/(kg K).
struct Saturated {
  double ratio, enthalpy, slope;
};

Saturated saturated(double t_c, double pressure_kpa, Saturation (*law)(double) = saturation) {
  CHECK(t_c >= -100 && t_c <= 100);  // invariant 1
  const double air_pa = 1000 * pressure_kpa;
  const Saturation s = law(t_c);
  const double gap = air_pa - s.pa;
  Saturated out{};
  out.ratio = kWaterToAir * s.pa / gap;
  out.enthalpy = enthalpy_kj_per_kg(t_c, out.ratio);
  out.slope =
      kAirHeat + kVapourHeat * out.ratio +
      (kLatentHeat + kVapourHeat * t_c) * kWaterToAir * air_pa * s.pa * s.slope / (gap * gap);
  return out;
}

// Halley's method from the dry bulb down: the balance rises and bends upwards, so it converges
// without leaving the interval.
double solve_wick(const Wick& k, double t, double ratio, double air_pa) {
  double wet = t;
  for (int round = 0; round < 30; ++round) {
    const Saturation s = saturation(wet);
    const double gap = air_pa - s.pa;
    const double ws = kWaterToAir * s.pa / gap;
    const double rise = s.pa * s.slope;                       // dp/dt
    const double lift = s.pa * (s.slope * s.slope + s.bend);  // d2p/dt2
    const double ws1 = kWaterToAir * air_pa * rise / (gap * gap);
    const double ws2 =
        kWaterToAir * air_pa * (lift / (gap * gap) + 2 * rise * rise / (gap * gap * gap));
    const double f = wick_balance(k, t, ratio, wet, ws);
    const double f1 = (k.heat - k.pull * wet) * ws1 - k.pull * ws + kAirHeat + ratio * k.liquid;
    const double f2 = (k.heat - k.pull * wet) * ws2 - 2 * k.pull * ws1;
    const double step = 2 * f * f1 / (2 * f1 * f1 - f * f2);
    wet -= step;
    if (std::fabs(step) < 1e-3) return wet;  // the step to come is below 1e-8: it shrinks cubed
  }
  const bool converges = false;
  CHECK(converges);
  return wet;
}

Fault out_of_range(const std::string& where, const char* what, double least, double most,
                   double found) {
  return {where, std::string(what) + " from " + decimal_text(least) + " to " + decimal_text(most),
          std::isfinite(found) ? decimal_text(found) : "no finite number", ""};
}

}  // namespace

bool air_in_range(double dry_bulb_c, double relative_humidity, double pressure_kpa) {
  return dry_bulb_c >= kAirLeastC && dry_bulb_c <= kAirMostC &&
         relative_humidity >= kAirLeastHumidity && relative_humidity <= 1 &&
         pressure_kpa >= kAirLeastKpa && pressure_kpa <= kAirMostKpa;
}

Result<Done> check_air(const std::string& where, double dry_bulb_c, double relative_humidity,
                       double pressure_kpa) {
  if (!(dry_bulb_c >= kAirLeastC && dry_bulb_c <= kAirMostC))
    return out_of_range(where, "a dry bulb in C", kAirLeastC, kAirMostC, dry_bulb_c);
  if (!(relative_humidity >= kAirLeastHumidity && relative_humidity <= 1))
    return out_of_range(where, "a relative humidity", kAirLeastHumidity, 1, relative_humidity);
  if (!(pressure_kpa >= kAirLeastKpa && pressure_kpa <= kAirMostKpa))
    return out_of_range(where, "a pressure in kPa", kAirLeastKpa, kAirMostKpa, pressure_kpa);
  return Done{};
}

double saturation_pressure_kpa(double temperature_c) {
  CHECK(temperature_c >= -100 && temperature_c <= 100);  // invariant 1
  return saturation(temperature_c).pa / 1000;
}

double humidity_ratio(double dry_bulb_c, double relative_humidity, double pressure_kpa) {
  CHECK(air_in_range(dry_bulb_c, relative_humidity, pressure_kpa));  // invariant 1
  return ratio_of_pressure(relative_humidity * saturation(dry_bulb_c).pa, 1000 * pressure_kpa);
}

double dew_point_c(double dry_bulb_c, double relative_humidity) {
  CHECK(air_in_range(dry_bulb_c, relative_humidity, kAirMostKpa));  // invariant 1
  const double aim = std::log(relative_humidity * saturation(dry_bulb_c).pa);
  double dew = dry_bulb_c;
  for (int round = 0; round < 50; ++round) {  // Newton on the logarithm, which is nearly straight
    const Saturation s = saturation(dew);
    const double step = (std::log(s.pa) - aim) / s.slope;
    dew -= step;
    if (std::fabs(step) < 1e-6) return dew;
  }
  const bool converges = false;
  CHECK(converges);
  return dew;
}

double enthalpy_kj_per_kg(double dry_bulb_c, double humidity_ratio) {
  return kAirHeat * dry_bulb_c + humidity_ratio * (kLatentHeat + kVapourHeat * dry_bulb_c);
}

double saturated_humidity_ratio(double temperature_c, double pressure_kpa) {
  return saturated(temperature_c, pressure_kpa).ratio;
}

double saturated_enthalpy_kj_per_kg(double temperature_c, double pressure_kpa) {
  return saturated(temperature_c, pressure_kpa).enthalpy;
}

double saturated_enthalpy_slope(double temperature_c, double pressure_kpa) {
  return saturated(temperature_c, pressure_kpa, over_water).slope;
}

double saturated_air_c(double enthalpy_kj_per_kg, double pressure_kpa, double above_c) {
  double c = above_c;
  // Newton from above on a curve that rises and bends upwards, but for a kink where ice melts.
  for (int round = 0; round < 7; ++round) {
    const Saturated s = saturated(c, pressure_kpa);
    c -= (s.enthalpy - enthalpy_kj_per_kg) / s.slope;
  }
  return c;
}

double humidity_ratio_of_bulbs(double dry_bulb_c, double wet_bulb_c, double pressure_kpa) {
  const double ratio = ratio_around(wet_bulb_c >= 0 ? kWater : kIce, dry_bulb_c, wet_bulb_c,
                                    saturated_humidity_ratio(wet_bulb_c, pressure_kpa));
  return ratio > 0 ? ratio : 0;
}

double wet_bulb_c(double dry_bulb_c, double relative_humidity, double pressure_kpa) {
  const double ratio = humidity_ratio(dry_bulb_c, relative_humidity, pressure_kpa);
  const double air_pa = 1000 * pressure_kpa;
  constexpr double kZeroPa = 611.213;  // equation 6 at 0 C
  const bool wet_wick = dry_bulb_c > 0 && wick_balance(kWater, dry_bulb_c, ratio, 0,
                                                       ratio_of_pressure(kZeroPa, air_pa)) <= 0;
  return solve_wick(wet_wick ? kWater : kIce, dry_bulb_c, ratio, air_pa);  // invariant 3
}

Result<double> humidity_of_wet_bulb(const std::string& where, double dry_bulb_c, double wet_bulb_c,
                                    double pressure_kpa) {
  TRY(in_range, check_air(where, dry_bulb_c, 1, pressure_kpa));
  static_cast<void>(in_range);
  if (!(wet_bulb_c >= kAirLeastC && wet_bulb_c <= dry_bulb_c))
    return Fault{where,
                 "a wet bulb from -40 C to the dry bulb of " + decimal_text(dry_bulb_c) + " C",
                 std::isfinite(wet_bulb_c) ? decimal_text(wet_bulb_c) : "no finite number", ""};
  const double ratio = humidity_ratio_of_bulbs(dry_bulb_c, wet_bulb_c, pressure_kpa);
  const double air_pa = 1000 * pressure_kpa;
  const double humidity = air_pa * ratio / (kWaterToAir + ratio) / saturation(dry_bulb_c).pa;
  if (!(humidity >= kAirLeastHumidity))
    return Fault{where, "a wet bulb that some air of " + decimal_text(dry_bulb_c) + " C has",
                 decimal_text(wet_bulb_c), "even dry air would be warmer"};
  return humidity < 1 ? humidity : 1;
}

double station_pressure_kpa(double elevation_m) {
  CHECK(elevation_m >= -500 && elevation_m <= 4000);                // invariant 1
  return 101.325 * std::pow(1 - 2.25577e-5 * elevation_m, 5.2559);  // equation 3
}

}  // namespace dure
