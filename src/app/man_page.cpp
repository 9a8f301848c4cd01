#include "app/man_page.h"

#include <algorithm>
#include <string_view>

#include "app/command.h"
#include "app/command_notes.h"

namespace dure {
namespace {

constexpr std::string_view kDate = "2026-11-29";  // of kVersion: pages are the same bytes each time

// Text that roff prints as it is.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with("…")) {
      out += "...";
      i += std::string_view("…").size() - 1;
    } else if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '\n') {
      out += ' ';
    } else {
      out += c;
    }
  }
  if (out.starts_with('.')) out.insert(0, "\\&");
  return out;
}
// As an argument of a macro.
std::string in_quotes(std::string_view text) {
  std::string out = plain(text);
  for (std::size_t at = out.find('"'); at != std::string::npos; at = out.find('"', at + 4))
    out.replace(at, 1, "\\(dq");
  return '"' + out + '"';
}
std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

void section(std::string& out, std::string_view name) { out += ".SH " + in_quotes(name) + "\n"; }
void item(std::string& out, const std::string& head, std::string_view text) {
  out += ".TP\n" + head + "\n" + plain(text) + "\n";
}

std::string program_words(const CommandInfo& c) {
  return c.path.empty() ? "dure" : "dure " + c.path;
}

void synopsis(std::string& out, const CommandInfo& c) {
  section(out, "SYNOPSIS");
  out += bold(program_words(c));
  const bool has_options = std::any_of(c.options.begin(), c.options.end(),
                                       [](const OptionInfo& o) { return !o.positional; });
  if (has_options) out += " [" + italic("OPTION") + "]...";
  for (const OptionInfo& o : c.options) {
    if (!o.positional) continue;
    const std::string word = italic(o.value) + (o.many ? "..." : "");
    out += o.required ? " " + word : " [" + word + "]";
  }
  out += "\n";
  if (c.commands.empty()) return;
  out += ".br\n" + bold(program_words(c)) + " " + italic("COMMAND") + " ...\n";
}

std::string head_of(const OptionInfo& o) {
  std::string head;
  for (const std::string& name : o.names)
    head += (head.empty() ? "" : ", ") + (o.positional ? italic(name) : bold(name));
  if (!o.positional && o.takes != Takes::nothing) head += " " + italic(o.value);
  return head;
}

void options(std::string& out, const CommandInfo& c) {
  section(out, "OPTIONS");
  for (const OptionInfo& o : c.options) {
    std::string text = o.help;
    if (o.positional && !o.choices.empty()) {
      text += ": ";
      for (const std::string& choice : o.choices)
        text += choice + (&choice == &o.choices.back() ? "" : ", ");
    }
    if (!o.standard.empty()) text += " (" + o.standard + ")";
    if (o.many && !o.positional) text += "; may be given again";
    item(out, head_of(o), text);
  }
}

}  // namespace

std::string man_name(const CommandInfo& command) {
  std::string name = command.path.empty() ? "dure" : "dure-" + command.path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string man_page(const CommandInfo& c) {
  const CommandNotes* notes = notes_of(c.path);
  const std::string name = man_name(c);
  std::string title = name;
  for (char& letter : title)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  std::string out = ".\\\" made by: dure man\n.TH " + in_quotes(title) + " 1 \"" +
                    std::string(kDate) + "\" " + in_quotes("dure " + std::string(kVersion)) + " " +
                    in_quotes("Manual of Dure") + "\n";
  section(out, "NAME");
  out += plain(name) + " \\- " + plain(c.help) + "\n";
  synopsis(out, c);
  section(out, "DESCRIPTION");
  out += plain(notes == nullptr ? c.help : notes->text) + "\n";
  if (!c.commands.empty()) {
    section(out, "COMMANDS");
    for (const CommandInfo& sub : c.commands) item(out, bold(sub.name), sub.help);
  }
  options(out, c);
  const bool hub = c.asks_hub();
  section(out, "ENVIRONMENT");
  for (const Meaning& m : environment(hub)) item(out, bold(m.what), m.means);
  section(out, "EXIT STATUS");
  for (const Meaning& m : exit_statuses()) item(out, bold(m.what), m.means);
  if (notes != nullptr && !notes->examples.empty()) {
    section(out, "EXAMPLES");
    for (const Example& e : notes->examples) item(out, bold(e.line), e.what);
  }
  section(out, "FILES");
  for (const Meaning& m : files(hub)) item(out, italic(m.what), m.means);
  section(out, "SEE ALSO");
  std::vector<std::string> see;
  if (!c.path.empty()) see.push_back("dure");
  if (notes != nullptr)
    for (std::string path : notes->see) {
      std::replace(path.begin(), path.end(), ' ', '-');
      see.push_back("dure-" + path);
    }
  for (const std::string& s : see)
    out += ".BR " + plain(s) + " (1)" + (&s == &see.back() ? "" : ",") + "\n";
  return out;
}

std::vector<const CommandInfo*> all_commands(const CommandInfo& program) {
  std::vector<const CommandInfo*> out{&program};
  for (const CommandInfo& c : program.commands)
    for (const CommandInfo* below : all_commands(c)) out.push_back(below);
  return out;
}

}  // namespace dure
