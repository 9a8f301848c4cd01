// Canonical bytes, written and read by one walk over the fields: what the record and the snapshot
// share. A value has one form, so bytes that are accepted are written again alike.
//   unsigned: LEB128, seven bits a byte, low bits first, in the shortest form
//   signed  : zigzag, 0 -1 1 -2 2 … as unsigned 0 1 2 3 4 …
//   text    : length in bytes, then the bytes        list: count, then the items
// Invariants: 1. What the reader allocates is bounded by the bytes that are left.
//             2. A reader that failed reads only zeros, and says where it failed and what it
//             expected.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"
#include "world/event.h"

namespace dure {

class Writer {
 public:
  static constexpr bool reading = false;
  explicit Writer(std::vector<std::byte>& out) : out_(out) {}
  void u(std::uint64_t v) {
    while (v >= 0x80) {
      out_.push_back(static_cast<std::byte>(v | 0x80));
      v >>= 7;
    }
    out_.push_back(static_cast<std::byte>(v));
  }
  void i(std::int64_t v) {
    u((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
  }
  void text(const std::string& s) {
    u(s.size());
    const auto* p = reinterpret_cast<const std::byte*>(s.data());
    out_.insert(out_.end(), p, p + s.size());
  }
  template <class Kind>
  void id(const Id<Kind>& id) {
    u(id.index);
  }
  template <class Unit>
  void quantity(const Quantity<Unit>& q) {
    i(q.count());
  }
  void must(bool, const char*) {}  // of what is read
  bool ok() const { return true; }

 private:
  std::vector<std::byte>& out_;
};

class Reader {
 public:
  static constexpr bool reading = true;
  explicit Reader(std::span<const std::byte> in) : in_(in) {}
  bool ok() const { return expected_ == nullptr; }
  bool done() const { return at_ == in_.size(); }
  std::size_t at() const { return at_; }
  std::size_t left() const { return in_.size() - at_; }
  // Where it failed, and what should have been there.
  std::size_t failed_at() const { return failed_at_; }
  const char* expected() const { return expected_; }

  std::uint64_t u() {
    if (at_ < in_.size() && static_cast<std::uint8_t>(in_[at_]) < 0x80)  // most are small
      return static_cast<std::uint64_t>(in_[at_++]);
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == in_.size()) return fail("a number");
      const auto b = static_cast<std::uint64_t>(in_[at_++]);
      if (shift == 63 && b > 1) return fail("a number of 64 bits");
      v |= (b & 0x7f) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) return fail("a number in its shortest form");
        return v;
      }
    }
    return fail("a number of 64 bits");
  }
  std::int64_t i() {
    const std::uint64_t v = u();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
  }
  std::uint32_t u32() { return narrow<std::uint32_t>(u()); }
  template <class To, class From>
  To narrow(From v) {
    if (std::in_range<To>(v)) return static_cast<To>(v);
    fail("a smaller number");
    return 0;
  }
  void text(std::string& s) {
    const std::uint64_t n = u();
    if (n > left()) {
      fail("a text that ends");
      return;
    }
    s.assign(reinterpret_cast<const char*>(in_.data() + at_), static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
  }
  std::size_t count(std::size_t least_bytes) {  // of a list; bounded by what is left to read
    const std::uint64_t n = u();
    if (n <= left() / least_bytes) return static_cast<std::size_t>(n);
    fail("a list that ends");
    return 0;
  }
  template <class Kind>
  void id(Id<Kind>& id) {
    id.index = u32();
  }
  template <class Unit>
  void quantity(Quantity<Unit>& q) {
    q = Quantity<Unit>(i());
  }
  void must(bool holds, const char* expected) {
    if (!holds) fail(expected);
  }
  std::uint64_t fail(const char* expected) {
    if (ok()) {
      expected_ = expected;
      failed_at_ = at_;
    }
    at_ = in_.size();  // invariant 2
    return 0;
  }

 private:
  std::span<const std::byte> in_;
  std::size_t at_ = 0, failed_at_ = 0;
  const char* expected_ = nullptr;
};

