// Described structs as canonical YAML: every field in the order of describe(), defaults written
// out, one form for each value. What it writes, the reader reads back as the same struct. Numbers
// of a Quantity are written in the unit of the name, exactly; reals with the fewest digits that
// read back the same.
#pragma once

#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/describe.h"

namespace dure {

// Plain where YAML takes it for text and nothing else, else in double quotes with JSON's escapes.
std::string yaml_text(std::string_view text);

// One scalar as it stands in the file.
template <class F, class V>
std::string scalar_text(const F& f, const V& value) {
  if constexpr (F::kind == ValueKind::whole)
    return std::to_string(value);
  else if constexpr (F::kind == ValueKind::quantity)
    return decimal_text(value.count(), f.scale);
  else if constexpr (F::kind == ValueKind::real)
    return decimal_text(value);
  else if constexpr (F::kind == ValueKind::boolean)
    return value ? "true" : "false";
  else if constexpr (F::kind == ValueKind::text)
    return yaml_text(value);
  else if constexpr (F::kind == ValueKind::date)
    return to_string(value);
  else
    return std::string(enum_name(value));
}

class YamlWriter {
 public:
  // At the current depth; the first key stands where the writer is.
  template <Described S>
  void write(const S& s, std::size_t indent = 0) {
    bool first = true;
    each_field<S>([&](const auto& f) {
      using F = std::remove_cvref_t<decltype(f)>;
      const auto& member = s.*f.member;
      if constexpr (F::optional) {
        if (!member) return;
      }
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += f.name;
      out_ += ':';
      if constexpr (F::list) {
        write_list(f, member, indent);
      } else if constexpr (F::optional) {
        write_value(f, *member, indent);
      } else {
        write_value(f, member, indent);
      }
    });
  }
  std::string take() { return std::move(out_); }

 private:
  template <class F, class V>
  void write_value(const F& f, const V& value, std::size_t indent) {
    if constexpr (F::kind == ValueKind::map) {
      out_ += '\n';
      out_.append(indent + 2, ' ');
      write(value, indent + 2);
    } else {
      out_ += ' ' + scalar_text(f, value) + '\n';
    }
  }
  template <class F, class L>
  void write_list(const F& f, const L& list, std::size_t indent) {
    if (list.empty()) {
      out_ += " []\n";
    } else if constexpr (F::kind == ValueKind::map) {
      out_ += '\n';
      for (const auto& row : list) {
        out_.append(indent + 2, ' ');
        out_ += "- ";
        write(row, indent + 4);
      }
    } else {
      out_ += " [";
      for (std::size_t i = 0; i < list.size(); ++i)
        out_ += (i == 0 ? "" : ", ") + scalar_text(f, list[i]);
      out_ += "]\n";
    }
  }
  std::string out_;
};

template <Described S>
std::string write_yaml(const S& s) {
  YamlWriter writer;
  writer.write(s);
  return writer.take();
}

}  // namespace dure
