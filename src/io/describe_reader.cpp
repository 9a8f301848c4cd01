#include "io/describe_reader.h"

#include <algorithm>
#include <cmath>

#include "base/decimal.h"
#include "base/nearest.h"

namespace dure {
namespace {

constexpr std::size_t kMostFaults = 200;  // more help nobody

std::string limits_text(const FieldInfo& f) {
  const std::string unit = f.unit.empty() ? "" : " (" + std::string(f.unit) + ")";
  return (f.above_least ? " above " : " from ") + decimal_text(f.least) +
         (f.above_least ? " up to " : " to ") + decimal_text(f.most) + unit;
}

bool within(const FieldInfo& f, double written) {
  return written <= f.most && (f.above_least ? written > f.least : written >= f.least);
}

bool plain_scalar(const DocNode& node) {
  return node.kind == DocNode::Kind::scalar && !node.quoted;
}

std::string quotes_hint(const DocNode& node) {
  return node.kind == DocNode::Kind::scalar && node.quoted ? "without the quotes" : "";
}

}  // namespace

std::string expectation(const FieldInfo& field, ValueKind kind,
                        std::span<const std::string_view> choices) {
  switch (kind) {
    case ValueKind::whole: return "a whole number" + limits_text(field);
    case ValueKind::real:
    case ValueKind::quantity: return "a number" + limits_text(field);
    case ValueKind::boolean: return "true or false";
    case ValueKind::date: return "a date like 2027-01-31, or a month like 2027-01";
    case ValueKind::map: return "a map";
    case ValueKind::choice: {
      std::string s = "one of ";
      for (std::size_t i = 0; i < choices.size(); ++i)
        s += (i == 0 ? "" : ", ") + std::string(choices[i]);
      return s;
    }
    case ValueKind::text: break;
  }
  if (!field.refers_to.empty())
    return "an id of " + std::string(field.refers_to) +
           (field.or_to.empty() ? "" : " or " + std::string(field.or_to));
  if (field.id_text)
    return field.dashes ? "an id of a to z, 0 to 9, _ and -" : "an id of a to z, 0 to 9 and _";
  if (field.source_text)
    return "a key of sources, several joined by +, or assumption, derived, recalled";
  return "text";
}

bool FieldReader::fault(Place place, std::string expected, std::string found, std::string hint) {
  faulted.push_back(path_);
  if (faults.size() >= kMostFaults) return false;
  std::string where = to_string(doc_.files, place);
  if (!path_.empty()) where += ": " + path_;
  if (faults.size() + 1 == kMostFaults) hint = "and more: only the first faults are listed";
  faults.push_back({std::move(where), std::move(expected), std::move(found), std::move(hint)});
  return false;
}

bool FieldReader::whole(const FieldInfo& field, ValueKind kind, const DocNode& node,
                        std::int64_t& out) {
  const std::string expected = expectation(field, kind);
  if (!plain_scalar(node)) return fault(node.place, expected, found_text(node), quotes_hint(node));
  const auto n = whole_number(node.text, field.scale);
  if (const auto* why = std::get_if<NumberFault>(&n)) {
    std::string hint;
    if (*why == NumberFault::not_whole && kind == ValueKind::quantity && field.scale > 1)
      hint = "1/" + std::to_string(field.scale) + " is the smallest step";
    if (*why == NumberFault::not_whole && field.scale == 1) hint = "no fractions";
    return fault(node.place, expected, found_text(node), std::move(hint));
  }
  const std::int64_t value = *std::get_if<std::int64_t>(&n);
  // Limits are small enough to be exact in a double; scaled values up to 2^53 as well.
  const double written = static_cast<double>(value) / static_cast<double>(field.scale);
  if (!within(field, written)) return fault(node.place, expected, found_text(node));
  out = value;
  return true;
}

bool FieldReader::real(const FieldInfo& field, const DocNode& node, double& out) {
  const std::string expected = expectation(field, ValueKind::real);
  if (!plain_scalar(node)) return fault(node.place, expected, found_text(node), quotes_hint(node));
  const std::optional<double> value = real_number(node.text);
  if (!value || !within(field, *value)) return fault(node.place, expected, found_text(node));
  out = *value == 0 ? 0 : *value;  // no -0
  return true;
}

bool FieldReader::boolean(const FieldInfo& field, const DocNode& node, bool& out) {
  if (!plain_scalar(node) || (node.text != "true" && node.text != "false"))
    return fault(node.place, expectation(field, ValueKind::boolean), found_text(node),
                 quotes_hint(node));
  out = node.text == "true";
  return true;
}

bool FieldReader::text(const FieldInfo& field, const DocNode& node, std::string& out) {
  const std::string expected = expectation(field, ValueKind::text);
  if (node.kind != DocNode::Kind::scalar) return fault(node.place, expected, found_text(node));
  // As the JSON Schema has it: what YAML takes for a number or a truth value is no text.
  if (!node.quoted && (is_decimal(node.text) || node.text == "true" || node.text == "false"))
    return fault(node.place, expected, found_text(node), "put it in quotes");
  if ((field.not_empty || field.id_text || !field.refers_to.empty()) && node.text.empty())
    return fault(node.place, expected, "empty text");
  for (const char c : node.text) {
    const auto u = static_cast<unsigned char>(c);
    if (field.free_text ? u == 0 : (u < 0x20 && c != '\n') || u == 0x7f)
      return fault(node.place, expected, found_text(node),
                   field.free_text ? "no NUL characters" : "no control characters");
    const bool id =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c == '-' && field.dashes);
    if (field.id_text && !id) return fault(node.place, expected, found_text(node));
  }
  out = node.text;
  return true;
}

