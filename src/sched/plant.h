// The one port to what lies outside: a recorded log, the twin, live clusters, a record. Whoever
// wants to know which of them it is has found a hole in this port.
#pragma once

#include <vector>

#include "world/event.h"

namespace dure {

class Plant {
 public:
  virtual ~Plant() = default;
  // May be lost or late; asking twice does no harm. Every wish is answered by a later event.
  virtual void ask(const Command& wish) = 0;
  // All facts of the next instant, in order; none: it is over. If nothing happens before `wake`,
  // the fact is that wake was reached (TimeReached).
  virtual void next(Millis wake, std::vector<Event>& facts) = 0;
  // Asked once the last facts were applied: are there more of the same instant, which next() has at
  // hand? They are decided on together. For plants that must see the world between two facts.
  virtual bool more() { return false; }
};

}  // namespace dure
