// Why a caller gets no: an HTTP status and a code that stays, and a Fault for people. The codes are
// listed in docs/reference/problems.md.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/result.h"

namespace dure {

struct Problem {
  int status = 400;
  std::string code;
  Fault fault;
};

template <class T>
class [[nodiscard]] Answered {  // what was asked for, or why not
 public:
  Answered(T v) : state_(std::in_place_index<0>, std::move(v)) {}
  Answered(Problem p) : state_(std::in_place_index<1>, std::move(p)) {}
  explicit operator bool() const { return state_.index() == 0; }
  T& value() {
    CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const Problem& problem() const {
    CHECK(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Problem> state_;
};

}  // namespace dure
