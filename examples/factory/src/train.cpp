// Trains the model on the data folder.
//
// Invariants: 1. The curve is a function of data, settings, seed and number of threads: batches are
//                drawn by (seed, step), weights by seed, and nothing is drawn besides.
//             2. So is it when the run is stopped and goes on, wherever and however often: the
//                checkpoint holds all that the next step depends on.
//             3. metrics.csv holds each step once. The rate in its last column is measured: it is
//                the one thing that differs from run to run.
#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <numbers>

#include "checkpoint.h"
#include "commands.h"
#include "data.h"
#include "environment.h"
#include "files.h"
#include "random.h"

namespace factory {

namespace {

constexpr std::uint64_t kTrain = 0, kValidate = 1;  // which batches: a stream of their own
constexpr std::uint64_t kValidationBatches = 8;

volatile std::sig_atomic_t stop_asked = 0;
void ask_stop(int) { stop_asked = 1; }

torch::Device pick_device() {
  const auto given = number("DURE_GPUS", 0, 1024);
  if (given.value_or(1) > 0 && torch::cuda::is_available()) return torch::kCUDA;
  if (given.value_or(0) > 0)
    fmt::print("DURE_GPUS={}, but this libtorch finds no GPU: the CPU trains\n", *given);
  return torch::kCPU;
}

struct Batch {
  torch::Tensor tokens, targets;  // [batch, context]
};

Batch draw(const std::vector<Token>& from, const TrainOptions& o, std::uint64_t stream,
           std::uint64_t index, torch::Device device) {
  Random random(o.seed, index * 2 + stream);
  const auto span = static_cast<std::size_t>(o.context) + 1;
  auto rows = torch::empty({o.batch, o.context + 1}, torch::kInt64);
  auto at = rows.accessor<std::int64_t, 2>();
  for (std::int64_t row = 0; row < o.batch; ++row) {
    const std::size_t first = random.below(from.size() - span + 1);
    for (std::size_t i = 0; i < span; ++i) at[row][static_cast<std::int64_t>(i)] = from[first + i];
  }
  rows = rows.to(device);
  return {rows.narrow(1, 0, o.context), rows.narrow(1, 1, o.context)};
}

double validation_loss(Gpt& model, const Data& data, const TrainOptions& o, torch::Device device) {
  const torch::NoGradGuard no_grad;
  double sum = 0;
  for (std::uint64_t i = 0; i < kValidationBatches; ++i) {
    const Batch batch = draw(data.validation.tokens, o, kValidate, i, device);
    sum += loss_of(model(batch.tokens), batch.targets).item<double>();
  }
  return sum / static_cast<double>(kValidationBatches);
}

// Up over `warmup` steps, then down a half cosine to a tenth (Loshchilov, Hutter 2017).
double rate_at(std::int64_t step, const TrainOptions& o) {
  if (step < o.warmup)
    return o.learning_rate * static_cast<double>(step + 1) / static_cast<double>(o.warmup);
  const double done = static_cast<double>(step - o.warmup) /
                      static_cast<double>(std::max<std::int64_t>(1, o.steps - o.warmup));
  return o.learning_rate * (0.1 + 0.45 * (1 + std::cos(std::numbers::pi * done)));
}

// AdamW; only matrices decay.
torch::optim::AdamW optimizer_of(Gpt& model, const TrainOptions& o) {
  std::vector<torch::Tensor> matrices, others;
  for (const auto& weights : model->parameters())
    (weights.dim() > 1 ? matrices : others).push_back(weights);
  const auto with = [&](double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(o.learning_rate).betas({0.9, 0.95}).weight_decay(decay));
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, with(o.weight_decay));
  groups.emplace_back(others, with(0));
  return torch::optim::AdamW(std::move(groups), torch::optim::AdamWOptions(o.learning_rate));
}

nlohmann::json settings_of(const TrainOptions& o, const Shape& shape, const Data& data) {
  return {{"shape", shape},
          {"steps", o.steps},
          {"batch", o.batch},
          {"warmup", o.warmup},
          {"learning_rate", o.learning_rate},
          {"weight_decay", o.weight_decay},
          {"clip", o.clip},
          {"validate_every", o.validate_every},
          {"seed", o.seed},
          {"data_sha256", data.sha256}};
}

void require(const TrainOptions& o, const Data& data) {
  if (o.width % o.heads != 0) throw Bad("--width: a multiple of --heads");
  const auto least = static_cast<std::size_t>(o.context) + 1;
  if (data.train.size() < least || data.validation.tokens.size() < least)
    throw Bad(fmt::format("{}: fewer tokens than --context {}", o.data, o.context));
}

class Run {
 public:
  Run(const TrainOptions& options, const Data& data)
      : o_(options), data_(data), device_(pick_device()), folder_(options.checkpoints) {
    if (folder_.empty())
      folder_ = variable("DURE_CHECKPOINT_FOLDER")
                    .value_or((std::filesystem::path(o_.out) / "checkpoints").string());
    torch::manual_seed(o_.seed);
    shape_ = {data.tokenizer.vocabulary(), o_.context, o_.width, o_.layers, o_.heads};
    model_ = Gpt(shape_);
    model_->to(device_);
    settings_ = settings_of(o_, shape_, data_);
    optimizer_ = std::make_unique<torch::optim::AdamW>(optimizer_of(model_, o_));
    if (auto before = load_checkpoint(file(), model_, *optimizer_, settings_)) {
      progress_ = std::move(*before);
      fmt::print("going on after step {} from {}\n", progress_.step, file().string());
    }
  }

