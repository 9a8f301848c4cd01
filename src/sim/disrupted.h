// What the stated disruptions leave of a site, over a stretch of time: the power that the grid
// gives it, and the part of the time in which it works at all.
//
// Invariant: a limit binds where it covers the stretch whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "world/found.h"
#include "world/scenario.h"

namespace dure {

class Disrupted {
 public:
  Disrupted(const Scenario& scenario, SiteId site, Millis run_from);
  // W; the least of the limits that bind; none: without end.
  std::int64_t limit_w(Millis from, Millis to) const;
  // A limit begins within: what ran at its first moment is not yet off.
  bool begins_in(Millis from, Millis to) const;
  // 1: all of the time; 0: the site is lost throughout.
  double works_share(Millis from, Millis to) const;
  // The same of a hall, by its index, throughout the stretch.
  bool hall_is_lost(std::size_t hall, Millis from, Millis to) const;

 private:
  struct Span {
    Millis from, to;
    std::int64_t limit_w = 0;
    std::string hall;
  };
  const SiteSpec& site_;
  std::vector<Span> limits_, lost_, lost_halls_;
};

}  // namespace dure
