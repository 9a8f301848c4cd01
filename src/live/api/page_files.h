// The files of the hub's page, lent by src/app, which carries them in the program.
// The names of those below assets/ hold a hash of what is in them, so browsers keep them for good.
#pragma once

#include <string_view>
#include <vector>

namespace dure {

struct PageFile {
  std::string_view path;  // "index.html" is that of /, others are "assets/…"
  std::string_view gzip;  // its bytes, packed once, when the page is built
};
using PageFiles = std::vector<PageFile>;

}  // namespace dure
