# Flags of every target. -ffp-contract=off: gcc and clang must round alike (same record, same bytes).
add_library(dure_flags INTERFACE)
target_compile_options(dure_flags INTERFACE -Wall -Wextra -Wconversion -Werror -ffp-contract=off
                                            -fno-omit-frame-pointer)
# CHECK(!"what cannot be") is how we mark a place that is not reached.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(dure_flags INTERFACE -Wno-string-conversion)
endif()
# g++ 12 at -O3 sees an overlap in std::string's operator+ that is not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_FLAGS_RELEASE MATCHES "-O3")
  target_compile_options(dure_flags INTERFACE -Wno-restrict)
endif()
if(DURE_SANITIZE)
  # Without four checks of undefined behaviour that double the time to compile (44 to 22 s of a test):
  # the address sanitizer finds most of what the first two do, and few places cast pointers.
  target_compile_options(dure_flags INTERFACE -fsanitize=${DURE_SANITIZE} -fno-sanitize-recover=all
                                              -fno-sanitize=null,object-size,alignment,vptr)
  target_link_options(dure_flags INTERFACE -fsanitize=${DURE_SANITIZE})
endif()
if(DURE_COVERAGE)
  target_compile_options(dure_flags INTERFACE --coverage)
  target_link_options(dure_flags INTERFACE --coverage)
endif()
