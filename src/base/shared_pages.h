// A vector whose copies share what neither has changed since: a copy of a world with millions of
// ended jobs costs its pages' pointers, and a page is copied when somebody first writes to it.
// Invariants: 1. A page that somebody else sees is never written.
//             2. References last until the element's page is first written to after a copy.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/check.h"

namespace dure {

template <class T, std::size_t kPage = 256>
class SharedPages {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return pages_[i / kPage]->items[i % kPage]; }
  T& operator[](std::size_t i) {
    std::shared_ptr<Page>& page = pages_[i / kPage];
    if (page.use_count() > 1) page = std::make_shared<Page>(*page);  // invariant 1
    return page->items[i % kPage];
  }
  T& emplace_back() {
    if (size_ % kPage == 0) pages_.push_back(std::make_shared<Page>());
    return (*this)[size_++] = T{};
  }
  void push_back(const T& item) { emplace_back() = item; }
  void reserve(std::size_t n) { pages_.reserve(n / kPage + 1); }

 private:
  struct Page {
    T items[kPage];
  };
  std::vector<std::shared_ptr<Page>> pages_;
  std::size_t size_ = 0;
};

}  // namespace dure
