// What training leaves on disk: the checkpoint it goes on from, and the model it made.
//
//   CHECKPOINTS/checkpoint.pt   weights, optimizer, step, settings, the curve so far
//   OUT/model.pt                weights, shape, tokenizer, about: all that serving needs
//
// Both are archives of torch, written whole or not at all. A checkpoint whose settings are not
// those of the run is refused: it would go on as neither.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "model.h"
#include "tokenizer.h"

namespace factory {

struct Progress {
  std::int64_t step = 0;  // done
  std::string curve;      // lines of metrics.csv, without its head
};

void save_checkpoint(const std::filesystem::path& path, const Gpt& model,
                     const torch::optim::Optimizer& optimizer, const nlohmann::json& settings,
                     const Progress& progress);
// none: there is no checkpoint yet.
std::optional<Progress> load_checkpoint(const std::filesystem::path& path, Gpt& model,
                                        torch::optim::Optimizer& optimizer,
                                        const nlohmann::json& settings);

struct Trained {
  Gpt model{nullptr};
  Tokenizer tokenizer;
  nlohmann::json about;  // settings, label, steps, hash of the data
};
void save_model(const std::filesystem::path& path, const Trained& trained);
Trained load_model(const std::filesystem::path& path);

}  // namespace factory
