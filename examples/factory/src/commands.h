// The four commands. Each returns the exit status: 0 done, 1 the answer is no, kStopped.
#pragma once

#include <cstdint>
#include <string>

namespace factory {

// EX_TEMPFAIL of sysexits.h: stopped by a signal after all was saved; the same command goes on. Not
// 143, which is what a shell makes of a process that SIGTERM killed, saved or not.
inline constexpr int kStopped = 75;

struct PrepareOptions {
  std::string text, out;
  int vocabulary = 384, test_percent = 10, validation_percent = 10;
};
int prepare(const PrepareOptions& options);

struct TrainOptions {
  std::string data, out,
      checkpoints;  // checkpoints empty: DURE_CHECKPOINT_FOLDER, else OUT/checkpoints
  std::int64_t context = 64, width = 128, layers = 3, heads = 4;
  std::int64_t steps = 1200, batch = 8, warmup = 40;
  std::int64_t checkpoint_every = 50, validate_every = 100, report_every = 10;
  double learning_rate = 3e-3, weight_decay = 0.1, clip = 1.0;
  std::uint64_t seed = 1;
  int threads = 0;
};
int train(const TrainOptions& options);

struct EvaluateOptions {
  std::string data, model, out;
  double margin_bits = 0.10;  // per byte, below the bigram baseline
  int threads = 0;
};
int evaluate(const EvaluateOptions& options);

struct ServeOptions {
  std::string model, address = "127.0.0.1";
  int port = -1;  // -1: DURE_PORT, else 8080; 0: any free one
  int workers = 2, most_waiting = 32, grace_s = 20;
};
int serve(const ServeOptions& options);

}  // namespace factory
