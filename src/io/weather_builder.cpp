#include "io/weather_builder.h"

#include <algorithm>

#include "base/calendar.h"
#include "base/decimal.h"
#include "io/doc_node.h"
#include "io/weather_file.h"

namespace dure {
namespace {

// The range of the models that read it: physics/psychrometrics.h.
struct Limits {
  std::string_view what;
  double least, most;
};
constexpr Limits kDry{"a dry bulb in C", -40, 60};
constexpr Limits kWet{"a wet bulb in C", -40, 60};
constexpr Limits kHumidity{"a relative humidity as a share of 1", 0.01, 1};
constexpr Limits kPressure{"a pressure in kPa", 60, 110};

Result<Done> check(const std::optional<double>& value, const Limits& l, const std::string& where) {
  if (!value || (*value >= l.least && *value <= l.most)) return Done{};
  return Fault{
      where, std::string(l.what) + " from " + decimal_text(l.least) + " to " + decimal_text(l.most),
      decimal_text(*value), ""};
}

std::string hour_text(std::int64_t hour) { return iso_kst(Millis(hour * kMsPerHour)); }

}  // namespace

Result<double> weather_number(std::string_view text, const std::string& where,
                              std::string_view what) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::optional<double> value = real_number(text);
  if (!value) return Fault{where, std::string(what) + ", a number", quoted_text(text), ""};
  return *value;
}

WeatherBuilder::WeatherBuilder(std::string name, Humidity humidity)
    : name_(std::move(name)), humidity_(humidity) {}

Result<Done> WeatherBuilder::add(std::int64_t hour, const WeatherRow& row, std::string where) {
  const std::optional<double>& damp =
      humidity_ == Humidity::relative ? row.relative_humidity : row.wet_bulb_c;
  TRY(dry_ok, check(row.dry_bulb_c, kDry, where));
  TRY(damp_ok, check(damp, humidity_ == Humidity::relative ? kHumidity : kWet, where));
  TRY(pressure_ok, check(row.pressure_kpa, kPressure, where));
  static_cast<void>(dry_ok), static_cast<void>(damp_ok), static_cast<void>(pressure_ok);
  if (humidity_ == Humidity::wet_bulb && damp && row.dry_bulb_c && *damp > *row.dry_bulb_c)
    return Fault{where, "a wet bulb up to the dry bulb of " + decimal_text(*row.dry_bulb_c),
                 decimal_text(*damp), ""};
  if (dry_.values.empty()) first_hour_ = hour;
  const std::int64_t due = first_hour_ + static_cast<std::int64_t>(dry_.values.size());
  if (hour < due)
    return Fault{where, hour_text(due) + " or later", hour_text(hour),
                 "each hour stands once, in order; Korea has no daylight saving"};
  if (hour - due > kLongestGap)
    return Fault{
        where,
        "a gap of at most " + std::to_string(kLongestGap) + " hours after " + hour_text(due - 1),
        hour_text(hour), ""};
  for (std::int64_t h = due; h < hour; ++h) {
    for (Channel* const c : {&dry_, &damp_, &pressure_}) c->values.emplace_back();
    missing_at_.push_back(where);
  }
  dry_.values.push_back(row.dry_bulb_c);
  damp_.values.push_back(damp);
  pressure_.values.push_back(row.pressure_kpa);
  missing_at_.push_back(row.dry_bulb_c && damp && row.pressure_kpa ? std::string() : where);
  last_ = std::move(where);
  return Done{};
}

Result<Done> WeatherBuilder::fill(Channel& channel, std::string_view what) {
  std::vector<std::optional<double>>& v = channel.values;
  channel.filled.assign(v.size(), false);
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v[i]) continue;
    std::size_t end = i;
    while (end < v.size() && !v[end]) ++end;
    const std::size_t gap = end - i;
    if (i == 0 || end == v.size() || gap > static_cast<std::size_t>(kLongestGap))
      return Fault{
          missing_at_[i],
          std::string(what) + " at " + hour_text(first_hour_ + static_cast<std::int64_t>(i)),
          std::to_string(gap) + " hours without one",
          "up to " + std::to_string(kLongestGap) + " between two that are known are filled"};
    const double from = *v[i - 1], to = *v[end];
    for (std::size_t k = 0; k < gap; ++k) {
      v[i + k] = from + (to - from) * static_cast<double>(k + 1) / static_cast<double>(gap + 1);
      channel.filled[i + k] = true;
    }
    i = end;
  }
  return Done{};
}

Result<WeatherSeries> WeatherBuilder::finish() {
  if (dry_.values.empty()) return Fault{name_, "hours of weather", "none", ""};
  TRY(dry_ok, fill(dry_, "a dry bulb"));
  TRY(damp_ok, fill(damp_, humidity_ == Humidity::relative ? "a humidity" : "a wet bulb"));
  static_cast<void>(dry_ok), static_cast<void>(damp_ok);
  const bool pressure = std::any_of(pressure_.values.begin(), pressure_.values.end(),
                                    [](const auto& v) { return v.has_value(); });
  if (pressure) {
    TRY(pressure_ok, fill(pressure_, "a pressure"));
    static_cast<void>(pressure_ok);
  }
  WeatherSeries s;
  s.name = name_;
  s.first_hour = first_hour_;
  s.hours.reserve(dry_.values.size());
  for (std::size_t i = 0; i < dry_.values.size(); ++i) {
    WeatherReading r;
    r.dry_bulb_c = *dry_.values[i];
    if (humidity_ == Humidity::relative) {
      r.relative_humidity = damp_.values[i];
    } else {  // of two values filled apart from each other
      r.wet_bulb_c = std::min(*damp_.values[i], r.dry_bulb_c);
    }
    if (pressure) r.pressure_kpa = pressure_.values[i];
    if (dry_.filled[i] || damp_.filled[i] || (pressure && pressure_.filled[i]))
      ++s.interpolated_hours;
    s.hours.push_back(r);
  }
  return s;
}

}  // namespace dure
