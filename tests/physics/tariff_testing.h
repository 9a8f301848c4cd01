// The shipped tariff, and a flat load on it.
#pragma once

#include <gtest/gtest.h>

#include "physics/bill.h"
#include "physics/tariff.h"
#include "shipped.h"

namespace dure {

inline Tariff tariff_of(std::string_view id) {
  Result<Tariff> tariff = Tariff::of(shipped_models().tariff, id);
  EXPECT_TRUE(tariff) << (tariff ? "" : to_string(tariff.fault()));
  return std::move(tariff).value();
}

inline Millis at_hour(Date d, int hour, int minute = 0) {
  return Millis(midnight(d).count() + hour * kMsPerHour + minute * 60'000);
}

}  // namespace dure
