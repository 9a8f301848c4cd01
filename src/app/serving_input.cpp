#include "app/serving_input.h"

#include <algorithm>

#include "io/described_file.h"
#include "io/traces/requests.h"
#include "serving/advisor.h"
#include "serving/arrivals.h"

namespace dure {
namespace {

Faults check_run(const ServiceFile& s) {
  Faults out;
  const ServiceRunSpec& r = s.run;
  if (!r.hours.empty() && r.hours.size() != 24)
    out.push_back({"run.hours", "24 factors, or none", std::to_string(r.hours.size()), ""});
  if (!r.hours.empty() && *std::ranges::max_element(r.hours) <= 0)
    out.push_back({"run.hours", "a factor above 0", "none", ""});
  if (!r.tiers_gb.empty() && r.tiers_gb.size() != s.memory_tiers.size())
    out.push_back({"run.tiers_gb",
                   "one for each of memory_tiers, " + std::to_string(s.memory_tiers.size()),
                   std::to_string(r.tiers_gb.size()), ""});
  for (std::size_t i = 0; i < r.tiers_gb.size() && i < s.memory_tiers.size(); ++i)
    if (r.tiers_gb[i] > s.memory_tiers[i].most_gb)
      out.push_back({"run.tiers_gb[" + std::to_string(i) + "]",
                     "at most the most_gb of " + s.memory_tiers[i].id,
                     std::to_string(r.tiers_gb[i]), ""});
  return out;
}

Fault not_a_log(const std::string& path) {
  return Fault{path, "a log of requests: Azure (CSV) or Mooncake (JSON lines), or the word drawn",
               "neither", "formats: docs/formats/requests.md"};
}

bool looks_like_json(const std::string& path) {
  auto source = ByteSource::open(path);
  char first = 0;
  if (!source) return false;
  const auto n = source.value().read(std::span(&first, 1));
  return n && n.value() == 1 && first == '{';
}

std::int32_t tokens(std::int64_t n) {
  return static_cast<std::int32_t>(std::min<std::int64_t>(n, kMostTokens));
}

}  // namespace

Outcome<ServiceFile> read_service(const std::string& path,
                                  const std::vector<std::string>& settings) {
  return read_described_file<ServiceFile>(path, settings, [](const ServiceFile& s) {
    Faults all = check_service(s);
    for (Fault& f : check_run(s)) all.push_back(std::move(f));
    return all;
  });
}

Outcome<ServiceRequests> read_service_requests(const ServiceFile& service, const std::string& log,
                                               std::uint64_t seed) {
  ServiceRequests out;
  if (log == "drawn") {
    const ServiceLoadSpec& l = service.load;
    ArrivalLaw law{l.requests_per_s, l.prompt_tokens, l.output_tokens,
                   l.prompt_sigma,   l.output_sigma,  service.model.longest_tokens,
                   service.run.hours};
    out.requests = drawn_requests(law, static_cast<std::size_t>(service.run.requests), seed);
    return out;
  }
  if (looks_like_json(log)) {
    auto source = ByteSource::open(log);
    if (!source) return Faults{source.fault()};
    MooncakeReader reader(std::move(source).value());
    std::vector<MooncakeRow> rows;
    MooncakeRow row;
    Step step;
    while ((step = reader.next(row)) == Step::item) {
      if (row.input_tokens < 1 || row.output_tokens < 1)
        ++out.without_tokens;
      else
        rows.push_back(row);
    }
    if (step == Step::fault) return Faults{reader.fault()};
    std::ranges::stable_sort(rows, {}, &MooncakeRow::at);
    for (const MooncakeRow& r : rows) {
      out.requests.push_back({static_cast<double>((r.at - rows.front().at).count()),
                              tokens(r.input_tokens), tokens(r.output_tokens), 0, 0});
      out.prefixes.add(r.input_tokens, r.block_ids);
    }
    if (out.prefixes.distinct_blocks() == 0) out.prefixes = PrefixTrace{};
  } else {
    const Result<RequestLog> read = read_request_log(log, TraceFormat::azure);
    if (!read) return Faults{read.fault()};
    const auto& rows = read.value().requests;
    for (const Request& r : rows) {
      if (r.tokens_in < 1 || r.tokens_out < 1)
        ++out.without_tokens;
      else
        out.requests.push_back({static_cast<double>((r.at - rows.front().at).count()),
                                tokens(r.tokens_in), tokens(r.tokens_out), 0, 0});
    }
  }
  if (out.requests.empty()) return Faults{not_a_log(log)};
  return out;
}

}  // namespace dure
