// A struct described once: describe() lists its fields, and the reader, the writer, the JSON Schema
// and the reference docs are four walks over that list.
//
//   struct SiteSpec {
//     std::string id;
//     Watts grid_mw;
//     template <class S = SiteSpec>
//     static constexpr auto describe() {
//       return Fields(Field("id", &S::id, "unique key", required, id_text),
//                     Field("grid_mw", &S::grid_mw, "grid limit", range(0, 5000)));
//     }
//   };
//
// A template of its own struct, so that a file that only includes it need not compile the list.
// What a field is not given has the value of a default-constructed struct, unless it is `required`.
// What does not compile: 1. a Quantity whose name lacks its unit;  2. a double whose name lacks a
// unit and is not marked `dimensionless`;  3. a number without limits;  4. a list of fields that
// leaves one out (each_field).
//
// Limits are in the unit of the name: range(0, 5000) on grid_mw is 0 to 5,000 MW.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/calendar.h"
#include "base/quantity.h"

namespace dure {

// ---- what a type is ----

enum class ValueKind { whole, real, quantity, boolean, text, date, choice, map };

// An enum is described by a free function beside it: constexpr auto describe_enum(E) returns an
// std::array of Choice<E>, in the order of the enum, which counts from 0.
template <class E>
struct Choice {
  E value;
  std::string_view name, help;
};

template <class T>
struct FieldType {  // of one value; list and optional are seen through
  using value = T;
  static constexpr bool list = false, optional = false;
};
template <class T>
struct FieldType<std::vector<T>> {
  using value = T;
  static constexpr bool list = true, optional = false;
};
template <class T>
struct FieldType<std::optional<T>> {
  using value = T;
  static constexpr bool list = false, optional = true;
};

template <class T>
inline constexpr bool is_quantity = false;
template <class U>
inline constexpr bool is_quantity<Quantity<U>> = true;

template <class T>
consteval ValueKind kind_of() {
  if constexpr (std::is_same_v<T, bool>)
    return ValueKind::boolean;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return ValueKind::whole;
  else if constexpr (std::is_same_v<T, double>)
    return ValueKind::real;
  else if constexpr (is_quantity<T>)
    return ValueKind::quantity;
  else if constexpr (std::is_same_v<T, std::string>)
    return ValueKind::text;
  else if constexpr (std::is_same_v<T, Date>)
    return ValueKind::date;
  else if constexpr (std::is_enum_v<T>)
    return ValueKind::choice;
  else {
    static_assert(std::is_class_v<T>, "no field can have this type");
    return ValueKind::map;
  }
}

// ---- enums ----

template <class E>
constexpr bool choices_in_order() {
  constexpr auto choices = describe_enum(E{});
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (static_cast<std::size_t>(choices[i].value) != i) return false;
  }
  return true;
}

template <class E>
constexpr std::string_view enum_name(E e) {
  static_assert(choices_in_order<E>());
  constexpr auto choices = describe_enum(E{});
  const auto i = static_cast<std::size_t>(e);
  CHECK(i < choices.size());
  return choices[i].name;
}

template <class E>
constexpr std::optional<E> enum_value(std::string_view name) {
  for (const Choice<E>& c : describe_enum(E{})) {
    if (c.name == name) return c.value;
  }
  return std::nullopt;
}

// ---- units in names ----

