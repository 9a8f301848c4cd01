// Reads a described struct (base/describe.h) from a document and finds all that is wrong with it at
// once. Every Fault says where: "file:line:column: path", with the path as --set takes it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/describe.h"
#include "base/faults.h"
#include "io/doc_node.h"

namespace dure {

// What a value may be, for people: "a number from 1 to 3", "one of any, site, hall".
std::string expectation(const FieldInfo& field, ValueKind kind,
                        std::span<const std::string_view> choices = {});

template <class E>
std::vector<std::string_view> choice_names() {
  std::vector<std::string_view> names;
  for (const auto& c : describe_enum(E{})) names.push_back(c.name);
  return names;
}

// The part that is the same for all structs.
class FieldReader {
 public:
  // whole_document: false where the document is known to lack some of its files; then a key that is
  // missing at the top is no Fault.
  explicit FieldReader(const Document& doc, bool whole_document = true)
      : doc_(doc), whole_document_(whole_document) {}

  Faults faults;
  std::vector<std::string> faulted;  // the path of each fault

 protected:
  bool whole(const FieldInfo& field, ValueKind kind, const DocNode& node, std::int64_t& out);
  bool real(const FieldInfo& field, const DocNode& node, double& out);
  bool boolean(const FieldInfo& field, const DocNode& node, bool& out);
  bool text(const FieldInfo& field, const DocNode& node, std::string& out);
  bool date(const FieldInfo& field, const DocNode& node, Date& out);
  bool choice(const FieldInfo& field, std::span<const std::string_view> names, const DocNode& node,
              std::size_t& out);
  bool list(const FieldInfo& field, const DocNode& node);
  // The node is a map; a key of it that is no field is a Fault.
  bool map(std::span<const FieldInfo* const> fields, const DocNode& node);
  // The value of a field, its name added to the path; nullptr, and nothing added: there is none.
  const DocNode* enter(const FieldInfo& field, const DocNode& node);
  void missing(const FieldInfo& field, const std::string& what, const DocNode& node);
  bool fault(Place place, std::string expected, std::string found, std::string hint = "");

  const Document& doc_;
  bool whole_document_;
  std::string path_;

 private:
  void unknown_keys(std::span<const FieldInfo* const> fields, const DocNode& node);
};

class DescribedReader : public FieldReader {
 public:
  using FieldReader::FieldReader;

  template <Described S>
  void read(const DocNode& node, S& out) {
    std::vector<const FieldInfo*> fields;
    fields.reserve(fields_of<S>.size);
    each_field<S>([&](const FieldInfo& f) { fields.push_back(&f); });
    if (!map(fields, node)) return;
    each_field<S>([&](const auto& f) {
      const std::size_t length = path_.size();
      if (const DocNode* const value = enter(f, node)) {
        read_member(f, *value, out.*f.member);
        path_.resize(length);
      } else if (f.required) {
        missing(f, what_of(f), node);
      }
    });
  }

 private:
  template <class F>
  static std::string what_of(const F& f) {
    using V = typename F::Value;
    std::vector<std::string_view> names;
    if constexpr (F::kind == ValueKind::choice) names = choice_names<V>();
    const std::string one = expectation(f, F::kind, names);
    return F::list ? "a list of: " + one : one;
  }

  template <class F, class T>
  void read_member(const F& f, const DocNode& node, T& out) {
    if constexpr (F::list) {
      if (!list(f, node)) return;
      const std::size_t length = path_.size();
      out.clear();
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        path_ += '[' + std::to_string(i) + ']';
        typename F::Value value{};
        read_value(f, node.items[i], value);
        out.push_back(std::move(value));  // also a faulty one, so that rows keep their numbers
        path_.resize(length);
      }
    } else if constexpr (F::optional) {
      if (node.kind == DocNode::Kind::null) {
        out.reset();
      } else {
        read_value(f, node, out.emplace());
      }
    } else {
      read_value(f, node, out);
    }
  }

  template <class F, class V>
  void read_value(const F& f, const DocNode& node, V& out) {
    if constexpr (F::kind == ValueKind::map) {
      read(node, out);
    } else if constexpr (F::kind == ValueKind::whole) {
      whole(f, F::kind, node, out);
    } else if constexpr (F::kind == ValueKind::quantity) {
      std::int64_t n = 0;
      if (whole(f, F::kind, node, n)) out = V(n);
    } else if constexpr (F::kind == ValueKind::real) {
      real(f, node, out);
    } else if constexpr (F::kind == ValueKind::boolean) {
      boolean(f, node, out);
    } else if constexpr (F::kind == ValueKind::text) {
      text(f, node, out);
    } else if constexpr (F::kind == ValueKind::date) {
      date(f, node, out);
    } else {
      std::size_t i = 0;
      if (choice(f, choice_names<V>(), node, i)) out = static_cast<V>(i);
    }
  }
};

}  // namespace dure
