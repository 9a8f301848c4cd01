// The availability timeline: how much of a pool is free at each future instant, as far as is known
// now. One step function carries running jobs (until their estimated ends), promised starts,
// reservations and capacity that comes or goes by date. Flat arrays: a pool has some hundreds of
// steps, and moving a few cache lines beats any tree.
//
// Invariants: 1. Step times rise strictly; the last step lasts for ever.
//             2. No two neighbouring steps are equal (kept short by change()).
//             3. free is negative only where machines left that reservations counted on.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/quantity.h"

namespace dure {

class Timeline {
 public:
  static constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

  explicit Timeline(std::int64_t free = 0)
      : at_{std::numeric_limits<std::int64_t>::min()}, free_{free} {}

  // Adds delta on [from, to); to may be kForever.
  void change(Millis from, Millis to, std::int64_t delta);
  // Forgets what lies before now.
  void advance(Millis now);

  std::int64_t free_at(Millis t) const { return free_[index_of(t.count())]; }
  // The first instant >= from at which `need` is free for `duration`; nothing if it never is.
  Millis earliest(Millis from, Millis duration, std::int64_t need) const;
  // The first instant >= from at which `need` is free, however shortly. free_there is set to what
  // is.
  Millis first_with(Millis from, std::int64_t need, std::int64_t& free_there) const;
  // As earliest(), but for a job that holds `need` on [own, own + duration) itself and gives that
  // up: the first instant in [from, own) that would do, else own. Only holes that touch [lo, hi)
  // are looked at: outside of it nothing became free since the last look.
  Millis earlier_than(Millis own, Millis from, Millis duration, std::int64_t need, Millis lo,
                      Millis hi) const;
  // The most that is free anywhere in [lo, hi).
  std::int64_t most_free(Millis lo, Millis hi) const;
  // The least that is free anywhere in [lo, hi).
  std::int64_t least_free(Millis lo, Millis hi) const;

  // Do both say the same of all instants from t on?
  bool same_from(Millis t, const Timeline& other) const;
  std::size_t steps() const { return at_.size() - head_; }
  void audit() const;

 private:
  friend struct PartsArchive;
  std::size_t index_of(std::int64_t t) const;  // the step that t lies in
  std::size_t split(std::int64_t t);           // makes t the start of a step; its index

  std::vector<std::int64_t> at_;
  std::vector<std::int64_t> free_;
  std::size_t head_ = 0;  // steps before it are forgotten
};

}  // namespace dure
