// Weather files from hostile bytes; the first byte picks the reader. A series that keeps its
// invariants, or a Fault; what reads is written as CSV, read again, and must be the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/weather_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto reader = data[0] == 'e'   ? read_epw
                      : data[0] == 'c' ? read_weather_csv
                      : data[0] == 'j' ? read_weather_json
                                       : nullptr;
  if (reader == nullptr) return -1;
  const auto series = reader(ByteSource::of_memory("fuzz", bytes));
  if (!series) {
    CHECK(!series.fault().where.empty() && to_string(series.fault()).size() < 2000);
    return 0;
  }
  const WeatherSeries& s = series.value();
  CHECK(!s.hours.empty());
  const bool pressure = s.hours.front().pressure_kpa.has_value();
  for (const WeatherReading& r : s.hours) {
    CHECK(r.relative_humidity.has_value() != r.wet_bulb_c.has_value());  // invariant 2
    CHECK(r.pressure_kpa.has_value() == pressure);
    CHECK(r.dry_bulb_c >= -40 && r.dry_bulb_c <= 60);
  }
  CHECK(!s.typical_year || s.hours.size() == 8760 || s.hours.size() == 8784);  // invariant 3
  std::string text;
  append_weather_csv(s, text);
  const auto again = read_weather_csv(ByteSource::of_memory("again", text));
  CHECK(again && again.value().hours == s.hours && again.value().first_hour == s.first_hour);
  return 0;
}
