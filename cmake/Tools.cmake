# ccache and mold when they are there; neither is needed.
find_program(DURE_CCACHE ccache)
if(DURE_CCACHE)
  # What was compiled in another checkout is the same here.
  # pch_defines, time_macros: else nothing that has a precompiled header is ever found again; nor is
  # the header itself, without include_file_*, for CMake writes its source a moment before.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${DURE_CCACHE})
endif()
find_program(DURE_MOLD mold)
if(DURE_MOLD AND NOT DURE_COVERAGE)
  add_link_options(-fuse-ld=mold)
endif()
