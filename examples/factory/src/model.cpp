#include "model.h"

#include <cmath>
#include <limits>

namespace factory {

namespace nn = torch::nn;

BlockImpl::BlockImpl(const Shape& s)
    : heads_(s.heads),
      norm1_(register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({s.width})))),
      norm2_(register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({s.width})))),
      qkv_(register_module("qkv", nn::Linear(s.width, 3 * s.width))),
      mix_(register_module("mix", nn::Linear(s.width, s.width))),
      up_(register_module("up", nn::Linear(s.width, 4 * s.width))),
      down_(register_module("down", nn::Linear(4 * s.width, s.width))) {
  // What is added to the residual stream starts small, the smaller the deeper (Radford et al.).
  const double residual = 0.02 / std::sqrt(2.0 * static_cast<double>(s.layers));
  const torch::NoGradGuard no_grad;
  for (auto& [linear, deviation] :
       {std::pair{qkv_, 0.02}, {up_, 0.02}, {mix_, residual}, {down_, residual}}) {
    linear->weight.normal_(0, deviation);
    linear->bias.zero_();
  }
}

torch::Tensor BlockImpl::attend(const torch::Tensor& x, const torch::Tensor& mask) {
  const auto batch = x.size(0), time = x.size(1), width = x.size(2), each = width / heads_;
  // [batch, time, 3 * width] -> three of [batch, heads, time, each]
  const auto parts =
      qkv_(x).view({batch, time, 3, heads_, each}).permute({2, 0, 3, 1, 4}).unbind(0);
  const auto scale = 1.0 / std::sqrt(static_cast<double>(each));
  const auto scores = parts[0].matmul(parts[1].transpose(-2, -1)) * scale + mask;
  const auto seen = scores.softmax(-1).matmul(parts[2]);
  return mix_(seen.transpose(1, 2).reshape({batch, time, width}));
}

torch::Tensor BlockImpl::forward(torch::Tensor x, const torch::Tensor& mask) {
  x = x + attend(norm1_(x), mask);
  return x + down_(torch::gelu(up_(norm2_(x))));
}

GptImpl::GptImpl(const Shape& s)
    : shape_(s),
      tokens_(register_module("tokens", nn::Embedding(s.vocabulary, s.width))),
      positions_(register_module("positions", nn::Embedding(s.context, s.width))),
      norm_(register_module("norm", nn::LayerNorm(nn::LayerNormOptions({s.width})))),
      mask_(register_buffer(
          "mask",
          torch::full({s.context, s.context}, -std::numeric_limits<float>::infinity()).triu(1))) {
  for (std::int64_t i = 0; i < s.layers; ++i)
    blocks_.push_back(register_module("block" + std::to_string(i), Block(s)));
  const torch::NoGradGuard no_grad;
  tokens_->weight.normal_(0, 0.02);
  positions_->weight.normal_(0, 0.02);
}

torch::Tensor GptImpl::forward(const torch::Tensor& tokens) {
  const auto time = tokens.size(1);
  auto x = tokens_(tokens) + positions_->weight.narrow(0, 0, time);
  const auto mask = mask_.narrow(0, 0, time).narrow(1, 0, time);
  for (auto& block : blocks_) x = block(x, mask);
  return torch::linear(norm_(x), tokens_->weight);
}

std::int64_t GptImpl::count() const {
  std::int64_t n = 0;
  for (const auto& weights : parameters()) n += weights.numel();
  return n;
}

torch::Tensor loss_of(const torch::Tensor& scores, const torch::Tensor& targets) {
  return nn::functional::cross_entropy(scores.reshape({-1, scores.size(-1)}),
                                       targets.reshape({-1}));
}

}  // namespace factory
