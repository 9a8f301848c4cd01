// A document as read: a tree of maps, lists and scalars that know where they stand. Neutral: no
// type of the library that parsed it is seen here. Invariants: 1. A map has one key for each item,
// and no key twice.  2. No file is deeper than kDeepest, and --set adds at most as much: whoever
// walks a tree may recurse.  3. All text is valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

inline constexpr std::size_t kDeepest = 64;

struct Place {
  std::uint32_t file = 0;              // of Document::files
  std::uint32_t line = 0, column = 0;  // from 1, the column in characters; 0: no line (--set)
};

struct DocKey {
  std::string name;
  Place place;
};

struct DocNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  bool quoted = false;       // a scalar that cannot be a number, true, false
  std::string text;          // of a scalar
  std::vector<DocKey> keys;  // of a map, one for each of items
  std::vector<DocNode> items;
  Place place;

  const DocNode* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].name == key) return &items[i];
    }
    return nullptr;
  }
  DocNode* find(std::string_view key) {
    return const_cast<DocNode*>(static_cast<const DocNode&>(*this).find(key));
  }
};

struct Document {
  DocNode root;
  std::vector<std::string> files;
};

// "file:line:column"
std::string to_string(const std::vector<std::string>& files, Place place);

// What a person wrote, short and on one line: 'abc', a map, a list of 3, nothing.
std::string found_text(const DocNode& node);
// Text in '…', cut after 60 characters, control characters spelt out.
std::string quoted_text(std::string_view text);

// The row of a list that [text] picks: by number, or by the row's id; nullptr if there is none.
const DocNode* find_row(const DocNode& list, std::string_view text);

// Where sites[3].grid[0].month stands, or its nearest ancestor that the document has. What follows
// the path ("rates[3] (general_b)") is not read.
Place locate(const Document& doc, std::string_view path);

}  // namespace dure
