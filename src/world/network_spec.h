// Bandwidths and latencies of the networks inside a site, and of fibre between sites. Constants are
// data: models/network.yaml; the model that uses them: physics/collectives.h, physics/wan.h,
// docs/models/network.md.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

enum class Collective { all_reduce, all_gather, reduce_scatter, all_to_all };
constexpr auto describe_enum(Collective) {
  using E = Collective;
  return std::array{
      Choice<E>{E::all_reduce, "all_reduce", "the sum of all buffers, at each GPU"},
      Choice<E>{E::all_gather, "all_gather", "a part of each GPU, all of them at each"},
      Choice<E>{E::reduce_scatter, "reduce_scatter", "the sum of all buffers, a part at each GPU"},
      Choice<E>{E::all_to_all, "all_to_all", "a part of its own from each GPU to each"}};
}

struct FabricSpec {  // of one class of hardware
  std::string id;
  std::int64_t nvlink_gpus = 8;  // of one NVLink domain
  double nvlink_gb_per_s = 0;    // a GPU, one way; data sheets print both ways
  double nic_gbit_per_s = 0;     // a GPU, one way
  std::string source, note;
  template <class S = FabricSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "id of the hardware row", required, id_text, not_empty),
        Field("nvlink_gpus", &S::nvlink_gpus, "GPUs of an NVLink domain", range(1, 1024)),
        Field("nvlink_gb_per_s", &S::nvlink_gb_per_s, "of a GPU, one way; 0: no NVLink", required,
              range(0, 100'000)),
        Field("nic_gbit_per_s", &S::nic_gbit_per_s, "of a GPU to the rails, one way", required,
              above(0, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct NetworkSpec {
  std::vector<FabricSpec> fabrics;
  double nvlink_efficiency = 0.82, nic_efficiency = 0.9, wan_efficiency = 0.9;
  double nvlink_step_us = 2, rail_step_us = 5, spine_step_us = 9;  // one step of a collective
  double fibre_us_per_km = 4.9;                                    // one way
  double route_factor = 1.35;                                      // fibre over great circle
  double equipment_ms = 0.4;                                       // round trip
  std::string source;
  template <class S = NetworkSpec>
  static constexpr auto describe() {
    return Fields(
        Field("fabrics", &S::fabrics, "by class of hardware"),
        Field("nvlink_efficiency", &S::nvlink_efficiency, "payload over line rate", above(0, 1),
              dimensionless),
        Field("nic_efficiency", &S::nic_efficiency, "payload over line rate", above(0, 1),
              dimensionless),
        Field("wan_efficiency", &S::wan_efficiency, "payload over line rate", above(0, 1),
              dimensionless),
        Field("nvlink_step_us", &S::nvlink_step_us, "a step of a collective in NVLink",
              range(0, 1'000)),
        Field("rail_step_us", &S::rail_step_us, "a step over one leaf switch", range(0, 1'000)),
        Field("spine_step_us", &S::spine_step_us, "a step over leaf, spine, leaf", range(0, 1'000)),
        Field("fibre_us_per_km", &S::fibre_us_per_km, "light in fibre, one way", above(0, 100)),
        Field("route_factor", &S::route_factor, "length of fibre over great circle", range(1, 5),
              dimensionless),
        Field("equipment_ms", &S::equipment_ms, "of a circuit, there and back", range(0, 100)),
        Field("source", &S::source, "where the numbers of this map come from", required, not_empty,
              source_text));
  }
};

}  // namespace dure
