// Where a gang goes in a pool that has room for it. Racks: the tightest that will do, whole ones
// kept whole (world/capacity_index.h). Shared nodes: where it leaves least that nobody could use,
// by the mix of jobs that came so far to the lanes of the pool: FGD (Weng et al., USENIX ATC 2023,
// section 4; fragments.h). Of equals the first node and GPU.
#pragma once

#include "world/world.h"

namespace dure {

// The gang fits. Empty in a counted pool.
Placement place_in(const World& world, PoolId pool, std::int64_t gpus, const Shape& shape);

// What came so far to the lanes of a pool of shared nodes.
struct TypicalMix;
TypicalMix mix_of(const World& world, PoolId pool);

}  // namespace dure
