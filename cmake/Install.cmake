# The program, its manual pages and its completions, in their places. Pages and completions are printed
# by the program itself, so what is installed says what --help says.
include(GNUInstallDirs)
install(TARGETS dure RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(made ${CMAKE_BINARY_DIR}/install)
install(CODE "
  file(MAKE_DIRECTORY ${made})
  execute_process(COMMAND $<TARGET_FILE:dure> man --out ${made}/man1 COMMAND_ERROR_IS_FATAL ANY)
  foreach(shell bash zsh fish)
    execute_process(COMMAND $<TARGET_FILE:dure> completion \${shell} OUTPUT_FILE ${made}/dure.\${shell}
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/models ${CMAKE_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/dure)
install(DIRECTORY ${made}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${made}/dure.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME dure)
install(FILES ${made}/dure.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _dure)
install(FILES ${made}/dure.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
