// Hourly weather as the archive of Open-Meteo answers. Door to nlohmann's parser.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/calendar.h"
#include "io/doc_node.h"
#include "io/weather_builder.h"
#include "io/weather_file.h"

namespace dure {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargest = std::size_t{64} << 20;  // 100 years have about 30 MB
constexpr int kKstSeconds = 32'400;

Result<std::string> all_of(ByteSource& source) {
  std::string text;
  char buffer[65'536];
  for (;;) {
    TRY(n, source.read(buffer));
    if (n == 0) return text;
    if (text.size() + n > kLargest)
      return Fault{source.name(), "at most 64 MiB", "more", "one file a year or so"};
    text.append(buffer, n);
  }
}

const Json* list(const Json& hourly, const char* key) {
  const auto at = hourly.find(key);
  return at != hourly.end() && at->is_array() ? &*at : nullptr;
}

// "2021-01-01T05:00"
std::optional<std::int64_t> hour_of_text(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() != 16 || text[10] != 'T' || text.substr(13) != ":00") return std::nullopt;
  const std::optional<Date> day = parse_date(text.substr(0, 10));
  const char tens = text[11], ones = text[12];
  if (!day || tens < '0' || tens > '2' || ones < '0' || ones > '9') return std::nullopt;
  const int hour = (tens - '0') * 10 + (ones - '0');
  if (hour > 23) return std::nullopt;
  return days_from_epoch(*day) * 24 + hour;
}

}  // namespace

Result<WeatherSeries> read_weather_json(ByteSource source) {
  TRY(text, all_of(source));
  const std::string& name = source.name();
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded() || !root.is_object())
    return Fault{name, "a JSON object", "something else", "as archive-api.open-meteo.com answers"};
  const auto offset = root.find("utc_offset_seconds");
  if (offset == root.end() || *offset != kKstSeconds)
    return Fault{name + ": utc_offset_seconds", "32400, which is KST",
                 offset == root.end() ? "nothing" : quoted_text(offset->dump()),
                 "ask for timezone=Asia/Seoul"};
  const auto hourly = root.find("hourly");
  if (hourly == root.end() || !hourly->is_object())
    return Fault{name, "hourly, an object", "none", ""};
  const Json* const time = list(*hourly, "time");
  const Json* const dry = list(*hourly, "temperature_2m");
  const Json* const humidity = list(*hourly, "relative_humidity_2m");
  const Json* const pressure = list(*hourly, "surface_pressure");  // hPa
  if (time == nullptr || dry == nullptr || humidity == nullptr)
    return Fault{name + ": hourly", "lists time, temperature_2m and relative_humidity_2m",
                 "not all of them", ""};
  if (dry->size() != time->size() || humidity->size() != time->size() ||
      (pressure != nullptr && pressure->size() != time->size()))
    return Fault{name + ": hourly", "lists as long as time", "another length", ""};
  WeatherBuilder builder(name, Humidity::relative);
  for (std::size_t i = 0; i < time->size(); ++i) {
    const std::string at = "[" + std::to_string(i) + "]";
    const std::optional<std::int64_t> hour = hour_of_text((*time)[i]);
    if (!hour)
      return Fault{name + ": hourly.time" + at, "a full hour, as 2021-01-01T05:00",
                   quoted_text((*time)[i].dump(-1, ' ', true, Json::error_handler_t::replace)), ""};
    WeatherRow row;
    const auto value = [&](const Json* from, std::optional<double>& out, double scale) {
      if (from == nullptr || (*from)[i].is_null()) return true;
      if (!(*from)[i].is_number()) return false;
      out = (*from)[i].get<double>() * scale;
      return true;
    };
    if (!value(dry, row.dry_bulb_c, 1) || !value(humidity, row.relative_humidity, 0.01) ||
        !value(pressure, row.pressure_kpa, 0.1))
      return Fault{name + ": hourly" + at, "numbers or null", "something else", ""};
    TRY(added, builder.add(*hour, row, name + ": hourly" + at));
    static_cast<void>(added);
  }
  TRY(series, builder.finish());
  const auto elevation = root.find("elevation");
  if (elevation != root.end() && elevation->is_number()) {
    const double metres = elevation->get<double>();
    if (metres >= -500 && metres <= 4000) series.elevation_m = metres;
  }
  return std::move(series);
}

}  // namespace dure
