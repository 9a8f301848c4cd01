#include "live/store/postgres_values.h"

#include "base/check.h"

namespace dure {
namespace {

// pg_type.dat: these numbers never change.
std::uint32_t oid_of(Value::Kind kind) {
  return kind == Value::integer ? 20 : kind == Value::text ? 25 : 17;
}

void put(std::string& out, std::uint64_t n, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i));
}

}  // namespace

std::string big_endian(std::int64_t n) {
  std::string out;
  put(out, static_cast<std::uint64_t>(n), 8);
  return out;
}

std::int64_t from_big_endian(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 8) return 0;
  std::uint64_t n = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) n = n << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(n);
}

std::string binary_array(std::span<const Value> rows, std::size_t width, std::size_t column) {
  const std::size_t count = rows.size() / width;
  CHECK(count > 0 && rows.size() % width == 0);
  std::size_t bytes = 20;
  for (std::size_t i = column; i < rows.size(); i += width) bytes += 12 + rows[i].string.size();
  std::string out;
  out.reserve(bytes);
  put(out, 1, 4);  // dimensions
  put(out, 0, 4);  // no element is NULL
  put(out, oid_of(rows[column].kind), 4);
  put(out, count, 4);
  put(out, 1, 4);  // the first index
  for (std::size_t i = column; i < rows.size(); i += width) {
    if (rows[i].kind == Value::integer) {
      put(out, 8, 4);
      put(out, static_cast<std::uint64_t>(rows[i].number), 8);
    } else {
      put(out, rows[i].string.size(), 4);
      out += rows[i].string;
    }
  }
  return out;
}

std::string unnest_sql(const Table& table) {
  std::string names, arrays, keys, changes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string column = table.columns[i].name;
    const Value::Kind kind = table.columns[i].kind;
    const std::string comma = i == 0 ? "" : ", ";
    names += comma + column;
    arrays += comma + "$" + std::to_string(i + 1) +
              (kind == Value::integer ? "::bigint[]"
               : kind == Value::text  ? "::text[]"
                                      : "::bytea[]");
    if (i < table.keys)
      keys += comma + column;
    else
      changes += (changes.empty() ? "" : ", ") + column + " = excluded." + column;
  }
  std::string sql = "INSERT INTO " + std::string(table.name) + " (" + names +
                    ") SELECT * FROM unnest(" + arrays + ")";
  if (table.on_conflict == Table::replace)
    sql += " ON CONFLICT (" + keys + ") DO UPDATE SET " + changes;
  return sql;
}

}  // namespace dure
