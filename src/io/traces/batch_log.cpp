#include "io/traces/batch_log.h"

#include "base/check.h"

namespace dure {
namespace {

constexpr std::array<std::string_view, kDropCount> kDropNames = {
    "no_run_time",         "no_processors",    "negative_submit",
    "larger_than_machine", "duplicate_number", "outside_window"};

constexpr std::array<std::string_view, kFormatCount> kFormatNames = {
    "auto",   "swf",          "openb_nodes", "openb_pods", "helios",   "helios_gpus",
    "philly", "acme_summary", "acme_cdf",    "muri",       "tiresias", "chronus",
    "pollux", "shockwave",    "azure",       "mooncake"};

}  // namespace

std::string_view name_of(Drop reason) { return kDropNames[static_cast<std::size_t>(reason)]; }

std::string_view name_of(TraceFormat format) {
  return kFormatNames[static_cast<std::size_t>(format)];
}

Result<TraceFormat> parse_format(std::string_view name) {
  for (std::size_t i = 0; i < kFormatCount; ++i)
    if (name == kFormatNames[i]) return static_cast<TraceFormat>(i);
  if (name == "openb") return TraceFormat::openb_pods;
  if (name == "acme") return TraceFormat::acme_summary;
  std::string known;
  for (const std::string_view one : kFormatNames)
    known += (known.empty() ? "" : "|") + std::string(one);
  return Fault{"--format", known + "|openb|acme", std::string(name.substr(0, 40)), ""};
}

}  // namespace dure
