// dure help, man, completion, and complete, which shells call: all that is said about the commands.
#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "app/command.h"
#include "app/completion.h"
#include "app/man_page.h"
#include "app/program.h"
#include "io/atomic_file.h"

namespace dure {
namespace {

Fault no_such_command(const char* where, const std::vector<std::string>& words) {
  return Fault{where, "a command", CLI::detail::join(words, " "), "dure help lists them"};
}

int help(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* about = &app;
  for (const std::string& word : words) {
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : about->get_subcommands([](const CLI::App*) { return true; }))
      if (sub->get_name() == word) next = sub;
    if (next == nullptr) return complain(no_such_command("help", words));
    about = next;
  }
  fmt::print("{}", about->help());
  return kDone;
}

int man(const CLI::App& app, const std::vector<std::string>& words, const std::string& folder) {
  const CommandInfo program = command_tree(app);
  const CommandInfo* about = program.find(words);
  if (about == nullptr) return complain(no_such_command("man", words));
  if (folder.empty()) {
    fmt::print("{}", man_page(*about));
    return kDone;
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return complain(Fault{folder, "a folder", error.message(), ""});
  for (const CommandInfo* c : all_commands(*about)) {
    TRY_OR_COMPLAIN(done, write_file(folder + "/" + man_name(*c) + ".1", man_page(*c)));
    (void)done;
  }
  return kDone;
}

int print_completion(const CLI::App& app, const std::vector<std::string>& words) {
  const Completion c = complete(command_tree(app), words, known_to_hub);
  for (const Candidate& candidate : c.candidates)
    fmt::print("{}{}{}\n", candidate.text, candidate.help.empty() ? "" : "\t", candidate.help);
  fmt::print(":{}\n", c.paths == Takes::file     ? "files"
                      : c.paths == Takes::folder ? "folders"
                                                 : "none");
  return kDone;
}

}  // namespace

void add_help_commands(CLI::App& app, int& exit_code) {
  struct Options {
    std::vector<std::string> words;
    std::string folder, shell;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("help", "What a command does and takes");
  c->add_option("COMMAND", o->words, "One of the commands; none: all of them");
  c->callback([&app, o, &exit_code] { exit_code = help(app, o->words); });

  o = std::make_shared<Options>();
  c = app.add_subcommand("man", "Manual pages");
  c->add_option("COMMAND", o->words, "One of the commands; none: dure itself");
  c->add_option("--out", o->folder, "Write all of them, from COMMAND on, into this folder");
  c->callback([&app, o, &exit_code] { exit_code = man(app, o->words, o->folder); });

  o = std::make_shared<Options>();
  c = app.add_subcommand("completion", "The script that completes dure in a shell");
  c->add_option("SHELL", o->shell, "Of which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  c->callback([o, &exit_code] {
    fmt::print("{}", *completion_script(o->shell));
    exit_code = kDone;
  });

  o = std::make_shared<Options>();
  c = app.add_subcommand("complete", "For shells: what may stand at the end of WORD...");
  c->group("");  // hidden
  c->add_option("WORD", o->words, "After the program's name; the last one may be empty");
  c->callback([&app, o, &exit_code] { exit_code = print_completion(app, o->words); });
}

}  // namespace dure
