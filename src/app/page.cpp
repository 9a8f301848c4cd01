#include "app/page.h"

// page.S
extern "C" const char dure_page_begin[];
extern "C" const char dure_page_end[];

namespace dure {

std::string_view report_page() { return {dure_page_begin, dure_page_end}; }

}  // namespace dure
