#include "base/hash.h"

#include <openssl/evp.h>

#include <array>

#include "base/check.h"

namespace dure {

struct Sha256::State {
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(state_->ctx != nullptr);
  CHECK(EVP_DigestInit_ex(state_->ctx, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(state_->ctx); }

void Sha256::add(std::span<const std::byte> bytes) {
  CHECK(EVP_DigestUpdate(state_->ctx, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  CHECK(copy != nullptr && EVP_MD_CTX_copy_ex(copy, state_->ctx) == 1);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned n = 0;
  CHECK(EVP_DigestFinal_ex(copy, digest.data(), &n) == 1);
  EVP_MD_CTX_free(copy);
  std::string out;
  for (unsigned i = 0; i < n; ++i) {
    out += "0123456789abcdef"[digest[i] >> 4];
    out += "0123456789abcdef"[digest[i] & 15];
  }
  return out;
}

}  // namespace dure
