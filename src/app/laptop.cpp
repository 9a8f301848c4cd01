#include "app/laptop.h"

// laptop.S
extern "C" const char dure_laptop_begin[];
extern "C" const char dure_laptop_end[];

namespace dure {

std::string_view laptop_yaml() {
  return {dure_laptop_begin, static_cast<std::size_t>(dure_laptop_end - dure_laptop_begin)};
}

}  // namespace dure
