// What the outside can get wrong: a value, or a Fault that somebody can act on.
// No exception crosses a floor: a door turns its library's into a Fault.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace dure {

// where = file:line:column, or URL and field. One Fault is one line for a person.
struct Fault {
  std::string where, expected, found, hint;
  bool operator==(const Fault&) const = default;
};

inline std::string to_string(const Fault& f) {
  std::string s = f.where + ": expected " + f.expected;
  if (!f.found.empty()) s += ", found " + f.found;
  if (!f.hint.empty()) s += " (" + f.hint + ")";
  return s;
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T v) : state_(std::in_place_index<0>, std::move(v)) {}
  Result(Fault f) : state_(std::in_place_index<1>, std::move(f)) {}
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
  const Fault& fault() const {
    CHECK(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Fault> state_;
};

struct Done {};  // Result<Done>: it worked, and there is nothing to say

}  // namespace dure

// TRY(x, f()); declares x, or returns the Fault of f().
#define TRY(name, expr)                             \
  auto name##_result = (expr);                      \
  if (!name##_result) return name##_result.fault(); \
  auto& name = name##_result.value()
