// Whole numbers of one unit: neither another unit nor a bare number slips in.
// Invariants: 1. Addition and subtraction never wrap (CHECK).  2. A floating value enters only by a
// function that names its rounding.
// Units are those of the name: Watts in W, Millis in ms. suffix is how a field name must end.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace dure {

template <class Unit>
class Quantity {
 public:
  using unit = Unit;
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t n) : n_(n) {}
  template <std::floating_point F>
  explicit Quantity(F) = delete;  // round by name
  constexpr std::int64_t count() const { return n_; }
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity b) {
    CHECK(!__builtin_add_overflow(n_, b.n_, &n_));  // invariant 1
    return *this;
  }
  constexpr Quantity& operator-=(Quantity b) {
    CHECK(!__builtin_sub_overflow(n_, b.n_, &n_));  // invariant 1
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }

 private:
  std::int64_t n_ = 0;
};

struct Milli {
  static constexpr std::string_view suffix = "_ms";
};
struct Watt {
  static constexpr std::string_view suffix = "_w";
};
struct Gpu {
  static constexpr std::string_view suffix = "_gpus";
};
struct GpuMilli {
  static constexpr std::string_view suffix = "_gpu_ms";
};
struct Joule {
  static constexpr std::string_view suffix = "_j";
};
struct Won {
  static constexpr std::string_view suffix = "_krw";
};
struct Litre {
  static constexpr std::string_view suffix = "_l";
};

using Millis = Quantity<Milli>;  // since the epoch of the run, or a duration
using Watts = Quantity<Watt>;
using Gpus = Quantity<Gpu>;            // whole devices; processors in a replayed batch log
using GpuMillis = Quantity<GpuMilli>;  // devices x ms: 300,000 x 30 years fits
using Joules = Quantity<Joule>;
using Krw = Quantity<Won>;
using Litres = Quantity<Litre>;

constexpr Millis seconds(std::int64_t s) {
  std::int64_t ms = 0;
  CHECK(!__builtin_mul_overflow(s, std::int64_t{1000}, &ms));  // invariant 1
  return Millis(ms);
}

constexpr GpuMillis gpu_time(Gpus n, Millis t) {
  std::int64_t r = 0;
  CHECK(!__builtin_mul_overflow(n.count(), t.count(), &r));  // invariant 1
  return GpuMillis(r);
}

// Energy of a constant power, rounded down to the joule. 1 GW in W.ms overflows 64 bits in 106
// days.
constexpr Joules energy_floor(Watts p, Millis t) {
  const __int128 wms = static_cast<__int128>(p.count()) * t.count();
  return Joules(static_cast<std::int64_t>(wms / 1000));
}

}  // namespace dure
