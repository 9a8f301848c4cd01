// Requests that are drawn: a Poisson process whose rate follows the hour, lengths by lognormal
// laws. Equal seed, equal requests; gaps, prompts and answers are streams of their own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "serving/serving_replica.h"

namespace dure {

struct ArrivalLaw {
  double requests_per_s = 1;                    // mean over the day
  double prompt_tokens = 1, output_tokens = 1;  // means
  double prompt_sigma = 0, output_sigma = 0;
  std::int64_t longest_tokens = 2;  // prompt and answer are cut to it
  std::vector<double> hours;        // 24 factors from midnight on, mean above 0; none: even
};

// From midnight on. Gaps start anew each hour, which a Poisson process allows.
std::vector<TokenRequest> drawn_requests(const ArrivalLaw& law, std::size_t count,
                                         std::uint64_t seed);

}  // namespace dure
