// dure trace inspect LOG: what a recorded log holds. docs/formats/trace-inspect.md has its JSON.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/command.h"
#include "io/traces/summary.h"

namespace dure {
namespace {

struct Options {
  std::string log, format = "auto";
  std::int64_t procs = 0, from_s = -1, to_s = -1;
  bool json = false;
};

bool utf8_terminal() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {  // the first that is set decides
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string lower(value);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

// Of `part` in `most`, at most `width` columns; a part above 0 is always seen.
std::string bar(std::int64_t part, std::int64_t most, int width, bool utf8) {
  if (part <= 0) return "";
  const double columns =
      static_cast<double>(width) * static_cast<double>(part) / static_cast<double>(most);
  if (!utf8) return std::string(static_cast<std::size_t>(std::max(1.0, columns + 0.5)), '#');
  constexpr std::array<const char*, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int all = std::max(1, static_cast<int>(columns * 8 + 0.5));
  std::string out;
  for (int i = 0; i < all / 8; ++i) out += "█";
  return out + eighths[static_cast<std::size_t>(all % 8)];
}

// Names come from files: no terminal escapes.
std::string clean(std::string_view name) {
  std::string out(name.substr(0, 60));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return out;
}

std::string figure(double value) {
  if (value == static_cast<double>(static_cast<std::int64_t>(value)))
    return fmt::format("{:.0f}", value);
  return value < 100 ? fmt::format("{:.3g}", value) : fmt::format("{:.1f}", value);
}

std::string_view hours_say(HourOf kind) {
  switch (kind) {
    case HourOf::local_day: return "hour of day, local";
    case HourOf::utc_day: return "hour of day, UTC";
    case HourOf::log_start: return "hours since the first, modulo 24: the log's clock is unknown";
  }
  return "";
}

void print_table(const TraceSummary& s) {
  fmt::print("{}  ({}, one row is a {})\n", clean(s.name), name_of(s.format), s.row_is);
  const auto line = [](std::string_view name, std::string_view value) {
    if (!value.empty()) fmt::print("  {:<28} {}\n", clean(name), value);
  };
  line("computer", s.header.computer);
  line("installation", s.header.installation);
  line("time zone", s.header.time_zone);
  line("rows", fmt::format("{}", s.rows));
  if (s.kept != s.rows) line("kept", fmt::format("{}", s.kept));
  for (const Named& d : s.dropped) line("dropped: " + d.name, fmt::format("{}", d.count));
  for (const Named& n : s.notes) line(n.name, fmt::format("{}", n.count));
  if (!s.machine_unit.empty())
    line(s.machine_unit, s.machine > 0 ? fmt::format("{}", s.machine) : "not told by the log");
  if (s.first_s && s.last_s)
    line("span", fmt::format("{:.2f} days", (*s.last_s - *s.first_s) / 86'400));
  if (s.offered_load) line("offered load", fmt::format("{:.3f}", *s.offered_load));
  if (!s.distributions.empty())
    fmt::print("\n  {:<28} {:>8} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n", "", "unit", "mean",
               "min", "p10", "p50", "p90", "p99", "max");
  for (const Distribution& d : s.distributions)
    fmt::print("  {:<28} {:>8} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n", clean(d.name),
               d.unit == "processors" ? "procs" : clean(d.unit), figure(d.mean), figure(d.least),
               figure(d.p10), figure(d.p50), figure(d.p90), figure(d.p99), figure(d.most));
  if (!s.arrivals_by_hour) return;
  const auto& hours = *s.arrivals_by_hour;
  const std::int64_t most =
      std::max<std::int64_t>(1, *std::max_element(hours.begin(), hours.end()));
  const bool utf8 = utf8_terminal();
  fmt::print("\n  arrivals ({})\n", hours_say(s.hour_of));
  for (std::size_t h = 0; h < hours.size(); ++h)
    fmt::print("  {:02} {:>9} {:>5.1f}% {}\n", h, hours[h],
               100 * static_cast<double>(hours[h]) / static_cast<double>(s.kept),
               bar(hours[h], most, 48, utf8));
}

nlohmann::ordered_json to_json(const TraceSummary& s) {
  using Json = nlohmann::ordered_json;
  const auto counts = [](const std::vector<Named>& list) {
    Json out = Json::object();
    for (const Named& n : list) out[n.name] = n.count;
    return out;
  };
  Json distributions = Json::object();
  for (const Distribution& d : s.distributions)
    distributions[d.name] = {
        {"unit", d.unit}, {"count", d.count}, {"mean", d.mean}, {"min", d.least}, {"p10", d.p10},
        {"p50", d.p50},   {"p90", d.p90},     {"p95", d.p95},   {"p99", d.p99},   {"max", d.most}};
  Json out = {{"log", s.name},
              {"format", std::string(name_of(s.format))},
              {"row_is", s.row_is},
              {"rows", s.rows},
              {"kept", s.kept},
              {"dropped", counts(s.dropped)},
              {"notes", counts(s.notes)},
              {"machine", s.machine > 0 ? Json(s.machine) : Json()},
              {"machine_unit", s.machine_unit},
              {"first_s", s.first_s ? Json(*s.first_s) : Json()},
              {"last_s", s.last_s ? Json(*s.last_s) : Json()},
              {"offered_load", s.offered_load ? Json(*s.offered_load) : Json()},
              {"distributions", distributions},
              {"arrivals_by_hour", s.arrivals_by_hour ? Json(*s.arrivals_by_hour) : Json()},
              {"hour_of", s.arrivals_by_hour ? Json(std::string(name_of(s.hour_of))) : Json()}};
  return out;
}

int run(const Options& o) {
  TRY_OR_COMPLAIN(format, parse_format(o.format));
  LogOptions options;
  if (o.procs > 0) options.procs = o.procs;
  if (o.from_s >= 0) options.from = seconds(o.from_s);
  if (o.to_s >= 0) options.to = seconds(o.to_s);
  TRY_OR_COMPLAIN(summary, summarize_trace(o.log, format, options));
  if (o.json) {
    // Names come from files: what is not UTF-8 there becomes U+FFFD rather than an exception.
    fmt::print("{}\n",
               to_json(summary).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    print_table(summary);
  }
  return kDone;
}

}  // namespace

void add_trace_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("trace", "Look at a recorded log");
  command->require_subcommand(1);
  auto* inspect = command->add_subcommand(
      "inspect",
      "Rows, span, sizes, percentiles and arrivals by hour of a log of any known format");
  auto o = std::make_shared<Options>();
  const auto limit = CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000'000});
  inspect->add_option("LOG", o->log, "A log, plain or .gz")->required();
  inspect->add_option("--format", o->format, "swf, openb, helios, philly, acme, muri ... or auto")
      ->capture_default_str();
  inspect->add_option("--procs", o->procs, "Processors of the machine, instead of the header's")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{2'147'483'647}));
  inspect->add_option("--from", o->from_s, "Keep jobs submitted from this second of the log on")
      ->check(limit);
  inspect->add_option("--to", o->to_s, "Keep jobs submitted before this second of the log")
      ->check(limit);
  inspect->add_flag("--json", o->json, "As JSON");
  inspect->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
