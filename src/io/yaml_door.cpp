#include "io/yaml_door.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>

#include "base/check.h"

namespace dure {
namespace {

// Bytes of text that stand at a place, without copying them into a stream.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // only read
    setg(begin, begin, begin + text.size());
  }
};

// The length of the UTF-8 character at text[i], or 0 (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
  };
  const unsigned a = byte(i), b = byte(i + 1);
  const auto tail = [](unsigned c) { return (c & 0xc0) == 0x80; };
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a < 0xe0) return tail(b) ? 2 : 0;
  if (a >= 0xe0 && a < 0xf0) {
    if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b >= 0xa0)) return 0;
    return tail(b) && tail(byte(i + 2)) ? 3 : 0;
  }
  if (a >= 0xf0 && a < 0xf5) {
    if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b >= 0x90)) return 0;
    return tail(b) && tail(byte(i + 2)) && tail(byte(i + 3)) ? 4 : 0;
  }
  return 0;
}

// C1 controls, U+2028, U+2029 and U+FEFF: line ends or nothing to some programs, text to others.
bool invisible(std::string_view character) {
  return (character.size() == 2 && character < "\xc2\xa0") || character == "\xe2\x80\xa8" ||
         character == "\xe2\x80\xa9" || character == "\xef\xbb\xbf";
}

std::string hex_byte(unsigned char u) {
  return {"0123456789abcdef"[u >> 4], "0123456789abcdef"[u & 15]};
}

// What yaml-cpp need not see: bytes that are no text, and brackets that open and open.
std::optional<Fault> scan(std::string_view text, const std::vector<std::string>& files, Place at) {
  at.line = at.column = 1;
  const auto fault = [&](std::string expected, std::string found, std::string hint) {
    return Fault{to_string(files, at), std::move(expected), std::move(found), std::move(hint)};
  };
  if (text.size() > kLargestYaml)
    return fault("at most 16 MiB", std::to_string(text.size()) + " bytes or more",
                 "split it with include:");
  if (text.empty()) return fault("a YAML map", "an empty file", "");
  if (text.starts_with("\xef\xbb\xbf"))
    return fault("UTF-8 without a byte order mark", "bytes ef bb bf",
                 "remove it with: sed -i '1s/^\\xEF\\xBB\\xBF//' FILE");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return fault("UTF-8", "UTF-16", "convert it with: iconv -f UTF-16 -t UTF-8");
  bool blank_so_far = true;  // in this line
  std::size_t open = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const auto u = static_cast<unsigned char>(c);
    if (c == '\r') {
      return i + 1 < text.size() && text[i + 1] == '\n'
                 ? fault("lines that end in LF", "CR LF", "convert it with: sed -i 's/\\r$//' FILE")
                 : fault("lines that end in LF", "CR", "");
    }
    if (c == '\t' && blank_so_far)
      return fault("spaces before text", "a tab", "YAML forbids tabs there");
    if ((u < 0x20 && c != '\n' && c != '\t') || u == 0x7f)
      return fault("text", "byte 0x" + hex_byte(u), "is this a binary file?");
    const std::size_t n = utf8_length(text, i);
    if (n == 0) return fault("UTF-8", "byte 0x" + hex_byte(u), "");
    if (invisible(text.substr(i, n))) return fault("text", "an invisible control character", "");
    if (c == '[' || c == '{') {
      if (++open > 16 * kDeepest)
        return fault("at most " + std::to_string(kDeepest) + " levels",
                     std::to_string(open) + " open brackets", "");
    } else if ((c == ']' || c == '}') && open > 0) {
      --open;
    }
    i += n;
    if (c == '\n') {
      ++at.line;
      at.column = 1;
      blank_so_far = true;
    } else {
      ++at.column;
      blank_so_far = blank_so_far && c == ' ';
    }
  }
  return std::nullopt;
}

