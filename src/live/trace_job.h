// What the record says of one job, entry by entry: what a part of a statement (trace_use.h) leads
// to. For disputes: who asked for the job, where it held how many GPUs from when to when, what its
// site told of it.
//
// Of a truncated record what is gone is not there, and pools that were opened then have no name.
// The store is read from its first entry on, until the job is over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/store/store.h"

namespace dure {

struct JobEntry {
  std::uint64_t entry = 0;  // its number in the record
  std::int64_t at_ms = 0;   // Unix time
  // asked, submitted, adopted, promised, started, resized, preempted, stopped, cancel_asked,
  // judged, limit_reached, ended, failed, cancelled, refused; of its site: attempt_accepted,
  // attempt_started, attempt_serving, attempt_ended, attempt_refused, attempt_lost.
  std::string what;
  std::string pool, site, user, key;  // whichever it tells of
  std::int64_t gpus = 0;              // asked for, or held from here on
  std::string code, detail;           // why, for programs and for people
};

Result<std::vector<JobEntry>> trace_job(Store& store, std::int64_t job);

}  // namespace dure
