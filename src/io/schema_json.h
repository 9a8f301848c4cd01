// The JSON Schema (draft 2020-12) of a described struct, for editors. It says what describe() says:
// the reader refuses the same values, and checks besides what stands between rows
// (world/scenario_check.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/describe_doc.h"

namespace dure {

// with_include: the file format has `include:`; then keys at the top are required only of a file
// that has an `id` and includes nothing: the others are parts.
std::string json_schema(std::string_view title, const std::vector<FieldDoc>& fields,
                        bool with_include);

}  // namespace dure
