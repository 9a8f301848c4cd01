#include "io/traces/summary.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/calendar.h"
#include "base/check.h"
#include "io/traces/acme.h"
#include "io/traces/batch_builder.h"
#include "io/traces/helios.h"
#include "io/traces/openb.h"
#include "io/traces/pollux.h"
#include "io/traces/requests.h"
#include "io/traces/swf.h"

namespace dure {
namespace {

double in_seconds(Millis t) { return static_cast<double>(t.count()) / 1000; }

// Times must be sorted.
void add_arrivals(const std::vector<Millis>& times, Millis to_clock, TraceSummary& out) {
  out.first_s = in_seconds(times.front());
  out.last_s = in_seconds(times.back());
  std::array<std::int64_t, 24> hours{};
  const Millis shift = out.hour_of == HourOf::log_start ? Millis() - times.front() : to_clock;
  std::vector<double> gaps;
  for (std::size_t i = 0; i < times.size(); ++i) {
    ++hours[static_cast<std::size_t>(hour_of_day(times[i] + shift))];
    if (i > 0) gaps.push_back(in_seconds(times[i] - times[i - 1]));
  }
  if (!gaps.empty())
    out.distributions.push_back(distribution_of("inter_arrival", "s", std::move(gaps)));
  out.arrivals_by_hour = hours;
}

Result<TraceSummary> summarize_jobs(const std::string& path, TraceFormat format,
                                    LogOptions options) {
  options.machine = MachineSize::may_be_unknown;
  TRY(log, read_job_log(path, format, options));
  TraceSummary out;
  out.row_is = "job";
  out.rows = log.rows;
  out.kept = static_cast<std::int64_t>(log.jobs.size());
  for (std::size_t i = 0; i < kDropCount; ++i)
    if (log.dropped[i] > 0)
      out.dropped.push_back({std::string(name_of(static_cast<Drop>(i))), log.dropped[i]});
  if (log.cut_to_estimate > 0) out.notes.push_back({"ran_longer_than_asked", log.cut_to_estimate});
  if (log.short_rows > 0) out.notes.push_back({"rows_with_fewer_fields", log.short_rows});
  if (!log.users.empty())
    out.notes.push_back({"virtual_clusters", static_cast<std::int64_t>(log.users.size())});
  out.machine = log.procs;
  out.machine_unit = format == TraceFormat::swf ? "processors" : "GPUs";
  std::vector<double> sizes, runs, estimates;
  std::vector<Millis> submits;
  double work = 0;
  for (const BatchJob& job : log.jobs) {
    sizes.push_back(job.procs);
    runs.push_back(in_seconds(job.run));
    estimates.push_back(in_seconds(job.estimate));
    submits.push_back(job.submit);
    work += in_seconds(job.run) * job.procs;
  }
  out.distributions.push_back(distribution_of("size", out.machine_unit, std::move(sizes)));
  out.distributions.push_back(distribution_of("run", "s", std::move(runs)));
  if (format == TraceFormat::swf)
    out.distributions.push_back(distribution_of("estimate", "s", std::move(estimates)));
  Millis to_clock;
  out.hour_of = log.clock == LogClock::civil      ? HourOf::local_day
                : log.clock == LogClock::unix_utc ? HourOf::utc_day
                                                  : HourOf::log_start;
  const std::int64_t start_s = log.header.unix_start_s.value_or(0);
  if (start_s > 0 && start_s < kLongestSeconds) {
    const std::int64_t offset_s = log.header.utc_offset_s.value_or(0);
    const bool local = offset_s != 0 && offset_s >= -86'400 && offset_s <= 86'400;
    out.hour_of = local ? HourOf::local_day : HourOf::utc_day;
    to_clock = seconds(start_s + (local ? offset_s : 0));
  }
  add_arrivals(submits, to_clock, out);
  const double span = *out.last_s - *out.first_s;
  if (out.machine > 0 && span > 0)
    out.offered_load = work / (static_cast<double>(out.machine) * span);
  out.header = std::move(log.header);
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_requests(const std::string& path, TraceFormat format) {
  TRY(log, read_request_log(path, format));
  TraceSummary out;
  out.row_is = "request";
  out.rows = out.kept = static_cast<std::int64_t>(log.requests.size());
  std::vector<double> in, generated;
  std::vector<Millis> times;
  for (const Request& r : log.requests) {
    in.push_back(static_cast<double>(r.tokens_in));
    generated.push_back(static_cast<double>(r.tokens_out));
    times.push_back(r.at);
  }
  out.distributions.push_back(distribution_of("tokens_in", "tokens", std::move(in)));
  out.distributions.push_back(distribution_of("tokens_out", "tokens", std::move(generated)));
  out.hour_of = log.clock == LogClock::civil ? HourOf::local_day : HourOf::log_start;
  add_arrivals(times, Millis(), out);
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_pollux(const std::string& path) {
  TRY(rows, read_table<PolluxRow>(path));
  TraceSummary out;
  out.row_is = "job without run time";
  std::vector<double> sizes;
  std::vector<Millis> times;
  for (const PolluxRow& r : rows) {
    if (r.gpus <= 0 || r.submit < Millis() || r.submit > Millis(kLongestMillis)) continue;
    sizes.push_back(static_cast<double>(r.gpus));
    times.push_back(r.submit);
  }
  out.rows = static_cast<std::int64_t>(rows.size());
  out.kept = static_cast<std::int64_t>(times.size());
  if (out.kept < out.rows) out.dropped.push_back({"no_gpus_or_time", out.rows - out.kept});
  if (times.empty()) return Fault{path, "at least one job to keep", "none", ""};
  std::stable_sort(times.begin(), times.end());
  out.distributions.push_back(distribution_of("size", "GPUs", std::move(sizes)));
  add_arrivals(times, Millis(), out);
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_nodes(const std::string& path) {
  TRY(nodes, read_openb_nodes(path));
  TraceSummary out;
  out.row_is = "node";
  out.machine_unit = "GPUs";
  std::vector<double> gpus, cores;
  std::map<std::string, std::int64_t> models;
  for (const OpenbNode& n : nodes) {
    out.machine += n.gpus;
    gpus.push_back(static_cast<double>(n.gpus));
    cores.push_back(static_cast<double>(n.cpu_milli) / 1000);
    if (n.gpus > 0) models["GPUs " + (n.model.empty() ? "of no named model" : n.model)] += n.gpus;
  }
  for (const auto& [model, count] : models) out.notes.push_back({model, count});
  out.rows = out.kept = static_cast<std::int64_t>(nodes.size());
  out.distributions.push_back(distribution_of("gpus", "GPUs", std::move(gpus)));
  out.distributions.push_back(distribution_of("cores", "cores", std::move(cores)));
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_helios(const std::string& path) {
  TRY(rows, read_table<HeliosMinute>(path));
  TraceSummary out;
  out.row_is = "minute of a virtual cluster";
  out.machine_unit = "GPUs";
  std::vector<double> running, pending, jobs;
  Stamp first = rows.front().time, last = first;
  for (const HeliosMinute& r : rows) {
    out.machine = std::max(out.machine, r.total_gpus);
    running.push_back(static_cast<double>(r.running_gpus));
    pending.push_back(static_cast<double>(r.pending_gpus));
    jobs.push_back(static_cast<double>(r.running_jobs));
    first = std::min(first, r.time);
    last = std::max(last, r.time);
  }
  out.rows = out.kept = static_cast<std::int64_t>(rows.size());
  out.first_s = in_seconds(first.floor_ms());
  out.last_s = in_seconds(last.floor_ms());
  out.distributions.push_back(distribution_of("running_gpus", "GPUs", std::move(running)));
  out.distributions.push_back(distribution_of("pending_gpus", "GPUs", std::move(pending)));
  out.distributions.push_back(distribution_of("running_jobs", "jobs", std::move(jobs)));
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_helios_gpus(const std::string& path) {
  TRY(source, ByteSource::open(path));
  TRY(table, read_helios_gpus(std::move(source)));
  TraceSummary out;
  out.row_is = "day";
  out.machine_unit = "GPUs";
  std::vector<double> totals;
  for (const HeliosGpus::Day& day : table.days) {
    out.machine = std::max(out.machine, day.gpus.back());
    totals.push_back(static_cast<double>(day.gpus.back()));
  }
  out.rows = out.kept = static_cast<std::int64_t>(table.days.size());
  out.notes.push_back({"virtual_clusters", static_cast<std::int64_t>(table.clusters.size()) - 1});
  out.first_s = in_seconds(table.days.front().date.floor_ms());
  out.last_s = in_seconds(table.days.back().date.floor_ms());
  out.distributions.push_back(distribution_of(table.clusters.back(), "GPUs", std::move(totals)));
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_clusters(const std::string& path) {
  TRY(rows, read_table<ClusterSummary>(path));
  TraceSummary out;
  out.row_is = "cluster";
  out.machine_unit = "GPUs";
  out.rows = out.kept = static_cast<std::int64_t>(rows.size());
  for (const ClusterSummary& r : rows) {
    out.machine += r.gpus.value_or(0);
    out.notes.push_back({"GPU jobs of " + r.id, r.gpu_jobs});
  }
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_cdf(const std::string& path) {
  TRY(rows, read_table<CdfPoint>(path));
  TraceSummary out;
  out.row_is = "point of a distribution";
  out.rows = out.kept = static_cast<std::int64_t>(rows.size());
  // The points lie evenly in percent, so their distribution is that of the samples.
  std::map<std::pair<std::string, std::string>, std::vector<double>> metrics;
  for (const CdfPoint& p : rows) metrics[{p.metric, p.unit}].push_back(p.value);
  for (auto& [key, values] : metrics)
    out.distributions.push_back(distribution_of(key.first, key.second, std::move(values)));
  return Result<TraceSummary>(std::move(out));
}

Result<TraceSummary> summarize_known(const std::string& path, TraceFormat format,
                                     const LogOptions& options) {
  switch (format) {
    case TraceFormat::openb_nodes: return summarize_nodes(path);
    case TraceFormat::helios: return summarize_helios(path);
    case TraceFormat::helios_gpus: return summarize_helios_gpus(path);
    case TraceFormat::acme_summary: return summarize_clusters(path);
    case TraceFormat::acme_cdf: return summarize_cdf(path);
    case TraceFormat::pollux: return summarize_pollux(path);
    case TraceFormat::azure:
    case TraceFormat::mooncake: return summarize_requests(path, format);
    default: return summarize_jobs(path, format, options);
  }
}

}  // namespace

std::string_view name_of(HourOf kind) {
  return kind == HourOf::local_day ? "local_day"
         : kind == HourOf::utc_day ? "utc_day"
                                   : "log_start";
}

Distribution distribution_of(std::string name, std::string unit, std::vector<double> values) {
  CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const auto at = [&](std::size_t percent) { return values[std::min(n - 1, percent * n / 100)]; };
  double sum = 0;
  for (const double v : values) sum += v;
  return {std::move(name),
          std::move(unit),
          static_cast<std::int64_t>(n),
          sum / static_cast<double>(n),
          values.front(),
          at(10),
          at(50),
          at(90),
          at(95),
          at(99),
          values.back()};
}

Result<TraceSummary> summarize_trace(const std::string& path, TraceFormat format,
                                     LogOptions options) {
  if (format == TraceFormat::automatic) {
    TRY(detected, detect_format(path));
    format = detected;
  }
  TRY(out, summarize_known(path, format, options));
  out.name = log_name(path);
  out.format = format;
  return Result<TraceSummary>(std::move(out));
}

}  // namespace dure
