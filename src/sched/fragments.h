// The mix of requests that is expected, and what of a node that mix could not use.
// Source of fragments(): Weng et al., "Beware of Fragmentation", USENIX ATC 2023, section 4.
// Equations: docs/models/packing.md.
#pragma once

#include <cstdint>
#include <vector>

#include "world/pack_node.h"

namespace dure {

struct TypicalRequest {
  PackRequest request;
  std::int64_t count = 0;
};
struct TypicalMix {
  std::vector<TypicalRequest> requests;  // commonest first
  std::int64_t total = 0;                // of their counts
};
// The commonest requests (by CPU, GPUs, share and models; not memory) that together are at least
// this many per cent of those seen. FGD as published takes 95 per cent.
TypicalMix typical_mix(const std::vector<PackRequest>& seen, int percent);

// F of the paper, times the mix's total: what of the node's free GPU a request of the mix, drawn by
// its count, could not use, in 1/1000 GPU. A whole number, so no order of addition changes it.
std::int64_t fragments(const PackNode& node, const TypicalMix& mix);

}  // namespace dure
