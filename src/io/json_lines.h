// JSON lines: one flat object a line, its values whole numbers, texts, or lists of whole numbers.
// Door to nlohmann's parser. Invariants: 1. A key occurs once in a line.  2. Numbers are exact: one
// that is no whole number of 64 bits is a Fault.  3. Depth is bounded: an object, in it lists.
// Source: RFC 8259; jsonlines.org.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "io/gzip_file.h"
#include "io/line_reader.h"

namespace dure {

struct JsonField {
  std::string key;
  std::variant<std::int64_t, std::string, std::vector<std::int64_t>> value;
};

class JsonLines {
 public:
  explicit JsonLines(ByteSource source) : lines_(std::move(source)) {}

  [[nodiscard]] Step next();  // blank lines are skipped
  const std::vector<JsonField>& fields() const { return fields_; }
  std::vector<JsonField>& fields() { return fields_; }  // a reader may take the lists out
  const Fault& fault() const { return fault_; }
  const std::string& name() const { return lines_.name(); }
  std::string where() const { return lines_.where(); }

 private:
  LineReader lines_;
  std::vector<JsonField> fields_;
  Fault fault_;
};

}  // namespace dure
