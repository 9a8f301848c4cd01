#include "app/hybrid_results.h"

#include <iterator>
#include <nlohmann/json.hpp>

#include "app/results_numbers.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;
using Out = std::back_insert_iterator<std::string>;

double hours(std::int64_t ms) { return static_cast<double>(ms) / 3.6e6; }
std::size_t index(HybridWay way) { return static_cast<std::size_t>(way); }

// What the QPU could have run in: the span less its calibrations.
double qpu_use(const HybridTotals& t) {
  return static_cast<double>(t.steps_ms) /
         static_cast<double>(std::max<std::int64_t>(1, t.span_ms() - t.calibration_ms));
}
double near_bound(const HybridRun& run, const HybridTotals& t) {
  return static_cast<double>(run.least_end_ms - t.from_ms) /
         static_cast<double>(std::max<std::int64_t>(1, t.span_ms()));
}
// GPU time that somebody held and nobody computed in, of all that was held.
double gpu_waste(const HybridTotals& t) {
  const std::int64_t all = t.computing_ms + t.held_ms + t.resuming_ms;
  return ratio(t.held_ms + t.resuming_ms, all);
}

Json times_json(const HybridTimes& t) {
  return {{"mean_h", rounded(t.mean_ms / 3.6e6, 4)},
          {"p95_h", rounded(t.p95_ms / 3.6e6, 4)},
          {"mean_wait_h", rounded(t.mean_wait_ms / 3.6e6, 4)},
          {"stretch", rounded(t.stretch, 4)}};
}

bool adds_up(const HybridScenarioSpec& spec, const HybridRun& run, const HybridTotals& t) {
  std::int64_t steps = 0, computing = 0;
  for (const HybridJob& j : run.jobs) {
    steps += j.iterations * j.quantum_ms;
    computing += j.iterations * j.classical_ms * j.gpus;
  }
  return t.steps_ms == steps && t.computing_ms == computing &&
         t.steps_ms + t.calibration_ms + t.qpu_held_ms + t.qpu_free_ms == t.span_ms() &&
         t.computing_ms + t.held_ms + t.resuming_ms + t.free_ms == t.span_ms() * spec.gpus.gpus &&
         t.to_ms >= run.least_end_ms;
}

}  // namespace

bool hybrid_balanced(const HybridScenarioSpec& spec, const HybridRun& run) {
  return std::ranges::all_of(run.ways,
                             [&](const HybridTotals& t) { return adds_up(spec, run, t); });
}

std::string hybrid_table(const HybridScenarioSpec& spec, const HybridRun& run, std::uint64_t seed) {
  std::string text;
  const Out out(text);
  fmt::format_to(out, "{}\n{} jobs, one {}, {} GPUs, seed {}\n\n", spec.title_en,
                 with_commas(static_cast<double>(run.jobs.size())), spec.qpu.id,
                 with_commas(static_cast<double>(spec.gpus.gpus)), seed);
  fmt::format_to(out, "  {:<8} {:>9} {:>7} {:>9} {:>9} {:>9} {:>8} {:>9} {:>11} {:>11} {:>10}\n",
                 "way", "all done", "bound", "mean", "95 %", "waited", "QPU use", "QPU held",
                 "GPU h comp.", "GPU h held", "resuming");
  for (const HybridWay way : kHybridWays) {
    const HybridTotals& t = run.ways[index(way)];
    const HybridTimes& all = run.rows[index(way)].back();
    fmt::format_to(
        out,
        "  {:<8} {:>7.1f} h {:>6.1f}% {:>7.2f} h {:>7.2f} h {:>7.2f} h {:>7.1f}% {:>7.1f} "
        "h {:>11} {:>11} {:>10}\n",
        enum_name(way), hours(t.span_ms()), 100 * near_bound(run, t), all.mean_ms / 3.6e6,
        all.p95_ms / 3.6e6, all.mean_wait_ms / 3.6e6, 100 * qpu_use(t), hours(t.qpu_held_ms),
        with_commas(hours(t.computing_ms), 1), with_commas(hours(t.held_ms), 1),
        with_commas(hours(t.resuming_ms), 1));
  }
  fmt::format_to(out,
                 "\n  no schedule is done before {:.1f} h; bound: how much of the span that is\n"
                 "\n  time to solution by kind of job, hours\n  {:<20} {:>5} {:>6} {:>10} {:>10} "
                 "{:>10}\n",
                 hours(run.least_end_ms - run.ways.front().from_ms), "jobs", "", "GPUs", "naive",
                 "service", "together");
  for (std::size_t r = 0; r < spec.hybrids.size(); ++r) {
    const HybridSpec& h = spec.hybrids[r];
    fmt::format_to(out, "  {:<20} {:>5} {:>6} {:>10.2f} {:>10.2f} {:>10.2f}\n", h.id, h.jobs,
                   h.gpus, run.rows[0][r].mean_ms / 3.6e6, run.rows[1][r].mean_ms / 3.6e6,
                   run.rows[2][r].mean_ms / 3.6e6);
  }
  return text;
}

