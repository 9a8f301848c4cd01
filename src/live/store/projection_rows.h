// Rows of a Batch as values of their tables.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "live/store/database.h"
#include "live/store/store.h"

namespace dure {

// Values point into the batch, and into text that had to be mended: keep both until they are
// stored.
class RowValues {
 public:
  explicit RowValues(const Table& table) : table_(&table) {}
  void add(const Entry& entry);
  void add(const JobRow& row);
  void add(const UseRow& row);
  void add(const NodeRow& row);
  // If keys replace each other: in order of their keys, the last one of each.
  std::span<const Value> values();

 private:
  void number(std::int64_t n) { values_.push_back(Value::of(n)); }
  void text(std::string_view s);
  const Table* table_;
  std::vector<Value> values_;
  std::deque<std::string> mended_;
};

// Text as databases take it: what is not UTF-8, and the character 0, becomes U+FFFD. A projection
// is for people; no name may keep the record from being stored.
bool storable_text(std::string_view text);
std::string mended_text(std::string_view text);

}  // namespace dure
