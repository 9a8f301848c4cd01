#include "physics/power_swing.h"

#include <algorithm>
#include <cmath>

namespace dure {

Result<Swing> feeder_swing(const StepLoad& load, double tau_s) {
  const auto refuse = [](const char* field, const char* expected, double found) {
    return Fault{field, expected, std::to_string(found), ""};
  };
  if (!(load.gpus >= 0)) return refuse("gpus", "0 or more", load.gpus);
  if (!(load.step_s > 0)) return refuse("step_s", "above 0", load.step_s);
  if (!(load.high_share >= 0 && load.high_share <= 1))
    return refuse("high_share", "0 to 1", load.high_share);
  if (!(load.low_w >= 0 && load.low_w <= load.high_w))
    return refuse("low_w", "0 to high_w", load.low_w);
  if (!(tau_s >= 0)) return refuse("tau_s", "0 or more", tau_s);
  if (!(load.rise_s > 0)) return refuse("rise_s", "above 0", load.rise_s);

  const double d = load.high_share;
  const double span_w = load.gpus * (load.high_w - load.low_w);
  Swing swing;
  swing.mean_w = load.gpus * (d * load.high_w + (1 - d) * load.low_w);
  if (d <= 0 || d >= 1) return swing;
  if (tau_s <= 0) {
    swing.peak_to_peak_w = span_w;
    swing.ramp_w_per_s = span_w / load.rise_s;
    return swing;
  }
  const double up = -std::expm1(-d * load.step_s / tau_s);
  const double down = -std::expm1(-(1 - d) * load.step_s / tau_s);
  const double whole = -std::expm1(-load.step_s / tau_s);
  const double crest = span_w * up / whole;  // above the low power
  const double trough = crest * (1 - down);
  swing.peak_to_peak_w = crest - trough;
  swing.ramp_w_per_s = std::max(span_w - trough, crest) / tau_s;
  return swing;
}

SwingSum sum_of_swings(std::span<const Swing> jobs) {
  SwingSum sum;
  double squares = 0;
  for (const Swing& s : jobs) {
    sum.worst_w += s.peak_to_peak_w;
    sum.worst_ramp_w_per_s += s.ramp_w_per_s;
    squares += s.peak_to_peak_w * s.peak_to_peak_w;
  }
  sum.expected_w = std::sqrt(squares);
  return sum;
}

Result<Ramped> ramp_limited(const RampLimit& limit, double from_w, double to_w, double seconds) {
  if (!(seconds >= 0)) return Fault{"seconds", "0 or more", std::to_string(seconds), ""};
  if (!(limit.up_w_per_s >= 0 && limit.down_w_per_s >= 0))
    return Fault{"ramp limit", "0 or more",
                 std::to_string(std::min(limit.up_w_per_s, limit.down_w_per_s)), ""};
  const double least = from_w - limit.down_w_per_s * seconds;
  const double most = from_w + limit.up_w_per_s * seconds;
  const double power = std::clamp(to_w, least, most);
  return Ramped{power, power < to_w || power > to_w};
}

}  // namespace dure
