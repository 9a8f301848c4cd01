// What is measured as it happens: how long calls take, how long the store takes. The rest of
// /metrics is read from the world when it is asked for (metrics.cpp). Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace dure {

class Meters {
 public:
  Meters();
  ~Meters();
  // route: its method and path, or "refused".
  void answered(const std::string& route, int status, double seconds);
  void stored(std::size_t entries, double seconds);

  struct State;  // of the library
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace dure
