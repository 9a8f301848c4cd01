#include "io/doc_loader.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "io/yaml_door.h"

namespace dure {
namespace {

constexpr std::size_t kMostFiles = 256;
constexpr std::size_t kDeepestInclude = 16;

using Kind = DocNode::Kind;

class Loader {
 public:
  Loader(Loaded& out, const ReadText& read_text) : out_(out), read_text_(read_text) {}

  // The tree of one file with all that it includes. from: the `include` that names it.
  std::optional<DocNode> load(const std::string& path, const DocNode* from) {
    const std::string where = from != nullptr ? at(from->place) : path;
    const std::string name = std::filesystem::path(path).lexically_normal().generic_string();
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      if (chain_[i] != name) continue;
      std::string ring;
      for (; i < chain_.size(); ++i) ring += chain_[i] + " -> ";
      return fault({where, "files that do not include each other", ring + name, ""});
    }
    for (const std::string& file : out_.doc.files) {
      if (file == name)
        return fault(
            {where, "each file once", quoted_text(name) + " again", "its rows would count twice"});
    }
    if (chain_.size() >= kDeepestInclude || out_.doc.files.size() >= kMostFiles)
      return fault({where,
                    "includes at most " + std::to_string(kDeepestInclude) + " deep and " +
                        std::to_string(kMostFiles) + " files",
                    "one more", ""});
    Result<std::string> text = read_text_(name);
    if (!text) {
      Fault f = text.fault();
      if (from != nullptr) f.where = where;
      return fault(std::move(f));
    }
    const auto file = static_cast<std::uint32_t>(out_.doc.files.size());
    out_.doc.files.push_back(name);
    std::optional<DocNode> tree = parse_yaml(text.value(), out_.doc.files, file, out_.faults);
    if (!tree) {
      out_.whole = false;
      return std::nullopt;
    }
    DocNode root = std::move(*tree);
    if (root.kind != Kind::map)
      return fault({at(root.place), "a map of keys at the top of the file", found_text(root), ""});
    chain_.push_back(name);
    DocNode whole = with_included(std::move(root), path);
    chain_.pop_back();
    return whole;
  }

 private:
  std::string at(Place place) const { return to_string(out_.doc.files, place); }
  std::nullopt_t fault(Fault f) {
    out_.whole = false;
    out_.faults.push_back(std::move(f));
    return std::nullopt;
  }

