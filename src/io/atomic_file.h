// A file that appears under its name whole or not at all; gzip when the name ends in .gz.
// Invariants: 1. Until commit() returned Done the name shows what it showed before.
//             2. After a Fault, or without commit(), the temporary file is gone.
//             3. Every failing write, flush, close or rename is a Fault of write() or commit();
//             after
//                one, all further calls return it again.
// A target that exists and is no regular file (/dev/full, a pipe), or lies in /dev or /proc, is
// written to directly: nothing can be renamed over it. Links are followed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dure {

class AtomicFile {
 public:
  static Result<AtomicFile> create(const std::string& path);

  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  ~AtomicFile();

  Result<Done> write(std::string_view bytes);
  Result<Done> commit();

 private:
  struct State;
  explicit AtomicFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// All of `bytes` as the file `path`.
Result<Done> write_file(const std::string& path, std::string_view bytes);

}  // namespace dure
