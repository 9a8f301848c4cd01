// Numbers of the result files: from whole ones by one division, rounded to what the name can carry.
#pragma once

#include <cmath>
#include <cstdint>

#include "physics/power.h"

namespace dure {

inline double rounded(double v, int digits) {
  double scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  return std::round(v * scale) / scale;
}
inline double ratio(double a, double b) { return b > 0 ? rounded(a / b, 6) : 0.0; }
inline double ratio(std::int64_t a, std::int64_t b) {
  return ratio(static_cast<double>(a), static_cast<double>(b));
}
inline double gpu_h(std::int64_t gpu_ms) { return rounded(static_cast<double>(gpu_ms) / 3.6e6, 3); }
inline double mwh(Exact wms) {
  return rounded(static_cast<double>(wms) / static_cast<double>(kWmsPerMwh), 3);
}
inline double facility_mwh(Exact wms_ppm) { return mwh(wms_ppm / kPpm); }
inline double mw(std::int64_t w) { return rounded(static_cast<double>(w) / 1e6, 6); }

}  // namespace dure