struct UnitWord {
  std::string_view word;
  std::int64_t scale;  // of the Quantity's own unit
};
template <class U>
struct UnitWords {  // a Quantity of another unit: the word of its suffix, unscaled
  static constexpr std::array words{UnitWord{U::suffix.substr(1), 1}};
};
template <>
struct UnitWords<Watt> {
  static constexpr std::array words{UnitWord{"w", 1}, UnitWord{"kw", 1'000},
                                    UnitWord{"mw", 1'000'000}, UnitWord{"gw", 1'000'000'000}};
};
template <>
struct UnitWords<Milli> {
  static constexpr std::array words{UnitWord{"ms", 1}, UnitWord{"s", 1'000},
                                    UnitWord{"min", 60'000}, UnitWord{"hours", 3'600'000},
                                    UnitWord{"days", 86'400'000}};
};
// Units that a double's name may end with.
inline constexpr std::string_view kRealUnits[] = {"deg",
                                                  "c",
                                                  "km",
                                                  "m",
                                                  "ms",
                                                  "s",
                                                  "hours",
                                                  "days",
                                                  "years",
                                                  "per_day",
                                                  "per_hour",
                                                  "per_s",
                                                  "w",
                                                  "kw",
                                                  "mw",
                                                  "kwh",
                                                  "mwh",
                                                  "j",
                                                  "l",
                                                  "m3",
                                                  "l_per_kwh",
                                                  "gb",
                                                  "tb",
                                                  "gbit_per_s",
                                                  "gb_per_s",
                                                  "tb_per_s",
                                                  "tflops",
                                                  "krw",
                                                  "krw_per_kwh",
                                                  "krw_per_kw",
                                                  "krw_per_m3",
                                                  "g_per_kwh",
                                                  "pct",
                                                  "krw_per_gpu_hour",
                                                  "k",
                                                  "l_per_h",
                                                  "m3_per_day",
                                                  "kg_per_s_per_kw",
                                                  "kpa",
                                                  "kj_per_k_per_kw",
                                                  "usd",
                                                  "m2",
                                                  "us",
                                                  "us_per_km",
                                                  "min",
                                                  "per_million_hours",
                                                  "w_per_k_per_kw",
                                                  "kj"};

// "rack_max_kw" and "kw" name kw; "gpus_per_node" names gpus.
constexpr bool names_unit(std::string_view name, std::string_view unit) {
  if (name == unit) return true;
  if (name.size() > unit.size() && name.ends_with(unit) &&
      name[name.size() - unit.size() - 1] == '_')
    return true;
  return name.starts_with(unit) && name.substr(unit.size()).starts_with("_per_");
}

// ---- fields ----

// A list of values of several types, in order. std::tuple would do, but is a chain as long as the
// list: of our lists, that took the compiler nine tenths of its time.
template <std::size_t I, class F>
struct FieldAt {
  F field;
};
template <class Order, class... F>
struct FieldsInOrder;
template <std::size_t... I, class... F>
struct FieldsInOrder<std::index_sequence<I...>, F...> : FieldAt<I, F>... {
  static constexpr std::size_t size = sizeof...(F);
  constexpr explicit FieldsInOrder(const F&... f) : FieldAt<I, F>{f}... {}
  // f(field) for each, in order.
  template <class Each>
  constexpr void each(Each&& f) const {
    (f(static_cast<const FieldAt<I, F>&>(*this).field), ...);
  }
  template <std::size_t At>
  constexpr const auto& at() const {
    return one<At>(*this);
  }

 private:
  template <std::size_t At, class One>
  static constexpr const One& one(const FieldAt<At, One>& f) {
    return f.field;
  }
};
template <class... F>
struct Fields : FieldsInOrder<std::index_sequence_for<F...>, F...> {
  constexpr explicit Fields(const F&... f)
      : FieldsInOrder<std::index_sequence_for<F...>, F...>(f...) {}
};
template <class... F>
Fields(const F&...) -> Fields<F...>;

struct FieldInfo {
  std::string_view name, help;
  std::string_view unit;   // the word in the name; "" when there is none
  std::int64_t scale = 1;  // of a Quantity: value = written x scale
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above_least = false;  // least itself is out
  bool ranged = false;
  bool required = false;
  bool dimensionless = false;
  bool not_empty = false;  // text, or list
  bool id_text = false;    // letters a to z, digits and _
  bool dashes = false;     // id_text with - as well
  bool source_text = false;
  bool free_text = false;  // tabs and other control characters may be in it, but no NUL
  std::size_t fewest = 0, longest = std::numeric_limits<std::size_t>::max();  // of a list
  std::string_view refers_to, or_to;  // lists of the root whose ids this text must be one of
};

// Rules: the last arguments of Field.
struct RangeRule {
  double least, most;
  bool above;
};
struct LengthRule {
  std::size_t fewest, longest;
};
struct RequiredRule {};
struct DimensionlessRule {};
struct NotEmptyRule {};
struct IdTextRule {
  bool dashes;
};
struct SourceTextRule {};
struct FreeTextRule {};
struct RefersRule {
  std::string_view list, or_list;
};

constexpr RangeRule range(double least, double most) { return {least, most, false}; }
constexpr RangeRule above(double least, double most) { return {least, most, true}; }
constexpr LengthRule length(std::size_t n) { return {n, n}; }
constexpr RefersRule refers_to(std::string_view list, std::string_view or_list = "") {
  return {list, or_list};
}
inline constexpr RequiredRule required;            // no default
inline constexpr DimensionlessRule dimensionless;  // a ratio or a count: no unit in the name
inline constexpr NotEmptyRule not_empty;
inline constexpr IdTextRule id_text{false};
inline constexpr IdTextRule slug_text{true};  // an id that may have dashes: no row refers to it
inline constexpr FreeTextRule free_text;
inline constexpr SourceTextRule source_text;  // where a number comes from: see scenario_check.h

constexpr void apply_rule(FieldInfo& f, RangeRule r) {
  if (!(r.least < r.most)) throw "an empty range: does not compile";
  f.least = r.least;
  f.most = r.most;
  f.above_least = r.above;
  f.ranged = true;
}
constexpr void apply_rule(FieldInfo& f, LengthRule r) {
  f.fewest = r.fewest;
  f.longest = r.longest;
}
constexpr void apply_rule(FieldInfo& f, RequiredRule) { f.required = true; }
constexpr void apply_rule(FieldInfo& f, DimensionlessRule) { f.dimensionless = true; }
constexpr void apply_rule(FieldInfo& f, NotEmptyRule) { f.not_empty = true; }
constexpr void apply_rule(FieldInfo& f, IdTextRule r) {
  f.id_text = true;
  f.dashes = r.dashes;
}
constexpr void apply_rule(FieldInfo& f, SourceTextRule) { f.source_text = true; }
constexpr void apply_rule(FieldInfo& f, FreeTextRule) { f.free_text = true; }
constexpr void apply_rule(FieldInfo& f, RefersRule r) {
  f.refers_to = r.list;
  f.or_to = r.or_list;
}

template <class S, class T>
struct Field : FieldInfo {
  using Struct = S;
  using Member = T;
  using Value = typename FieldType<T>::value;
  static constexpr ValueKind kind = kind_of<Value>();
  static constexpr bool list = FieldType<T>::list, optional = FieldType<T>::optional;
  T S::*member;

  template <class... Rules>
  consteval Field(std::string_view n, T S::*m, std::string_view h, Rules... rules) : member(m) {
    name = n;
    help = h;
    (apply_rule(*this, rules), ...);
    if (n.empty() || h.empty()) throw "a field without a name or help: does not compile";
    if constexpr (is_quantity<Value>) {
      for (const UnitWord& w : UnitWords<typename Value::unit>::words) {
        if (names_unit(n, w.word) && w.word.size() > unit.size()) {
          unit = w.word;
          scale = w.scale;
        }
      }
      if (unit.empty()) throw "a quantity's name without its unit: does not compile";
    }
    if constexpr (kind == ValueKind::real) {
      for (const std::string_view w : kRealUnits) {
        if (names_unit(n, w) && w.size() > unit.size()) unit = w;
      }
      if (unit.empty() && !dimensionless) throw "a real number without a unit: does not compile";
    }
    constexpr bool number =
        kind == ValueKind::whole || kind == ValueKind::real || kind == ValueKind::quantity;
    if (number != ranged) throw "numbers have limits, and nothing else has: does not compile";
    if (optional && required) throw "optional and required: does not compile";
  }
};

template <class S>
concept Described = requires {
  S::describe();
};

// An aggregate has so many members if it can be initialized with so many and not with one more.
struct AnyMember {
  template <class T>
  operator T() const;  // never defined
};
template <std::size_t>
using AnyOf = AnyMember;
template <class S, std::size_t... I>
consteval bool takes_members(std::index_sequence<I...>) {
  return requires { S{AnyOf<I>{}...}; };
}
template <class S, std::size_t n>
inline constexpr bool has_members = takes_members<S>(std::make_index_sequence<n>{}) &&
                                    !takes_members<S>(std::make_index_sequence<n + 1>{});

template <Described S>
inline constexpr auto fields_of = S::describe();

template <Described S>
consteval bool names_differ() {
  std::array<std::string_view, fields_of<S>.size> names;
  std::size_t n = 0;
  fields_of<S>.each([&](const auto& f) { names[n++] = f.name; });
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j]) return false;
    }
  }
  return true;
}

// Whose members they are: S, or the aggregate that S derives from and whose describe() it has.
template <Described S>
using MembersOf = typename std::remove_cvref_t<decltype(fields_of<S>.template at<0>())>::Struct;

// f(field) for each field in the order of describe().
template <Described S, class F>
constexpr void each_field(F&& f) {
  static_assert(has_members<MembersOf<S>, fields_of<S>.size>,
                "describe() leaves out a member, or names one twice");
  static_assert(names_differ<S>(), "describe() gives a name twice");
  fields_of<S>.each(f);
}

// Equal in every described field.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (Described<T>) {
    bool all = true;
    each_field<T>([&](const auto& f) { all = all && same(a.*f.member, b.*f.member); });
    return all;
  } else if constexpr (FieldType<T>::list) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i])) return false;
    }
    return true;
  } else if constexpr (FieldType<T>::optional) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else {
    return a == b;
  }
}

}  // namespace dure
