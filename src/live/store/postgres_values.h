// Parameters as PostgreSQL's binary protocol takes them: big-endian integers, one-dimensional
// arrays. Source: src/backend/utils/adt/arrayfuncs.c (array_recv), int8.c of PostgreSQL 15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "live/store/database.h"

namespace dure {

std::string big_endian(std::int64_t n);
std::int64_t from_big_endian(std::string_view bytes);  // of 2, 4 or 8

// Column `column` of rows of `width` values, as an array of its kind.
std::string binary_array(std::span<const Value> rows, std::size_t width, std::size_t column);

// INSERT … SELECT * FROM unnest($1, $2 …): one statement for any number of rows.
std::string unnest_sql(const Table& table);

}  // namespace dure
