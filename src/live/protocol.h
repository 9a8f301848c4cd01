// What a hub and the agent of a site say to each other. The agent calls; one exchange carries
// numbered facts up and numbered commands down, each sent again until it is acknowledged, so that a
// lost, repeated or late message does no harm.
//
//   agent -> hub  SyncRequest   facts above facts_kept, and up to which command it has journalled
//   hub -> agent  SyncReply     commands above commands_done, and up to which fact it has stored
//
// Invariants: 1. Commands of a site are numbered 1, 2, 3 … without gaps, and so are the facts of an
//                agent; both sides take each number once, in order.
//             2. An agent carries out no command of an epoch older than the newest it has seen.
//             3. A key names one attempt of one job for ever; what runs under it runs once.
// These structs are the wire format: JSON objects with their members as keys (io/describe_json.h).
// Times are ms since the epoch of Unix, sizes as their names say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace dure {

// An hour of KST in 2286: as much as a time may be.
inline constexpr double kLastMs = 9'999'999'999'999;
inline constexpr double kMostUnits = 100'000'000;

enum class NodeState { up, draining, drained, down };
constexpr auto describe_enum(NodeState) {
  using E = NodeState;
  return std::array{Choice<E>{E::up, "up", "takes work"},
                    Choice<E>{E::draining, "draining", "takes none, some still runs"},
                    Choice<E>{E::drained, "drained", "takes none, none runs"},
                    Choice<E>{E::down, "down", "does not answer; what ran there may still run"}};
}

struct NodeReport {  // a machine of the site, as its driver sees it
  std::string name, partition;
  std::int64_t gpus = 0, cpus = 0, memory_mib = 0;
  NodeState state = NodeState::up;
  std::string reason;
  bool operator==(const NodeReport&) const = default;
  template <class S = NodeReport>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "as the site calls it", required, not_empty),
                  Field("partition", &S::partition, "of the site that it belongs to"),
                  Field("gpus", &S::gpus, "of it", range(0, 1024)),
                  Field("cpus", &S::cpus, "cores", range(0, 100'000)),
                  Field("memory_mib", &S::memory_mib, "of it", range(0, 1e9), dimensionless),
                  Field("state", &S::state, "may work be sent there?"),
                  Field("reason", &S::reason, "why it takes none", free_text));
  }
};

struct NodeShare {  // what an attempt holds of a node
  std::string node;
  std::int64_t gpus = 0, cpus = 0;
  bool operator==(const NodeShare&) const = default;
  template <class S = NodeShare>
  static constexpr auto describe() {
    return Fields(Field("node", &S::node, "as the site calls it", required, not_empty),
                  Field("gpus", &S::gpus, "of it", range(0, 1024)),
                  Field("cpus", &S::cpus, "cores", range(0, 100'000)));
  }
};

struct DataUse {  // data of the site's data folder (data_folder.h) that an attempt reads
  std::string name, digest;
  bool operator==(const DataUse&) const = default;
  template <class S = DataUse>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "under which it finds them", required, not_empty),
                  Field("digest", &S::digest, "SHA-256 of their manifest", required, not_empty));
  }
};

