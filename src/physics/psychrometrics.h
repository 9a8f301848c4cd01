// Moist air, for the weather and for cooling: saturation, humidity ratio, dew point, wet bulb,
// enthalpy, pressure by elevation.
// Source: ASHRAE Handbook Fundamentals 2017, chapter 1: equations 3 (pressure), 5 and 6 (saturation
// over ice and water, Hyland and Wexler 1983), 20 (humidity ratio), 30 (enthalpy), 33 and 35
// (thermodynamic wet bulb). docs/models/weather.md.
// Units: temperatures in C, pressures in kPa, relative humidity as a share of 1, humidity ratio in
// kg of water to a kg of dry air, enthalpy in kJ to a kg of dry air.
// Invariants: 1. Air is in range (kAir...): check_air() is the door, and behind it a value that is
//                not is our bug (CHECK).
//             2. dew point <= wet bulb <= dry bulb (to 1e-3 K).
//             3. The wet bulb solves its equation to 1e-4 K. Where the equation over water has no
//                answer at 0 C or above, the wick is frozen, and the answer is that over ice: there
//                the wet bulb jumps, by up to 0.8 K, as that of a real instrument does.
#pragma once

#include <string>

#include "base/result.h"

namespace dure {

inline constexpr double kAirLeastC = -40, kAirMostC = 60;
inline constexpr double kAirLeastHumidity = 0.01;  // 1 is the most
inline constexpr double kAirLeastKpa = 60, kAirMostKpa = 110;

bool air_in_range(double dry_bulb_c, double relative_humidity, double pressure_kpa);
// The Fault names the first value that is out of range.
Result<Done> check_air(const std::string& where, double dry_bulb_c, double relative_humidity,
                       double pressure_kpa);

// -100 to 100 C; over ice below the triple point, over water above it.
double saturation_pressure_kpa(double temperature_c);
double humidity_ratio(double dry_bulb_c, double relative_humidity, double pressure_kpa);
// Back from a wet bulb, over ice below 0 C; 0 where even dry air would be warmer.
double humidity_ratio_of_bulbs(double dry_bulb_c, double wet_bulb_c, double pressure_kpa);
double dew_point_c(double dry_bulb_c, double relative_humidity);
double enthalpy_kj_per_kg(double dry_bulb_c, double humidity_ratio);
double wet_bulb_c(double dry_bulb_c, double relative_humidity, double pressure_kpa);
// Saturated air, below the boiling point.
double saturated_humidity_ratio(double temperature_c, double pressure_kpa);
double saturated_enthalpy_kj_per_kg(double temperature_c, double pressure_kpa);
// kJ/(kg K) along the line of saturation over water, below 0 C too: that of the film in a tower.
double saturated_enthalpy_slope(double temperature_c, double pressure_kpa);
// The temperature of saturated air of this enthalpy, not above `above_c`; to 1e-6 K within 40 K.
double saturated_air_c(double enthalpy_kj_per_kg, double pressure_kpa, double above_c);
// Back from a wet bulb. A Fault: above the dry bulb, or so low that no air is as dry.
Result<double> humidity_of_wet_bulb(const std::string& where, double dry_bulb_c, double wet_bulb_c,
                                    double pressure_kpa);
// Standard atmosphere, -500 to 4,000 m.
double station_pressure_kpa(double elevation_m);

}  // namespace dure
