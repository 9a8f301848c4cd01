// CHECK: for our own bugs, never for what comes from outside. It stays on in release builds.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace dure {

[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, what);
  std::abort();
}

}  // namespace dure

#define CHECK(x) ((x) ? void() : ::dure::check_failed(#x, __FILE__, __LINE__))