Json hybrid_json(const HybridScenarioSpec& spec, const HybridRun& run, std::uint64_t seed) {
  Json j = {{"schema", "dure.hybrids/1"},
            {"scenario", spec.id},
            {"kind", "hybrids"},
            {"seed", seed},
            {"jobs", run.jobs.size()},
            {"gpus", spec.gpus.gpus},
            {"least_span_h", rounded(hours(run.least_end_ms - run.ways.front().from_ms), 4)}};
  for (const HybridWay way : kHybridWays) {
    const HybridTotals& t = run.ways[index(way)];
    Json w = {{"way", enum_name(way)},
              {"span_h", rounded(hours(t.span_ms()), 4)},
              {"bound_share", rounded(near_bound(run, t), 6)},
              {"time_to_solution", times_json(run.rows[index(way)].back())},
              {"qpu",
               {{"use", rounded(qpu_use(t), 6)},
                {"steps_h", rounded(hours(t.steps_ms), 4)},
                {"calibration_h", rounded(hours(t.calibration_ms), 4)},
                {"calibrations", t.calibrations},
                {"held_idle_h", rounded(hours(t.qpu_held_ms), 4)},
                {"free_h", rounded(hours(t.qpu_free_ms), 4)}}},
              {"gpus",
               {{"computing_gpu_h", rounded(hours(t.computing_ms), 3)},
                {"held_idle_gpu_h", rounded(hours(t.held_ms), 3)},
                {"resuming_gpu_h", rounded(hours(t.resuming_ms), 3)},
                {"free_gpu_h", rounded(hours(t.free_ms), 3)},
                {"wasted_share", gpu_waste(t)},
                {"releases", t.releases}}}};
    for (std::size_t r = 0; r < spec.hybrids.size(); ++r) {
      Json row = {{"hybrids", spec.hybrids[r].id}, {"member", spec.hybrids[r].member}};
      row.update(times_json(run.rows[index(way)][r]));
      w["by_kind"].push_back(std::move(row));
    }
    j["ways"].push_back(std::move(w));
  }
  j["balance"] = {{"ok", hybrid_balanced(spec, run)}};
  return j;
}

std::vector<EdgeFile> hybrid_files(const HybridScenarioSpec& spec, const HybridRun& run) {
  std::string text = "way,job,hybrids,member,gpus,arrive_s,start_s,end_s,alone_s,releases\n";
  for (const HybridWay way : kHybridWays) {
    for (std::size_t i = 0; i < run.jobs.size(); ++i) {
      const HybridJob& job = run.jobs[i];
      const HybridJobEnd& end = run.ways[index(way)].jobs[i];
      const auto s = [](std::int64_t ms) { return static_cast<double>(ms) / 1000; };
      fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{:.3f},{:.3f},{:.3f},{:.3f},{}\n",
                     enum_name(way), i, spec.hybrids[job.row].id, spec.hybrids[job.row].member,
                     job.gpus, s(job.arrive_ms), s(end.start_ms), s(end.end_ms), s(job.alone_ms()),
                     end.releases);
    }
  }
  return {{"jobs.csv", std::move(text)}};
}

}  // namespace dure
