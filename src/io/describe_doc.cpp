#include "io/describe_doc.h"

#include "base/decimal.h"

namespace dure {
namespace {

// In a table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void table(const std::vector<FieldDoc>& fields, const std::string& path, std::string& out) {
  out += "| key | what | type | limits | if left out |\n|---|---|---|---|---|\n";
  for (const FieldDoc& f : fields) {
    std::string otherwise = "`" + f.default_text + "`";
    if (f.info.required)
      otherwise = "**required**";
    else if (f.optional)
      otherwise = "none";
    else if (f.kind == ValueKind::map && !f.list)
      otherwise = "the defaults below";
    else if (f.default_text == "\"\"")
      otherwise = "empty";
    out += "| `" + std::string(f.info.name) + "` | " + cell(f.info.help) + " | " +
           cell(type_text(f)) + " | " + cell(limits_text(f)) + " | " + cell(otherwise) + " |\n";
  }
  for (const FieldDoc& f : fields) {
    if (f.choices.empty()) continue;
    out += "\n`" + std::string(f.info.name) + "`:";
    for (std::size_t i = 0; i < f.choices.size(); ++i)
      out += (i == 0 ? " `" : "; `") + std::string(f.choices[i].name) + "` " +
             std::string(f.choices[i].help);
    out += ".\n";
  }
  for (const FieldDoc& f : fields) {
    if (f.kind != ValueKind::map) continue;
    const std::string below =
        path + (path.empty() ? "" : ".") + std::string(f.info.name) + (f.list ? "[]" : "");
    out += "\n" + std::string(path.empty() ? "## " : "### ") + below + "\n\n" +
           std::string(f.info.help) + "\n\n";
    table(f.fields, below, out);
  }
}

}  // namespace

std::string type_text(const FieldDoc& doc) {
  std::string one;
  switch (doc.kind) {
    case ValueKind::whole: one = "whole number"; break;
    case ValueKind::real: one = "number"; break;
    case ValueKind::quantity: one = doc.info.scale == 1 ? "whole number" : "number"; break;
    case ValueKind::boolean: one = "true or false"; break;
    case ValueKind::text: one = "text"; break;
    case ValueKind::date: one = "date"; break;
    case ValueKind::choice: one = "choice"; break;
    case ValueKind::map: one = "map"; break;
  }
  if (doc.kind == ValueKind::text && (doc.info.id_text || !doc.info.refers_to.empty())) one = "id";
  if (!doc.info.unit.empty()) one += " (" + std::string(doc.info.unit) + ")";
  return doc.list ? "list: " + one : one;
}

std::string limits_text(const FieldDoc& doc) {
  const FieldInfo& f = doc.info;
  std::string s;
  const auto add = [&](const std::string& more) { s += (s.empty() ? "" : "; ") + more; };
  if (f.ranged)
    add((f.above_least ? "above " : "") + decimal_text(f.least) +
        (f.above_least ? ", to " : " to ") + decimal_text(f.most));
  if (f.fewest != 0) add("exactly " + std::to_string(f.fewest));
  if (!f.refers_to.empty())
    add("an id of `" + std::string(f.refers_to) + "`" +
        (f.or_to.empty() ? "" : " or `" + std::string(f.or_to) + "`"));
  if (f.id_text) add(f.dashes ? "a to z, 0 to 9, _ and -" : "a to z, 0 to 9 and _");
  if (f.source_text) add("see Sources");
  if (f.not_empty && doc.list) add("at least one");
  if (f.not_empty && !doc.list && !f.id_text && !f.source_text) add("not empty");
  if (doc.kind == ValueKind::date) add("2027-01-31, or 2027-01 for its first day");
  return s;
}

std::string describe_markdown(std::string_view title, std::string_view intro,
                              const std::vector<FieldDoc>& fields) {
  std::string out = "# " + std::string(title) + "\n\n" + std::string(intro) + "\n\n";
  table(fields, "", out);
  return out;
}

}  // namespace dure
