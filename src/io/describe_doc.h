// A described struct as plain data, for walks that write about it: the JSON Schema and the
// reference page.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/describe.h"
#include "io/yaml_writer.h"

namespace dure {

struct ChoiceDoc {
  std::string_view name, help;
};

struct FieldDoc {
  FieldInfo info;
  ValueKind kind = ValueKind::text;
  bool list = false, optional = false;
  std::string
      default_text;  // as it stands in a file; "" for required and optional fields and for maps
  std::vector<ChoiceDoc> choices;
  std::vector<FieldDoc> fields;  // of a map
};

template <Described S>
std::vector<FieldDoc> describe_doc() {
  std::vector<FieldDoc> docs;
  const S standard{};
  each_field<S>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    using V = typename F::Value;
    FieldDoc doc;
    doc.info = f;
    doc.kind = F::kind;
    doc.list = F::list;
    doc.optional = F::optional;
    if constexpr (F::kind == ValueKind::choice) {
      for (const auto& c : describe_enum(V{})) doc.choices.push_back({c.name, c.help});
    }
    if constexpr (F::kind == ValueKind::map) doc.fields = describe_doc<V>();
    if constexpr (F::list) {
      if (!f.required) doc.default_text = "[]";  // no list has another default
    } else if constexpr (F::kind != ValueKind::map && !F::optional) {
      if (!f.required) doc.default_text = scalar_text(f, standard.*f.member);
    }
    docs.push_back(std::move(doc));
  });
  return docs;
}

// What a field may be: "list of numbers", "id of sites", "number (mw)".
std::string type_text(const FieldDoc& doc);
// "0 to 5000", "at least one", "a to z, 0 to 9 and _"; "" where there is nothing to say.
std::string limits_text(const FieldDoc& doc);

// The reference page of a struct: a table of its fields, then one for each map inside it.
std::string describe_markdown(std::string_view title, std::string_view intro,
                              const std::vector<FieldDoc>& fields);

}  // namespace dure
