// The language model: a decoder-only transformer (Vaswani et al. 2017) with the layer norms before
// each part (Radford et al. 2019), learnt positions, and one matrix that both reads tokens and
// scores them. No dropout, so that nothing but the weights decides what it says.
#pragma once

#include <torch/torch.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace factory {

struct Shape {
  std::int64_t vocabulary = 0, context = 0, width = 0, layers = 0, heads = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Shape, vocabulary, context, width, layers, heads)

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const Shape& shape);
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& mask);

 private:
  torch::Tensor attend(const torch::Tensor& x, const torch::Tensor& mask);
  std::int64_t heads_;
  torch::nn::LayerNorm norm1_, norm2_;
  torch::nn::Linear qkv_, mix_, up_, down_;
};
TORCH_MODULE(Block);

class GptImpl : public torch::nn::Module {
 public:
  explicit GptImpl(const Shape& shape);  // weights drawn from torch's generator
  // Tokens [batch, time], time <= context; scores [batch, time, vocabulary] of what comes next.
  torch::Tensor forward(const torch::Tensor& tokens);
  const Shape& shape() const { return shape_; }
  std::int64_t count() const;  // of weights

 private:
  Shape shape_;
  torch::nn::Embedding tokens_, positions_;
  std::vector<Block> blocks_;
  torch::nn::LayerNorm norm_;
  torch::Tensor mask_;  // above the diagonal: minus infinity
};
TORCH_MODULE(Gpt);

// Mean of -ln p(next) over all of them. Scores as forward() makes them, targets [batch, time].
torch::Tensor loss_of(const torch::Tensor& scores, const torch::Tensor& targets);

}  // namespace factory
