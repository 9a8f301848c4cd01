#include "app/command_tree.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dure {
namespace {

struct Named {
  std::string_view name;
  Takes takes;
};
// "COMMAND OPTION" goes before OPTION alone.
constexpr std::array kTakes{
    Named{"submit JOB", Takes::file},
    Named{"submit COMMAND", Takes::file},
    Named{"help COMMAND", Takes::command_name},
    Named{"man COMMAND", Takes::command_name},
    Named{"JOB", Takes::job},
    Named{"--job", Takes::job},
    Named{"--after", Takes::job},
    Named{"SITE", Takes::site},
    Named{"--site", Takes::site},
    Named{"PLACE", Takes::place},
    Named{"--member", Takes::member},
    Named{"--owner", Takes::member},
    Named{"--pool", Takes::pool},
    Named{"ACCOUNT", Takes::account},
    Named{"SCENARIO", Takes::file},
    Named{"--scenario", Takes::file},
    Named{"CONFIG", Takes::file},
    Named{"LOG", Takes::file},
    Named{"RECORD", Takes::file},
    Named{"STORE", Takes::file},
    Named{"PIPELINE.yaml", Takes::file},
    Named{"data add --from", Takes::file},
    Named{"--check", Takes::file},
    Named{"--schedule", Takes::file},
    Named{"--nodes", Takes::file},
    Named{"--script", Takes::file},
    Named{"--token-file", Takes::file},
    Named{"--ca-file", Takes::file},
    Named{"--out", Takes::folder},
    Named{"--folder", Takes::folder},
};

Takes takes_of(const std::string& path, const std::string& name) {
  for (const std::string& key : {path + " " + name, name})
    for (const Named& n : kTakes)
      if (n.name == key) return n.takes;
  return Takes::text;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// CLI11 has no list of an option's choices, but its type says them: "TEXT:{fcfs,easy}".
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t from = type.find('{'), to = type.rfind('}');
  if (from == std::string::npos || to == std::string::npos || to < from) return {};
  return CLI::detail::split(type.substr(from + 1, to - from - 1), ',');
}

std::string value_word(const OptionInfo& o, const std::string& type, const std::string& longest) {
  switch (o.takes) {
    case Takes::nothing: return "";
    case Takes::choice: break;
    case Takes::file: return "FILE";
    case Takes::folder: return "FOLDER";
    case Takes::command_name: return "COMMAND";
    case Takes::job: return "JOB";
    case Takes::site: return "SITE";
    case Takes::place: return "PLACE";
    case Takes::member: return "MEMBER";
    case Takes::pool: return "POOL";
    case Takes::account: return "ACCOUNT";
    case Takes::text:
      if (type.starts_with("INT") || type.starts_with("UINT")) return "N";
      if (type.starts_with("FLOAT")) return "X";
      return upper(longest);
  }
  std::string out;
  for (const std::string& c : o.choices) out += (out.empty() ? "" : "|") + c;
  return out;
}

OptionInfo option_of(const CLI::Option& option, const std::string& path) {
  OptionInfo o;
  o.help = option.get_description();
  o.required = option.get_required();
  o.standard = option.get_default_str();
  o.positional = option.get_positional();
  o.many = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  std::string longest;
  if (o.positional) {
    longest = option.get_name(true, false);
    o.names.push_back(longest);
  } else {
    for (const std::string& s : option.get_snames()) o.names.push_back("-" + s);
    for (const std::string& l : option.get_lnames()) o.names.push_back("--" + l);
    longest = option.get_lnames().empty() ? option.get_snames()[0] : option.get_lnames()[0];
    // An option that takes one value each time may be given again.
    o.many = o.many || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  }
  if (option.get_items_expected_max() == 0) return o;  // a flag
  const std::string type = option.get_type_name();
  o.choices = choices_of(type);
  o.takes =
      o.choices.empty() ? takes_of(path, o.positional ? longest : "--" + longest) : Takes::choice;
  o.value = o.positional ? longest : value_word(o, type, longest);
  return o;
}

CommandInfo command_of(const CLI::App& app, const std::string& path) {
  CommandInfo out;
  out.name = app.get_name();
  out.path = path;
  out.help = app.get_description();
  for (const CLI::Option* option : app.get_options())
    out.options.push_back(option_of(*option, path));
  std::stable_partition(out.options.begin(), out.options.end(),
                        [](const OptionInfo& o) { return o.positional; });
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_group().empty()) continue;  // hidden
    out.commands.push_back(command_of(*sub, (path.empty() ? "" : path + " ") + sub->get_name()));
  }
  return out;
}

}  // namespace

const CommandInfo* CommandInfo::find(const std::vector<std::string>& words) const {
  const CommandInfo* at = this;
  for (const std::string& word : words) {
    const auto it = std::find_if(at->commands.begin(), at->commands.end(),
                                 [&](const CommandInfo& c) { return c.name == word; });
    if (it == at->commands.end()) return nullptr;
    at = &*it;
  }
  return at;
}

bool CommandInfo::asks_hub() const {
  return std::any_of(options.begin(), options.end(), [](const OptionInfo& o) {
    return std::find(o.names.begin(), o.names.end(), "--hub") != o.names.end();
  });
}

CommandInfo command_tree(const CLI::App& app) { return command_of(app, ""); }

}  // namespace dure
