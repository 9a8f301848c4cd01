// SHA-256 of a stream of bytes (FIPS 180-4). Door to OpenSSL libcrypto.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dure {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::span<const std::byte> bytes);
  std::string hex();  // of all bytes so far; may be asked again after more bytes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dure
