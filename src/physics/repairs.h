// Repairs queue for crews and for parts. Model: docs/models/failures.md.
//   a crew     takes the order that was found first, and is held for the cause's crew_hours
//   a part     in stock: the node is back when the crew is done, and the broken part comes back to
//              the shelf after the time out that was drawn (the maker's repair)
//   no part    the time out that was drawn, from when the crew begins
// Published times out hold an ordinary wait, so with crews to spare and no stock the node is back
// when the fault's out_until says.
//
// Invariants: 1. Orders come in order of detection (CHECK).  2. A crew has one order at a time.
//             3. back >= begun >= detected.  4. Parts on the shelf + on their way = stock.
#pragma once

#include <cstdint>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "physics/failures.h"
#include "world/failure_spec.h"

namespace dure {

class RepairShop {  // of one site; a copy is a forecast
 public:
  // Crews and stock for so many nodes, each rounded to the nearest and crews to 1 or more where the
  // spec has any. A part that no cause names is a fault.
  static Result<RepairShop> make(const FailureSpec& spec, std::int64_t nodes);

  struct Repair {
    Millis begun, back;
    bool from_stock = false;
  };
  // How this fault is mended, given all before it. Faults of links need no crew of the site.
  Repair take(const FailureSpec& spec, const FailureEvent& fault);

 private:
  std::vector<Millis> crew_free_;             // when each is; empty: as many as are needed
  std::vector<std::int64_t> shelf_of_cause_;  // index into shelves_, or -1
  std::vector<std::vector<Millis>> shelves_;  // when each part is there, as heaps
  Millis last_;
};

}  // namespace dure