struct Probe {  // how a service shows that it serves: GET http://NODE:port/path
  std::string node, path;
  std::int64_t port = 0, every_s = 10, failures = 3, start_s = 60;
  bool operator==(const Probe&) const = default;
  template <class S = Probe>
  static constexpr auto describe() {
    return Fields(
        Field("node", &S::node, "as the site calls it", required, not_empty),
        Field("path", &S::path, "200 to 299 is well", required, not_empty),
        Field("port", &S::port, "of it", required, range(1, 65'535)),
        Field("every_s", &S::every_s, "between two looks", range(1, 3'600), dimensionless),
        Field("failures", &S::failures, "in a row, then it is ended", range(1, 100)),
        Field("start_s", &S::start_s, "it has so long to come up", range(1, 86'400),
              dimensionless));
  }
};

struct RunOrder {
  std::string key;  // of the attempt: a-z A-Z 0-9 - . _, at most 60
  std::string name, user, account, partition;
  std::vector<std::string> command;  // argv of what runs; or
  std::string script;                // a script with its #! line
  std::vector<std::string> environment;
  std::string folder;
  std::vector<NodeShare> nodes;
  bool each_node = false;
  std::int64_t memory_mib = 0, time_limit_s = 0, grace_s = 30;
  std::vector<DataUse> inputs;
  std::vector<std::string> outputs;
  std::optional<Probe> probe;
  bool operator==(const RunOrder&) const = default;
  template <class S = RunOrder>
  static constexpr auto describe() {
    return Fields(Field("key", &S::key, "names the attempt for ever", required, not_empty),
                  Field("name", &S::name, "of the job, for people"),
                  Field("user", &S::user, "of the site that it runs as; empty: the agent's own"),
                  Field("account", &S::account, "of the site that is charged"),
                  Field("partition", &S::partition, "of the site"),
                  Field("command", &S::command, "program and arguments; empty: script", free_text),
                  Field("script", &S::script, "with its #! line; empty: command", free_text),
                  Field("environment", &S::environment, "NAME=value each", free_text),
                  Field("folder", &S::folder, "where it starts; empty: one of its own"),
                  Field("nodes", &S::nodes, "where, and how much of each", required, not_empty),
                  Field("each_node", &S::each_node, "once on each node, else once on the first"),
                  Field("memory_mib", &S::memory_mib, "on each node; 0: as the site sees fit",
                        range(0, 1e9), dimensionless),
                  Field("time_limit_s", &S::time_limit_s, "0: none", range(0, 1e9), dimensionless),
                  Field("grace_s", &S::grace_s, "between SIGTERM and SIGKILL", range(0, 86'400),
                        dimensionless),
                  Field("inputs", &S::inputs, "data that it reads, in $DURE_INPUTS"),
                  Field("outputs", &S::outputs, "data that it makes, in $DURE_OUTPUTS"),
                  Field("probe", &S::probe, "of a service"));
  }
};

struct StopOrder {
  std::string key;
  std::int64_t grace_s = 30;
  std::string reason;
  bool unless_started = false;
  bool operator==(const StopOrder&) const = default;
  template <class S = StopOrder>
  static constexpr auto describe() {
    return Fields(Field("key", &S::key, "of the attempt", required, not_empty),
                  Field("grace_s", &S::grace_s, "between SIGTERM and SIGKILL", range(0, 86'400),
                        dimensionless),
                  Field("reason", &S::reason, "for the site's own records"),
                  Field("unless_started", &S::unless_started, "what runs is left alone"));
  }
};

struct NodeOrder {
  std::string node;
  bool drain = true;  // else: takes work again
  std::string reason;
  bool operator==(const NodeOrder&) const = default;
  template <class S = NodeOrder>
  static constexpr auto describe() {
    return Fields(Field("node", &S::node, "which", required, not_empty),
                  Field("drain", &S::drain, "true: no new work; false: again"),
                  Field("reason", &S::reason, "for the site's own records"));
  }
};

struct CapOrder {
  std::string node;
  std::int64_t cap_w = 0;
  bool operator==(const CapOrder&) const = default;
  template <class S = CapOrder>
  static constexpr auto describe() {
    return Fields(Field("node", &S::node, "which", required, not_empty),
                  Field("cap_w", &S::cap_w, "it may draw so much; 0: no cap", range(0, 1'000'000)));
  }
};

struct SiteCommand {  // one of run, stop, node, cap
  std::int64_t number = 0;
  bool repeated = false;
  std::optional<RunOrder> run;
  std::optional<StopOrder> stop;
  std::optional<NodeOrder> node;
  std::optional<CapOrder> cap;
  bool operator==(const SiteCommand&) const = default;
  template <class S = SiteCommand>
  static constexpr auto describe() {
    return Fields(Field("number", &S::number, "of this site's commands", required, range(1, 9e15)),
                  Field("repeated", &S::repeated,
                        "another journal took it once: look before the site is asked"),
                  Field("run", &S::run, "start an attempt"),
                  Field("stop", &S::stop, "end an attempt"),
                  Field("node", &S::node, "drain or resume a node"),
                  Field("cap", &S::cap, "limit the power of a node"));
  }
};

enum class AttemptState { accepted, started, serving, ended, refused, lost };
constexpr auto describe_enum(AttemptState) {
  using E = AttemptState;
  return std::array{
      Choice<E>{E::accepted, "accepted", "the site has it, under a number of its own"},
      Choice<E>{E::started, "started", "its first line ran"},
      Choice<E>{E::serving, "serving", "a service: its probe answers"},
      Choice<E>{E::ended, "ended", "it is over, as exit_code and signal say"},
      Choice<E>{E::refused, "refused", "the site will not run it: it never ran"},
      Choice<E>{E::lost, "lost", "nothing of it runs any more, and nobody saw its end"}};
}

struct DataMade {  // what an attempt has left in the site's data folder
  std::string name, digest;
  std::int64_t bytes = 0, files = 0;
  bool operator==(const DataMade&) const = default;
  template <class S = DataMade>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "as the job calls it", required, not_empty),
                  Field("digest", &S::digest, "SHA-256 of its manifest", required, not_empty),
                  Field("bytes", &S::bytes, "of it", range(0, 9e15), dimensionless),
                  Field("files", &S::files, "of it", range(0, 9e15)));
  }
};

inline constexpr std::string_view kNodeUnavailable = "node_unavailable";  // a code of refused

struct AttemptFact {
  std::string key;
  AttemptState state = AttemptState::accepted;
  std::string remote;
  std::int64_t exit_code = 0, signal = 0;
  bool time_limit = false, node_failed = false, stopped = false;
  std::string code, detail;
  std::vector<DataMade> made;
  bool operator==(const AttemptFact&) const = default;
  template <class S = AttemptFact>
  static constexpr auto describe() {
    return Fields(Field("key", &S::key, "of the attempt", required, not_empty),
                  Field("state", &S::state, "what came true", required),
                  Field("remote", &S::remote, "its number at the site"),
                  Field("exit_code", &S::exit_code, "of what ended", range(0, 255)),
                  Field("signal", &S::signal, "that ended it; 0: none", range(0, 128)),
                  Field("time_limit", &S::time_limit, "it was ended at its limit"),
                  Field("node_failed", &S::node_failed, "its machine failed"),
                  Field("stopped", &S::stopped, "it ended because we asked"),
                  Field("code", &S::code, "why it was refused or lost, for programs"),
                  Field("detail", &S::detail, "and for people", free_text),
                  Field("made", &S::made, "data, of one that ended well"));
  }
};

struct CapFact {  // what became of a CapOrder
  std::string node;
  std::int64_t cap_w = 0;
  std::string code, detail;
  bool operator==(const CapFact&) const = default;
  template <class S = CapFact>
  static constexpr auto describe() {
    return Fields(Field("node", &S::node, "which", required, not_empty),
                  Field("cap_w", &S::cap_w, "as ordered", range(0, 1'000'000)),
                  Field("code", &S::code, "why it was refused, for programs; empty: it holds"),
                  Field("detail", &S::detail, "and for people", free_text));
  }
};

struct ForeignFact {  // a job that did not come through us holds machines, or gives them back
  std::string remote, name, user, account, partition;
  std::vector<NodeShare> nodes;  // empty: it holds none any more
  std::int64_t time_limit_s = 0;
  bool operator==(const ForeignFact&) const = default;
  template <class S = ForeignFact>
  static constexpr auto describe() {
    return Fields(Field("remote", &S::remote, "its number at the site", required, not_empty),
                  Field("name", &S::name, "as its owner called it", free_text),
                  Field("user", &S::user, "of the site"),
                  Field("account", &S::account, "of the site"),
                  Field("partition", &S::partition, "of the site"),
                  Field("nodes", &S::nodes, "what it holds; empty: nothing any more"),
                  Field("time_limit_s", &S::time_limit_s, "from its start; 0: none", range(0, 1e9),
                        dimensionless));
  }
};

struct SiteFact {  // one of node, attempt, foreign, swept
  std::int64_t number = 0, at_ms = 0;
  std::optional<NodeReport> node;
  std::optional<AttemptFact> attempt;
  std::optional<ForeignFact> foreign;
  std::optional<CapFact> cap;
  bool operator==(const SiteFact&) const = default;
  template <class S = SiteFact>
  static constexpr auto describe() {
    return Fields(Field("number", &S::number, "of this agent's facts", required, range(1, 9e15)),
                  Field("at_ms", &S::at_ms, "when the agent saw it", required, range(0, kLastMs)),
                  Field("node", &S::node, "a machine, new or changed"),
                  Field("attempt", &S::attempt, "an attempt went on"),
                  Field("foreign", &S::foreign, "a job that did not come through us"),
                  Field("cap", &S::cap, "what became of a power cap"));
  }
};

// Not kept and not numbered: the newest counts.
enum class PowerSource { rapl, nvml, ipmi, model };
constexpr auto describe_enum(PowerSource) {
  using E = PowerSource;
  return std::array{Choice<E>{E::rapl, "rapl", "measured by the processor"},
                    Choice<E>{E::nvml, "nvml", "measured by the GPUs"},
                    Choice<E>{E::ipmi, "ipmi", "measured at the power supply"},
                    Choice<E>{E::model, "model", "not measured: worked out from what runs"}};
}
struct NodeSample {
  std::string node;
  std::int64_t at_ms = 0, power_w = 0;
  PowerSource source = PowerSource::model;
  double gpu_share = 0, cpu_share = 0;
  double temperature_c = 0;
  template <class S = NodeSample>
  static constexpr auto describe() {
    return Fields(
        Field("node", &S::node, "which", required, not_empty),
        Field("at_ms", &S::at_ms, "when", range(0, kLastMs)),
        Field("power_w", &S::power_w, "drawn", range(0, 10'000'000)),
        Field("source", &S::source, "where power_w comes from"),
        Field("gpu_share", &S::gpu_share, "of its GPUs that is busy", range(0, 1), dimensionless),
        Field("cpu_share", &S::cpu_share, "of its cores that is busy", range(0, 1), dimensionless),
        Field("temperature_c", &S::temperature_c, "the hottest sensor; 0: none", range(0, 200)));
  }
};

enum class LogStream { out, err };
constexpr auto describe_enum(LogStream) {
  using E = LogStream;
  return std::array{Choice<E>{E::out, "out", "standard output"},
                    Choice<E>{E::err, "err", "standard error"}};
}
struct LogQuery {
  std::int64_t id = 0;
  std::string key;
  LogStream stream = LogStream::out;
  std::int64_t offset = 0, most = 65'536;
  template <class S = LogQuery>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "of the question", required, range(1, 9e15)),
                  Field("key", &S::key, "of the attempt", required, not_empty),
                  Field("stream", &S::stream, "which"),
                  Field("offset", &S::offset, "from this byte on", range(0, 9e15)),
                  Field("most", &S::most, "at most so many bytes", range(1, 1'048'576)));
  }
};
struct LogAnswer {
  std::int64_t id = 0, offset = 0, size = 0;
  std::string base64;
  std::string fault;
  template <class S = LogAnswer>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "of the question", required, range(1, 9e15)),
                  Field("offset", &S::offset, "where the bytes stand", range(0, 9e15)),
                  Field("size", &S::size, "of the file so far", range(0, 9e15)),
                  Field("base64", &S::base64, "the bytes"),
                  Field("fault", &S::fault, "why there are none"));
  }
};

