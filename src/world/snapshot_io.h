// What the snapshot adds to canonical bytes (archive.h): a reader that knows how many there are of
// each kind, so that every id is checked where it is read; ranges, so that sums cannot overflow;
// and two compact forms for rows of which most fields say nothing.
//   sparse: a bit a field (unsigned), then the fields whose bit is set; a field that is not there
//   is
//           0, no, or what it is told since. A truth value is its bit.
//   since : a number as its difference from another that was told before (signed, wrapping).
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>

#include "world/archive.h"
#include "world/timeline.h"

namespace dure {

// So many of each kind. A snapshot says it first.
struct Counts {
  std::uint32_t members = 0, sites = 0, pools = 0, lanes = 0, accounts = 0, jobs = 0,
                reservations = 0, plans = 0, classes = 0, rows = 0, halls = 0, artifacts = 0;

  // No kind is forgotten: another Id does not compile.
  std::uint32_t of(MemberId) const { return members; }
  std::uint32_t of(SiteId) const { return sites; }
  std::uint32_t of(PoolId) const { return pools; }
  std::uint32_t of(LaneId) const { return lanes; }
  std::uint32_t of(AccountId) const { return accounts; }
  std::uint32_t of(JobId) const { return jobs; }
  std::uint32_t of(ReservationId) const { return reservations; }
  std::uint32_t of(PlanId) const { return plans; }
  std::uint32_t of(ClassId) const { return classes; }
  std::uint32_t of(RowId) const { return rows; }
  std::uint32_t of(HallId) const { return halls; }
  std::uint32_t of(ArtifactId) const { return artifacts; }
  // World keeps no table of these.
  std::uint32_t of(HardwareId) const { return std::numeric_limits<std::uint32_t>::max(); }
  std::uint32_t of(WorkloadId) const { return std::numeric_limits<std::uint32_t>::max(); }
  std::uint32_t of(ApprovalId) const { return std::numeric_limits<std::uint32_t>::max(); }
};
template <class Io, class T>
void fields(Io& io, T& c) requires std::is_same_v<std::remove_const_t<T>, Counts> {
  walk_all(io, c.members, c.sites, c.pools, c.lanes, c.accounts, c.jobs, c.reservations, c.plans,
           c.classes, c.rows, c.halls, c.artifacts);
}

// Ranges in which sums over all jobs stay within 64 bits. A World that was told nothing yet
// believes that it is -2^62.
inline constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min() / 2;
inline constexpr std::int64_t kLatest = (std::int64_t{1} << 62) - 1;
inline constexpr std::int64_t kMost = std::int64_t{1} << 32;  // GPUs, or thousandths of them
constexpr bool plain(Millis t) { return kEarliest <= t.count() && t.count() <= kLatest; }
constexpr bool bounded(std::int64_t n) { return -kMost <= n && n <= kMost; }
constexpr bool days(std::int64_t n) { return -1'000'000 <= n && n <= 1'000'000; }

class Loader : public Reader {
 public:
  static constexpr std::uint64_t kMostNodes = std::uint64_t{1} << 20;  // of all pools together
  static constexpr std::uint64_t kMostCells = std::uint64_t{1} << 28;  // of a table of two kinds
  using Reader::Reader;

  void know(const Counts& counts) {
    counts_ = counts;
    // Each of them has a byte at the least.
    for (const std::uint64_t n : {counts.members, counts.sites, counts.pools, counts.lanes,
                                  counts.accounts, counts.jobs, counts.reservations, counts.plans,
                                  counts.classes, counts.rows, counts.halls, counts.artifacts})
      must(n <= left(), "as many of a kind as there are bytes");
    must(counts.pools <= 1 << 14, "at most 16,384 pools");
    const auto cells = [&](std::uint64_t a, std::uint64_t b) {
      must(a * b <= kMostCells, "tables of a size that can be");
    };
    cells(counts.lanes, std::uint64_t{counts.pools} + counts.sites);
    cells(counts.members, counts.pools);
  }
  void some_nodes(std::uint64_t n) {
    must(n <= kMostNodes - nodes_ && n <= left() * 64, "at most 1,048,576 nodes");
    if (ok()) nodes_ += n;
  }
  template <class Kind>
  void id(Id<Kind>& id) {
    Reader::id(id);
    if (id.index < counts_.of(id)) return;
    fail("an id of one that there is");
    id.index = 0;
  }
  template <class Unit>
  void quantity(Quantity<Unit>& q) {
    Reader::quantity(q);
    check(q);
  }
  // A time may lie for ever in the future, or before all; who reckons with it asks that it is
  // plain.
  template <class Unit>
  void check(Quantity<Unit> q) {
    if constexpr (std::is_same_v<Unit, Milli>)
      must(plain(q) || q.count() == Timeline::kForever ||
               q.count() == std::numeric_limits<std::int64_t>::min(),
           "a time");
    else if constexpr (std::is_same_v<Unit, Gpu>)
      must(bounded(q.count()), "a number of GPUs");
    else
      must(-kLatest <= q.count() && q.count() <= kLatest, "a number");
  }

