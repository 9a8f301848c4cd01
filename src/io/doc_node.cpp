#include "io/doc_node.h"

#include <charconv>

namespace dure {

std::string to_string(const std::vector<std::string>& files, Place place) {
  std::string s = files.at(place.file);
  if (place.line != 0) s += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
  return s;
}

std::string quoted_text(std::string_view text) {
  std::string s = "'";
  std::size_t characters = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if ((u & 0xc0) != 0x80 && ++characters > 60) return s + "…'";
    if (c == '\n') {
      s += "\\n";
    } else if (u < 0x20 || u == 0x7f) {
      s += "\\x";
      s += "0123456789abcdef"[u >> 4];
      s += "0123456789abcdef"[u & 15];
    } else {
      s += c;
    }
  }
  return s + "'";
}

std::string found_text(const DocNode& node) {
  switch (node.kind) {
    case DocNode::Kind::null: return "nothing";
    case DocNode::Kind::list: return "a list of " + std::to_string(node.items.size());
    case DocNode::Kind::map: return "a map";
    case DocNode::Kind::scalar: break;
  }
  return node.quoted ? quoted_text(node.text) + " in quotes" : quoted_text(node.text);
}

const DocNode* find_row(const DocNode& list, std::string_view text) {
  std::size_t i = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), i);
  if (error == std::errc{} && end == text.data() + text.size())
    return i < list.items.size() ? &list.items[i] : nullptr;
  for (const DocNode& row : list.items) {
    const DocNode* const id = row.find("id");
    if (id != nullptr && id->text == text) return &row;
  }
  return nullptr;
}

Place locate(const Document& doc, std::string_view path) {
  const DocNode* node = &doc.root;
  Place place = node->place;
  while (!path.empty()) {
    const DocNode* child = nullptr;
    if (path[0] == '[') {
      const std::size_t close = path.find(']');
      if (close == std::string_view::npos || node->kind != DocNode::Kind::list) break;
      child = find_row(*node, path.substr(1, close - 1));
      path.remove_prefix(close + 1);
    } else {
      if (path[0] == '.') path.remove_prefix(1);
      const std::string_view name = path.substr(0, path.find_first_of(".[: "));
      path.remove_prefix(name.size());
      child = node->find(name);
    }
    if (child == nullptr) break;
    node = child;
    place = node->place;
  }
  return place;
}

}  // namespace dure
