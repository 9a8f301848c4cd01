// Every command is documented: help with examples, a manual page, completion; and what completion
// offers at each place of a line.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/command_notes.h"
#include "app/completion.h"
#include "app/man_page.h"
#include "app/program.h"

namespace dure {
namespace {

struct Program {
  Program() { add_commands(app, exit_code); }
  CLI::App app;
  int exit_code = 0;
};

const CommandInfo& tree() {
  static Program program;
  static const CommandInfo tree = command_tree(program.app);
  return tree;
}

std::vector<Candidate> hub_of_test(Takes takes, const std::string& begun, const std::string& hub) {
  std::vector<Candidate> out;
  const auto add = [&](const std::string& text) { out.push_back({text, "help"}); };
  if (takes == Takes::job)
    for (const char* job : {"17", "18"}) add(job + (hub.empty() ? "" : "@" + hub));
  if (takes == Takes::site)
    for (const char* site : {"seoul", "ulsan"}) add(site);
  if (takes == Takes::place && begun.find('/') == std::string::npos)
    for (const char* place : {"seoul", "seoul/"}) add(place);
  if (takes == Takes::place && begun.find('/') != std::string::npos) add("seoul/n01");
  if (takes == Takes::member)
    for (const char* member : {"sk", "naver"}) add(member);
  if (takes == Takes::pool) add("h100");
  if (takes == Takes::account) add("sk/vision");
  return out;
}

std::vector<std::string> offered(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  const Completion c = complete(tree(), words, hub_of_test);
  for (const Candidate& candidate : c.candidates) out.push_back(candidate.text);
  if (c.paths == Takes::file) out.emplace_back(":files");
  if (c.paths == Takes::folder) out.emplace_back(":folders");
  return out;
}
using Words = std::vector<std::string>;

TEST(CommandDocs, EveryCommandHasNotesWithExamplesThatNameIt) {
  for (const CommandInfo* c : all_commands(tree())) {
    const CommandNotes* notes = notes_of(c->path);
    ASSERT_NE(notes, nullptr) << "src/app/command_notes.cpp has no line for: " << c->path;
    EXPECT_FALSE(notes->examples.empty()) << c->path;
    EXPECT_FALSE(c->help.empty()) << c->path;
    for (const Example& e : notes->examples)
      if (!c->path.empty()) {
        EXPECT_NE(std::string(e.line).find("dure " + c->path), std::string::npos) << e.line;
      }
    for (const std::string path : notes->see)
      EXPECT_NE(tree().find(CLI::detail::split(path, ' ')), nullptr) << c->path << ": " << path;
    for (const OptionInfo& o : c->options)
      EXPECT_FALSE(o.help.empty()) << c->path << " " << o.names[0];
  }
}

TEST(CommandDocs, EveryPageHasItsSectionsAndEveryOption) {
  for (const CommandInfo* c : all_commands(tree())) {
    const std::string page = man_page(*c);
    for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT",
                                "EXIT STATUS", "EXAMPLES", "FILES", "SEE ALSO"})
      EXPECT_NE(page.find(std::string(".SH \"") + section + "\""), std::string::npos)
          << c->path << ": " << section;
    for (const OptionInfo& o : c->options) {
      std::string name = o.names[0];
      for (std::size_t at = name.find('-'); at != std::string::npos; at = name.find('-', at + 2))
        name.replace(at, 1, "\\-");
      EXPECT_NE(page.find(name), std::string::npos) << c->path << ": " << name;
    }
    for (std::size_t at = 0; at < page.size(); ++at)
      EXPECT_LT(static_cast<unsigned char>(page[at]), 128) << c->path << ": not ASCII, byte " << at;
  }
  EXPECT_EQ(man_name(*tree().find({"trace", "inspect"})), "dure-trace-inspect");
}

TEST(CommandDocs, EveryLiveCommandSpeaksJson) {
  for (const CommandInfo* c : all_commands(tree())) {
    if (!c->asks_hub()) continue;
    EXPECT_TRUE(std::any_of(c->options.begin(), c->options.end(), [](const OptionInfo& o) {
      return o.names.back() == "--json";
    })) << c->path;
  }
}

