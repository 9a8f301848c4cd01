#include "io/traces/batch_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"

namespace dure {

std::string log_name(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);  // npos + 1 = 0
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  return name;
}

BatchBuilder::BatchBuilder(std::string path, TraceFormat format, LogClock clock,
                           const LogOptions& options, std::uint64_t stored_bytes)
    : path_(std::move(path)),
      options_(options),
      from_(options.from.value_or(Millis(std::numeric_limits<std::int64_t>::min()))),
      to_(options.to.value_or(Millis(std::numeric_limits<std::int64_t>::max()))) {
  log_.name = log_name(path_);
  log_.format = format;
  log_.clock = clock;
  // A row has 40 bytes and more; pages that stay unused are never touched.
  log_.jobs.reserve(std::min<std::uint64_t>(stored_bytes / 40 + 16, 8'000'000));
}

std::int32_t BatchBuilder::user_of(std::string_view name) {
  const auto [place, added] =
      users_.try_emplace(std::string(name), static_cast<std::int32_t>(log_.users.size()));
  if (added) log_.users.emplace_back(name);
  return place->second;
}

void BatchBuilder::drop_larger() {
  const auto kept = std::remove_if(log_.jobs.begin(), log_.jobs.end(), [&](const BatchJob& job) {
    if (job.procs <= log_.procs) return false;
    drop(Drop::larger_than_machine);
    return true;
  });
  log_.jobs.erase(kept, log_.jobs.end());
}

// The first row of each number stays.
void BatchBuilder::drop_duplicates() {
  struct Seen {
    std::int64_t number;
    std::size_t at;
    auto operator<=>(const Seen&) const = default;
  };
  std::vector<Seen> seen;
  seen.reserve(log_.jobs.size());
  for (std::size_t i = 0; i < log_.jobs.size(); ++i) seen.push_back({log_.jobs[i].number, i});
  std::sort(seen.begin(), seen.end());
  std::vector<bool> again(log_.jobs.size(), false);
  bool any = false;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    if (seen[i].number != seen[i - 1].number) continue;
    again[seen[i].at] = any = true;
    drop(Drop::duplicate_number);
  }
  if (!any) return;
  std::size_t to = 0;
  for (std::size_t i = 0; i < log_.jobs.size(); ++i)
    if (!again[i]) log_.jobs[to++] = log_.jobs[i];
  log_.jobs.resize(to);
}

// BatchLog's invariant 5.
Result<Done> BatchBuilder::check_sums() const {
  __int128 end = log_.jobs.empty() ? 0 : log_.jobs.back().submit.count();
  __int128 work = 0;
  for (const BatchJob& job : log_.jobs) {
    end += job.estimate.count();
    work += static_cast<__int128>(job.run.count()) * job.procs;
  }
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
  if (end <= most && work <= most) return Done{};
  return Fault{path_, "run times whose sum is below 146 million years",
               end <= most ? "more processor-time" : "more", "some run times are damaged"};
}

Result<BatchLog> BatchBuilder::finish(LogHeader header, std::optional<std::int64_t> file_procs) {
  log_.header = std::move(header);
  if (log_.rows == 0)
    return Fault{path_, "a log with at least one job", "none: the file is empty", ""};
  const std::optional<std::int64_t> procs = options_.procs ? options_.procs : file_procs;
  if (procs && (*procs < 1 || *procs > kMostProcs))
    return Fault{options_.procs ? "--procs" : path_, "a machine of 1 to 2147483647 processors",
                 std::to_string(*procs), ""};
  if (!procs && options_.machine == MachineSize::required)
    return Fault{path_, "the size of the machine", "a file that does not tell it",
                 "give it: --procs P"};
  log_.procs = procs.value_or(0);
  if (procs) drop_larger();
  if (!rising_) drop_duplicates();
  if (!sorted_)
    std::stable_sort(log_.jobs.begin(), log_.jobs.end(),
                     [](const BatchJob& a, const BatchJob& b) { return a.submit < b.submit; });
  if (log_.jobs.empty()) {
    std::string reasons;
    for (std::size_t i = 0; i < kDropCount; ++i)
      if (log_.dropped[i] > 0)
        reasons += (reasons.empty() ? "" : ", ") + std::string(name_of(static_cast<Drop>(i))) +
                   " " + std::to_string(log_.dropped[i]);
    return Fault{path_, "at least one job to keep",
                 "all " + std::to_string(log_.rows) + " dropped: " + reasons, ""};
  }
  if (const auto sums = check_sums(); !sums) return sums.fault();
  return std::move(log_);
}

}  // namespace dure
