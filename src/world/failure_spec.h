// What breaks, how often, together with what, and how long it stays out. Constants are data:
// models/failures.yaml; the model that uses them: physics/failures.h, docs/models/failures.md.
// A cause has one domain: what goes out when it strikes, and what its rate is counted by (a GPU, a
// node, a rack, ..., a km of fibre). Rates hold for a mature fleet; hardware rows and fleets scale
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

enum class FailureDomain { gpu, node, rack, cdu, feeder, hall, site, link };
enum class FailureGroup { gpu, network, host, software, other, plant };
enum class FailureNeeds { anything, liquid, nvlink_rack };

constexpr auto describe_enum(FailureDomain) {
  using E = FailureDomain;
  return std::array{Choice<E>{E::gpu, "gpu", "a GPU, and its node with it"},
                    Choice<E>{E::node, "node", "a node"},
                    Choice<E>{E::rack, "rack", "all nodes of a rack"},
                    Choice<E>{E::cdu, "cdu", "the racks on one coolant distribution unit"},
                    Choice<E>{E::feeder, "feeder", "the racks on one power feeder"},
                    Choice<E>{E::hall, "hall", "a hall, which is one fire compartment"},
                    Choice<E>{E::site, "site", "a whole site"},
                    Choice<E>{E::link, "link", "a fibre between sites; its rate is for a km"}};
}
constexpr auto describe_enum(FailureGroup) {
  using E = FailureGroup;
  return std::array{Choice<E>{E::gpu, "gpu", "GPUs and their memory"},
                    Choice<E>{E::network, "network", "switches, cables, NICs"},
                    Choice<E>{E::host, "host", "the rest of a node"},
                    Choice<E>{E::software, "software", "programs, services, maintenance"},
                    Choice<E>{E::other, "other", "failed tests, unknown"},
                    Choice<E>{E::plant, "plant", "cooling, power, buildings, fibre"}};
}
constexpr auto describe_enum(FailureNeeds) {
  using E = FailureNeeds;
  return std::array{Choice<E>{E::anything, "anything", "strikes any hardware"},
                    Choice<E>{E::liquid, "liquid", "strikes liquid-cooled racks"},
                    Choice<E>{E::nvlink_rack, "nvlink_rack", "strikes racks that are one domain"}};
}

