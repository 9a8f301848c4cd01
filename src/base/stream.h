// Chance by name: a draw is a function of (seed, name, key), so a draw added elsewhere, or another
// thread, moves none of ours. Laws are written out here because std::*_distribution differs between
// standard libraries. Source of the mixing step: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace dure {

class Stream {
 public:
  constexpr Stream(std::uint64_t seed, std::string_view name, std::uint64_t key) : s_(mix(seed)) {
    for (const char c : name) s_ = mix(s_ ^ static_cast<unsigned char>(c));
    s_ = mix(s_ ^ mix(key));
  }
  constexpr std::uint64_t next() { return mix(s_ += 0x9e3779b97f4a7c15); }

  // In [0, 1): the upper 53 bits.
  constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // In [0, n); n > 0. Bias below 2^-32 for n < 2^32 (Lemire, 2019, without the rejection step).
  constexpr std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
  }
  // Mean 1.
  double exponential() { return -std::log1p(-uniform()); }
  // Standard normal, Box and Muller 1958, one of the pair (a draw uses two uniforms always).
  double normal() {
    const double r = std::sqrt(2.0 * exponential());
    return r * std::cos(2.0 * 3.141592653589793 * uniform());
  }
  double lognormal(double median, double sigma) { return median * std::exp(sigma * normal()); }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t s_;
};

}  // namespace dure
