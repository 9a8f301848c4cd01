// SWF from hostile bytes: a value that keeps BatchLog's invariants, or a Fault; never a crash.
// What reads is written, read again, and must be the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/traces/batch_builder.h"
#include "io/traces/swf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  LogOptions options;
  options.machine = MachineSize::may_be_unknown;
  if (size > 0 && data[0] % 4 == 1) options.procs = data[0];
  const auto log = read_swf(ByteSource::of_memory("fuzz", bytes), options);
  if (log) {
    const BatchLog& l = log.value();
    std::int64_t all = static_cast<std::int64_t>(l.jobs.size());
    for (const std::int64_t d : l.dropped) all += d;
    CHECK(all == l.rows && !l.jobs.empty());  // invariants 4, 2
    Millis last;
    for (const BatchJob& j : l.jobs) {
      CHECK(j.submit >= last && j.run > Millis() && j.run <= j.estimate);  // 1, 2
      CHECK(j.procs > 0 && (l.procs == 0 || j.procs <= l.procs));          // 2
      last = j.submit;
    }
  } else {
    CHECK(!log.fault().where.empty() && to_string(log.fault()).size() < 1000);
  }
  SwfReader reader(ByteSource::of_memory("fuzz", bytes));
  std::string text;
  std::vector<SwfJob> jobs;
  for (SwfJob job; reader.next(job) == Step::item;) {
    append_swf(job, text);
    jobs.push_back(job);
  }
  SwfReader again(ByteSource::of_memory("again", text));
  for (const SwfJob& expected : jobs) {
    SwfJob job;
    CHECK(again.next(job) == Step::item && job == expected);
  }
  return 0;
}