TEST(Completion, EveryCommandIsOfferedAndOffersItsOptions) {
  for (const CommandInfo* c : all_commands(tree())) {
    if (c->path.empty()) continue;
    Words words = CLI::detail::split(c->path, ' ');
    const Words last = offered(words);
    EXPECT_NE(std::find(last.begin(), last.end(), words.back()), last.end()) << c->path;
    words.emplace_back("--");
    const Words options = offered(words);
    for (const OptionInfo& o : c->options)
      for (const std::string& name : o.names)
        if (name.starts_with("--")) {
          EXPECT_NE(std::find(options.begin(), options.end(), name), options.end())
              << c->path << " " << name;
        }
  }
  const Words top = offered({""});
  EXPECT_EQ(std::find(top.begin(), top.end(), "complete"), top.end()) << "it is hidden";
}

TEST(Completion, OffersWhatMayStandThere) {
  EXPECT_EQ(offered({"submi"}), Words{"submit"});
  EXPECT_EQ(offered({"submit", "--tie"}), Words{"--tier"});
  EXPECT_EQ(offered({"submit", "--tier", "s"}), (Words{"scavenger", "standard"}));
  EXPECT_EQ(offered({"submit", "--tier=s"}), (Words{"scavenger", "standard"}));
  EXPECT_EQ(offered({"submit", "--tier", "=", "s"}), (Words{"scavenger", "standard"}));  // bash
  EXPECT_EQ(offered({"submit", "--tier", "="}),
            (Words{"scavenger", "standard", "production", "critical"}));
  EXPECT_EQ(offered({"simulate", "--policy", "f"}), Words{"fcfs"});
  EXPECT_EQ(offered({"simulate", ""}), Words{":files"});
  EXPECT_EQ(offered({"simulate", "x.yaml", "--out", ""}), Words{":folders"});
  EXPECT_EQ(offered({"submit", ""}), Words{":files"});
  EXPECT_EQ(offered({"submit", "--gpus", "2", "--", "./"}), Words{":files"});
  EXPECT_EQ(offered({"submit", "--gpus", ""}), Words{});
  EXPECT_EQ(offered({"trace", "i"}), Words{"inspect"});
  EXPECT_EQ(offered({"help", "trace", "i"}), Words{"inspect"});
  EXPECT_EQ(offered({"completion", ""}), (Words{"bash", "zsh", "fish"}));
  EXPECT_EQ(offered({"show", "--json", "17"}), Words{"17"}) << "a flag takes no value";
  EXPECT_EQ(offered({"show", "--help", "17"}), Words{"17"});
  EXPECT_EQ(offered({"nothing", ""}), Words{});
  EXPECT_EQ(offered({}), offered({""}));
}

TEST(Completion, OffersWhatAHubKnows) {
  EXPECT_EQ(offered({"show", ""}), (Words{"17", "18"}));
  EXPECT_EQ(offered({"show", "17", "1"}), (Words{"17", "18"})) << "show takes several";
  EXPECT_EQ(offered({"explain", "17", ""}), Words{}) << "explain takes one";
  EXPECT_EQ(offered({"forecast", "--job", "18"}), Words{"18"});
  EXPECT_EQ(offered({"submit", "-m", "s"}), Words{"sk"});
  EXPECT_EQ(offered({"reserve", "--pool", ""}), Words{"h100"});
  EXPECT_EQ(offered({"quota", ""}), Words{"sk/vision"});
  EXPECT_EQ(offered({"sites", "u"}), Words{"ulsan"});
  EXPECT_EQ(offered({"drain", "s"}), (Words{"seoul", "seoul/"}));
  EXPECT_EQ(offered({"drain", "seoul/"}), Words{"seoul/n01"});
  EXPECT_EQ(offered({"show", "--hub", "http", ":", "//h", ":", "1", "18"}), Words{"18@http://h:1"})
      << "the hub that the line names is asked";
}

TEST(Completion, NobodyWaitsForAHubThatIsNotThere) {
  EXPECT_TRUE(known_to_hub(Takes::job, "", "http://127.0.0.1:1").empty());
  EXPECT_TRUE(known_to_hub(Takes::site, "", "no url").empty());
}

TEST(Completion, ThereIsAScriptForEachShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    ASSERT_TRUE(completion_script(shell)) << shell;
    EXPECT_NE(completion_script(shell)->find("complete --"), std::string_view::npos);
  }
  EXPECT_FALSE(completion_script("tcsh"));
}

}  // namespace
}  // namespace dure
