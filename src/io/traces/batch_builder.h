// Collects the jobs of any log and applies the rules that all logs share, so that each reader only
// translates its rows. Invariants: those of BatchLog hold for what finish() returns.
// Source: shared/data/reference/README.md, conventions 1 and 2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/traces/batch_log.h"

namespace dure {

// Times beyond this many ms (31,688 years) are nonsense, and leave room for sums in 64 bits.
inline constexpr std::int64_t kLongestMillis = 1'000'000'000'000'000;
inline constexpr std::int64_t kLongestSeconds = kLongestMillis / 1000;

struct RawJob {  // a row before the rules; -1 (or any value <= 0) is unknown where that can be
  std::int64_t number = 0;
  Millis submit, run, estimate;
  std::int64_t procs = 0;
  std::int32_t user = -1;
  Millis deadline{};  // 0: none
};

class BatchBuilder {
 public:
  // `path` is for messages and for the log's name; stored_bytes is a hint of the size.
  BatchBuilder(std::string path, TraceFormat format, LogClock clock, const LogOptions& options,
               std::uint64_t stored_bytes);

  // Conventions 1 and 2 up to what needs the whole log. CHECKs that times are within
  // kLongestMillis: the reader has to refuse others with their place in the file.
  void add(const RawJob& job) {
    ++log_.rows;
    const Millis zero;
    if (job.run <= zero) return drop(Drop::no_run_time);
    if (job.procs <= 0) return drop(Drop::no_processors);
    if (job.submit < zero) return drop(Drop::negative_submit);
    if (job.submit < from_ || job.submit >= to_) return drop(Drop::outside_window);
    if (job.procs > kMostProcs) return drop(Drop::larger_than_machine);
    const Millis estimate = job.estimate > zero ? job.estimate : job.run;
    const Millis longest(kLongestMillis);
    CHECK(job.submit <= longest && job.run <= longest && estimate <= longest);
    BatchJob kept{job.number, job.submit,  job.run, estimate, static_cast<std::int32_t>(job.procs),
                  job.user,   job.deadline};
    if (kept.run > estimate) {
      kept.run = estimate;
      ++log_.cut_to_estimate;
    }
    sorted_ = sorted_ && kept.submit >= last_submit_;
    last_submit_ = kept.submit;
    rising_ = rising_ && (log_.jobs.empty() || kept.number > last_number_);
    last_number_ = kept.number;
    log_.jobs.push_back(kept);
  }
  void drop(Drop reason) { ++log_.dropped[static_cast<std::size_t>(reason)]; }

  // The number behind a user's name, the same for the same name.
  std::int32_t user_of(std::string_view name);

  // file_procs: what the file says of its machine, if it does.
  Result<BatchLog> finish(LogHeader header, std::optional<std::int64_t> file_procs);

 private:
  static constexpr std::int64_t kMostProcs = 0x7fffffff;
  void drop_larger();
  void drop_duplicates();
  Result<Done> check_sums() const;

  std::string path_;
  LogOptions options_;
  Millis from_, to_;
  bool sorted_ = true, rising_ = true;
  Millis last_submit_;
  std::int64_t last_number_ = 0;
  std::unordered_map<std::string, std::int32_t> users_;  // looked up, never walked
  BatchLog log_;
};

// "KTH-SP2" of "logs/KTH-SP2.swf.gz".
std::string log_name(const std::string& path);

}  // namespace dure