struct FailureCauseSpec {
  std::string id;
  FailureDomain domain = FailureDomain::node;
  FailureGroup group = FailureGroup::other;
  FailureNeeds needs = FailureNeeds::anything;
  double faults_per_million_hours = 0;
  bool uneven = true;          // nodes differ: frailty applies
  double together_share = 0;   // of its faults, that begin with another
  double together_size = 2.5;  // mean size of such a group
  double out_p50_hours = 1, out_p90_hours = 4;
  double crew_hours = 0;  // of the time out, with hands on; 0: no crew
  std::string part;       // what is swapped; "": nothing
  double detect_s = 60;   // mean
  double silent_share = 0, silent_detect_hours = 24;
  std::string source, note;
  template <class S = FailureCauseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("domain", &S::domain, "what goes out, and what the rate is counted by", required),
        Field("group", &S::group, "what kind of cause it is", required),
        Field("needs", &S::needs, "which hardware it strikes"),
        Field("faults_per_million_hours", &S::faults_per_million_hours,
              "of one unit of its domain (link: of a km), in a mature fleet", required,
              range(0, 1'000'000)),
        Field("uneven", &S::uneven, "some nodes have more of it than others"),
        Field("together_share", &S::together_share, "share of its faults that begin with another",
              range(0, 0.9), dimensionless),
        Field("together_size", &S::together_size, "mean number of faults that begin together",
              range(2, 100), dimensionless),
        Field("out_p50_hours", &S::out_p50_hours, "median time out of service", required,
              above(0, 10'000)),
        Field("out_p90_hours", &S::out_p90_hours, "time out of service that 1 in 10 passes",
              required, above(0, 100'000)),
        Field("crew_hours", &S::crew_hours, "of that, with a crew at it; 0: no crew",
              range(0, 1'000)),
        Field("part", &S::part, "what is swapped, if it is in stock"),
        Field("detect_s", &S::detect_s, "mean time until it is noticed", range(0, 1'000'000)),
        Field("silent_share", &S::silent_share, "share that no alarm tells of", range(0, 1),
              dimensionless),
        Field("silent_detect_hours", &S::silent_detect_hours,
              "mean time until a silent one is found", range(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct FailureHardwareSpec {  // a class of hardware beside the reference (H100)
  std::string id;
  double gpu_factor = 1;         // on rates of the group gpu
  double early_life_factor = 1;  // on all of its rates when new
  double early_life_days = 60;   // decays as exp(-age / this)
  std::string source, note;
  template <class S = FailureHardwareSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "id of the hardware row", required, id_text, not_empty),
        Field("gpu_factor", &S::gpu_factor, "on the rates of GPU causes", above(0, 100),
              dimensionless),
        Field("early_life_factor", &S::early_life_factor, "on all rates of a new rack",
              range(1, 100), dimensionless),
        Field("early_life_days", &S::early_life_days, "time in which the excess falls to 37 %",
              above(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct FailureFleetSpec {  // what was counted in one fleet; its factors follow from it
  std::string id;
  std::int64_t gpus_per_node = 8;
  double observed_days = 0;
  std::int64_t nodes = 0;
  std::optional<std::int64_t> gpu_faults, network_faults, host_faults, software_faults,
      other_faults;
  std::optional<std::int64_t> all_faults;  // where no causes are told
  std::string source, note;
  template <class S = FailureFleetSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("gpus_per_node", &S::gpus_per_node, "GPUs in a node", range(1, 1024)),
        Field("observed_days", &S::observed_days, "how long was counted", required,
              above(0, 100'000)),
        Field("nodes", &S::nodes, "how many nodes", required, range(1, 10'000'000)),
        Field("gpu_faults", &S::gpu_faults, "faults of GPUs", range(0, 1'000'000'000)),
        Field("network_faults", &S::network_faults, "of switches, cables, NICs",
              range(0, 1'000'000'000)),
        Field("host_faults", &S::host_faults, "of the rest of a node", range(0, 1'000'000'000)),
        Field("software_faults", &S::software_faults, "of programs, and maintenance",
              range(0, 1'000'000'000)),
        Field("other_faults", &S::other_faults, "failed tests, unknown", range(0, 1'000'000'000)),
        Field("all_faults", &S::all_faults, "where no causes are told", range(0, 1'000'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PartStockSpec {
  std::string part;
  double per_1000_nodes = 0;
  std::string source;
  template <class S = PartStockSpec>
  static constexpr auto describe() {
    return Fields(
        Field("part", &S::part, "as causes name it", required, id_text, not_empty),
        Field("per_1000_nodes", &S::per_1000_nodes, "in stock, for 1,000 nodes", required,
              range(0, 100'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct FailureSpec {
  std::vector<FailureCauseSpec> causes;
  std::vector<FailureHardwareSpec> hardware;
  std::vector<FailureFleetSpec> fleets;
  std::vector<PartStockSpec> stock;
  double node_frailty_shape = 1;    // gamma, mean 1
  double node_frailty_most = 8;     // weights above are cut
  double fleet_spread_shape = 2;    // gamma, mean 1: how far fleets differ
  double longest_out_hours = 8760;  // times out are cut here
  double restart_min = 12;          // of a large job, from noticed to training again
  double hot_spare_share = 0;       // of the nodes of a large job
  double crews_per_1000_nodes = 0;  // 0: as many as are needed
  std::string source;
  template <class S = FailureSpec>
  static constexpr auto describe() {
    return Fields(
        Field("causes", &S::causes, "what breaks", required, not_empty),
        Field("hardware", &S::hardware, "classes that differ from the reference"),
        Field("fleets", &S::fleets, "what was counted where"),
        Field("stock", &S::stock, "spare parts on site"),
        Field("node_frailty_shape", &S::node_frailty_shape,
              "of the gamma law of a node's factor, mean 1; less is more uneven", above(0, 1'000),
              dimensionless),
        Field("node_frailty_most", &S::node_frailty_most, "a node's factor is at most this",
              range(1, 100), dimensionless),
        Field("fleet_spread_shape", &S::fleet_spread_shape,
              "of the gamma law of a fleet's factor, mean 1", above(0, 1'000), dimensionless),
        Field("longest_out_hours", &S::longest_out_hours, "no fault lasts longer",
              above(0, 100'000)),
        Field("restart_min", &S::restart_min, "a large job's restart, once a fault is noticed",
              range(0, 10'000)),
        Field("hot_spare_share", &S::hot_spare_share, "of a large job's nodes, idle beside it",
              range(0, 0.5), dimensionless),
        Field("crews_per_1000_nodes", &S::crews_per_1000_nodes,
              "repair crews at work; 0: as many as are needed", range(0, 1'000), dimensionless),
        Field("source", &S::source, "where the numbers of this map come from", required, not_empty,
              source_text));
  }
};

}  // namespace dure
