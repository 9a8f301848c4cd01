// Is the model worth anything? Scores it and the n-gram baselines on the text held back to test, in
// bits per byte (which does not depend on the tokenizer), and says no (exit status 1) unless the
// model beats the bigram by the margin. Writes report.json; in it also the scores on the text that
// settings were chosen by, to see how much the choice flatters.
#include <fmt/core.h>

#include <array>
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

struct Score {  // over tokens 1 … of a text held back: the first has nothing before it
  std::string of;
  std::vector<double> nats;
};

// Sums over tokens from .. to-1 of `text`.
nlohmann::json summary(const Score& score, const std::vector<Token>& text, const Tokenizer& tokens,
                       std::size_t from, std::size_t to) {
  double nats = 0;
  std::size_t bytes = 0;
  for (std::size_t i = from; i < to; ++i) {
    nats += score.nats[i - 1];
    bytes += tokens.bytes(text[i]).size();
  }
  const double mean = nats / static_cast<double>(to - from);
  return {{"loss_nats_per_token", mean},
          {"perplexity", std::exp(mean)},
          {"bits_per_byte", nats / std::numbers::ln2 / static_cast<double>(bytes)}};
}

Score score_ngram(const NGram& ngram, const char* name, std::span<const Token> text,
                  int vocabulary) {
  Score score{name, {}};
  for (std::size_t i = 1; i < text.size(); ++i)
    score.nats.push_back(-std::log(ngram.probability(text.first(i), text[i])));
  double sum = 0;  // a baseline that gives away probability would be beaten by anything
  for (int next = 0; next < vocabulary; ++next)
    sum += ngram.probability(text, static_cast<Token>(next));
  if (std::abs(sum - 1) > 1e-9) throw std::logic_error("n-gram probabilities do not sum to one");
  return score;
}

constexpr std::array kBaselines{"uniform", "unigram", "bigram", "trigram"};  // by their order

class Judge {
 public:
  Judge(const Data& data, const Writer& writer, int threads)
      : data_(data), writer_(writer), threads_(threads) {
    for (std::size_t order = 0; order < kBaselines.size(); ++order)
      ngrams_.emplace_back(data.train, static_cast<int>(order), data.tokenizer.vocabulary());
  }

  nlohmann::json scores_on(const HeldBack& held) const {
    const std::vector<Token>& text = held.tokens;
    const auto surprise = writer_.surprise(text, threads_);
    std::vector<Score> scores{{"model", {surprise.begin(), surprise.end()}}};
    for (std::size_t i = 0; i < kBaselines.size(); ++i)
      scores.push_back(score_ngram(ngrams_[i], kBaselines[i], text, data_.tokenizer.vocabulary()));
    nlohmann::json out = {{"tokens", text.size()}, {"texts", nlohmann::json::array()}};
    for (const Score& s : scores) out[s.of] = summary(s, text, data_.tokenizer, 1, text.size());
    std::size_t from = 0;
    for (const TextPart& part : held.parts) {
      nlohmann::json one = {{"file", part.file}, {"tokens", part.tokens}};
      const std::size_t first = std::max<std::size_t>(1, from), to = from + part.tokens;
      if (to > first)
        for (const Score& s : scores)
          one["bits_per_byte"][s.of] =
              summary(s, text, data_.tokenizer, first, to)["bits_per_byte"];
      out["texts"].push_back(one);
      from = to;
    }
    return out;
  }

 private:
  const Data& data_;
  const Writer& writer_;
  const int threads_;
  std::vector<NGram> ngrams_;
};

double bits(const nlohmann::json& scores, const char* of) {
  return scores.at(of).at("bits_per_byte").get<double>();
}

void print(const char* split, const nlohmann::json& scores) {
  fmt::print("{:<10}{:>14}{:>12}{:>14}\n", split, "nats/token", "perplexity", "bits/byte");
  const auto row = [&](const char* of) {
    const auto& s = scores.at(of);
    fmt::print("{:<10}{:>14.4f}{:>12.2f}{:>14.4f}\n", of, s["loss_nats_per_token"].get<double>(),
               s["perplexity"].get<double>(), s["bits_per_byte"].get<double>());
  };
  row("model");
  for (const char* name : kBaselines) row(name);
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
  if (data.test.tokens.size() < 2 || data.validation.tokens.size() < 2)
    throw Bad(fmt::format("{}: nothing held back", options.data));

  const Judge judge(data, writer, threads(options.threads));
  nlohmann::json report = {{"format", "factory-report/2"}, {"about", writer.about()}};
  const nlohmann::json test = report["test"] = judge.scores_on(data.test);
  report["validation"] = judge.scores_on(data.validation);
  print("validation", report["validation"]);
  print("test", test);
  const double margin = bits(test, "bigram") - bits(test, "model");
  const bool passed = margin >= options.margin_bits;
  report["margin_bits_per_byte"] = margin;
  report["margin_required_bits_per_byte"] = options.margin_bits;
  report["margin_over_trigram_bits_per_byte"] = bits(test, "trigram") - bits(test, "model");
  report["passed"] = passed;
  for (const std::string prompt : {"It is a truth", "제1조 "})
    report["samples"][prompt] = sample(writer, prompt);
  write_file(options.out,
             report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  fmt::print(
      "{}: on test {:.4f} bits a byte better than the bigram, {:.4f} asked; the trigram: {:+.4f}\n",
      passed ? "passed" : "FAILED", margin, options.margin_bits,
      report["margin_over_trigram_bits_per_byte"].get<double>());
  return passed ? 0 : 1;
}

}  // namespace factory
