# The built pages go into the program by .incbin: the report's (web/dist/index.html, one file) and the hub's
# (all of web/dist/hub, each file packed by gzip). Run as a script (cmake -DFROM= -DTO= -P), this copies the
# report's if it differs, or leaves an empty file where none is built, and lists the hub's files, or none, for
# src/app/hub_page.S; included, it defines add_page(TARGET).
if(CMAKE_SCRIPT_MODE_FILE)
  if(EXISTS ${FROM}/index.html)
    file(COPY_FILE ${FROM}/index.html ${TO}/index.html ONLY_IF_DIFFERENT)
  else()
    file(CONFIGURE OUTPUT ${TO}/index.html CONTENT "")
  endif()
  file(GLOB_RECURSE files RELATIVE ${FROM}/hub ${FROM}/hub/*.gz)
  list(SORT files)
  set(list "")
  foreach(file IN LISTS files)
    file(SHA256 ${FROM}/hub/${file} hash)  # a file that changes changes the list, too
    string(REGEX REPLACE "\\.gz$" "" name ${file})
    string(APPEND list "/* ${hash} */\n.asciz \"${name}\"\n.quad 2f - 1f\n1: .incbin \"${FROM}/hub/${file}\"\n2:\n")
  endforeach()
  file(CONFIGURE OUTPUT ${TO}/hub_page.inc CONTENT "${list}" @ONLY)
  return()
endif()

function(add_page target)
  set(to ${CMAKE_BINARY_DIR}/page)
  # Looked at in every build: the pages may be built, or go, after configure.
  add_custom_target(dure_page BYPRODUCTS ${to}/index.html ${to}/hub_page.inc VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFROM=${CMAKE_SOURCE_DIR}/web/dist -DTO=${to} -P ${CMAKE_SOURCE_DIR}/cmake/Page.cmake)
  add_dependencies(${target} dure_page)
  set(report ${CMAKE_SOURCE_DIR}/src/app/page.S)
  set(hub ${CMAKE_SOURCE_DIR}/src/app/hub_page.S)
  target_sources(${target} PRIVATE ${report} ${hub})
  set_source_files_properties(${report} ${hub} PROPERTIES COMPILE_OPTIONS "-I${to}")
  set_source_files_properties(${report} PROPERTIES OBJECT_DEPENDS ${to}/index.html)
  set_source_files_properties(${hub} PROPERTIES OBJECT_DEPENDS ${to}/hub_page.inc)
endfunction()
