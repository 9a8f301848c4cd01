#include "io/traces/csv.h"

#include <cstring>
#include <utility>

#include "io/shown.h"

namespace dure {

CsvReader::CsvReader(ByteSource source, char separator)
    : lines_(std::move(source)), separator_(separator) {}

std::string CsvReader::where() const { return name() + ":" + std::to_string(row_line_); }

std::string CsvReader::where(const Cell& cell) const {
  return where() + ":" + std::to_string(cell.column);
}

Step CsvReader::stop(Fault fault) {
  fault_ = std::move(fault);
  cells_.clear();
  return Step::fault;
}

Step CsvReader::next() {
  for (;;) {
    const Step step = lines_.next();
    cells_.clear();
    if (step == Step::fault) fault_ = lines_.fault();
    if (step != Step::item) return step;
    const std::string_view line = lines_.line();
    if (line.empty()) continue;  // invariant 3
    row_line_ = lines_.number();
    const bool quotes = separator_ != '\t' && line.find('"') != std::string_view::npos;
    if (quotes) return split_quoted(line);
    split(line);
    return Step::item;
  }
}

void CsvReader::split(std::string_view line) {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = line.find(separator_, begin);
    cells_.push_back({line.substr(begin, end - begin), begin + 1});
    if (end == std::string_view::npos) return;
    begin = end + 1;
  }
}

Step CsvReader::split_quoted(std::string_view line) {
  struct Span {
    std::size_t begin, end, column;
  };
  std::vector<Span> spans;
  text_.clear();
  std::size_t before = 0;  // bytes of the row in earlier lines
  std::size_t i = 0;
  for (;;) {  // one cell a turn
    Span span{text_.size(), 0, before + i + 1};
    if (i < line.size() && line[i] == '"') {
      ++i;
      for (;;) {
        const std::size_t quote = line.find('"', i);
        text_.append(line.substr(i, quote - i));
        if (quote != std::string_view::npos) {
          i = quote + 1;
          if (i == line.size() || line[i] != '"') break;
          text_ += '"';
          ++i;
          continue;
        }
        text_ += '\n';
        before += line.size() + 1;
        const Step step = lines_.next();
        if (step == Step::fault) return stop(lines_.fault());
        if (step == Step::end || text_.size() + lines_.line().size() > kLongestLine)  // invariant 4
          return stop({where() + ":" + std::to_string(span.column), "a quote that is closed",
                       step == Step::end ? "the end of the file" : "more than 1 MiB without it",
                       ""});
        line = lines_.line();
        i = 0;
      }
      if (i < line.size() && line[i] != separator_)
        return stop({where() + ":" + std::to_string(before + i + 1),
                     "a separator after the closing quote", shown(line.substr(i, 20)),
                     "a quote inside a quoted cell is written twice"});
    } else {
      const std::size_t end = std::min(line.find(separator_, i), line.size());
      text_.append(line.substr(i, end - i));
      i = end;
    }
    span.end = text_.size();
    spans.push_back(span);
    if (i == line.size()) break;
    ++i;
  }
  for (const Span& s : spans)
    cells_.push_back({std::string_view(text_).substr(s.begin, s.end - s.begin), s.column});
  return Step::item;
}

void append_cell(std::string_view text, char separator, std::string& out) {
  const bool quote = separator != '\t' && (text.find_first_of("\"\r\n") != std::string_view::npos ||
                                           text.find(separator) != std::string_view::npos);
  if (!quote) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace dure
