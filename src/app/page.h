// The pages that were built into this program (web/): of a report, and of the hub.
#pragma once

#include <string_view>

#include "live/api/page_files.h"

namespace dure {

// One HTML file that works offline. Empty where the page was not built (./build.sh does; the debug
// and fuzz presets need not).
std::string_view report_page();
// What the hub serves. None likewise.
PageFiles hub_page();

}  // namespace dure
