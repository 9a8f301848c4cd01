// jobs.csv and sites.csv, written row by row from what the run remembers.
#include <fmt/format.h>

#include <algorithm>

#include "app/results.h"
#include "io/atomic_file.h"

namespace dure {
namespace {

using Buffer = fmt::memory_buffer;

void put(Buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

void two(char* at, std::int64_t n) {
  at[0] = static_cast<char>('0' + n / 10);
  at[1] = static_cast<char>('0' + n % 10);
}

// ISO 8601 KST, with milliseconds where there are any; remembers the day it was last asked for.
class IsoTime {
 public:
  void put_time(Buffer& out, Millis t) {
    const std::int64_t day = t.count() / kMsPerDay, ms = t.count() % kMsPerDay;
    if (day != day_) {
      day_ = day;
      date_ = to_string(date_of(t)) + "T";
    }
    put(out, date_);
    char clock[] = "00:00:00.000";
    two(clock, ms / kMsPerHour);
    two(clock + 3, ms / 60'000 % 60);
    two(clock + 6, ms / 1000 % 60);
    clock[9] = static_cast<char>('0' + ms / 100 % 10);
    two(clock + 10, ms % 100);
    put(out, {clock, ms % 1000 == 0 ? std::size_t{8} : std::size_t{12}});
    put(out, "+09:00");
  }

 private:
  std::int64_t day_ = -1;
  std::string date_;
};

void put_seconds(Buffer& out, std::int64_t ms) {
  const fmt::format_int whole(ms / 1000);
  put(out, {whole.data(), whole.size()});
  if (ms % 1000 == 0) return;
  char part[] = ".000";
  part[1] = static_cast<char>('0' + ms / 100 % 10);
  two(part + 2, ms % 100);
  put(out, {part, 4});
}

class JobRows {
 public:
  explicit JobRows(const Simulation& run) : run_(run) {
    const Scenario& s = run.scenario();
    const Window& w = run.meter().window();
    from_ = w.from;
    to_ = w.to;
    for (const DemandRow& row : run.demand().rows()) {
      const WorkloadSpec& work = s.workloads[row.workload.index];
      work_.push_back("," + work.id + "," + s.members[row.member.index].id + "," + work.data_class +
                      ",");
    }
    for (const PoolPlan& p : run.founding().pools) {
      const SiteSpec& site = s.sites[p.opened.site.index];
      place_.push_back("," + site.id + "," + site.halls[p.hall].id + "/" +
                       s.hardware[p.opened.hardware.index].id + "," +
                       s.members[p.opened.owner.index].id + ",");
    }
  }

  void put_row(std::uint32_t i, Buffer& out) {
    const Job& job = run_.world().job(JobId{i});
    if (run_.plant().is_replica(JobId{i})) return;
    const bool ran = job.state == JobState::ended || job.state == JobState::running;
    const bool started = ran && job.start < to_;  // not by the pass at the end of the window
    const bool over = job.state != JobState::waiting && job.state != JobState::running;
    if (!within(job.submit) && !(started && within(job.start)) && !(over && within(job.end)))
      return;
    const fmt::format_int number(i);
    put(out, {number.data(), number.size()});
    put(out, work_[run_.meter().row_of(job.lane)]);
    put_gpus(out, job);
    put(out, started ? std::string_view(place_[job.pool.index]) : ",,,,");
    submit_.put_time(out, job.submit);
    put(out, ",");
    if (started) start_.put_time(out, job.start);
    put(out, ",");
    if (over) end_.put_time(out, job.end);
    put(out, ",");
    if (started) put_seconds(out, (job.start - job.submit).count());
    put(out, ",");
    if (job.state == JobState::ended) put_seconds(out, (job.end - job.start).count());
    put(out, state(job, started));
    const Reason why = run_.meter().last_reason(JobId{i});
    if (why != Reason::none) put(out, to_string(why));
    put(out, "\n");
  }

 private:
  // A shared GPU in thousandths: 0.250.
  void put_gpus(Buffer& out, const Job& job) const {
    const std::int64_t one = units_of_one(run_.world().device(job.lane));
    const fmt::format_int whole(job.gpus / one);
    put(out, {whole.data(), whole.size()});
    if (const std::int64_t rest = job.gpus % one; rest > 0)
      fmt::format_to(std::back_inserter(out), ".{:03}", rest);
  }
  bool within(Millis t) const { return from_ <= t && t < to_; }
  static std::string_view state(const Job& job, bool started) {
    switch (job.state) {
      case JobState::waiting: return ",queued,";
      case JobState::running: return started ? ",running," : ",queued,";
      case JobState::ended: return ",done,";
      case JobState::cancelled: return ",cancelled,";
      case JobState::refused: return ",refused,";
      case JobState::held: return ",held,";
    }
    CHECK(!"a JobState");
  }

  const Simulation& run_;
  Millis from_, to_;
  std::vector<std::string> work_, place_;  // the columns between, of each demand row and pool
  IsoTime submit_, start_, end_;
};

}  // namespace

Result<Done> write_jobs_csv(const std::string& path, const Simulation& run) {
  TRY(file, AtomicFile::create(path));
  JobRows rows(run);
  Buffer out;
  put(out,
      "job,workload,member,class,gpus,site,pool,owner,submit,start,end,wait_s,run_s,state,"
      "reason\n");
  for (std::uint32_t i = 0; i < run.world().jobs(); ++i) {
    rows.put_row(i, out);
    if (out.size() < 1 << 16) continue;
    if (const auto written = file.write({out.data(), out.size()}); !written) return written.fault();
    out.clear();
  }
  if (const auto written = file.write({out.data(), out.size()}); !written) return written.fault();
  return file.commit();
}

Result<Done> write_sites_csv(const std::string& path, const Simulation& run) {
  TRY(file, AtomicFile::create(path));
  const Meter& m = run.meter();
  const Window& w = m.window();
  Buffer out;
  IsoTime time;
  put(out, "time,site,installed_gpus,used_gpus,it_mw,facility_mw,grid_mw,running_jobs\n");
  for (std::size_t i = 0; i < w.steps(); ++i) {
    const Millis at = w.from + Millis(static_cast<std::int64_t>(i) * w.step.count());
    const auto length = static_cast<double>(std::min(w.step, w.to - at).count());
    for (std::uint32_t s = 0; s < m.sites().size(); ++s) {
      const SiteStep& bin = m.sites()[s].series[i];
      const double it_mw = static_cast<double>(bin.it_wms) / length / 1e6;
      time.put_time(out, at);
      fmt::format_to(std::back_inserter(out), ",{},{:.1f},{:.1f},{:.4f},{:.4f},{:.3f},{:.2f}\n",
                     run.scenario().sites[s].id, static_cast<double>(bin.installed_gpu_ms) / length,
                     static_cast<double>(bin.used_gpu_ms) / length, it_mw,
                     run.facility_wms(SiteId{s}, i) / length / 1e6,
                     static_cast<double>(grid_limit(run.scenario().sites[s], at).count()) / 1e6,
                     static_cast<double>(bin.running_job_ms) / length);
    }
    if (out.size() < 1 << 16) continue;
    if (const auto written = file.write({out.data(), out.size()}); !written) return written.fault();
    out.clear();
  }
  if (const auto written = file.write({out.data(), out.size()}); !written) return written.fault();
  return file.commit();
}

}  // namespace dure