 private:
  Counts counts_;
  std::uint64_t nodes_ = 0;
};

// ---- differences

struct Wrapped {  // a number that wraps: any two have a difference
  std::uint64_t n = 0;
  constexpr explicit Wrapped(std::int64_t v) : n(static_cast<std::uint64_t>(v)) {}
  template <class Unit>
  constexpr explicit Wrapped(Quantity<Unit> q) : Wrapped(q.count()) {}
  friend constexpr Wrapped operator+(Wrapped a, Wrapped b) {
    a.n += b.n;
    return a;
  }
  std::int64_t signed_n() const { return static_cast<std::int64_t>(n); }
};
constexpr Wrapped wrapped(Wrapped w) { return w; }
constexpr Wrapped wrapped(std::int64_t v) { return Wrapped(v); }
template <class Unit>
constexpr Wrapped wrapped(Quantity<Unit> q) {
  return Wrapped(q);
}

template <class Io, class T>
void walk_since(Io& io, T& x, Wrapped base) {
  using V = std::remove_const_t<T>;
  if constexpr (!Io::reading) {
    io.i(static_cast<std::int64_t>(wrapped(x).n - base.n));
  } else {
    const std::int64_t v = (base + Wrapped(io.i())).signed_n();
    if constexpr (is_quantity<V>) {
      x = V(v);
      io.check(x);
    } else {
      x = io.template narrow<V>(v);
    }
  }
}

// The base is asked for when the field's turn comes: it may be a field that is told before.
template <class T, class Base>
struct Since {
  T& x;
  Base base;
  Since(T& field, Base b) : x(field), base(b) {}
};

// ---- sparse rows

template <class T>
bool says_nothing(const T& x) {
  return x == T{};
}
template <class T, class Base>
bool says_nothing(const Since<T, Base>& s) {
  return wrapped(s.x).n == wrapped(s.base()).n;
}

template <class Io, class T>
void sparse_field(Io& io, T& x, bool there) {
  if constexpr (std::is_same_v<std::remove_const_t<T>, bool>) {
    if constexpr (Io::reading) x = there;
  } else if (there) {
    walk(io, x);
  }
}
template <class Io, class T, class Base>
void sparse_field(Io& io, Since<T, Base>& s, bool there) {
  if constexpr (Io::reading) {
    if (!there) {
      using V = std::remove_const_t<T>;
      const std::int64_t v = wrapped(s.base()).signed_n();
      if constexpr (is_quantity<V>)
        s.x = V(v);
      else
        s.x = io.template narrow<V>(v);
      return;
    }
  }
  if (there) walk_since(io, s.x, wrapped(s.base()));
}

template <class Io, class... F>
void sparse(Io& io, F&&... f) {
  static_assert(sizeof...(F) < 64);
  std::uint64_t mask = 0, bit = 1;
  if constexpr (!Io::reading) {
    ((mask |= says_nothing(f) ? 0 : bit, bit <<= 1), ...);
    io.u(mask);
  } else {
    mask = io.u();
    io.must(mask >> sizeof...(F) == 0, "a row of so many fields");
  }
  bit = 1;
  const auto one = [&](auto& field) {
    const bool there = (mask & bit) != 0;
    bit <<= 1;
    sparse_field(io, field, there);
    io.must(!there || !says_nothing(field), "a field that says something");
  };
  (one(f), ...);
}

// ---- lists of a length that is known before; they grow as they are read

template <class Io, class List>
auto& next(Io&, List& list, std::size_t i) {
  if constexpr (Io::reading)
    if (i == list.size()) list.emplace_back();
  return list[i];
}
template <class Io, class List, class F>
void each(Io& io, List& list, std::uint64_t n, F&& f) {
  for (std::size_t i = 0; i < n && io.ok(); ++i) f(next(io, list, i), i);
}

template <class Map>
inline constexpr bool is_multimap = false;
template <class... T>
inline constexpr bool is_multimap<std::multimap<T...>> = true;

// A map or multimap: f(key, value) walks both. Keys rise; those of a map each once.
template <class Io, class Map, class F>
void each_pair(Io& io, Map& map, std::uint64_t n, F&& f) {
  if constexpr (!Io::reading) {
    for (const auto& [key, value] : map) {
      auto k = key;
      f(k, value);
    }
  } else {
    for (std::uint64_t i = 0; i < n && io.ok(); ++i) {
      typename Map::key_type key{};
      typename Map::mapped_type value{};
      f(key, value);
      io.must(map.empty() || map.rbegin()->first < key ||
                  (is_multimap<Map> && !(key < map.rbegin()->first)),
              "a list in order");
      if (io.ok()) map.emplace_hint(map.end(), std::move(key), std::move(value));
    }
  }
}

}  // namespace dure
