# ccache and mold when they are there; neither is needed.
find_program(DURE_CCACHE ccache)
if(DURE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DURE_CCACHE})
endif()
find_program(DURE_MOLD mold)
if(DURE_MOLD AND NOT DURE_COVERAGE)
  add_link_options(-fuse-ld=mold)
endif()
