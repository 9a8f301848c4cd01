// A value by calendar year: given for some years, on a straight line between two of them, and held
// at the nearest outside them. Which of the three it is comes with the value, so that nobody takes
// a held value for a given one.
// Invariant: years are in order, each once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

enum class YearBasis { given, between, held };

struct YearValue {
  double value = 0;
  YearBasis basis = YearBasis::given;
};

struct YearPoint {
  std::int64_t year = 0;
  double value = 0;
};

class YearSeries {
 public:
  // `where` names the list in a refusal.
  static Result<YearSeries> of(std::vector<YearPoint> points, const std::string& where) {
    if (points.empty()) return Fault{where, "at least one year", "none", ""};
    for (std::size_t i = 1; i < points.size(); ++i) {
      if (points[i].year <= points[i - 1].year)
        return Fault{where + "[" + std::to_string(i) + "]", "a year after that of the row before",
                     std::to_string(points[i].year), ""};
    }
    YearSeries out;
    out.points_ = std::move(points);
    return out;
  }

  YearValue at(std::int64_t year) const {
    const YearPoint& first = points_.front();
    const YearPoint& last = points_.back();
    if (year < first.year) return {first.value, YearBasis::held};
    if (year > last.year) return {last.value, YearBasis::held};
    std::size_t i = 0;
    while (points_[i].year < year) ++i;
    if (points_[i].year == year) return {points_[i].value, YearBasis::given};
    const YearPoint &a = points_[i - 1], &b = points_[i];
    const double share = static_cast<double>(year - a.year) / static_cast<double>(b.year - a.year);
    return {a.value + share * (b.value - a.value), YearBasis::between};
  }

 private:
  std::vector<YearPoint> points_;
};

}  // namespace dure
