#include "sim/checkpoint_cost.h"

#include <cmath>

#include "physics/goodput.h"

namespace dure {

std::optional<CheckpointCost> checkpoint_cost(const Simulation& run, std::uint32_t r) {
  const DemandRow& row = run.demand().rows()[r];
  const WorkloadSpec& work = run.demand().workload(row);
  const TrafficSpec* traffic = traffic_of(run.scenario(), row.workload);
  const RowFigures& f = run.meter().rows()[r];
  if (traffic == nullptr || !traffic->checkpoint || run.network() == nullptr || f.used_gpu_ms == 0)
    return std::nullopt;
  const CheckpointSpec& spec = *traffic->checkpoint;
  const Result<double> write_hours =
      checkpoint_write_hours({spec.size_gb, 1}, spec.storage_gb_per_s);
  CHECK(write_hours);  // the reader's limits
  CheckpointCost out;
  out.write_s = write_hours.value() * 3600;
  const std::int64_t write_ms = std::llround(out.write_s * 1000);
  const Window& w = run.meter().window();
  for (const Stay& stay : run.network()->stays) {
    if (run.meter().row_of(stay.lane) != r) continue;
    const Millis every = run.founding().lanes[stay.lane.index].saves;
    const std::int64_t written =
        written_before(stay, every, w.to) - written_before(stay, every, w.from);
    out.written += written;
    out.write_ms += written * write_ms;
    for (const StayPart& part : stay.parts) out.write_gpu_ms += written * write_ms * part.gpus;
  }
  const auto used = static_cast<double>(f.used_gpu_ms);
  out.ettr =
      (used - static_cast<double>(f.interrupted_gpu_ms) - static_cast<double>(out.write_gpu_ms)) /
      used;
  const double hours = static_cast<double>(f.running_ms) / kMsPerHour;
  out.interrupts_per_hour = static_cast<double>(f.interrupted) / hours;
  JobRisk risk;
  risk.interrupts_per_hour = out.interrupts_per_hour;
  risk.restart_hours = work.restart_hours;
  out.ettr_by_law =
      ettr_exact(risk, {work.checkpoint_hours - write_hours.value(), write_hours.value()});
  if (risk.interrupts_per_hour > 0)
    out.best_interval_hours = best_interval_hours(risk, write_hours.value());
  return out;
}

}  // namespace dure
