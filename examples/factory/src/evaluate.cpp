// Is the model worth anything? Scores it and the n-gram baselines on the text held back, in bits
// per byte (which does not depend on the tokenizer), and says no (exit status 1) unless the model
// beats the bigram by the margin. Writes report.json.
#include <fmt/core.h>

#include <cmath>
#include <numbers>

#include "commands.h"
#include "data.h"
#include "environment.h"
#include "files.h"
#include "ngram.h"
#include "writer.h"

namespace factory {

namespace {

struct Score {  // over tokens 1 … of the text held back: the first has nothing before it
  std::vector<double> nats;
};

// Sums over tokens from .. to-1 of validation.
nlohmann::json summary(const Score& score, const Data& data, std::size_t from, std::size_t to) {
  double nats = 0;
  std::size_t bytes = 0;
  for (std::size_t i = from; i < to; ++i) {
    nats += score.nats[i - 1];
    bytes += data.tokenizer.bytes(data.validation[i]).size();
  }
  const double mean = nats / static_cast<double>(to - from);
  return {{"loss_nats_per_token", mean},
          {"perplexity", std::exp(mean)},
          {"bits_per_byte", nats / std::numbers::ln2 / static_cast<double>(bytes)}};
}

Score score_ngram(const Data& data, int order) {
  const NGram ngram(data.train, order, data.tokenizer.vocabulary());
  const std::span<const Token> text(data.validation);
  Score score;
  for (std::size_t i = 1; i < text.size(); ++i)
    score.nats.push_back(-std::log(ngram.probability(text.first(i), text[i])));
  double sum = 0;  // a baseline that gives away probability would be beaten by anything
  for (int next = 0; next < data.tokenizer.vocabulary(); ++next)
    sum += ngram.probability(text, static_cast<Token>(next));
  if (std::abs(sum - 1) > 1e-9) throw std::logic_error("n-gram probabilities do not sum to one");
  return score;
}

std::string sample(const Writer& writer, const std::string& prompt) {
  const std::atomic<bool> never = false;
  return writer.complete({prompt, 60, 0.7, 1}, never).text;
}

}  // namespace

int evaluate(const EvaluateOptions& options) {
  const Data data = load_data(options.data);
  const Writer writer = Writer::load(options.model);
  if (writer.tokenizer().to_json() != data.tokenizer.to_json())
    throw Bad(fmt::format("{}: not trained on {}", options.model, options.data));
  if (data.validation.size() < 2) throw Bad(fmt::format("{}: nothing held back", options.data));

  std::vector<std::pair<std::string, Score>> scores;
  const auto surprise = writer.surprise(data.validation, threads(options.threads));
  scores.emplace_back("model", Score{{surprise.begin(), surprise.end()}});
  for (const auto& [name, order] :
       {std::pair{"uniform", 0}, {"unigram", 1}, {"bigram", 2}, {"trigram", 3}})
    scores.emplace_back(name, score_ngram(data, order));

  nlohmann::json report = {{"format", "factory-report/1"}, {"about", writer.about()}};
  auto texts = nlohmann::json::array();
  std::size_t from = 0;
  for (const TextPart& part : data.parts) {
    nlohmann::json one = {{"file", part.file}, {"tokens", part.tokens}};
    const std::size_t to = from + part.tokens;
    if (to > std::max<std::size_t>(1, from))
      for (const auto& [name, score] : scores)
        one["bits_per_byte"][name] =
            summary(score, data, std::max<std::size_t>(1, from), to)["bits_per_byte"];
    texts.push_back(one);
    from = to;
  }
  fmt::print("{:<10}{:>14}{:>12}{:>14}\n", "", "nats/token", "perplexity", "bits/byte");
  for (const auto& [name, score] : scores) {
    const auto s = summary(score, data, 1, data.validation.size());
    fmt::print("{:<10}{:>14.4f}{:>12.2f}{:>14.4f}\n", name, s["loss_nats_per_token"].get<double>(),
               s["perplexity"].get<double>(), s["bits_per_byte"].get<double>());
    (name == "model" ? report["model"] : report["baselines"][name]) = s;
  }
  const double margin = report["baselines"]["bigram"]["bits_per_byte"].get<double>() -
                        report["model"]["bits_per_byte"].get<double>();
  const bool passed = margin >= options.margin_bits;
  report["texts"] = texts;
  report["validation_tokens"] = data.validation.size();
  report["margin_bits_per_byte"] = margin;
  report["margin_required_bits_per_byte"] = options.margin_bits;
  report["passed"] = passed;
  for (const std::string prompt : {"It is a truth", "제1조 "})
    report["samples"][prompt] = sample(writer, prompt);
  write_file(options.out,
             report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  fmt::print("{}: {:.4f} bits a byte better than the bigram, {:.4f} asked\n",
             passed ? "passed" : "FAILED", margin, options.margin_bits);
  return passed ? 0 : 1;
}

}  // namespace factory
