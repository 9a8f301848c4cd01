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
  target_compile_options(dure_flags INTERFACE -fsanitize=${DURE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(dure_flags INTERFACE -fsanitize=${DURE_SANITIZE})
endif()
if(DURE_COVERAGE)
  target_compile_options(dure_flags INTERFACE --coverage)
  target_link_options(dure_flags INTERFACE --coverage)
endif()
