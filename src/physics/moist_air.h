// Moist air, as far as cooling needs it: c for Celsius, w for kg of vapour in 1 kg of dry air, h
// for kJ per kg of dry air over 0 C, pressure in kPa. Sources: saturation over water, Alduchov and
// Eskridge (J. Appl. Meteorol. 35, 1996); the rest ASHRAE Handbook Fundamentals, ch. 1
// Psychrometrics.
#pragma once

#include <algorithm>
#include <cmath>

namespace dure::moist {

inline constexpr double kAirKjPerKgK = 1.006;
inline constexpr double kVapourRatio = 0.621945;  // of the molar masses of water and dry air

inline double saturation_kpa(double c) { return 0.61094 * std::exp(17.625 * c / (c + 243.04)); }

inline double w_of(double vapour_kpa, double pressure_kpa) {
  return kVapourRatio * vapour_kpa / (pressure_kpa - vapour_kpa);
}
inline double w_saturated(double c, double pressure_kpa) {
  return w_of(saturation_kpa(c), pressure_kpa);
}
// From dry and wet bulb; not below 0.
inline double w_from_bulbs(double dry_c, double wet_c, double pressure_kpa) {
  const double up =
      (2501 - 2.326 * wet_c) * w_saturated(wet_c, pressure_kpa) - kAirKjPerKgK * (dry_c - wet_c);
  return std::max(0.0, up / (2501 + 1.86 * dry_c - 4.186 * wet_c));
}
inline double h_of(double c, double w) { return kAirKjPerKgK * c + w * (2501 + 1.86 * c); }
inline double h_saturated(double c, double pressure_kpa) {
  return h_of(c, w_saturated(c, pressure_kpa));
}
// kJ per kg and K along the saturation line.
inline double saturation_slope(double c, double pressure_kpa) {
  return h_saturated(c + 0.5, pressure_kpa) - h_saturated(c - 0.5, pressure_kpa);
}
// The temperature of saturated air with this h. Newton from above on a convex rising curve: never
// overshoots; six steps from `above_c` are exact to 1e-6 K within 40 K.
inline double c_saturated(double h, double pressure_kpa, double above_c) {
  double c = above_c;
  for (int i = 0; i < 6; ++i) {
    c -= (h_saturated(c, pressure_kpa) - h) / saturation_slope(c, pressure_kpa);
  }
  return c;
}
// Bisection to 1e-6 K, from 60 K below the dry bulb to the dry bulb.
inline double wet_bulb_c(double dry_c, double w, double pressure_kpa) {
  double low = dry_c - 60, high = dry_c;
  for (int i = 0; i < 26; ++i) {
    const double middle = 0.5 * (low + high);
    (w_from_bulbs(dry_c, middle, pressure_kpa) < w ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace dure::moist
