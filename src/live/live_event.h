// Facts of the live control plane that the world does not need: what a job runs, which node is
// which, what agents said. They stand in the record between the world's own events (entries of kind
// `live`, as JSON), so that the record alone rebuilds all that a hub knows.
// Adding one: a struct here, a member of LiveEvent, a line in Book::apply.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "live/protocol.h"

namespace dure {

inline constexpr double kLastId = 4'294'967'295.0;

struct HubFounded {
  std::string id;  // begins every key of its attempts: letters and digits
  template <class S = HubFounded>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "of the hub", required, not_empty));
  }
};
struct JobDescribed {  // `count` jobs from `job` on, which are submitted next
  std::int64_t job = 0, count = 1;
  std::string spec;  // JSON of a JobSpec
  std::string user, site_user, idempotency, body_sha256, step;
  std::int64_t pipeline = 0;
  template <class S = JobDescribed>
  static constexpr auto describe() {
    return Fields(
        Field("job", &S::job, "the first", range(0, kLastId)),
        Field("count", &S::count, "how many, with numbers that follow", range(1, 100'000)),
        Field("spec", &S::spec, "as JSON", required, free_text),
        Field("user", &S::user, "who asked"), Field("site_user", &S::site_user, "as whom it runs"),
        Field("idempotency", &S::idempotency, "key of the request"),
        Field("body_sha256", &S::body_sha256, "of the request"),
        Field("pipeline", &S::pipeline, "that it is a step of; 0: none", range(0, 9e15)),
        Field("step", &S::step, "which"));
  }
};
struct NodeNamed {  // the next node that joins the pool
  std::int64_t pool = 0;
  std::string site, node;
  template <class S = NodeNamed>
  static constexpr auto describe() {
    return Fields(Field("pool", &S::pool, "which", range(0, kLastId)),
                  Field("site", &S::site, "of it", required),
                  Field("node", &S::node, "as the site calls it", required));
  }
};
struct SiteTold {
  std::string site, agent;
  SiteFact fact;
  template <class S = SiteTold>
  static constexpr auto describe() {
    return Fields(Field("site", &S::site, "who", required),
                  Field("agent", &S::agent, "its journal", required),
                  Field("fact", &S::fact, "what", required));
  }
};
struct CommandsTaken {
  std::string site, agent;
  std::int64_t number = 0;
  template <class S = CommandsTaken>
  static constexpr auto describe() {
    return Fields(Field("site", &S::site, "who", required),
                  Field("agent", &S::agent, "its journal", required),
                  Field("number", &S::number, "up to which", range(0, 9e15)));
  }
};
struct CancelAsked {
  std::int64_t job = 0;
  std::string user;
  template <class S = CancelAsked>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "which", range(0, kLastId)),
                  Field("user", &S::user, "by whom"));
  }
};
struct NodeAsked {
  std::string site, node, user, reason;
  bool drain = true;
  template <class S = NodeAsked>
  static constexpr auto describe() {
    return Fields(Field("site", &S::site, "where", required),
                  Field("node", &S::node, "which", required), Field("user", &S::user, "by whom"),
                  Field("reason", &S::reason, "why"), Field("drain", &S::drain, "or resume"));
  }
};
struct CapAsked {
  std::string site, node, user;
  std::int64_t cap_w = 0;
  template <class S = CapAsked>
  static constexpr auto describe() {
    return Fields(Field("site", &S::site, "where", required),
                  Field("node", &S::node, "which", required), Field("user", &S::user, "by whom"),
                  Field("cap_w", &S::cap_w, "it may draw so much; 0: no cap", range(0, 1'000'000)));
  }
};
enum class JobOutcome { none, done, failed, timed_out, cancelled, lost, refused };
constexpr auto describe_enum(JobOutcome) {
  using E = JobOutcome;
  return std::array{Choice<E>{E::none, "none", "not yet"},
                    Choice<E>{E::done, "done", "it ended well"},
                    Choice<E>{E::failed, "failed", "it ended with an exit code, or by a signal"},
                    Choice<E>{E::timed_out, "timed_out", "it was ended at its time limit"},
                    Choice<E>{E::cancelled, "cancelled", "somebody cancelled it"},
                    Choice<E>{E::lost, "lost", "its machine failed, and nobody saw its end"},
                    Choice<E>{E::refused, "refused", "no site runs it"}};
}
struct JobJudged {  // the world is told next that it ended, failed, was stopped or cancelled
  std::int64_t job = 0;
  JobOutcome outcome = JobOutcome::none;  // none: it waits again
  std::int64_t exit_code = 0, signal = 0;
  std::string detail;
  template <class S = JobJudged>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "which", range(0, kLastId)),
                  Field("outcome", &S::outcome, "how it ended"),
                  Field("exit_code", &S::exit_code, "of it", range(0, 255)),
                  Field("signal", &S::signal, "that ended it", range(0, 128)),
                  Field("detail", &S::detail, "for people", free_text));
  }
};
struct AttemptAgain {  // an elastic gang starts again where the world has put it
  std::int64_t job = 0;
  template <class S = AttemptAgain>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "which", range(0, kLastId)));
  }
};
struct ForeignBound {  // a job that did not come through us is this one to the world, adopted next
  std::int64_t job = 0;
  std::string site, remote, user, name;
  template <class S = ForeignBound>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "which", range(0, kLastId)),
                  Field("site", &S::site, "where", required),
                  Field("remote", &S::remote, "its number there", required),
                  Field("user", &S::user, "of the site"),
                  Field("name", &S::name, "as its owner called it", free_text));
  }
};

