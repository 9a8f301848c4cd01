// factory prepare | train | evaluate | serve
// Exit status: 0 done, 1 the answer is no, 2 bad input or usage, 3 internal fault, 75 stopped by
// SIGTERM or SIGINT after saving (the same command goes on).
#include <fmt/core.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "commands.h"
#include "files.h"
#include "tokenizer.h"

namespace {

using namespace factory;

void add_prepare(CLI::App& app, PrepareOptions& o) {
  app.add_option("--text", o.text, "folder with texts.json and the texts")->required();
  app.add_option("--out", o.out, "data folder to write")->required();
  app.add_option("--vocabulary", o.vocabulary, "tokens")
      ->check(CLI::Range(kLeastVocabulary, kMostVocabulary))
      ->capture_default_str();
  app.add_option("--test-percent", o.test_percent, "of each text, held back to report on")
      ->check(CLI::Range(1, 40))
      ->capture_default_str();
  app.add_option("--validation-percent", o.validation_percent, "held back to choose settings by")
      ->check(CLI::Range(1, 40))
      ->capture_default_str();
}

void add_train(CLI::App& app, TrainOptions& o) {
  const auto whole = [&](const char* name, std::int64_t& value, std::int64_t most,
                         const char* help) {
    app.add_option(name, value, help)
        ->check(CLI::Range(std::int64_t{1}, most))
        ->capture_default_str();
  };
  app.add_option("--data", o.data, "data folder")->required();
  app.add_option("--out", o.out, "where model.pt and metrics.csv go")->required();
  app.add_option("--checkpoints", o.checkpoints,
                 "folder; else DURE_CHECKPOINT_FOLDER, else OUT/checkpoints");
  whole("--context", o.context, 4096, "tokens seen at once");
  whole("--width", o.width, 4096, "of a token's vector");
  whole("--layers", o.layers, 64, "blocks");
  whole("--heads", o.heads, 64, "of attention");
  whole("--steps", o.steps, 10'000'000, "updates in all");
  whole("--batch", o.batch, 4096, "sequences an update");
  whole("--warmup", o.warmup, 1'000'000, "steps until the full rate");
  whole("--checkpoint-every", o.checkpoint_every, 1'000'000, "steps");
  whole("--validate-every", o.validate_every, 1'000'000, "steps");
  whole("--report-every", o.report_every, 1'000'000, "steps");
  app.add_option("--learning-rate", o.learning_rate)
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  app.add_option("--weight-decay", o.weight_decay)
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--clip", o.clip, "longest gradient")
      ->check(CLI::Range(1e-3, 1e3))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of weights and batches")->capture_default_str();
  app.add_option("--threads", o.threads, "else OMP_NUM_THREADS, else 1")
      ->check(CLI::Range(1, 1024));
}

void add_evaluate(CLI::App& app, EvaluateOptions& o) {
  app.add_option("--data", o.data, "data folder")->required();
  app.add_option("--model", o.model, "model.pt")->required();
  app.add_option("--out", o.out, "report.json to write")->required();
  app.add_option("--margin", o.margin_bits,
                 "bits a byte that the model must be better than the bigram")
      ->check(CLI::Range(-8.0, 8.0))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "else OMP_NUM_THREADS, else 1")
      ->check(CLI::Range(1, 1024));
}

void add_serve(CLI::App& app, ServeOptions& o) {
  app.add_option("--model", o.model, "model.pt")->required();
  app.add_option("--address", o.address, "to listen at")->capture_default_str();
  app.add_option("--port", o.port, "else DURE_PORT, else 8080; 0: any free one")
      ->check(CLI::Range(0, 65535));
  app.add_option("--workers", o.workers, "answers computed at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--most-waiting", o.most_waiting, "requests taken in at once; more are told 503")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--grace", o.grace_s, "seconds from SIGTERM until answers are cut short")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app("Trains a small language model on public-domain text, judges it, serves it.",
               "factory");
  app.require_subcommand(1);
  PrepareOptions prepare_options;
  TrainOptions train_options;
  EvaluateOptions evaluate_options;
  ServeOptions serve_options;
  auto& prepare_app = *app.add_subcommand("prepare", "text to tokens");
  auto& train_app = *app.add_subcommand("train", "tokens to model; goes on where it was stopped");
  auto& evaluate_app = *app.add_subcommand("evaluate", "is it better than counting pairs?");
  auto& serve_app = *app.add_subcommand("serve", "HTTP: /v1/completions, /healthz, /metrics");
  add_prepare(prepare_app, prepare_options);
  add_train(train_app, train_options);
  add_evaluate(evaluate_app, evaluate_options);
  add_serve(serve_app, serve_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (prepare_app.parsed()) return prepare(prepare_options);
  if (train_app.parsed()) return train(train_options);
  if (evaluate_app.parsed()) return evaluate(evaluate_options);
  return serve(serve_options);
}

}  // namespace

int main(int argc, char** argv) {
  // Each step frees what the next one takes: keep it, rather than ask the kernel for zeroed pages.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 512 << 20);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // progress is read while it is made
  try {
    return run(argc, argv);
  } catch (const Bad& e) {
    fmt::print(stderr, "factory: {}\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "factory: internal fault: {}\n", e.what());
    return 3;
  }
}
