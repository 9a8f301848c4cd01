// What work sends over networks: what its GPUs exchange in every step, what it saves and where the
// copies go, what it reads from other sites. A row speaks of one workload. Part of the file format
// of scenario.h; the models that use it: physics/collectives.h, physics/wan.h, physics/goodput.h,
// docs/models/network.md.
//
// Invariants (checked by check_traffic in world/traffic_check.h, not by the reader): a workload has
// one row, says something in it, and does not say its speeds beside what they follow from.
#pragma once

#include <optional>
#include <string>

#include "base/describe.h"
#include "world/network_spec.h"

namespace dure {

// A step is so much computing, and an exchange that may hide behind a part of it:
//   step = step_s + max(0, time of the collective - overlap_share x step_s)
struct ExchangeSpec {
  Collective collective = Collective::all_reduce;
  double step_s = 0, buffer_gb = 0;
  double overlap_share = 0;
  template <class S = ExchangeSpec>
  static constexpr auto describe() {
    return Fields(
        Field("collective", &S::collective, "what its GPUs do together in a step"),
        Field("step_s", &S::step_s, "computing of a step, without the exchange", required,
              above(0, 86'400)),
        Field("buffer_gb", &S::buffer_gb,
              "of the whole buffer in a step: all_reduce, what each GPU holds; all_gather, the "
              "result; reduce_scatter, the input; all_to_all, what each GPU sends in all",
              required, above(0, 1e6)),
        Field("overlap_share", &S::overlap_share,
              "of a step's computing, behind which exchange may hide", range(0, 1), dimensionless));
  }
};

struct CheckpointSpec {
  double size_gb = 0, storage_gb_per_s = 0;
  std::optional<std::string> copy_to;
  template <class S = CheckpointSpec>
  static constexpr auto describe() {
    return Fields(
        Field("size_gb", &S::size_gb, "of what a job saves, whatever its GPUs", required,
              above(0, 1e9)),
        Field("storage_gb_per_s", &S::storage_gb_per_s,
              "what a job writes to the storage of its site", required, above(0, 1e6)),
        Field("copy_to", &S::copy_to, "each goes to this site too; none: it stays where it is",
              refers_to("sites")));
  }
};

struct TrafficSpec {
  std::string workload;
  std::optional<ExchangeSpec> exchange;
  std::optional<CheckpointSpec> checkpoint;
  double read_share = 0;
  std::string source, note;
  template <class S = TrafficSpec>
  static constexpr auto describe() {
    return Fields(
        Field("workload", &S::workload, "of which work", required, refers_to("workloads")),
        Field("exchange", &S::exchange,
              "in place of fabric_share and sites_speed: its speeds follow from the network"),
        Field("checkpoint", &S::checkpoint, "what it saves every checkpoint_hours"),
        Field("read_share", &S::read_share,
              "of each of its inputs, what a job reads over the links when it comes to another "
              "site; 0: nothing",
              range(0, 1'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
