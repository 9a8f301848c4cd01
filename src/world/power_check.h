// What holds between the rows of a PowerSpec, once each row is right by itself: invariants 1 to 4
// of power_spec.h. A Fault's where is the path of the row, as gpus[2].lowest_cap_share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/faults.h"
#include "base/nearest.h"
#include "world/power_spec.h"

namespace dure {

Faults check_power(const PowerSpec& spec);

// The row of this id; a Fault names those that there are. what: "gpus", for the message.
template <class Row>
Result<const Row*> find_row(const std::vector<Row>& rows, std::string_view id,
                            std::string_view what) {
  for (const Row& row : rows) {
    if (row.id == id) return &row;
  }
  std::string known;
  std::vector<std::string_view> ids;
  for (const Row& row : rows) {
    known += (known.empty() ? "" : ", ") + row.id;
    ids.push_back(row.id);
  }
  const std::string near(nearest(id, ids));
  return Fault{std::string(what), "one of " + known, std::string(id),
               near.empty() ? "" : "did you mean " + near + "?"};
}

}  // namespace dure
