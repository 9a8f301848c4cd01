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

Place locate(const Document& doc, std::string_view path) {
  const DocNode* node = &doc.root;
  Place place = node->place;
  while (!path.empty()) {
    if (path[0] == '[') {
      std::size_t i = 0;
      const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), i);
      if (error != std::errc{} || node->kind != DocNode::Kind::list || i >= node->items.size())
        break;
      path.remove_prefix(static_cast<std::size_t>(end - path.data()) + 1);
      node = &node->items[i];
      place = node->place;
    } else {
      if (path[0] == '.') path.remove_prefix(1);
      const std::string_view name = path.substr(0, path.find_first_of(".["));
      path.remove_prefix(name.size());
      const DocNode* const child = node->find(name);
      if (child == nullptr) break;
      node = child;
      place = node->place;
    }
  }
  return place;
}

}  // namespace dure