bool FieldReader::date(const FieldInfo& field, const DocNode& node, Date& out) {
  const std::optional<Date> d =
      node.kind == DocNode::Kind::scalar ? parse_date(node.text) : std::nullopt;
  if (!d) return fault(node.place, expectation(field, ValueKind::date), found_text(node));
  if (d->year < 1990 || d->year > 2100)
    return fault(node.place, "a date from 1990 to 2100", found_text(node));
  out = *d;
  return true;
}

bool FieldReader::choice(const FieldInfo& field, std::span<const std::string_view> names,
                         const DocNode& node, std::size_t& out) {
  const auto name = std::find(names.begin(), names.end(), node.text);
  if (node.kind != DocNode::Kind::scalar || name == names.end()) {
    const std::string_view near =
        node.kind == DocNode::Kind::scalar ? nearest(node.text, names) : std::string_view();
    return fault(node.place, expectation(field, ValueKind::choice, names), found_text(node),
                 near.empty() ? "" : "did you mean " + std::string(near) + "?");
  }
  out = static_cast<std::size_t>(name - names.begin());
  return true;
}

bool FieldReader::list(const FieldInfo& field, const DocNode& node) {
  if (node.kind != DocNode::Kind::list)
    return fault(node.place, "a list", found_text(node),
                 node.kind == DocNode::Kind::null ? "leave the key out, or write []" : "");
  const std::size_t n = node.items.size();
  if (field.not_empty && n == 0) return fault(node.place, "a list with at least one row", "[]");
  if (n < field.fewest || n > field.longest) {
    const std::string most =
        field.longest == field.fewest ? "" : " to " + std::to_string(field.longest);
    return fault(node.place, "a list of " + std::to_string(field.fewest) + most, found_text(node));
  }
  return true;
}

bool FieldReader::map(std::span<const FieldInfo* const> fields, const DocNode& node) {
  if (node.kind == DocNode::Kind::map) {
    unknown_keys(fields, node);
    return true;
  }
  std::string keys;
  for (const FieldInfo* f : fields) {
    if (f->required) keys += (keys.empty() ? "" : ", ") + std::string(f->name);
  }
  return fault(node.place, keys.empty() ? "a map" : "a map with " + keys, found_text(node));
}

const DocNode* FieldReader::enter(const FieldInfo& field, const DocNode& node) {
  const DocNode* const value = node.find(field.name);
  if (value == nullptr) return nullptr;
  if (!path_.empty()) path_ += '.';
  path_ += field.name;
  return value;
}

void FieldReader::missing(const FieldInfo& field, const std::string& what, const DocNode& node) {
  if (!whole_document_ && path_.empty()) return;
  const std::string name(field.name);
  const std::string parent = path_;
  path_ += (path_.empty() ? "" : ".") + name;
  fault(node.place, "the key " + name + ": " + what, "none", std::string(field.help));
  path_ = parent;
}

void FieldReader::unknown_keys(std::span<const FieldInfo* const> fields, const DocNode& node) {
  std::vector<std::string_view> names;
  for (const FieldInfo* f : fields) names.push_back(f->name);
  const std::string parent = path_;
  for (const DocKey& key : node.keys) {
    if (std::find(names.begin(), names.end(), key.name) != names.end()) continue;
    std::vector<std::string_view> free;  // a key that is there already was not meant
    for (const std::string_view name : names) {
      if (node.find(name) == nullptr) free.push_back(name);
    }
    const std::string_view near = nearest(key.name, free);
    std::string hint =
        near.empty() ? name_hint(key.name, names) : "did you mean " + std::string(near) + "?";
    if (key.name == "include") hint = "include: stands at the top of a file only";
    path_ += (path_.empty() ? "" : ".") + (key.name.size() <= 60 ? key.name : "…");
    fault(key.place, "a known key", quoted_text(key.name), std::move(hint));
    path_ = parent;
  }
}

}  // namespace dure
