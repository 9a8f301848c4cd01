// What owners of GPUs ask of a run: did I get back what I lent, how soon, what did it cost whom,
// and were racks kept whole for those that need them? Told of every event before it is applied, and
// of every "no". Figures cover [from, to) only.
//
// Reclaims: from the first time that a job was told that its member's own room is being taken back
// for it (Reason::reclaiming) until it starts.
// Whole racks: of the free nodes of pools whose NVLink domain is a rack, those in wholly free
// racks; sampled at the steps of the window. Settlement: what the ledger says of each month that
// the window touches, at the scenario's prices.
//
// Invariants: 1. Each line's won are taken from one member and given to another: the nets sum to 0.
//             2. The lines' GPU time is what the ledger says was lent.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/meter.h"
#include "world/found.h"

namespace dure {

struct ReclaimFigures {
  std::int64_t times = 0, within_bound = 0;
  std::int64_t p50_ms = 0, p95_ms = 0, most_ms = 0;
};

struct SettlementLine {
  Date month;  // its first day
  MemberId owner, borrower;
  HardwareId hardware;
  SiteId site;
  std::int64_t gpu_ms = 0;
  std::int64_t krw = 0;  // to the nearest won
};

class Fairness {
 public:
  Fairness(const Scenario& scenario, const World& world, const Window& window);

  void append(const Event& e);
  void waits(JobId job, Reason because);
  void close();

  const std::vector<ReclaimFigures>& reclaims() const { return reclaims_; }  // [member]
  const std::vector<SettlementLine>& settlement() const { return settlement_; }
  double free_nodes_in_whole_racks() const {  // 1 if there never was a free node
    return free_nodes_ == 0 ? 1
                            : static_cast<double>(whole_nodes_) / static_cast<double>(free_nodes_);
  }
  std::int64_t whole_samples() const { return samples_; }

 private:
  void sample(Millis at);
  void settle(Millis until);

  const Scenario& scenario_;
  const World& world_;
  const Window window_;
  Millis next_sample_, next_month_;
  Date month_;
  bool opened_ = false, closed_ = false, settled_ = false;
  std::vector<std::vector<std::int64_t>> before_;  // [pool][member] GPU x ms at the month's begin
  std::map<JobId, Millis> asked_;
  struct Took {
    std::int64_t ms = 0;
    bool within = false;
  };
  std::vector<std::vector<Took>> took_;  // [member]
  std::vector<ReclaimFigures> reclaims_;
  std::vector<SettlementLine> settlement_;
  std::int64_t free_nodes_ = 0, whole_nodes_ = 0, samples_ = 0;
};

}  // namespace dure
