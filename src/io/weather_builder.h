// What the readers of weather files share: values of one row after the other become a series
// without gaps, or a Fault at the row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/weather_series.h"

namespace dure {

struct WeatherRow {  // none: missing
  std::optional<double> dry_bulb_c, relative_humidity, wet_bulb_c, pressure_kpa;
};

enum class Humidity { relative, wet_bulb };

class WeatherBuilder {
 public:
  WeatherBuilder(std::string name, Humidity humidity);
  // Hours rise; where is "file:line" of the row.
  Result<Done> add(std::int64_t hour, const WeatherRow& row, std::string where);
  Result<WeatherSeries> finish();

 private:
  struct Channel {
    std::vector<std::optional<double>> values;
    std::vector<bool> filled;
  };
  Result<Done> fill(Channel& channel, std::string_view what);

  std::string name_;
  Humidity humidity_;
  std::int64_t first_hour_ = 0;
  Channel dry_, damp_, pressure_;
  std::vector<std::string> missing_at_;  // where each hour with something missing is told
  std::string last_;
};

// Text of a number in a cell; blanks around it do not count. A Fault unless it is one.
Result<double> weather_number(std::string_view text, const std::string& where,
                              std::string_view what);

}  // namespace dure
