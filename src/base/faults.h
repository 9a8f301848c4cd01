// A reader that finds all that is wrong in one go: a value, or every Fault of it.
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace dure {

using Faults = std::vector<Fault>;

template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T v) : state_(std::in_place_index<0>, std::move(v)) {}
  Outcome(Faults f) : state_(std::in_place_index<1>, std::move(f)) {
    CHECK(!std::get_if<1>(&state_)->empty());
  }
  explicit operator bool() const { return state_.index() == 0; }
  T& value() & {
    CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(state_.index() == 0);
    return std::move(*std::get_if<0>(&state_));
  }
  const Faults& faults() const {
    CHECK(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Faults> state_;
};

}  // namespace dure
