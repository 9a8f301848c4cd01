// Checks that every list of rows needs: ids stand once, what is referred to exists, a source is
// known. A Fault's `where` is the path of the field, as --set takes it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/faults.h"
#include "base/nearest.h"

namespace dure {

inline std::string row_path(std::string_view list, std::size_t i, std::string_view field = "") {
  std::string path = std::string(list) + "[" + std::to_string(i) + "]";
  if (!field.empty()) path += "." + std::string(field);
  return path;
}

template <class Rows>
std::vector<std::string_view> ids_of(const Rows& rows) {
  std::vector<std::string_view> ids;
  ids.reserve(rows.size());
  for (const auto& r : rows) ids.push_back(r.id);
  return ids;
}

template <class Rows>
void each_id_once(const Rows& rows, std::string_view list, Faults& faults) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (rows[i].id == rows[j].id) {
        faults.push_back({row_path(list, i, "id"), "each id once", "'" + rows[i].id + "' again",
                          "first as " + row_path(list, j)});
        break;
      }
}

template <class Rows>
void refers(const Rows& rows, std::string_view list, const std::string& id, std::string where,
            Faults& faults) {
  const std::vector<std::string_view> known = ids_of(rows);
  if (std::ranges::find(known, id) == known.end())
    faults.push_back(
        {std::move(where), "an id of " + std::string(list), "'" + id + "'", name_hint(id, known)});
}

// Keys of `sources` joined by +, or assumption, derived, recalled.
template <class Rows>
void known_source(const Rows& sources, const std::string& text, std::string where, Faults& faults) {
  std::vector<std::string_view> known = ids_of(sources);
  known.insert(known.end(), {"assumption", "derived", "recalled"});
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t plus = std::min(rest.find('+'), rest.size());
    const std::string_view one = rest.substr(0, plus);
    rest.remove_prefix(std::min(plus + 1, rest.size()));
    if (std::ranges::find(known, one) == known.end())
      faults.push_back({where, "ids of sources, or assumption, derived, recalled, joined by +",
                        "'" + std::string(one) + "'", name_hint(one, known)});
  }
}

}  // namespace dure
