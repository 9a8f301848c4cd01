// When the QPU may run: calibration windows of every day, and drift, which asks for another
// calibration so long after the last. Milliseconds since midnight of the first day; the machine is
// fresh at 0. What runs is not cut by a window: it is begun only if it ends before.
#pragma once

#include <cstdint>
#include <vector>

#include "quantum/hybrid_spec.h"

namespace dure {

class QpuCalendar {
 public:
  explicit QpuCalendar(const QpuSpec& spec);

  struct Span {
    std::int64_t from, to;
  };
  // The first window that begins at or after t; none: far beyond every run.
  Span next_window(std::int64_t t) const;
  // The end of the window that t lies in, else t.
  std::int64_t out_of_window(std::int64_t t) const;
  std::int64_t drift_ms() const { return drift_ms_; }  // 0: never
  std::int64_t drift_length_ms() const { return drift_length_ms_; }
  // The longest step that can ever run; kNever where nothing limits it.
  std::int64_t longest_step_ms() const { return longest_; }
  // The first instant by which `work` ms could be done from t on, were it in pieces of any size and
  // no drift; what runs on a QPU that is not shared with it is never done earlier.
  std::int64_t earliest_done(std::int64_t t, std::int64_t work) const;

  static constexpr std::int64_t kNever = std::int64_t{1} << 60;

 private:
  std::vector<Span> windows_;  // of a day, in order
  std::int64_t drift_ms_, drift_length_ms_, longest_;
};

}  // namespace dure
