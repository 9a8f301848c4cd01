#include "writer.h"

#include <algorithm>
#include <cmath>

#include "checkpoint.h"
#include "random.h"

namespace factory {

struct Writer::Inside {
  Trained trained;
};

Writer::Writer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer::~Writer() = default;

Writer Writer::load(const std::filesystem::path& model) {
  return Writer(std::make_unique<Inside>(Inside{load_model(model)}));
}

const nlohmann::json& Writer::about() const { return inside_->trained.about; }
const Tokenizer& Writer::tokenizer() const { return inside_->trained.tokenizer; }

namespace {

torch::Tensor tensor_of(std::span<const Token> tokens) {
  auto row = torch::empty({1, static_cast<std::int64_t>(tokens.size())}, torch::kInt64);
  std::copy(tokens.begin(), tokens.end(), row.data_ptr<std::int64_t>());
  return row;
}

Token pick(const torch::Tensor& scores, double temperature, Random& random) {
  const std::span<const float> s(scores.data_ptr<float>(),
                                 static_cast<std::size_t>(scores.numel()));
  const auto best = std::max_element(s.begin(), s.end());
  if (temperature <= 0) return static_cast<Token>(best - s.begin());
  std::vector<double> weights;
  double sum = 0;
  for (const float score : s) sum += weights.emplace_back(std::exp((score - *best) / temperature));
  double left = random.unit() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if ((left -= weights[i]) < 0) return static_cast<Token>(i);
  return static_cast<Token>(best - s.begin());  // rounding: the sum ran out
}

}  // namespace

std::vector<float> Writer::surprise(std::span<const Token> tokens, int threads) const {
  torch::set_num_threads(threads);
  const c10::InferenceMode inference;
  Gpt model = inside_->trained.model;
  const auto context = static_cast<std::size_t>(model->shape().context);
  std::vector<float> out;
  // Windows overlap by half, so that what one scores at its start the one before has scored.
  for (std::size_t first = 0; out.size() + 1 < tokens.size(); first += context / 2) {
    const std::size_t time = std::min(context, tokens.size() - 1 - first);
    const auto seen = tensor_of(tokens.subspan(first, time)),
               next = tensor_of(tokens.subspan(first + 1, time));
    const auto each = -model(seen).log_softmax(-1).gather(-1, next.unsqueeze(-1)).flatten();
    const float* const values = each.data_ptr<float>();
    out.insert(out.end(), values + (out.size() - first), values + time);
  }
  return out;
}

Completion Writer::complete(const Request& request, const std::atomic<bool>& stop) const {
  torch::set_num_threads(1);  // invariant 1; of this thread
  const c10::InferenceMode inference;
  Gpt model = inside_->trained.model;
  const auto context = static_cast<std::size_t>(model->shape().context);
  std::vector<Token> tokens = tokenizer().encode(request.prompt.empty() ? "\n" : request.prompt);
  Completion done{"", tokens.size(), 0};
  Random random(request.seed, 0);
  while (done.tokens < static_cast<std::size_t>(request.most_tokens) && !stop) {
    const std::span<const Token> seen(tokens);
    const auto scores = model(tensor_of(seen.last(std::min(context, seen.size()))));
    tokens.push_back(pick(scores[0][-1].contiguous(), request.temperature, random));
    done.text += tokenizer().bytes(tokens.back());
    ++done.tokens;
  }
  return done;
}

}  // namespace factory
