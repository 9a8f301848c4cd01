#include "app/page.h"

#include <cstdint>
#include <cstring>

// page.S, hub_page.S
extern "C" const char dure_page_begin[];
extern "C" const char dure_page_end[];
extern "C" const char dure_hub_page_begin[];

namespace dure {

std::string_view report_page() { return {dure_page_begin, dure_page_end}; }

PageFiles hub_page() {
  PageFiles files;
  for (const char* at = dure_hub_page_begin; *at != '\0';) {
    const std::string_view path = at;
    at += path.size() + 1;
    std::uint64_t size = 0;
    std::memcpy(&size, at, sizeof size);
    at += sizeof size;
    files.push_back({path, {at, size}});
    at += size;
  }
  return files;
}

}  // namespace dure
