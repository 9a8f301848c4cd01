#include "io/describe_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace dure {
namespace {

// Receives the parser's events and grows the tree; false from any of them ends the parse.
class TreeBuilder {
 public:
  explicit TreeBuilder(DocNode& root) : root_(root) {}
  std::string expected, found;  // set when something was wrong
  std::size_t at = 0;           // byte of a syntax error, 0: none

  bool null() {
    next();
    return true;
  }
  bool boolean(bool b) { return scalar(b ? "true" : "false", false); }
  bool number_integer(std::int64_t n) { return scalar(std::to_string(n), false); }
  bool number_unsigned(std::uint64_t n) { return scalar(std::to_string(n), false); }
  bool number_float(double, const std::string& text) { return scalar(text, false); }
  bool string(std::string& text) { return scalar(std::move(text), true); }
  bool binary(nlohmann::json::binary_t&) { return wrong("JSON text", "binary"); }
  bool start_object(std::size_t) { return open(DocNode::Kind::map); }
  bool end_object() { return shut(); }
  bool start_array(std::size_t) { return open(DocNode::Kind::list); }
  bool end_array() { return shut(); }
  bool key(std::string& name) {
    DocNode& map = *open_.back();
    if (map.find(name) != nullptr) return wrong("each key once", quoted_text(name) + " again");
    map.keys.push_back({std::move(name), {}});
    return true;
  }
  bool parse_error(std::size_t byte, const std::string& token, const nlohmann::json::exception&) {
    at = byte;
    return wrong("JSON text", "a syntax error near " + quoted_text(token));
  }

 private:
  bool wrong(std::string e, std::string f) {
    expected = std::move(e);
    found = std::move(f);
    return false;
  }
  // Pointers of open_ stay good: only the innermost grows, and it has no open child.
  DocNode& next() { return open_.empty() ? root_ : open_.back()->items.emplace_back(); }
  bool scalar(std::string text, bool quoted) {
    DocNode& node = next();
    node.kind = DocNode::Kind::scalar;
    node.text = std::move(text);
    node.quoted = quoted;
    return true;
  }
  bool open(DocNode::Kind kind) {
    if (open_.size() >= kDeepest) return wrong("at most 64 levels", "more");
    DocNode& node = next();
    node.kind = kind;
    open_.push_back(&node);
    return true;
  }
  bool shut() {
    open_.pop_back();
    return true;
  }

  DocNode& root_;
  std::vector<DocNode*> open_;
};

}  // namespace

Result<Document> parse_json_document(std::string_view text, const std::string& where) {
  Document doc;
  doc.files = {where};
  TreeBuilder builder(doc.root);
  if (nlohmann::json::sax_parse(text, &builder)) return doc;
  return Fault{builder.at > 0 ? where + ": byte " + std::to_string(builder.at) : where,
               builder.expected, builder.found, ""};
}

namespace {

// Bytes of the UTF-8 character that begins here; 0: none does.
std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char c = at(0);
  const std::size_t n = c < 0x80   ? 1
                        : c < 0xc2 ? 0
                        : c < 0xe0 ? 2
                        : c < 0xf0 ? 3
                        : c < 0xf5 ? 4
                                   : 0;
  if (n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  if (c == 0xe0 && at(1) < 0xa0) return 0;  // longer than need be
  if (c == 0xed && at(1) > 0x9f) return 0;  // half of a pair of UTF-16
  if (c == 0xf0 && at(1) < 0x90) return 0;
  if (c == 0xf4 && at(1) > 0x8f) return 0;
  return n;
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t n = character(text);
    const auto u = static_cast<unsigned char>(text[0]);
    if (n == 0) {
      out += "\uFFFD";
    } else if (text[0] == '"' || text[0] == '\\') {
      out += '\\';
      out += text[0];
    } else if (text[0] == '\n') {
      out += "\\n";
    } else if (text[0] == '\t') {
      out += "\\t";
    } else if (u < 0x20 || u == 0x7f) {
      out += "\\u00";
      out += "0123456789abcdef"[u >> 4];
      out += "0123456789abcdef"[u & 15];
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  out += '"';
}

}  // namespace dure
