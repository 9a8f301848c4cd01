#include "live/store/projection_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace dure {
namespace {

// The length of the character at the start of `s`, or 0 (RFC 3629, without U+0000).
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto follows = [&](std::size_t i, int least = 0x80, int most = 0xbf) {
    return i < s.size() && at(i) >= least && at(i) <= most;
  };
  const int c = at(0);
  if (c < 0x80) return c != 0 ? 1 : 0;
  if (c >= 0xc2 && c <= 0xdf) return follows(1) ? 2 : 0;
  if (c >= 0xe0 && c <= 0xef)
    return follows(1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (c >= 0xf0 && c <= 0xf4)
    return follows(1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3)
               ? 4
               : 0;
  return 0;
}

int compare(const Value* a, const Value* b, std::size_t keys) {
  for (std::size_t i = 0; i < keys; ++i) {
    if (a[i].kind == Value::integer) {
      if (a[i].number != b[i].number) return a[i].number < b[i].number ? -1 : 1;
    } else if (const int c = a[i].string.compare(b[i].string); c != 0) {
      return c;
    }
  }
  return 0;
}

}  // namespace

bool storable_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string mended_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    out += n == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, n);
    text.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return out;
}

void RowValues::text(std::string_view s) {
  if (!storable_text(s)) s = mended_.emplace_back(mended_text(s));
  values_.push_back(Value::of_text(s));
}

void RowValues::add(const Entry& entry) {
  number(static_cast<std::int64_t>(entry.number));
  number(entry.at_ms);
  number(entry.kind);
  values_.push_back(Value::of_bytes(entry.bytes));
}

void RowValues::add(const JobRow& row) {
  number(row.job);
  for (const std::string* s : {&row.name, &row.member, &row.account, &row.user, &row.state,
                               &row.reason, &row.site, &row.nodes})
    text(*s);
  for (const std::int64_t n :
       {row.gpus, row.submitted_ms, row.started_ms, row.ended_ms, row.attempts, row.exit_code})
    number(n);
}

void RowValues::add(const UseRow& row) {
  for (const std::string* s : {&row.month, &row.pool, &row.owner, &row.member}) text(*s);
  number(row.gpu_ms);
}

void RowValues::add(const NodeRow& row) {
  for (const std::string* s : {&row.site, &row.node, &row.pool, &row.state, &row.reason}) text(*s);
  number(row.gpus);
}

std::span<const Value> RowValues::values() {
  const std::size_t width = table_->columns.size();
  CHECK(values_.size() % width == 0);
  if (table_->on_conflict != Table::replace || values_.size() <= width) return values_;
  std::vector<const Value*> rows;
  for (std::size_t i = 0; i < values_.size(); i += width) rows.push_back(&values_[i]);
  std::ranges::stable_sort(
      rows, [&](const Value* a, const Value* b) { return compare(a, b, table_->keys) < 0; });
  std::vector<Value> kept;
  kept.reserve(values_.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (i + 1 == rows.size() || compare(rows[i], rows[i + 1], table_->keys) != 0)
      kept.insert(kept.end(), rows[i], rows[i] + width);
  values_ = std::move(kept);
  return values_;
}

}  // namespace dure