struct Stop {};  // leaves yaml-cpp from inside a handler; caught in parse_yaml

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::vector<std::string>& files, std::uint32_t file,
              Faults& faults)
      : text_(text), files_(files), file_(file), faults_(faults) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  // yaml-cpp counts from 0, and columns in bytes.
  Place place(const YAML::Mark& mark) const {
    Place p{file_, 1, 1};
    if (mark.line < 0 || mark.column < 0) return p;
    const std::size_t line = std::min(static_cast<std::size_t>(mark.line), line_starts_.size() - 1);
    const std::string_view row =
        text_.substr(line_starts_[line]).substr(0, static_cast<std::size_t>(mark.column));
    p.line = static_cast<std::uint32_t>(line + 1);
    for (const char c : row) {
      if (c == '\n') break;
      p.column += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    }
    return p;
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    DocNode node;
    node.place = place(mark);
    // The mark of an absent value is that of what comes next: its key says better where it is
    // missing.
    if (!stack_.empty() && stack_.back().kind == DocNode::Kind::map &&
        stack_.back().expects_value())
      node.place = stack_.back().keys.back().place;
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    no_anchors(mark, "an alias (*)");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    no_anchors(mark, "an anchor (&)");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    DocNode node;
    node.kind = DocNode::Kind::scalar;
    node.quoted = tag == "!";
    node.text = value;
    node.place = place(mark);
    if (node.quoted) check_closed(mark, node.place);
    for (std::size_t i = 0; i < value.size();) {  // escapes can build what scan() refuses
      const std::size_t n = utf8_length(value, i);
      if (n == 0 || invisible(std::string_view(value).substr(i, n)))
        stop({to_string(files_, node.place), "text in UTF-8", quoted_text(value), ""});
      i += n;
    }
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, DocNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, DocNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

  std::optional<DocNode> root;

 protected:
  [[noreturn]] void stop(Fault fault) {
    faults_.push_back(std::move(fault));
    throw Stop{};
  }
  std::string_view text_;
  const std::vector<std::string>& files_;

 private:
  std::uint32_t file_;
  Faults& faults_;
  std::vector<std::size_t> line_starts_;

  struct Open : DocNode {
    bool drop_next = false;
    bool expects_value() const { return keys.size() > items.size() || drop_next; }
  };

  [[noreturn]] void no_anchors(const YAML::Mark& mark, const char* found) {
    stop({to_string(files_, place(mark)), "YAML without anchors and aliases", found,
          "write the value out, or share rows with include:"});
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) no_anchors(mark, "an anchor (&)");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      stop(
          {to_string(files_, place(mark)), "YAML without tags", "the tag " + quoted_text(tag), ""});
  }
  // yaml-cpp takes the end of the file for a missing quote: a truncated file would look whole.
  void check_closed(const YAML::Mark& mark, Place at) {
    std::size_t i = static_cast<std::size_t>(mark.pos);
    if (mark.pos < 0 || i >= text_.size()) return;
    const char quote = text_[i];
    if (quote != '"' && quote != '\'') return;  // a block of text
    for (++i; i < text_.size(); ++i) {
      if (text_[i] == '\\' && quote == '"') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) return;
        ++i;
      }
    }
    stop({to_string(files_, at), std::string("a closing ") + quote, "the end of the file", ""});
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            DocNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    Open node;
    node.kind = kind;
    node.place = place(mark);
    if (!stack_.empty() && stack_.back().kind == DocNode::Kind::map &&
        !stack_.back().expects_value())
      stop({to_string(files_, node.place), "text as a key", found_text(node), ""});
    if (stack_.size() >= kDeepest)
      stop({to_string(files_, node.place), "at most " + std::to_string(kDeepest) + " levels",
            "one more", ""});
    stack_.push_back(std::move(node));
  }
  void close() {
    CHECK(!stack_.empty());
    DocNode node = std::move(static_cast<DocNode&>(stack_.back()));
    stack_.pop_back();
    add(std::move(node));
  }
  void add(DocNode node) {
    if (stack_.empty()) {
      root = std::move(node);
      return;
    }
    Open& top = stack_.back();
    if (top.kind == DocNode::Kind::list || top.expects_value()) {
      if (!top.drop_next) top.items.push_back(std::move(node));
      top.drop_next = false;
      return;
    }
    if (node.kind != DocNode::Kind::scalar)
      stop({to_string(files_, node.place), "text as a key", found_text(node), ""});
    for (const DocKey& k : top.keys) {
      if (k.name != node.text) continue;
      faults_.push_back({to_string(files_, node.place), "each key once",
                         quoted_text(node.text) + " again",
                         "first at line " + std::to_string(k.place.line)});
      top.drop_next = true;
      return;
    }
    // A hostile map must not cost the square of its keys.
    if (top.keys.size() >= 256)
      stop({to_string(files_, node.place), "at most 256 keys in a map", "one more", ""});
    top.keys.push_back({std::move(node.text), node.place});
  }

  std::vector<Open> stack_;
};

std::string yaml_hint(std::string_view message) {
  if (message == "illegal map value") return "text that holds ': ' needs quotes";
  if (message == "end of map not found" || message == "end of sequence not found")
    return "is the line indented as its neighbours?";
  if (message == "unknown token") return "text that begins with @ or ` needs quotes";
  if (message == "end of sequence flow not found") return "is a ] missing?";
  if (message == "end of map flow not found") return "is a } missing?";
  return "";
}

class NoMore : public TreeBuilder {  // after the end of the one document
 public:
  using TreeBuilder::TreeBuilder;
  void OnDocumentStart(const YAML::Mark& mark) override {
    stop({to_string(files_, place(mark)), "the end of the file", "a second document",
          "is the line indented as the one before it?"});
  }
};

}  // namespace

std::optional<DocNode> parse_yaml(std::string_view text, const std::vector<std::string>& files,
                                  std::uint32_t file_index, Faults& faults) {
  const Place top{file_index, 1, 1};
  if (auto fault = scan(text, files, top)) {
    faults.push_back(std::move(*fault));
    return std::nullopt;
  }
  TreeBuilder builder(text, files, file_index, faults);
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder) && builder.root) {
      NoMore more(text, files, file_index, faults);
      parser.HandleNextDocument(more);
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    faults.push_back({to_string(files, builder.place(e.mark)), "YAML", e.msg, yaml_hint(e.msg)});
    return std::nullopt;
  }
  if (!builder.root || builder.root->kind == DocNode::Kind::null) {
    faults.push_back({to_string(files, top), "a YAML map", "nothing but blanks and comments", ""});
    return std::nullopt;
  }
  return std::move(builder.root);
}

}  // namespace dure