struct LaneKeyed {  // jobs of this key go to this lane, opened next
  std::int64_t lane = 0;
  std::string key;
  template <class S = LaneKeyed>
  static constexpr auto describe() {
    return Fields(
        Field("lane", &S::lane, "which", range(0, kLastId)),
        Field("key", &S::key, "all that tells its jobs from others'", required, free_text));
  }
};
struct DataKept {  // a job has kept data; the law hears of the artifact next
  std::string name, digest, site;
  std::int64_t job = 0, bytes = 0, files = 0, artifact = 0;
  template <class S = DataKept>
  static constexpr auto describe() {
    return Fields(
        Field("name", &S::name, "MEMBER/NAME", required),
        Field("digest", &S::digest, "SHA-256 of its manifest", required),
        Field("site", &S::site, "where", required),
        Field("job", &S::job, "that made it", range(0, kLastId)),
        Field("bytes", &S::bytes, "of it", range(0, 9e15), dimensionless),
        Field("files", &S::files, "of it", range(0, 9e15)),
        Field("artifact", &S::artifact, "its ArtifactId + 1; 0: no law", range(0, kLastId)));
  }
};
struct PipelineAsked {  // its steps' jobs are described as they become due
  std::int64_t pipeline = 0;
  std::string spec;  // JSON of a PipelineSpec
  std::string user, site_user, idempotency, body_sha256;
  template <class S = PipelineAsked>
  static constexpr auto describe() {
    return Fields(Field("pipeline", &S::pipeline, "its number", range(1, 9e15)),
                  Field("spec", &S::spec, "as JSON", required, free_text),
                  Field("user", &S::user, "who asked"),
                  Field("site_user", &S::site_user, "as whom it runs"),
                  Field("idempotency", &S::idempotency, "key of the request"),
                  Field("body_sha256", &S::body_sha256, "of the request"));
  }
};
struct StepRefused {  // its job was not taken
  std::int64_t pipeline = 0;
  std::string step, code, detail;
  template <class S = StepRefused>
  static constexpr auto describe() {
    return Fields(Field("pipeline", &S::pipeline, "of it", range(1, 9e15)),
                  Field("step", &S::step, "which", required),
                  Field("code", &S::code, "of the problem", required),
                  Field("detail", &S::detail, "for people", free_text));
  }
};
enum class PipelineOutcome { none, done, failed, cancelled };
constexpr auto describe_enum(PipelineOutcome) {
  using E = PipelineOutcome;
  return std::array{Choice<E>{E::none, "none", "not yet"},
                    Choice<E>{E::done, "done", "all steps are done, its services serve"},
                    Choice<E>{E::failed, "failed", "a step failed, what needs it did not start"},
                    Choice<E>{E::cancelled, "cancelled", "somebody cancelled it"}};
}
struct PipelineOver {  // no step of it starts any more; services run on until they are cancelled
  std::int64_t pipeline = 0;
  PipelineOutcome outcome = PipelineOutcome::none;
  std::string user;
  template <class S = PipelineOver>
  static constexpr auto describe() {
    return Fields(Field("pipeline", &S::pipeline, "which", range(1, 9e15)),
                  Field("outcome", &S::outcome, "how it ended"),
                  Field("user", &S::user, "who cancelled it"));
  }
};

struct LiveEvent {  // one of them
  std::optional<HubFounded> founded;
  std::optional<JobDescribed> job;
  std::optional<NodeNamed> node_named;
  std::optional<SiteTold> told;
  std::optional<CommandsTaken> taken;
  std::optional<CancelAsked> cancel;
  std::optional<NodeAsked> node_asked;
  std::optional<JobJudged> judged;
  std::optional<AttemptAgain> again;
  std::optional<ForeignBound> foreign;
  std::optional<LaneKeyed> lane;
  std::optional<DataKept> data;
  std::optional<PipelineAsked> pipeline;
  std::optional<StepRefused> step_refused;
  std::optional<PipelineOver> pipeline_over;
  std::optional<CapAsked> cap;
  template <class S = LiveEvent>
  static constexpr auto describe() {
    return Fields(Field("founded", &S::founded, "the hub's name"),
                  Field("job", &S::job, "what jobs run"),
                  Field("node_named", &S::node_named, "a node joins a pool"),
                  Field("told", &S::told, "what an agent said"),
                  Field("taken", &S::taken, "commands are in an agent's journal"),
                  Field("cancel", &S::cancel, "somebody cancels a job that runs"),
                  Field("node_asked", &S::node_asked, "somebody drains or resumes a node"),
                  Field("judged", &S::judged, "how an attempt ended"),
                  Field("again", &S::again, "a gang starts again at another size"),
                  Field("foreign", &S::foreign, "a job of others"),
                  Field("lane", &S::lane, "a queue of jobs that are alike"),
                  Field("data", &S::data, "data were kept"),
                  Field("pipeline", &S::pipeline, "somebody runs a pipeline"),
                  Field("step_refused", &S::step_refused, "a step could not be submitted"),
                  Field("pipeline_over", &S::pipeline_over, "a pipeline has ended"),
                  Field("cap", &S::cap, "somebody limits the power of a node"));
  }
};

}  // namespace dure