  int go() {
    fmt::print("{} weights, {} threads, {}\n", model_->count(), torch::get_num_threads(),
               device_.str());
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t first = progress_.step;
    while (progress_.step < o_.steps && stop_asked == 0) {
      step();
      if (progress_.step % o_.checkpoint_every == 0 && progress_.step < o_.steps) save();
    }
    save();
    if (progress_.step < o_.steps) {
      fmt::print("stopped after step {}, saved in {}\n", progress_.step, file().string());
      return kStopped;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    finish();
    fmt::print("{} steps in {:.1f} s: {}\n", progress_.step - first, took.count(), o_.out);
    return 0;
  }

 private:
  std::filesystem::path file() const { return std::filesystem::path(folder_) / "checkpoint.pt"; }

  void step() {
    const auto began = std::chrono::steady_clock::now();
    const double rate = rate_at(progress_.step, o_);
    for (auto& group : optimizer_->param_groups())
      static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    const Batch batch =
        draw(data_.train, o_, kTrain, static_cast<std::uint64_t>(progress_.step), device_);
    optimizer_->zero_grad();
    const auto loss = loss_of(model_(batch.tokens), batch.targets);
    loss.backward();
    const double norm = torch::nn::utils::clip_grad_norm_(model_->parameters(), o_.clip);
    optimizer_->step();
    ++progress_.step;
    const double value = loss.item<double>();
    if (!std::isfinite(value))
      throw std::runtime_error("the loss is no number any more: lower --learning-rate");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    report(value, rate, norm, static_cast<double>(o_.batch * o_.context) / took.count());
  }

  void report(double loss, double rate, double norm, double tokens_per_s) {
    const std::int64_t step = progress_.step;
    std::string validation;
    if (step % o_.validate_every == 0 || step == o_.steps)
      validation = fmt::format("{:.9g}", validation_loss(model_, data_, o_, device_));
    progress_.curve += fmt::format("{},{:.9g},{:.9g},{:.9g},{},{:.0f}\n", step, loss, rate, norm,
                                   validation, tokens_per_s);
    if (step % o_.report_every == 0 || !validation.empty())
      fmt::print("step {}/{}  loss {:.4f}{}  {:.0f} tokens/s\n", step, o_.steps, loss,
                 validation.empty() ? "" : "  validation " + validation.substr(0, 6), tokens_per_s);
  }

  void save() {
    save_checkpoint(file(), model_, *optimizer_, settings_, progress_);
    write_file(
        std::filesystem::path(o_.out) / "metrics.csv",
        "step,loss,learning_rate,gradient_norm,validation_loss,tokens_per_s\n" + progress_.curve);
  }

  void finish() {
    model_->to(torch::kCPU);
    save_model(std::filesystem::path(o_.out) / "model.pt", {model_,
                                                            data_.tokenizer,
                                                            {{"label", data_.label},
                                                             {"weights", model_->count()},
                                                             {"steps", progress_.step},
                                                             {"settings", settings_}}});
  }

  const TrainOptions& o_;
  const Data& data_;
  torch::Device device_;
  std::string folder_;
  Shape shape_;
  Gpt model_{nullptr};
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  nlohmann::json settings_;
  Progress progress_;
};

}  // namespace

int train(const TrainOptions& options) {
  struct sigaction action {};
  action.sa_handler = ask_stop;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  const Data data = load_data(options.data);
  require(options, data);
  torch::set_num_threads(threads(options.threads));
  at::globalContext().setDeterministicAlgorithms(true, false);
  return Run(options, data).go();
}

}  // namespace factory
