// What a run's work sent between sites, and when: from where its gangs sat (world, segments) and
// what `traffic` says of them. In whole megabytes (10^6 bytes), each cut at the same instants
// whoever asks.
//   checkpoint  size_gb every checkpoint_hours from the start of a piece of work on, to copy_to; of
//               a gang that is split each site sends its share of the GPUs
//   data_set    read_share x size_gb of each input, when a job comes to a site that is not the
//               input's, nor one where its piece of work before was; by share of the GPUs too
//   exchange    of a gang that is split, both ways, at the speed at which it steps: a ring of its
//               sites (all_to_all: each pair)
// A piece of work is what Segments calls so: until it is stopped, resized or ends.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/network_speed.h"
#include "sim/segments.h"

namespace dure {

enum class TrafficKind : std::uint8_t { checkpoint, data_set, exchange };
inline constexpr std::size_t kTrafficKinds = 3;
inline constexpr std::array<std::string_view, kTrafficKinds> kTrafficNames{"checkpoint", "data_set",
                                                                           "exchange"};

struct StayPart {
  SiteId site;
  std::int64_t gpus = 0;
};
struct Stay {  // a piece of work and where it sat
  JobId job;
  LaneId lane;
  PoolId pool;  // of its first part
  Millis from, to;
  std::vector<StayPart> parts;  // one a site, in the order of the gang's parts
};
// Of the jobs of these lanes, by job and time; what runs still ends at `to`.
std::vector<Stay> stays_of(const World& world, const Segments& segments,
                           const std::vector<bool>& lanes, Millis to);

// `mb` at each k x every after `from` (k >= 1, before `to`), or once at `from` (every: 0), or a
// stream from then on, in whole megabytes as they are full.
struct Sending {
  TrafficKind kind = TrafficKind::checkpoint;
  SiteId from_site, to_site;
  JobId job;
  Millis from, to;
  std::int64_t mb = 0;
  Millis every;
  double mb_per_ms = 0;  // of a stream; 0: none
  std::int64_t sent_before(Millis t) const;
};

// All that the run's work sent from `start`, when it was founded, until `to`. What ran already then
// has read what it reads.
std::vector<Sending> sendings_of(const Scenario& scenario, const Founding& founding,
                                 const std::vector<Stay>& stays, Millis start);

// Copies are the work's data too: they may go only where the work itself could run.
Result<Done> check_copies(const Scenario& scenario, const Founding& founding);

// The lanes whose workload has a row in `traffic`.
std::vector<bool> lanes_with_traffic(const Scenario& scenario, const Founding& founding);

// Checkpoints that the piece of work wrote before t: at k x every after its start.
std::int64_t written_before(const Stay& stay, Millis every, Millis t);

}  // namespace dure
