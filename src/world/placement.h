// Where a gang sits: nodes of racks, and how many GPUs on each. In a counted pool (a replayed batch
// machine) there are no nodes and the placement is empty. On shared nodes a slice reads otherwise:
// shared_nodes.h.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace dure {

enum class Spread { anywhere, one_domain, whole_racks_first };

struct Shape {  // what a gang asks of where it sits, beside its number
  Spread spread = Spread::anywhere;
  std::uint32_t cpu_milli = 0, memory_mib = 0;  // of each shared node; 1/1000 core, MiB
  Shape() = default;
  Shape(Spread s, std::uint32_t cpu = 0, std::uint32_t memory = 0)  // NOLINT: a spread is a shape
      : spread(s), cpu_milli(cpu), memory_mib(memory) {}
  bool operator==(const Shape&) const = default;
};

struct Slice {  // the same number of GPUs on some nodes of one rack
  std::uint32_t rack = 0;
  std::uint32_t gpus_per_node = 0;
  std::uint64_t nodes = 0;                      // bit i: node i of the rack
  std::uint32_t cpu_milli = 0, memory_mib = 0;  // of shared nodes
  bool operator==(const Slice&) const = default;
  std::int64_t gpus() const { return std::int64_t{gpus_per_node} * std::popcount(nodes); }
};

// A list of slices that keeps a single one in place: nine jobs of ten sit on one node, and a nation
// starts millions of them.
class Placement {
 public:
  using value_type = Slice;
  Placement() = default;
  Placement(std::initializer_list<Slice> slices) {
    for (const Slice& s : slices) push_back(s);
  }
  void push_back(const Slice& s) {
    if (size_ == 1) many_.assign(1, one_);
    if (size_++ == 0)
      one_ = s;
    else
      many_.push_back(s);
  }
  void resize(std::size_t n) {
    const Slice first = size_ > 0 ? *begin() : Slice{};
    if (n > 1) {
      if (size_ == 1) many_.assign(1, first);
      many_.resize(n);
    } else {
      many_.clear();
      one_ = first;
    }
    size_ = n;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Slice* begin() const { return size_ > 1 ? many_.data() : &one_; }
  const Slice* end() const { return begin() + size_; }
  Slice* begin() { return size_ > 1 ? many_.data() : &one_; }
  Slice* end() { return begin() + size_; }
  const Slice& operator[](std::size_t i) const { return begin()[i]; }
  Slice& operator[](std::size_t i) { return begin()[i]; }
  bool operator==(const Placement& o) const {
    if (size_ != o.size_) return false;
    for (std::size_t i = 0; i < size_; ++i)
      if (!((*this)[i] == o[i])) return false;
    return true;
  }

 private:
  std::size_t size_ = 0;
  Slice one_;                // the only one
  std::vector<Slice> many_;  // all of them, where there are more
};

}  // namespace dure
