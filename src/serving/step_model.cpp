#include "serving/step_model.h"

#include "base/check.h"

namespace dure {

StepTable::StepTable(const StepModel& model, int most_sequences, int chunk_tokens,
                     double most_kv_tokens)
    : model_(model), chunk_tokens_(chunk_tokens) {
  CHECK(most_sequences >= 1 && chunk_tokens >= 1 && most_kv_tokens > 0);
  const auto line = [&](double from, double to, auto&& at) {
    const double low = at(from), high = at(to), middle = at((from + to) / 2);
    CHECK(std::isfinite(low) && std::isfinite(high) && low >= 0 && high >= low);
    const double slope = to > from ? (high - low) / (to - from) : 0;
    if (middle > 0) bend_ = std::max(bend_, std::abs((low + high) / 2 - middle) / middle);
    return Line{low - slope * from, slope};
  };
  decode_.resize(index(most_sequences) + 1);
  for (int b = 1; b <= most_sequences; ++b)
    decode_[index(b)] = line(std::min<double>(b, most_kv_tokens), most_kv_tokens,
                             [&](double kv) { return model.decode_ms(b, kv); });
  chunk_ = line(0, most_kv_tokens,
                [&](double context) { return model.prefill_ms(chunk_tokens, context); });
}

}  // namespace dure
