// The tables beside the record, made anew from it: after a hand has changed them, or a version of
// Dure fills them differently.
// Invariant: 1. No hub leads meanwhile: the lease is taken, and given back.
#pragma once

#include <cstdint>

#include "live/store/store.h"

namespace dure {

struct Rebuilt {
  std::uint64_t entries = 0, jobs = 0, uses = 0, nodes = 0;
};
// Broken off, some rows are missing until it is run again; the record is not touched.
Result<Rebuilt> rebuild_projections(Store& store, const std::string& holder, std::int64_t now_ms);

}  // namespace dure
