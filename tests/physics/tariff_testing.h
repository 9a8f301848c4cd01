// The shipped tariff, and a flat load on it.
#pragma once

#include <tuple>
#include <vector>

#include "money_testing.h"
#include "physics/bill.h"
#include "physics/tariff.h"

namespace dure {

struct TariffFile {
  TariffSpec tariff;
  std::vector<SourceSpec> sources;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("tariff", &TariffFile::tariff, "the tariff", required),
                      Field("sources", &TariffFile::sources, "where it comes from", required));
  }
};

inline const TariffSpec& shipped_tariff() {
  static const TariffSpec spec = read_cited<TariffFile>("models/tariff-kr.yaml").tariff;
  return spec;
}

inline Tariff tariff_of(std::string_view id) {
  Result<Tariff> tariff = Tariff::of(shipped_tariff(), id);
  EXPECT_TRUE(tariff) << (tariff ? "" : to_string(tariff.fault()));
  return std::move(tariff).value();
}

inline Millis at_hour(Date d, int hour, int minute = 0) {
  return Millis(midnight(d).count() + hour * kMsPerHour + minute * 60'000);
}

}  // namespace dure
