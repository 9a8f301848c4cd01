#include "world/accounts.h"

#include "base/check.h"

namespace dure {
namespace {

using Wide = unsigned __int128;

std::uint64_t square_root(Wide n) {  // rounded down
  std::uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t tried = root | std::uint64_t{1} << bit;
    if (Wide{tried} * tried <= n) root = tried;
  }
  return root;
}

}  // namespace

Fading::Fading(Millis half_life) : half_life_ms_(half_life.count()) {
  CHECK(half_life_ms_ > 0);
  // Roots of one half, of 2^62: 2^(-1/2), 2^(-1/4), ... 2^(-1/1024).
  std::array<std::uint64_t, 10> roots{};
  std::uint64_t r = std::uint64_t{1} << 61;
  for (std::uint64_t& root : roots) root = r = square_root(Wide{r} << 62);
  for (std::size_t i = 0; i <= 1024; ++i) {
    std::uint64_t value = std::uint64_t{1} << 62;
    if (i == 1024) value >>= 1;
    for (std::size_t k = 0; k < roots.size(); ++k)
      if (i < 1024 && (i >> (9 - k) & 1) != 0)
        value = static_cast<std::uint64_t>(Wide{value} * roots[k] >> 62);
    table_[i] = value >> 30;
  }
}

std::uint64_t Fading::after(Millis dt) const {
  CHECK(dt.count() >= 0);
  const std::int64_t halves = dt.count() / half_life_ms_;
  if (halves >= 32) return 0;
  const Wide left = static_cast<Wide>(dt.count() % half_life_ms_) * 1024;
  const auto half = static_cast<Wide>(half_life_ms_);
  const auto i = static_cast<std::size_t>(left / half);
  const Wide part = left % half;  // between table_[i] and the next: straight
  const std::uint64_t step = table_[i] - table_[i + 1];
  return (table_[i] - static_cast<std::uint64_t>(step * part / half)) >> halves;
}

void Accounts::set_half_life(Millis half_life, Millis now) {
  for (std::uint32_t a = 0; a < list_.size(); ++a)
    for (std::size_t d = 0; d < kDevices; ++d) {
      Account::Use& use = list_[a].use[d];
      use.mean_micro = mean_micro(AccountId{a}, static_cast<Device>(d), now);
      use.since = now;
    }
  fading_ = Fading(half_life);
}

AccountId Accounts::open(Account account) {
  if (account.parent) {
    CHECK(account.parent->index < list_.size());
    account.member = list_[account.parent->index].member;
  }
  list_.push_back(std::move(account));
  return AccountId{static_cast<std::uint32_t>(list_.size() - 1)};
}

void Accounts::change(AccountId id, Device device, std::int64_t delta, Millis now) {
  for (std::optional<AccountId> a = id; a; a = list_[a->index].parent) {  // invariant 1
    Account::Use& use = list_[a->index].use[static_cast<std::size_t>(device)];
    if (use.since != now) {
      use.mean_micro = mean_micro(*a, device, now);
      use.since = now;
    }
    use.held += delta;
    CHECK(use.held >= 0);  // invariant 2
  }
}

std::int64_t Accounts::mean_micro(AccountId id, Device device, Millis now) const {
  const Account::Use& use = list_[id.index].use[static_cast<std::size_t>(device)];
  const std::int64_t held = use.held * 1'000'000;
  if (use.mean_micro == held || use.since == now) return use.mean_micro;
  const __int128 gap = static_cast<__int128>(use.mean_micro) - held;
  return held +
         static_cast<std::int64_t>(gap * static_cast<__int128>(fading_.after(now - use.since)) /
                                   (__int128{1} << 32));
}

bool Accounts::within_limits(AccountId id, Device device, std::int64_t units) const {
  const std::int64_t milli = milli_gpus(device, units);
  for (std::optional<AccountId> a = id; a; a = list_[a->index].parent)
    if (!within_limit(*a, milli)) return false;
  return true;
}

}  // namespace dure