  DocNode with_included(DocNode root, const std::string& path) {
    std::vector<DocNode> named;
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
      if (root.keys[i].name != "include") continue;
      if (root.items[i].kind == Kind::list)
        named = std::move(root.items[i].items);
      else
        named.push_back(std::move(root.items[i]));
      root.keys.erase(root.keys.begin() + static_cast<std::ptrdiff_t>(i));
      root.items.erase(root.items.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    std::optional<DocNode> below;
    for (const DocNode& name : named) {
      if (name.kind != Kind::scalar || name.text.empty() || name.text[0] == '/' ||
          name.text.find('\0') != std::string::npos) {
        fault({at(name.place) + ": include", "a path relative to this file, or a list of such",
               found_text(name), ""});
        continue;
      }
      const std::filesystem::path beside = std::filesystem::path(path).parent_path() / name.text;
      std::optional<DocNode> tree = load(beside.generic_string(), &name);
      if (!tree) continue;
      if (!below)
        below = std::move(tree);
      else
        merge(*below, std::move(*tree), "", false);
    }
    if (!below) return root;
    below->place = root.place;
    merge(*below, std::move(root), "", true);
    return std::move(*below);
  }

  // Adds upper to lower; both are maps. upper_wins: upper is the including file.
  void merge(DocNode& lower, DocNode upper, const std::string& path, bool upper_wins) {
    for (std::size_t i = 0; i < upper.keys.size(); ++i) {
      const std::string field = path + (path.empty() ? "" : ".") + upper.keys[i].name;
      DocNode& mine = upper.items[i];
      DocNode* const there = lower.find(upper.keys[i].name);
      if (there == nullptr) {
        lower.keys.push_back(std::move(upper.keys[i]));
        lower.items.push_back(std::move(mine));
      } else if (there->kind == Kind::list && mine.kind == Kind::list) {
        for (DocNode& row : mine.items) there->items.push_back(std::move(row));
      } else if (there->kind == Kind::map && mine.kind == Kind::map) {
        if (upper_wins) there->place = mine.place;
        merge(*there, std::move(mine), field, upper_wins);
      } else if (there->kind != mine.kind && there->kind != Kind::null && mine.kind != Kind::null) {
        fault({at(mine.place) + ": " + field, found_text(*there) + " as at " + at(there->place),
               found_text(mine), "the same key in two files"});
      } else if (upper_wins) {
        *there = std::move(mine);
      } else {
        fault({at(mine.place) + ": " + field, "one value in all included files",
               found_text(mine) + " here and " + found_text(*there) + " at " + at(there->place),
               "remove one of them"});
      }
    }
  }

  Loaded& out_;
  const ReadText& read_text_;
  std::vector<std::string> chain_;
};

// ---- settings ----

void move_to(DocNode& node, Place place) {
  node.place = place;
  for (DocKey& k : node.keys) k.place = place;
  for (DocNode& child : node.items) move_to(child, place);
}

// The row that [text] picks: by number, or by the row's id.
Result<DocNode*> pick(DocNode& list, std::string_view text, const std::string& where) {
  if (const DocNode* const row = find_row(list, text)) return const_cast<DocNode*>(row);
  const std::string found = "[" + std::string(text) + "]";
  if (text.find_first_not_of("0123456789") == std::string_view::npos)
    return Fault{where, "a row from 0 to " + std::to_string(list.items.size()) + " (excluded)",
                 found, ""};
  std::vector<std::string_view> ids;
  for (const DocNode& row : list.items)
    if (const DocNode* const id = row.find("id")) ids.push_back(id->text);
  return Fault{where, "the number or the id of a row", found, name_hint(text, ids)};
}

std::optional<Fault> set(Document& doc, const std::string& setting) {
  const std::string where = "--set " + setting;
  const std::size_t equals = setting.find('=');
  const auto bad_path = [&] {
    return Fault{where, "path=value, like policy.order=arrival or sites[ulsan].pue=1.3",
                 quoted_text(setting), ""};
  };
  if (equals == std::string::npos || equals == 0) return bad_path();
  const auto file = static_cast<std::uint32_t>(doc.files.size());
  doc.files.push_back(where);
  const Place place{file, 0, 0};
  DocNode value;
  const std::string_view text = std::string_view(setting).substr(equals + 1);
  if (text.find_first_not_of(' ') == std::string_view::npos)
    return Fault{where, "a value after =", "nothing", "write null for none"};
  if (text != "null" && text != "~") {
    Faults faults;
    std::optional<DocNode> parsed = parse_yaml(text, doc.files, file, faults);
    if (!faults.empty()) {
      faults.front().where = where;
      return faults.front();
    }
    value = std::move(*parsed);
  }
  move_to(value, place);

  std::string_view rest = std::string_view(setting).substr(0, equals);
  DocNode* node = &doc.root;
  std::size_t steps = 0;
  while (!rest.empty()) {
    if (++steps > kDeepest / 2) return bad_path();
    if (rest[0] == '[') {
      const std::size_t close = rest.find(']');
      if (close == std::string_view::npos || close < 2) return bad_path();
      if (node->kind != Kind::list) return Fault{where, "a list before [", found_text(*node), ""};
      Result<DocNode*> row = pick(*node, rest.substr(1, close - 1), where);
      if (!row) return row.fault();
      node = row.value();
      rest.remove_prefix(close + 1);
      if (!rest.empty() && rest[0] == '.' && rest.size() > 1)
        rest.remove_prefix(1);
      else if (!rest.empty() && rest[0] != '[')
        return bad_path();
      continue;
    }
    const std::size_t end = rest.find_first_of(".[");
    const std::string_view name = rest.substr(0, end);
    if (name.empty()) return bad_path();
    if (node->kind == Kind::null) node->kind = Kind::map;
    if (node->kind != Kind::map)
      return Fault{where, "a map before " + quoted_text(name), found_text(*node),
                   node->kind == Kind::list ? "pick a row with [number] or [id]" : ""};
    DocNode* child = node->find(name);
    if (child == nullptr) {  // a default is set, or the reader finds an unknown key
      node->keys.push_back({std::string(name), place});
      node->items.emplace_back();
      child = &node->items.back();
      child->place = place;
    }
    node = child;
    rest.remove_prefix(name.size());
    if (!rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      if (rest.empty()) return bad_path();
    }
  }
  *node = std::move(value);
  return std::nullopt;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const auto cannot = [&](const std::string& why) {
    return Fault{path, "a file that can be read", why + ": " + path, ""};
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return cannot("a folder");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return cannot(errno != 0 ? std::strerror(errno) : "none");
  std::string text;
  char buffer[1 << 16];
  while (text.size() <= kLargestYaml && (in.read(buffer, sizeof buffer) || in.gcount() > 0))
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return cannot("an error while reading");
  return text;
}

Loaded load_document(const std::string& path, std::span<const std::string> settings,
                     const ReadText& read_text) {
  Loaded out;
  std::optional<DocNode> root = Loader(out, read_text).load(path, nullptr);
  if (!root) return out;
  out.doc.root = std::move(*root);
  for (const std::string& setting : settings) {
    if (auto fault = set(out.doc, setting)) out.faults.push_back(std::move(*fault));
  }
  return out;
}

}  // namespace dure
