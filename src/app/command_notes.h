// What is said of a command beside its options: a paragraph and examples, for --help and its manual
// page. A command without a line here fails tests/app/command_docs_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dure {

struct Example {
  const char* line;  // as it is typed
  const char* what;
};
struct CommandNotes {
  const char* path;  // "submit", "trace inspect"; "": the program
  const char* text;  // for the manual page
  std::vector<Example> examples;
  std::vector<const char*> see;  // paths of other commands
};

const CommandNotes* notes_of(std::string_view path);
std::string examples_text(const CommandNotes& notes);  // below --help

// The same for all commands.
struct Meaning {
  const char* what;
  const char* means;
};
const std::vector<Meaning>& exit_statuses();
const std::vector<Meaning>& environment(bool asks_hub);
const std::vector<Meaning>& files(bool asks_hub);

}  // namespace dure
