// The report page that was built into this program: one HTML file that works offline (web/).
#pragma once

#include <string_view>

namespace dure {

// Empty where the page was not built (./build does; the debug and fuzz presets need not).
std::string_view report_page();

}  // namespace dure
