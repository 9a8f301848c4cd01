// What a scenario file says of the work: when it comes, how large it is and how long it runs, what
// it asks for, and what may be done to it. Part of the file format of scenario.h.
//
// Invariants (checked by check_references in world/scenario_check.h, not by the reader): a law has
// a weight for each value, a pattern the mean 1, and what is given fits the kind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/quantity.h"
#include "world/event.h"

namespace dure {

enum class WorkKind { batch, session, pipeline, hybrid, service, ran };
// How close a gang must sit: no matter; one site; one hall; one NVLink domain where it fits in one.
enum class Topology { any, site, hall, nvlink_domain };
constexpr auto describe_enum(WorkKind) {
  using E = WorkKind;
  return std::array{
      Choice<E>{E::batch, "batch", "a job that runs and ends"},
      Choice<E>{E::session, "session", "a person at work: starts at once or not at all"},
      Choice<E>{E::pipeline, "pipeline", "one stage of several"},
      Choice<E>{E::hybrid, "hybrid", "with a quantum device beside the GPUs"},
      Choice<E>{E::service, "service", "replicas that follow demand"},
      Choice<E>{E::ran, "ran", "radio access network cells"}};
}
constexpr auto describe_enum(Topology) {
  using E = Topology;
  return std::array{Choice<E>{E::any, "any", "no matter"},
                    Choice<E>{E::site, "site", "within one site"},
                    Choice<E>{E::hall, "hall", "within one hall"},
                    Choice<E>{E::nvlink_domain, "nvlink_domain",
                              "within one NVLink domain where it fits in one"}};
}
constexpr auto describe_enum(Tier) {
  using E = Tier;
  return std::array{
      Choice<E>{E::scavenger, "scavenger", "takes what is left, stopped for anybody of its member"},
      Choice<E>{E::standard, "standard", "what is queued"},
      Choice<E>{E::production, "production", "services and people at work"},
      Choice<E>{E::critical, "critical", "radio cells, emergencies"}};
}
constexpr auto describe_enum(Within) {
  using E = Within;
  return std::array{Choice<E>{E::arrival, "arrival", "first come, first served"},
                    Choice<E>{E::deadline, "deadline", "who must start first to keep its deadline"},
                    Choice<E>{E::shortest, "shortest", "the shortest estimate first"}};
}

struct PatternSpec {  // multiplies arrivals; both rows have mean 1
  std::string id;
  std::vector<double> hour;     // 24, KST
  std::vector<double> weekday;  // 7, Monday first
  std::string source, note;
  template <class S = PatternSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("hour", &S::hour, "factor of each hour of the day, KST; mean 1", required, length(24),
              range(0, 100), dimensionless),
        Field("weekday", &S::weekday, "factor of each day, Monday first; mean 1", required,
              length(7), range(0, 100), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// GPUs of a job: a value with its weight. On shared hardware thousandths of GPUs, with the CPU and
// memory beside them.
struct SizeLaw {
  std::vector<std::int64_t> gpus;
  std::vector<double> weights;
  std::vector<std::int64_t> gpu_milli{};
  std::vector<double> cpus{}, memory_gb{};
  const std::vector<std::int64_t>& units() const { return gpu_milli.empty() ? gpus : gpu_milli; }
  template <class S = SizeLaw>
  static constexpr auto describe() {
    return Fields(
        Field("gpus", &S::gpus, "GPUs of a job, or what else its hardware counts: cores, cells",
              range(1, 1'000'000)),
        Field("gpu_milli", &S::gpu_milli,
              "on shared hardware, in place of gpus: thousandths of GPUs; above 999 whole GPUs",
              range(1, 16'000), dimensionless),
        Field("cpus", &S::cpus, "on shared hardware: cores beside each of gpu_milli",
              range(0, 1'024), dimensionless),
        Field("memory_gb", &S::memory_gb,
              "on shared hardware and CPU nodes: memory of a job on each of its nodes",
              range(0, 100'000)),
        Field("weights", &S::weights, "how often, one for each size; any sum", required, not_empty,
              above(0, 1e9), dimensionless));
  }
};

struct ArrayLaw {  // jobs that are submitted together, alike but for their run times
  std::vector<std::int64_t> tasks;
  std::vector<double> weights;
  template <class S = ArrayLaw>
  static constexpr auto describe() {
    return Fields(
        Field("tasks", &S::tasks, "jobs of an array", required, not_empty, range(1, 100'000)),
        Field("weights", &S::weights, "how often, one for each of tasks; any sum", required,
              not_empty, above(0, 1e9), dimensionless));
  }
};

struct DurationLaw {  // lognormal, cut to [min_hours, max_hours]
  double median_hours = 1, sigma = 1, min_hours = 0.01, max_hours = 24;
  template <class S = DurationLaw>
  static constexpr auto describe() {
    return Fields(
        Field("median_hours", &S::median_hours, "median before the cut", required,
              above(0, 100'000)),
        Field("sigma", &S::sigma, "of the logarithm", required, range(0, 5), dimensionless),
        Field("min_hours", &S::min_hours, "no job is shorter", above(0, 100'000)),
        Field("max_hours", &S::max_hours, "no job is longer", required, above(0, 100'000)));
  }
};

// Users ask for more time than they use: estimate = run x uniform(1, max_factor), at most the law's
// max.
struct EstimateLaw {
  double max_factor = 3;
  template <class S = EstimateLaw>
  static constexpr auto describe() {
    return Fields(Field("max_factor", &S::max_factor,
                        "requested time = run time x uniform(1, this)", range(1, 1'000),
                        dimensionless));
  }
};

struct DemandSpec {
  std::string member;
  double arrivals_per_day = 0;  // batch, session, pipeline, hybrid: at demand_base_gpus
  double replicas_mean = 0;     // service, ran: at demand_base_gpus
  double share_weight = 1;      // among the projects of its member
  std::int64_t users = 0;       // 0: the project itself
  Gpus limit_gpus;              // held at once; 0: none
  std::string source, note;
  template <class S = DemandSpec>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose work", required, refers_to("members")),
        Field("arrivals_per_day", &S::arrivals_per_day,
              "batch, session, pipeline, hybrid: at demand_base_gpus", range(0, 10'000'000)),
        Field("replicas_mean", &S::replicas_mean, "service, ran: at demand_base_gpus",
              range(0, 10'000'000), dimensionless),
        Field("share_weight", &S::share_weight, "among the projects of its member", above(0, 1'000),
              dimensionless),
        Field(
            "users", &S::users,
            "who share the project, each with an account; of its work the k-th brings 1/k as much "
            "as the first; 0: the project itself",
            range(0, 10'000)),
        Field("limit_gpus", &S::limit_gpus, "held at once; 0: no limit", range(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct WorkloadSpec {
  std::string id, title_en, title_ko;
  WorkKind kind = WorkKind::batch;
  std::optional<SizeLaw> size;
  std::optional<DurationLaw> duration;  // not for service and ran
  std::optional<ArrayLaw> array;        // none: jobs come one by one
  EstimateLaw estimate;
  std::int64_t gpus_per_replica = 1;         // service and ran
  std::vector<std::int64_t> sizes() const {  // in units of its pools
    return size ? size->units() : std::vector{gpus_per_replica};
  }
  double min_factor = 1,
         max_factor = 1;  // replicas follow the pattern between these, times the mean
  std::vector<DemandSpec> demand;
  std::string pattern, data_class;
  std::vector<std::string> inputs, outputs;  // artifacts
  double training_flops = 0;                 // of the model in all; 0: it trains none
  Topology topology = Topology::any;
  std::vector<std::string> hardware;    // accepted classes, best first
  std::vector<std::string> only_sites;  // empty: wherever the law allows
  std::vector<double> hardware_speed;   // of each of hardware; empty: all 1
  std::int64_t priority = 50;           // 0 to 100
  Tier tier = Tier::standard;
  Within within = Within::arrival;
  double deadline_hours = 0;  // 0: none
  double may_shift_hours = 0;
  bool preemptible = false;
  double checkpoint_hours = 0.5, restart_hours = 0.1;
  double min_run_hours = 0.7;              // if preemptible
  double least_share = 1, most_share = 1;  // of its GPUs that a gang can make do with, or use
  bool elastic = false;
  double parallel_share = 1;
  std::int64_t most_sites = 1;
  std::optional<double> sites_speed;              // of one site, if it is split over several
  double sites_gbit_per_s = 0, sites_rtt_ms = 0;  // 0: however they are joined
  double most_site_share = 1;
  double fabric_share = 0;
  double sync_step_s = 0;  // 0: its GPUs keep no step
  std::optional<std::string> beside_hardware;
  std::int64_t beside_units = 0;
  double utilization = 0.6;  // of the node's power span while running
  std::string seed_item, source, note;
  template <class S = WorkloadSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("title_en", &S::title_en, "title in English", required, not_empty),
        Field("title_ko", &S::title_ko, "title in Korean", required, not_empty),
        Field("kind", &S::kind, "what sort of work", required),
        Field("size", &S::size,
              "law of the GPUs of a job; for service and ran of a replica, a single one"),
        Field("duration", &S::duration, "law of the run time, lognormal; not for service and ran"),
        Field("array", &S::array,
              "its jobs come in arrays; arrivals_per_day counts the jobs of all of them"),
        Field("estimate", &S::estimate, "how well users know their run time"),
        Field("gpus_per_replica", &S::gpus_per_replica, "service and ran, unless size is given",
              range(1, 10'000)),
        Field("min_factor", &S::min_factor, "service and ran: replicas over their mean, at least",
              range(0, 1'000), dimensionless),
        Field("max_factor", &S::max_factor, "service and ran: replicas over their mean, at most",
              range(0, 1'000), dimensionless),
        Field("demand", &S::demand, "how much, by member", required, not_empty),
        Field("pattern", &S::pattern, "when", required, refers_to("patterns")),
        Field("data_class", &S::data_class, "which rule the data are under", required,
              refers_to("data_classes")),
        Field("inputs", &S::inputs, "artifacts that it reads: their rules hold for it too",
              refers_to("artifacts")),
        Field("outputs", &S::outputs, "artifacts that it writes: its rules hold for them too",
              refers_to("artifacts")),
        Field("training_flops", &S::training_flops,
              "floating-point operations that train its model, from the first to the last; 0: none",
              range(0, 1e35), dimensionless),
        Field("topology", &S::topology, "how close a gang must sit"),
        Field("hardware", &S::hardware, "accepted classes, best first", required, not_empty,
              refers_to("hardware")),
        Field("only_sites", &S::only_sites, "empty: wherever the law allows", refers_to("sites")),
        Field("priority", &S::priority, "within its member, higher first", range(0, 100)),
        Field("hardware_speed", &S::hardware_speed,
              "of each of hardware, over what durations are given for; empty: all 1",
              above(0, 1'000), dimensionless),
        Field("tier", &S::tier, "served before lower tiers, whatever the shares"),
        Field("within", &S::within, "the order of its jobs among themselves"),
        Field("deadline_hours", &S::deadline_hours,
              "it should be done so long after it came; 0: no deadline", range(0, 100'000)),
        Field("may_shift_hours", &S::may_shift_hours,
              "it may wait so long for hours in which energy is cheap and clean; 0: not at all",
              range(0, 1'000)),
        Field("preemptible", &S::preemptible, "may be stopped for others"),
        Field("checkpoint_hours", &S::checkpoint_hours,
              "its work is saved every so often; 0: never", range(0, 1'000)),
        Field("min_run_hours", &S::min_run_hours,
              "if preemptible: it is left alone for so long after each start", range(0, 1'000)),
        Field("restart_hours", &S::restart_hours,
              "time lost to start again after it was stopped, or its machine failed",
              range(0, 1'000)),
        Field("least_share", &S::least_share, "of its GPUs that a gang can make do with",
              above(0, 1), dimensionless),
        Field("most_share", &S::most_share, "of its GPUs that a gang can use", range(1, 64),
              dimensionless),
        Field("elastic", &S::elastic, "may grow and shrink while it runs, else only as it starts"),
        Field("parallel_share", &S::parallel_share,
              "of its work that more GPUs make faster (Amdahl)", range(0, 1), dimensionless),
        Field("most_sites", &S::most_sites, "a gang may be split over so many sites", range(1, 8),
              dimensionless),
        Field("sites_speed", &S::sites_speed,
              "of its speed at one site, if it is split; none: 0.9, or what its traffic's exchange "
              "comes to",
              above(0, 1), dimensionless),
        Field("sites_gbit_per_s", &S::sites_gbit_per_s,
              "if it is split: that each two of its sites must be joined by; 0: any",
              range(0, 1'000'000)),
        Field("sites_rtt_ms", &S::sites_rtt_ms,
              "if it is split: round trip between each two of its sites, at most; 0: any",
              range(0, 1'000)),
        Field("most_site_share", &S::most_site_share,
              "of what a member runs and wants of it, at one site: what is left if the site fails",
              above(0, 1), dimensionless),
        Field("fabric_share", &S::fabric_share,
              "of its time: exchange between nodes, slower across oversubscribed leaf switches",
              range(0, 1), dimensionless),
        Field("sync_step_s", &S::sync_step_s,
              "its nodes compute and then exchange together, once in so long: power swings with "
              "them; 0: they keep no step",
              range(0, 3'600)),
        Field("beside_hardware", &S::beside_hardware, "a device that it needs beside its GPUs",
              refers_to("hardware")),
        Field("beside_units", &S::beside_units, "how many of it", range(0, 1'000), dimensionless),
        Field("utilization", &S::utilization, "share of the node's power span while running",
              range(0, 1), dimensionless),
        Field("seed_item", &S::seed_item, "the item of the mission that it stands for"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
