// A described struct (base/describe.h) as JSON text, and back. One object, its members by name; a
// member that has its default may be left out, and is not written where `terse`.
// Reading finds all faults at once and refuses unknown keys, as for YAML (describe_reader.h);
// `where` names the source in a Fault. Numbers stand as 1 or 1.5, never in quotes.
#pragma once

#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/yaml_writer.h"

namespace dure {

// The tree of a JSON text; a Fault if it is none, is deeper than kDeepest, or holds a key twice or
// text that is not UTF-8.
Result<Document> parse_json_document(std::string_view text, const std::string& where);
// Quoted and escaped; what is no UTF-8 becomes U+FFFD.
void append_json_text(std::string_view text, std::string& out);

template <Described S>
Outcome<S> from_json_document(const Document& doc) {
  DescribedReader reader(doc);
  S out{};
  reader.read(doc.root, out);
  if (!reader.faults.empty()) return std::move(reader.faults);
  return out;
}
template <Described S>
Outcome<S> from_json(std::string_view text, const std::string& where) {
  const Result<Document> doc = parse_json_document(text, where);
  if (!doc) return Faults{doc.fault()};
  return from_json_document<S>(doc.value());
}

enum class JsonDefaults { written, left_out };

template <Described S>
void append_json(const S& s, std::string& out, JsonDefaults defaults = JsonDefaults::left_out);

namespace json_detail {
template <class F, class V>
void value(const F& f, const V& v, std::string& out, JsonDefaults defaults) {
  if constexpr (F::kind == ValueKind::map) {
    append_json(v, out, defaults);
  } else if constexpr (F::kind == ValueKind::text) {
    append_json_text(v, out);
  } else if constexpr (F::kind == ValueKind::choice) {
    append_json_text(enum_name(v), out);
  } else if constexpr (F::kind == ValueKind::date) {
    append_json_text(to_string(v), out);
  } else {
    out += scalar_text(f, v);  // a number, true, false
  }
}
}  // namespace json_detail

template <Described S>
void append_json(const S& s, std::string& out, JsonDefaults defaults) {
  static const S standard{};
  out += '{';
  bool first = true;
  each_field<S>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    const auto& member = s.*f.member;
    if constexpr (F::optional) {
      if (!member) return;
    } else if (defaults == JsonDefaults::left_out && !f.required) {
      if (same(member, standard.*f.member)) return;
    }
    if (!first) out += ',';
    first = false;
    append_json_text(f.name, out);
    out += ':';
    if constexpr (F::list) {
      out += '[';
      bool head = true;
      for (const auto& item : member) {
        if (!head) out += ',';
        head = false;
        json_detail::value(f, item, out, defaults);
      }
      out += ']';
    } else if constexpr (F::optional) {
      json_detail::value(f, *member, out, defaults);
    } else {
      json_detail::value(f, member, out, defaults);
    }
  });
  out += '}';
}
template <Described S>
std::string to_json(const S& s, JsonDefaults defaults = JsonDefaults::left_out) {
  std::string out;
  append_json(s, out, defaults);
  return out;
}

}  // namespace dure
