#include "io/traces/openb.h"

#include <utility>

#include "base/decimal.h"
#include "io/shown.h"
#include "io/traces/job_rows.h"

namespace dure {
namespace {

std::optional<Fault> share_fault(const TableReader<OpenbPod>& reader, const OpenbPod& pod) {
  if (pod.num_gpu <= 1 || pod.gpu_milli == 1000) return std::nullopt;  // invariant 2
  return Fault{reader.where(), "gpu_milli: 1000 for a pod with several GPUs",
               std::to_string(pod.gpu_milli) + " with num_gpu " + std::to_string(pod.num_gpu), ""};
}

}  // namespace

Result<std::vector<OpenbNode>> read_openb_nodes(const std::string& path) {
  return read_table<OpenbNode>(path);
}

Result<std::vector<OpenbPod>> read_openb_pods(const std::string& path) {
  TRY(source, ByteSource::open(path));
  return read_openb_pods(std::move(source));
}

Result<std::vector<OpenbPod>> read_openb_pods(ByteSource source) {
  TRY(reader, TableReader<OpenbPod>::open(std::move(source)));
  std::vector<OpenbPod> pods;
  for (OpenbPod pod;;) {
    const Step step = reader.next(pod);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) break;
    if (auto fault = share_fault(reader, pod)) return std::move(*fault);
    pods.push_back(pod);
  }
  if (pods.empty()) return Fault{reader.name(), "a table with at least one row", "none", ""};
  return Result<std::vector<OpenbPod>>(std::move(pods));
}

Result<BatchLog> read_openb_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<OpenbPod>(std::move(source), TraceFormat::openb_pods, LogClock::log_start,
                                 options, [](const OpenbPod& pod, BatchBuilder&, std::int64_t row) {
                                   RawJob job{row, pod.created, {}, {}, pod.num_gpu, -1};
                                   if (pod.scheduled && pod.deleted &&
                                       *pod.deleted > *pod.scheduled && *pod.scheduled >= Millis())
                                     job.run = *pod.deleted - *pod.scheduled;
                                   return job;
                                 });
}

Result<std::vector<FgdCurve>> read_fgd_curves(const std::string& path) {
  TRY(source, ByteSource::open(path));
  return read_fgd_curves(std::move(source));
}

// The columns behind total_gpus are named 0, 1, 2 ... and are as many as the file has.
Result<std::vector<FgdCurve>> read_fgd_curves(ByteSource source) {
  constexpr std::size_t fixed = 5;
  constexpr std::string_view names[fixed] = {"workload", "sc_policy", "tune", "seed", "total_gpus"};
  CsvReader csv(std::move(source), ',');
  std::size_t width = 0;
  std::vector<FgdCurve> curves;
  for (;;) {
    const Step step = csv.next();
    if (step == Step::fault) return csv.fault();
    if (step == Step::end) break;
    const std::vector<Cell>& cells = csv.cells();
    if (width == 0) {
      width = cells.size();
      if (width <= fixed)
        return Fault{csv.where(), "columns workload,sc_policy,tune,seed,total_gpus,0,1,...",
                     std::to_string(width) + " columns", ""};
      for (std::size_t i = 0; i < width; ++i) {
        const std::string name = i < fixed ? std::string(names[i]) : std::to_string(i - fixed);
        if (cells[i].text != name)
          return Fault{csv.where(cells[i]), "column " + name, shown(cells[i].text), ""};
      }
      continue;
    }
    if (cells.size() != width)
      return Fault{csv.where(), std::to_string(width) + " cells", std::to_string(cells.size()), ""};
    FgdCurve curve{std::string(cells[0].text), std::string(cells[1].text), 1, 0, 0, {}};
    for (std::size_t i = 2; i < width; ++i) {
      const std::optional<double> value = real_number(cells[i].text);
      const bool whole = i == 3 || i == 4;
      if (!value || *value < 0 || *value > 1e9 ||
          (whole && *value != static_cast<double>(static_cast<std::int64_t>(*value))))
        return Fault{csv.where(cells[i]), whole ? "a whole number" : "a number of at least 0",
                     shown(cells[i].text), ""};
      if (i == 2) curve.tune = *value;
      if (i == 3) curve.seed = static_cast<std::int64_t>(*value);
      if (i == 4) curve.total_gpus = static_cast<std::int64_t>(*value);
      if (i >= fixed) curve.allocated_percent.push_back(*value);
    }
    curves.push_back(std::move(curve));
  }
  if (curves.empty()) return Fault{csv.name(), "a table with at least one row", "none", ""};
  return Result<std::vector<FgdCurve>>(std::move(curves));
}

}  // namespace dure
