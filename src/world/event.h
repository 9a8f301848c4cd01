// Commands are wishes, events are facts, only facts change the world. That we asked is a fact too.
// Every event is complete in itself: a record of them rebuilds the world from nothing (record.h).
// Adding one: a struct here, an on() in world.cpp, a line in record.cpp; forgetting either does not
// compile.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"
#include "world/capacity_index.h"
#include "world/placement.h"

namespace dure {

enum class Reason : std::uint8_t {  // why a job waits or is refused; users see them spelt as here
  none,
  no_room,             // no pool that may take it has room now
  behind_earlier_job,  // it would fit, but not without delaying a job before it
  reserved,            // it has a promised start
  lender_limit,        // room is left only above what its owner lends
  too_large,           // larger than every pool that may take it
  no_legal_site,       // the rules of its data class leave no pool at all
};
const char* to_string(Reason r);

// Commands: imperative.
struct StartJob {
  JobId job;
  PoolId pool;
  Placement place;  // empty in a counted pool
};
struct PromiseStart {  // hold room from `at` for the whole estimate; a later promise replaces it
  JobId job;
  PoolId pool;
  Millis at;
};
struct RefuseJob {
  JobId job;
  Reason because = Reason::none;
};
using Command = std::variant<StartJob, PromiseStart, RefuseJob>;

// Events: past tense.
struct MemberJoined {
  MemberId member;
  std::string name;
};
struct SiteOpened {
  SiteId site;
  std::string name;
};
struct PoolOpened {
  PoolId pool;
  SiteId site;
  MemberId owner;
  HardwareId hardware;
  std::uint32_t gpus_per_node = 0;  // 0: counted, without nodes
  std::uint32_t nodes_per_rack = 0, nodes_per_domain = 0;
  std::uint32_t lend_permille = 1000;  // of what is installed, for all borrowers together
  std::string name;
};
struct LaneOpened {
  LaneId lane;
  MemberId member;
  WorkloadId workload;
  Gpus gpus;  // of each job; 0: they differ
  Spread spread = Spread::anywhere;
  std::int64_t priority = 0;
  std::vector<PoolId> pools;  // where its jobs may lawfully and usefully run, best first
};
struct CapacityAdded {
  PoolId pool;
  Gpus gpus;
};
struct CapacityRetired {
  PoolId pool;
  Gpus gpus;
};
struct JobSubmitted {
  JobId job;
  LaneId lane;
  Gpus gpus;
  Millis estimate;  // how long it asks for; kUntilCancelled for replicas
};
struct LimitReached {  // its estimate is over: its room is free, though its end is still to be told
  JobId job;
};
struct JobEnded {
  JobId job;
};
struct JobCancelled {  // before it started
  JobId job;
};
struct TimeReached {};  // nothing happened, but an instant came that somebody asked to be woken at
struct CommandIssued {
  Command wish;
};

using What =
    std::variant<MemberJoined, SiteOpened, PoolOpened, LaneOpened, CapacityAdded, CapacityRetired,
                 JobSubmitted, LimitReached, JobEnded, JobCancelled, TimeReached, CommandIssued>;
struct Event {
  Millis at;
  What what;
};

inline constexpr Millis kUntilCancelled{Quantity<Milli>(std::int64_t{1} << 61)};

}  // namespace dure
