// The files that people write for the live half, from the describe() of their structs: a page of
// docs/reference each, and a JSON Schema for editors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dure {

struct FileFormat {
  std::string_view name;  // job, pipeline, hub, agent; docs/reference/NAME.md
  std::string (*markdown)();
  std::string (*json_schema)();
};
const std::vector<FileFormat>& live_file_formats();

}  // namespace dure
