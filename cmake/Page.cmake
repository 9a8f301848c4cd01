# The report page (web/dist/index.html, one file) goes into the program by .incbin. Run as a script
# (cmake -DFROM= -DTO= -P), this copies the page if it differs, or leaves an empty file where no page is
# built; included, it defines add_page(TARGET).
if(CMAKE_SCRIPT_MODE_FILE)
  if(EXISTS ${FROM})
    file(COPY_FILE ${FROM} ${TO} ONLY_IF_DIFFERENT)
  else()
    file(CONFIGURE OUTPUT ${TO} CONTENT "")
  endif()
  return()
endif()

function(add_page target)
  set(page ${CMAKE_BINARY_DIR}/page/index.html)
  # Looked at in every build: the page may be built, or go, after configure.
  add_custom_target(dure_page BYPRODUCTS ${page} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFROM=${CMAKE_SOURCE_DIR}/web/dist/index.html -DTO=${page}
            -P ${CMAKE_SOURCE_DIR}/cmake/Page.cmake)
  add_dependencies(${target} dure_page)
  target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src/app/page.S)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/app/page.S PROPERTIES
    OBJECT_DEPENDS ${page} COMPILE_OPTIONS "-I${CMAKE_BINARY_DIR}/page")
endfunction()
