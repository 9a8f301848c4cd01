// The desk between what is asked or told from outside and the facts that the hub records: it checks
// against the world and the book, and answers with facts or with a Problem. It changes nothing
// itself and knows no clock, store or socket, so the fault simulator runs it as it is.
//
// Some answers take two rounds, since what is asked later depends on facts that come first: a job
// of a new kind needs its queue (lane) before the law can be asked where it may run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/book.h"
#include "live/hub_spec.h"
#include "live/pipeline_spec.h"
#include "live/problem.h"
#include "world/scenario.h"

namespace dure {

struct Facts {  // live ones are recorded before the world's
  std::vector<LiveEvent> live;
  std::vector<What> world;
  bool empty() const { return live.empty() && world.empty(); }
};

struct Caller {
  std::string id, member, site_user;
  Role role = Role::viewer;
};

struct Submission {
  JobSpec spec;
  Caller caller;
  std::string idempotency, body_sha256;
  std::int64_t pipeline = 0;  // that it is a step of; 0: none
  std::string step;
};
struct Submitted {
  JobId first;
  std::uint32_t count = 0;
  bool repeated = false;  // the same key and body came before: nothing new happened
};

struct Desk {
  const World& world;
  const Book& book;
  const Scenario& scenario;
  const HubSpec& hub;

  // none: the facts come first, then it is asked again.
  std::optional<Answered<Submitted>> submit(const Submission& asked, Facts& facts) const;
  // The job as it would be queued, if that is lawful: a dry run leaves no facts.
  std::optional<Problem> check(const Submission& asked) const;
  Answered<Done> cancel(JobId job, const Caller& caller, Facts& facts) const;

  // The number of the pipeline; the same for the same key and body.
  Answered<std::int64_t> run_pipeline(const PipelineSpec& spec, const Submission& asked,
                                      Facts& facts) const;
  // Its next step that is due, or its end. No facts: there is nothing to do now.
  void advance(std::int64_t pipeline, Facts& facts) const;
  // No step starts any more, and what has not ended is cancelled: a job at each call, until none is
  // left. none: the facts come first, then it is asked again.
  std::optional<Answered<Done>> cancel_pipeline(std::int64_t pipeline, const Caller& caller,
                                                Facts& facts) const;
  Answered<Done> set_node(const std::string& site, const std::string& node, bool drain,
                          const std::string& reason, const Caller& caller, Facts& facts) const;
  // 0: no cap. `caps_power`: whether the site's agent says that it can.
  Answered<Done> cap(const std::string& site, const std::string& node, std::int64_t cap_w,
                     bool caps_power, const Caller& caller, Facts& facts) const;
  Answered<ReservationId> reserve(const std::string& member, const std::string& pool, Gpus gpus,
                                  Millis from, Millis to, const Caller& caller, Facts& facts) const;
  // By who could have made it, or an admin of the member that it is for. Jobs that use it run on.
  Answered<Done> drop_reservation(ReservationId reservation, const Caller& caller,
                                  Facts& facts) const;
  Answered<Done> limit(const std::string& account, Gpus gpus, const Caller& caller,
                       Facts& facts) const;

  // What an agent says, fact by fact. Facts that are known already are passed over.
  void told(const std::string& site, const std::string& agent, const SiteFact& fact,
            Facts& facts) const;
  // A job that others started, once there is room for it in the world.
  void adopt(const std::string& site, const ForeignFact& job, Facts& facts) const;
};

enum class StepState : std::uint8_t { waiting, running, done, failed, skipped };
const char* to_string(StepState s);
StepState step_state(const Desk& desk, const PipelineRun& run, std::size_t step);

// The world's fact of a node that takes no work any more, or takes it again.
What node_moved(const World& world, const NodeSeat& seat, bool open);

// Where an attempt's end leaves its job: tells the book, then the world.
void judge(const Desk& desk, const AttemptFact& fact, JobId job, Facts& facts);
// What a pool holds when what is drained or down is back.
std::int64_t units_with_all_nodes(const Desk& desk, PoolId pool);

}  // namespace dure
