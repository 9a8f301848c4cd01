// Which format a file has, told from its first line of content; and the readers by format.
// A misspelt column does not hide a format: two of its names are enough, its reader says the rest.
// A pipe is read from its start twice and so must be given a format by name.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "io/line_reader.h"
#include "io/shown.h"
#include "io/traces/acme.h"
#include "io/traces/batch_log.h"
#include "io/traces/chronus.h"
#include "io/traces/helios.h"
#include "io/traces/muri.h"
#include "io/traces/openb.h"
#include "io/traces/philly.h"
#include "io/traces/pollux.h"
#include "io/traces/requests.h"
#include "io/traces/shockwave.h"
#include "io/traces/swf.h"

namespace dure {
namespace {

struct Signature {  // columns that only this format has together
  TraceFormat format;
  std::string_view first, second;
};
constexpr Signature kSignatures[] = {
    {TraceFormat::openb_nodes, "sn", "cpu_milli"},
    {TraceFormat::openb_pods, "gpu_milli", "pod_phase"},
    {TraceFormat::helios, "time", "total_gpujob_num"},
    {TraceFormat::helios_gpus, "date", "total"},
    {TraceFormat::philly, "timestamp", "gpu_time"},
    {TraceFormat::acme_summary, "id", "gpu_job_num"},
    {TraceFormat::acme_cdf, "metric", "cdf_percent"},
    {TraceFormat::chronus, "num_gpu", "expect_time_list"},
    {TraceFormat::muri, "num_gpu", "resource_time_0"},
    {TraceFormat::tiresias, "num_gpu", "submit_time"},  // after those that have more columns
    {TraceFormat::pollux, "application", "num_replicas"},
    {TraceFormat::azure, "TIMESTAMP", "ContextTokens"},
};

std::vector<std::string_view> pieces(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> out;
  while (out.size() < 100) {
    const std::size_t end = line.find_first_of(separators);
    out.push_back(line.substr(0, end));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return out;
}

bool looks_like_swf(std::string_view line) {
  std::vector<std::string_view> tokens = pieces(line, " \t");
  std::erase(tokens, std::string_view());
  return tokens.size() >= 5 &&
         std::all_of(tokens.begin(), tokens.begin() + 5, [](auto t) { return is_decimal(t); });
}

}  // namespace

Result<TraceFormat> detect_format(const std::string& path) {
  TRY(source, ByteSource::open(path));
  LineReader lines(std::move(source));
  std::string_view line;
  do {
    const Step step = lines.next();
    if (step == Step::fault) return lines.fault();
    if (step == Step::end) return Fault{path, "a log", "a file without content", ""};
    line = lines.line();
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  } while (line.empty());
  if (line[0] == ';') return TraceFormat::swf;
  if (line[0] == '{') return TraceFormat::mooncake;
  const std::vector<std::string_view> names = pieces(line, ",");
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const Signature& s : kSignatures)
    if (has(s.first) && has(s.second)) return s.format;
  if (looks_like_swf(line)) return TraceFormat::swf;
  if (pieces(line, "\t").size() == 12) return TraceFormat::shockwave;
  return Fault{lines.where(), "the first line of a known log", shown(line),
               "name the format: --format swf|openb|helios|philly|acme|muri|..."};
}

Result<BatchLog> read_job_log(const std::string& path, TraceFormat format,
                              const LogOptions& options) {
  if (format == TraceFormat::automatic) {
    TRY(detected, detect_format(path));
    format = detected;
  }
  const auto none = [&](std::string_view why) {
    return Fault{path,
                 "a log of jobs with run times: swf, openb, philly, muri, tiresias, chronus, "
                 "shockwave",
                 std::string(name_of(format)) + ", " + std::string(why), ""};
  };
  TRY(source, ByteSource::open(path));
  switch (format) {
    case TraceFormat::swf: return read_swf(std::move(source), options);
    case TraceFormat::openb_pods: return read_openb_log(std::move(source), options);
    case TraceFormat::philly: return read_philly_log(std::move(source), options);
    case TraceFormat::muri: return read_muri_log(std::move(source), options);
    case TraceFormat::tiresias: return read_tiresias_log(std::move(source), options);
    case TraceFormat::chronus: return read_chronus_log(std::move(source), options);
    case TraceFormat::shockwave: return read_shockwave_log(std::move(source), options);
    case TraceFormat::openb_nodes: return none("a list of nodes");
    case TraceFormat::helios: return none("a state by minute, without jobs");
    case TraceFormat::helios_gpus: return none("GPUs by day, without jobs");
    case TraceFormat::acme_summary: return none("clusters summed up, without jobs");
    case TraceFormat::acme_cdf: return none("a distribution, without jobs");
    case TraceFormat::pollux: return none("whose run times follow from the application");
    case TraceFormat::azure: return none("a request trace");
    case TraceFormat::mooncake: return none("a request trace");
    case TraceFormat::automatic: break;
  }
  CHECK(false);  // detect_format never says automatic
  return none("");
}

}  // namespace dure
