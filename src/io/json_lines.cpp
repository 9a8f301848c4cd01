#include "io/json_lines.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/shown.h"

namespace dure {
namespace {

// Receives the parser's events; false from any of them ends the parse.
class FlatObject {
 public:
  explicit FlatObject(std::vector<JsonField>& fields) : fields_(fields) {}
  std::string expected, found;  // set when something was wrong
  std::size_t at = 0;           // byte of a syntax error, 0 if unknown

  bool null() { return wrong("a whole number, a text or a list of whole numbers", "null"); }
  bool boolean(bool b) {
    return wrong("a whole number, a text or a list of whole numbers", b ? "true" : "false");
  }
  bool number_integer(std::int64_t n) { return number(n); }
  bool number_unsigned(std::uint64_t n) {
    if (n > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return wrong("a number of at most 64 bits", std::to_string(n));
    return number(static_cast<std::int64_t>(n));
  }
  bool number_float(double, const std::string& text) {
    return wrong("a whole number of at most 64 bits", shown(text));
  }
  bool string(std::string& text) {
    if (list_ || !in_object_ || !key_) return wrong("a whole number", shown(text));
    fields_.back().value = std::move(text);
    key_ = false;
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return wrong("JSON text", "binary"); }
  bool start_object(std::size_t) {
    if (in_object_) return wrong("a flat object", "an object inside it");
    in_object_ = true;
    return true;
  }
  bool end_object() { return true; }
  bool key(std::string& name) {
    const bool again = std::any_of(fields_.begin(), fields_.end(),
                                   [&](const JsonField& f) { return f.key == name; });
    if (again) return wrong("each key once", shown(name) + " again");
    fields_.push_back({std::move(name), std::int64_t{0}});
    key_ = true;
    return true;
  }
  bool start_array(std::size_t) {
    if (list_ || !in_object_)
      return wrong("an object, its lists flat", list_ ? "a list in a list" : "a list");
    fields_.back().value = std::vector<std::int64_t>();
    list_ = true;
    return true;
  }
  bool end_array() {
    list_ = key_ = false;
    return true;
  }
  bool parse_error(std::size_t byte, const std::string& token, const nlohmann::json::exception&) {
    at = byte;
    return wrong("a JSON object", "a syntax error near " + shown(token));
  }

 private:
  bool wrong(std::string e, std::string f) {
    expected = std::move(e);
    found = std::move(f);
    return false;
  }
  bool number(std::int64_t n) {
    if (list_) {
      std::get<std::vector<std::int64_t>>(fields_.back().value).push_back(n);
      return true;
    }
    if (!in_object_ || !key_) return wrong("a JSON object", "a number");
    fields_.back().value = n;
    key_ = false;
    return true;
  }
  std::vector<JsonField>& fields_;
  bool in_object_ = false, list_ = false, key_ = false;
};

}  // namespace

Step JsonLines::next() {
  for (;;) {
    const Step step = lines_.next();
    if (step == Step::fault) fault_ = lines_.fault();
    if (step != Step::item) return step;
    const std::string_view line = lines_.line();
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    fields_.clear();
    FlatObject object(fields_);
    if (nlohmann::json::sax_parse(line, &object)) return Step::item;
    std::string place = lines_.where();
    if (object.at > 0) place += ":" + std::to_string(object.at);
    if (!object.expected.empty() && object.at == 0 && !fields_.empty())
      object.expected = shown(fields_.back().key) + ": " + object.expected;
    fault_ = {std::move(place), std::move(object.expected), std::move(object.found), ""};
    return Step::fault;
  }
}

}  // namespace dure
