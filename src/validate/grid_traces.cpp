#include "validate/grid_traces.h"

#include <array>

#include "base/calendar.h"
#include "base/decimal.h"
#include "io/gzip_file.h"
#include "io/line_reader.h"

namespace dure {

namespace {

constexpr std::int64_t kKstMs = 9 * kMsPerHour;

std::string_view cell(std::string_view line, int column) {
  for (; column > 0; --column) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return {};
    line.remove_prefix(comma + 1);
  }
  return line.substr(0, line.find(','));
}

// "2021-01-01 00:00:00": whole hours only.
std::optional<Millis> hour_of(std::string_view text) {
  if (text.size() != 19 || text.substr(13) != ":00:00") return std::nullopt;
  const std::optional<Date> day = parse_date(text.substr(0, 10));
  const char tens = text[11], ones = text[12];
  if (!day || text[10] != ' ' || tens < '0' || tens > '2' || ones < '0' || ones > '9')
    return std::nullopt;
  const int hour = (tens - '0') * 10 + (ones - '0');
  if (hour > 23) return std::nullopt;
  return Millis(midnight(*day).count() + hour * kMsPerHour);
}

Result<std::vector<HourValue>> read_trace(const std::string& path, int column, double scale,
                                          std::int64_t shift_ms) {
  TRY(source, ByteSource::open(path));
  LineReader lines(std::move(source));
  std::vector<HourValue> out;
  for (;;) {
    const Step step = lines.next();
    if (step == Step::fault) return lines.fault();
    if (step == Step::end) break;
    if (lines.number() == 1) continue;  // the names of the columns
    const std::optional<Millis> at = hour_of(cell(lines.line(), 0));
    const std::optional<double> value = real_number(cell(lines.line(), column));
    if (!at || !value)
      return Fault{lines.where(), "an hour and a number", std::string(lines.line()), ""};
    out.push_back({Millis(at->count() + shift_ms), *value * scale});
  }
  if (out.empty()) return Fault{path, "at least one hour", "none", ""};
  return out;
}

}  // namespace

Result<std::vector<HourValue>> read_carbon_trace(const std::string& path) {
  return read_trace(path, 4, 1, kKstMs);
}

Result<std::vector<HourValue>> read_price_trace(const std::string& path) {
  return read_trace(path, 1, 1e-3, 0);
}

std::vector<SeasonShapeSpec> shape_of(const std::vector<HourValue>& hours) {
  std::array<std::array<double, 24>, kSeasons> sum{}, count{};
  double total = 0;
  for (const HourValue& h : hours) {
    const auto s = static_cast<std::size_t>(season_of(date_of(h.at).month));
    const auto hour = static_cast<std::size_t>(hour_of_day(h.at));
    sum[s][hour] += h.value;
    ++count[s][hour];
    total += h.value;
  }
  const double mean = total / static_cast<double>(hours.size());
  std::vector<SeasonShapeSpec> out;
  for (std::size_t s = 0; s < kSeasons; ++s) {
    SeasonShapeSpec row;
    row.season = static_cast<Season>(s);
    double season = 0;
    for (std::size_t h = 0; h < 24; ++h) {
      if (count[s][h] > 0) row.hours.push_back(sum[s][h] / count[s][h] / mean);
    }
    for (const double h : row.hours) season += h;
    season /= static_cast<double>(row.hours.size());
    row.level = season;
    for (double& h : row.hours) h /= season;
    out.push_back(row);
  }
  return out;
}

}  // namespace dure
