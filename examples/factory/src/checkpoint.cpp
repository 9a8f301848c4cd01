#include "checkpoint.h"

#include <fmt/core.h>

#include <sstream>

#include "files.h"

namespace factory {

namespace fs = std::filesystem;
using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;

namespace {

void write(const fs::path& path, OutputArchive& archive) {
  std::ostringstream bytes;
  archive.save_to(bytes);
  write_file(path, bytes.str());
}

std::string text_of(InputArchive& archive, const char* name) {
  c10::IValue value;
  archive.read(name, value);
  return value.toStringRef();
}

// Torch's own words for a broken file run over pages; the first line says it.
[[noreturn]] void broken(const fs::path& path, const std::exception& e) {
  const std::string_view what = e.what();
  throw Bad(
      fmt::format("{}: damaged, or not ours: {}", path.string(), what.substr(0, what.find('\n'))));
}

}  // namespace

void save_checkpoint(const fs::path& path, const Gpt& model,
                     const torch::optim::Optimizer& optimizer, const nlohmann::json& settings,
                     const Progress& progress) {
  OutputArchive archive, weights, state;
  model->save(weights);
  optimizer.save(state);
  archive.write("format", c10::IValue("factory-checkpoint/1"));
  archive.write("settings", c10::IValue(settings.dump()));
  archive.write("step", c10::IValue(progress.step));
  archive.write("curve", c10::IValue(progress.curve));
  archive.write("weights", weights);
  archive.write("optimizer", state);
  write(path, archive);
}

std::optional<Progress> load_checkpoint(const fs::path& path, Gpt& model,
                                        torch::optim::Optimizer& optimizer,
                                        const nlohmann::json& settings) {
  if (!fs::exists(path)) return std::nullopt;
  std::string of_file;
  Progress progress;
  try {
    InputArchive archive, weights, state;
    archive.load_from(path.string());
    of_file = text_of(archive, "settings");
    if (of_file == settings.dump()) {
      archive.read("weights", weights);
      archive.read("optimizer", state);
      model->load(weights);
      optimizer.load(state);
      c10::IValue step;
      archive.read("step", step);
      progress = {step.toInt(), text_of(archive, "curve")};
    }
  } catch (const std::exception& e) {
    broken(path, e);
  }
  if (of_file != settings.dump())
    throw Bad(fmt::format("{}: of another run, with {}; this one has {}. Remove it to start anew",
                          path.string(), of_file, settings.dump()));
  return progress;
}

void save_model(const fs::path& path, const Trained& trained) {
  OutputArchive archive, weights;
  trained.model->save(weights);
  archive.write("format", c10::IValue("factory-model/1"));
  archive.write("shape", c10::IValue(nlohmann::json(trained.model->shape()).dump()));
  archive.write("tokenizer", c10::IValue(trained.tokenizer.to_json().dump()));
  archive.write("about", c10::IValue(trained.about.dump()));
  archive.write("weights", weights);
  write(path, archive);
}

Trained load_model(const fs::path& path) {
  if (!fs::exists(path)) throw Bad(fmt::format("{}: not there; train first", path.string()));
  try {
    InputArchive archive, weights;
    archive.load_from(path.string());
    const Shape shape = nlohmann::json::parse(text_of(archive, "shape"));
    Trained trained{Gpt(shape),
                    Tokenizer::from_json(nlohmann::json::parse(text_of(archive, "tokenizer"))),
                    nlohmann::json::parse(text_of(archive, "about"))};
    archive.read("weights", weights);
    trained.model->load(weights);
    trained.model->eval();
    return trained;
  } catch (const std::exception& e) {
    broken(path, e);
  }
}

}  // namespace factory
