# ccache and mold when they are there; neither is needed.
find_program(DURE_CCACHE ccache)
if(DURE_CCACHE)
  # What was compiled in another checkout is the same here.
  # pch_defines, time_macros: else nothing that has a precompiled header is ever found again.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${DURE_CCACHE})
endif()
find_program(DURE_MOLD mold)
if(DURE_MOLD AND NOT DURE_COVERAGE)
  add_link_options(-fuse-ld=mold)
endif()
