// What somebody wants to run: the body of POST /api/v1/jobs, and JOB.yaml of `dure submit`. What is
// left out comes from the work it names (a workload of the alliance's scenario), else from here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/scenario.h"

namespace dure {

struct HealthSpec {  // how a replica shows that it serves
  std::string path = "/healthz";
  std::int64_t port = 0, every_s = 10, failures = 3, start_s = 60;
  template <class S = HealthSpec>
  static constexpr auto describe() {
    return Fields(
        Field("path", &S::path, "GET it: 200 to 299 is healthy", not_empty),
        Field("port", &S::port, "on its node; 0: the one in DURE_PORT", range(0, 65'535)),
        Field("every_s", &S::every_s, "between two looks", range(1, 3'600), dimensionless),
        Field("failures", &S::failures, "in a row, then it is restarted", range(1, 100)),
        Field("start_s", &S::start_s, "it has so long to come up", range(1, 86'400),
              dimensionless));
  }
};

struct JobSpec {
  std::string name, member, project, work;
  std::vector<std::string> command;
  std::string script;
  std::vector<std::string> environment;
  std::string folder;
  Gpus gpus;
  std::int64_t cpus = 0;
  double memory_gb = 0;
  std::int64_t time_limit_s = 3'600, grace_s = 30;
  std::optional<Topology> topology;
  std::optional<Tier> tier;
  std::optional<bool> preemptible;
  std::int64_t checkpoint_s = 0, min_run_s = 0, restart_s = 0;
  Gpus least_gpus, most_gpus;
  std::int64_t array = 1;
  std::vector<std::int64_t> after;
  std::vector<std::string> sites, hardware;
  std::string data_class;
  std::vector<std::string> inputs, outputs;
  std::int64_t priority = 0, retries = 0;
  bool each_node = false, service = false;
  std::optional<HealthSpec> health;
  template <class S = JobSpec>
  static constexpr auto describe() {
    return Fields(
        Field("name", &S::name, "for people; empty: the program's"),
        Field("member", &S::member, "who is charged; empty: the caller's own"),
        Field("project", &S::project, "of the member, that is charged; empty: none"),
        Field("work", &S::work, "the kind of work, if the alliance knows it"),
        Field("command", &S::command, "program and arguments; or script", free_text),
        Field("script", &S::script, "with its #! line; or command", free_text),
        Field("environment", &S::environment, "NAME=value each", free_text),
        Field("folder", &S::folder, "where it starts at its site; empty: one of its own"),
        Field("gpus", &S::gpus, "how many; 0: none, it needs cores only", range(0, 1'000'000)),
        Field("cpus", &S::cpus, "cores: of a job without GPUs in all, else on each node; 0: 1",
              range(0, 1'000'000)),
        Field("memory_gb", &S::memory_gb, "on each node; 0: as the site sees fit",
              range(0, 100'000)),
        Field("time_limit_s", &S::time_limit_s, "it is ended after so long", range(1, 31'536'000),
              dimensionless),
        Field("grace_s", &S::grace_s, "between SIGTERM and SIGKILL", range(0, 86'400),
              dimensionless),
        Field("topology", &S::topology, "how close together its GPUs must be"),
        Field("tier", &S::tier, "who is served before whom"),
        Field("preemptible", &S::preemptible,
              "it may be stopped and started again; it saves what it can at SIGTERM"),
        Field("checkpoint_s", &S::checkpoint_s,
              "if preemptible: it saves what it did so often; 0: never", range(0, 31'536'000),
              dimensionless),
        Field("min_run_s", &S::min_run_s, "if preemptible: left alone for so long after each start",
              range(0, 31'536'000), dimensionless),
        Field("restart_s", &S::restart_s, "if preemptible: lost to start again", range(0, 86'400),
              dimensionless),
        Field("least_gpus", &S::least_gpus, "of an elastic gang; 0: as gpus", range(0, 1'000'000)),
        Field("most_gpus", &S::most_gpus, "of an elastic gang; 0: as gpus", range(0, 1'000'000)),
        Field("array", &S::array, "so many jobs of it; DURE_ARRAY_INDEX tells which",
              range(1, 100'000)),
        Field("after", &S::after, "jobs that must end well before it starts",
              range(0, 4'294'967'295.0)),
        Field("sites", &S::sites, "only there; empty: wherever it may"),
        Field("hardware", &S::hardware, "only on these classes; empty: any"),
        Field("data_class", &S::data_class, "of what it reads; empty: the work's"),
        Field("inputs", &S::inputs, "data sets and artifacts that it reads"),
        Field("outputs", &S::outputs, "artifacts that it makes"),
        Field("priority", &S::priority, "among its member's jobs, the higher first",
              range(-1'000'000, 1'000'000)),
        Field("retries", &S::retries, "started again so often if it fails", range(0, 100)),
        Field("each_node", &S::each_node, "once on each of its nodes, else on the first"),
        Field("service", &S::service, "it runs until it is cancelled, and is restarted"),
        Field("health", &S::health, "of a service: how it is looked at"));
  }
};

}  // namespace dure
