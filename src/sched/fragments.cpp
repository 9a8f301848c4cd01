#include "sched/fragments.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace dure {

TypicalMix typical_mix(const std::vector<PackRequest>& seen, int percent) {
  std::map<PackRequest, std::int64_t> counts;
  for (PackRequest r : seen) {
    r.memory_mib = 0;
    ++counts[r];
  }
  TypicalMix mix;
  for (const auto& [request, count] : counts) mix.requests.push_back({request, count});
  // Commonest first; of equals the larger, by CPU, then share, then GPUs, as published.
  std::sort(mix.requests.begin(), mix.requests.end(),
            [](const TypicalRequest& a, const TypicalRequest& b) {
              const auto key = [](const TypicalRequest& t) {
                return std::tuple(t.count, t.request.cpu_milli, t.request.gpu_milli, t.request.gpus,
                                  t.request.models);
              };
              return key(a) > key(b);
            });
  const auto enough = static_cast<std::int64_t>(seen.size()) * percent;
  std::size_t kept = 0;
  while (mix.total * 100 < enough) mix.total += mix.requests[kept++].count;
  mix.requests.resize(kept);
  return mix;
}

std::int64_t fragments(const PackNode& node, const TypicalMix& mix) {
  const std::int64_t free = node.free_gpu_milli();
  if (free == 0) return 0;
  std::int64_t sum = 0;
  for (const TypicalRequest& t : mix.requests) {
    std::int64_t lost = free;
    if (t.request.gpus > 0 && node.cpu_milli >= t.request.cpu_milli &&
        model_will_do(node, t.request) && gpus_fit(node, t.request)) {
      lost = 0;
      for (const std::int16_t f : node.free)
        if (f < t.request.gpu_milli) lost += f;
    }
    sum += t.count * lost;
  }
  return sum;
}

}  // namespace dure