struct SyncRequest {
  std::string site, agent, driver;
  bool caps_power = false;
  std::int64_t epoch = 0, commands_done = 0, wait_ms = 0;
  std::vector<SiteFact> facts;
  std::vector<NodeSample> samples;
  std::vector<LogAnswer> answers;
  template <class S = SyncRequest>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "whose agent", required, not_empty),
        Field("agent", &S::agent, "names the agent's journal: a lost one gets another", required,
              not_empty),
        Field("driver", &S::driver, "what it runs jobs with, for people"),
        Field("caps_power", &S::caps_power, "it can limit what nodes draw"),
        Field("epoch", &S::epoch, "the newest it has seen", range(0, 9e15)),
        Field("commands_done", &S::commands_done, "journalled up to this one", range(0, 9e15)),
        Field("wait_ms", &S::wait_ms, "the hub may wait so long for something to say",
              range(0, 60'000)),
        Field("facts", &S::facts, "above facts_kept, in order"),
        Field("samples", &S::samples, "the newest of each node"),
        Field("answers", &S::answers, "to queries"));
  }
};
struct SyncReply {
  std::int64_t epoch = 0, facts_kept = 0;
  std::vector<SiteCommand> commands;
  std::vector<LogQuery> queries;
  template <class S = SyncReply>
  static constexpr auto describe() {
    return Fields(Field("epoch", &S::epoch, "of the hub that leads", required, range(0, 9e15)),
                  Field("facts_kept", &S::facts_kept, "stored up to this one", range(0, 9e15)),
                  Field("commands", &S::commands, "above commands_done, in order"),
                  Field("queries", &S::queries, "asked now"));
  }
};

}  // namespace dure
