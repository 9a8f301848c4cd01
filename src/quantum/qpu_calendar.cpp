#include "quantum/qpu_calendar.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::int64_t kDay = 86'400'000, kMinute = 60'000, kHour = 3'600'000;

}  // namespace

QpuCalendar::QpuCalendar(const QpuSpec& spec)
    : drift_ms_(spec.drift_hours * kHour),
      drift_length_ms_(spec.drift_minutes * kMinute),
      longest_(kNever) {
  for (const CalibrationSpec& c : spec.calibrations)
    windows_.push_back({c.at_min * kMinute, (c.at_min + c.minutes) * kMinute});
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const bool last = i + 1 == windows_.size();
    const std::int64_t next = last ? windows_.front().from + kDay : windows_[i + 1].from;
    longest_ = i == 0 ? next - windows_[i].to : std::max(longest_, next - windows_[i].to);
  }
  if (drift_ms_ > 0) longest_ = std::min(longest_, drift_ms_);
}

QpuCalendar::Span QpuCalendar::next_window(std::int64_t t) const {
  if (windows_.empty()) return {kNever, kNever};
  const std::int64_t day = t / kDay * kDay;
  for (const Span& w : windows_)
    if (day + w.from >= t) return {day + w.from, day + w.to};
  return {day + kDay + windows_.front().from, day + kDay + windows_.front().to};
}

std::int64_t QpuCalendar::out_of_window(std::int64_t t) const {
  for (const std::int64_t day : {t / kDay * kDay - kDay, t / kDay * kDay})  // one may pass midnight
    for (const Span& w : windows_)
      if (day + w.from <= t && t < day + w.to) return day + w.to;
  return t;
}

std::int64_t QpuCalendar::earliest_done(std::int64_t t, std::int64_t work) const {
  if (windows_.empty()) return t + work;
  t = out_of_window(t);
  std::int64_t free_a_day = kDay;
  for (const Span& w : windows_) free_a_day -= w.to - w.from;
  const std::int64_t days = std::max<std::int64_t>(0, work / free_a_day - 1);  // whole days first
  t += days * kDay, work -= days * free_a_day;
  for (;;) {
    const Span w = next_window(t);
    if (work <= w.from - t) return t + work;
    work -= w.from - t;
    t = w.to;
  }
}

}  // namespace dure
