// A vector whose copies share what neither has changed since: a copy of a world with millions of
// ended jobs costs its pages' pointers, and a page is copied when somebody first writes to it.
// Copies may live on different threads, each used by one thread at a time: who finds itself alone
// with a page sees all that the others did with it before they let it go.
// Invariants: 1. A page that somebody else sees is never written.
//             2. References last until the element's page is first written to after a copy.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "base/check.h"

namespace dure {

template <class T, std::size_t kPage = 256>
class SharedPages {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return pages_[i / kPage]->items[i % kPage]; }
  T& operator[](std::size_t i) {
    Ref& page = pages_[i / kPage];
    if (!page.alone()) page = Ref(new Page(*page));  // invariant 1
    return page->items[i % kPage];
  }
  T& emplace_back() {
    if (size_ % kPage == 0) pages_.push_back(Ref(new Page()));
    return (*this)[size_++] = T{};
  }
  void push_back(const T& item) { emplace_back() = item; }
  void reserve(std::size_t n) { pages_.reserve(n / kPage + 1); }

 private:
  struct Page {
    Page() = default;
    Page(const Page& o) { std::copy(std::begin(o.items), std::end(o.items), items); }
    Page& operator=(const Page&) = delete;
    T items[kPage];
    std::atomic<std::uint32_t> seen_by = 1;
  };
  class Ref {  // std::shared_ptr's use_count() promises nothing about what others did before
   public:
    explicit Ref(Page* page) : page_(page) {}
    Ref(const Ref& o) : page_(o.page_) {
      if (page_ != nullptr) page_->seen_by.fetch_add(1, std::memory_order_relaxed);
    }
    Ref(Ref&& o) noexcept : page_(std::exchange(o.page_, nullptr)) {}
    Ref& operator=(Ref o) noexcept {
      std::swap(page_, o.page_);
      return *this;
    }
    ~Ref() {
      if (page_ != nullptr && page_->seen_by.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete page_;
    }
    bool alone() const { return page_->seen_by.load(std::memory_order_acquire) == 1; }
    Page* operator->() const { return page_; }
    Page& operator*() const { return *page_; }

   private:
    Page* page_;
  };
  std::vector<Ref> pages_;
  std::size_t size_ = 0;
};

}  // namespace dure
