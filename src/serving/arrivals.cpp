#include "serving/arrivals.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "base/stream.h"

namespace dure {

std::vector<TokenRequest> drawn_requests(const ArrivalLaw& law, std::size_t count,
                                         std::uint64_t seed) {
  constexpr double kHourMs = 3.6e6;
  CHECK(law.requests_per_s > 0 && law.longest_tokens >= 2 &&
        (law.hours.empty() || law.hours.size() == 24));
  const double mean = law.hours.empty() ? 1 : std::reduce(law.hours.begin(), law.hours.end()) / 24;
  CHECK(mean > 0);
  std::vector<TokenRequest> out(count);
  Stream gaps(seed, "serving/arrivals", 0), prompts(seed, "serving/prompts", 0),
      answers(seed, "serving/answers", 0);
  const auto length = [&](Stream& d, double mean_tokens, double sigma) {
    const double x = d.lognormal(mean_tokens * std::exp(-sigma * sigma / 2), sigma);
    return static_cast<std::int64_t>(
        std::clamp(std::round(x), 1.0, static_cast<double>(law.longest_tokens - 1)));
  };
  double t = 0;
  std::int64_t hour = 0;
  for (TokenRequest& r : out) {
    for (;;) {
      const double factor =
          law.hours.empty() ? 1 : law.hours[static_cast<std::size_t>(hour % 24)] / mean;
      const double rate = law.requests_per_s * factor / 1000,
                   end = static_cast<double>(hour + 1) * kHourMs;
      const double next = rate > 0 ? t + gaps.exponential() / rate : end;
      if (next < end) {
        t = next;
        break;
      }
      t = end;
      ++hour;
    }
    r.at_ms = t;
    const std::int64_t prompt = length(prompts, law.prompt_tokens, law.prompt_sigma);
    const std::int64_t output = length(answers, law.output_tokens, law.output_sigma);
    r.prompt = static_cast<std::int32_t>(prompt);
    r.output =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(output, 1, law.longest_tokens - prompt));
  }
  return out;
}

}  // namespace dure