// The last value of an enum.
constexpr std::uint64_t last_of(Spread) {
  return static_cast<std::uint64_t>(Spread::whole_racks_first);
}
constexpr std::uint64_t last_of(Reason) { return kReasons - 1; }
constexpr std::uint64_t last_of(Tier) { return static_cast<std::uint64_t>(Tier::critical); }
constexpr std::uint64_t last_of(Device) { return kDevices - 1; }
constexpr std::uint64_t last_of(Within) { return static_cast<std::uint64_t>(Within::shortest); }
constexpr std::uint64_t last_of(CapCause) {
  return static_cast<std::uint64_t>(CapCause::power_short);
}
template <class E>
constexpr std::uint64_t last_of(E e) {  // an enum of the scenario: as its place in describe_enum
  return describe_enum(e).size() - 1;
}

template <class T>
inline constexpr bool is_id = false;
template <class Kind>
inline constexpr bool is_id<Id<Kind>> = true;
template <class T>
inline constexpr bool is_list = std::is_same_v<T, Placement>;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <class Io, class T>
void walk(Io& io, T& x);

template <class Io, class T>
void walk_number(Io& io, T& x) {
  using V = std::remove_const_t<T>;
  if constexpr (!Io::reading) {
    if constexpr (std::is_signed_v<V>)
      io.i(x);
    else
      io.u(x);
  } else if constexpr (std::is_same_v<V, bool>) {
    const std::uint64_t v = io.u();
    if (v > 1) io.fail("0 or 1");
    x = v == 1;
  } else if constexpr (std::is_signed_v<V>) {
    x = io.template narrow<V>(io.i());
  } else {
    x = io.template narrow<V>(io.u());
  }
}

template <class Io, class E>
void walk_choice(Io& io, E& e) {
  using V = std::remove_const_t<E>;
  if constexpr (!Io::reading) {
    io.u(static_cast<std::uint64_t>(e));
  } else {
    const std::uint64_t v = io.u();
    if (v > last_of(V{}))
      io.fail("one of the choices");
    else
      e = static_cast<V>(v);
  }
}

// A variant is its index and the fields of what it holds.
template <class... Ts>
void walk_variant(Writer& w, const std::variant<Ts...>& v) {
  w.u(v.index());
  std::visit([&](const auto& held) { walk(w, held); }, v);
}
template <class Io, class... Ts>
void walk_variant(Io& r, std::variant<Ts...>& v) {
  const std::uint64_t which = r.u();
  if (which >= sizeof...(Ts)) {
    r.fail("a kind that is known");
    return;
  }
  std::size_t i = 0;
  const auto one = [&](auto held) {
    if (i++ != which) return;
    walk(r, held);
    v = std::move(held);
  };
  (one(Ts{}), ...);
}

// Anything at all. A struct has a fields(io, x), which names its fields in the order of the bytes.
template <class Io, class T>
void walk(Io& io, T& x) {
  using V = std::remove_const_t<T>;
  if constexpr (std::is_integral_v<V>) {
    walk_number(io, x);
  } else if constexpr (std::is_enum_v<V>) {
    walk_choice(io, x);
  } else if constexpr (std::is_same_v<V, std::string>) {
    io.text(x);
  } else if constexpr (is_id<V>) {
    io.id(x);
  } else if constexpr (is_quantity<V>) {
    io.quantity(x);
  } else if constexpr (is_list<V>) {
    if constexpr (Io::reading)
      x.resize(io.count(1));  // an item has a byte at the least
    else
      io.u(x.size());
    for (auto& item : x) walk(io, item);
  } else if constexpr (is_optional<V>) {
    bool there = x.has_value();
    walk_number(io, there);
    if constexpr (Io::reading) x = there ? V(std::in_place) : V();
    if (there) walk(io, *x);
  } else if constexpr (is_variant<V>) {
    walk_variant(io, x);
  } else {
    fields(io, x);
  }
}

template <class Io, class... T>
void walk_all(Io& io, T&... x) {
  (walk(io, x), ...);
}

inline std::array<std::byte, 4> le32(std::uint32_t v) {
  return {static_cast<std::byte>(v), static_cast<std::byte>(v >> 8),
          static_cast<std::byte>(v >> 16), static_cast<std::byte>(v >> 24)};
}
inline std::uint32_t le32(const std::byte* p) {
  return static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
         static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24;
}

}  // namespace dure
