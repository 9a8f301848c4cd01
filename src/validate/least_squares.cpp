#include "validate/least_squares.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/NonLinearOptimization>

#include "base/decimal.h"

namespace dure {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr double kVeryLarge = 1e3;     // in the place of a residual that is no number
constexpr double kAtBound = 1e-4;      // of the way from one bound to the other
constexpr double kWidthFactor = 1.96;  // of the normal law, 95 %
constexpr double kDifference = 1e-5;   // step of the differences, in u
constexpr double kFirst = 1;           // u of every start

// Bounds as a change of variable: x = least + (most - least) s(u) with s in (0, 1); in logarithms
// for a parameter above 0, so that a start at a thousandth of `most` is no corner. u counts from 1:
// MINPACK's first step is as long as u, so a start at 0 would end where it began.
class Bounded {
 public:
  explicit Bounded(const FreeParameter& p)
      : log_(p.least > 0), least_(at(p.least)), most_(at(p.most)) {
    start_ = std::clamp(at(p.start), least_, most_);
    const double s = std::clamp((start_ - least_) / (most_ - least_), 1e-3, 1 - 1e-3);
    from_ = std::log(s / (1 - s)) - kFirst;
  }
  double value(double u) const {
    const double v = std::clamp(least_ + (most_ - least_) * share(u), least_, most_);
    return log_ ? std::exp(v) : v;
  }
  double slope(double u) const {  // dx/du
    const double s = share(u), along = (most_ - least_) * s * (1 - s);
    return log_ ? value(u) * along : along;
  }
  double distance(double u) const {  // from the start
    const double d = least_ + (most_ - least_) * share(u) - start_;
    return log_ ? d : d / (most_ - least_);
  }
  bool at_bound(double u) const { return share(u) < kAtBound || share(u) > 1 - kAtBound; }

 private:
  double at(double x) const { return log_ ? std::log(x) : x; }
  double share(double u) const { return 1 / (1 + std::exp(-(u + from_))); }
  bool log_;
  double least_, most_, start_ = 0, from_ = 0;
};

// What Eigen's solver asks: residuals and their derivatives, here by forward differences.
class Problem {
 public:
  using Scalar = double;
  using Index = Eigen::Index;
  enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };
  using InputType = Vector;
  using ValueType = Vector;
  using JacobianType = Matrix;

  Problem(const std::vector<FreeParameter>& parameters, std::size_t rows, const ResidualsOf& of,
          double pull)
      : rows_(static_cast<Index>(rows)), of_(of), pull_(pull), x_(parameters.size()) {
    bounds_.reserve(parameters.size());
    for (const FreeParameter& p : parameters) bounds_.emplace_back(p);
    weights = Vector::Ones(rows_);  // their square roots
  }
  Index inputs() const { return static_cast<Index>(bounds_.size()); }
  Index rows() const { return rows_; }
  int values() const { return static_cast<int>(rows_ + (pull_ > 0 ? inputs() : 0)); }
  Bounded bound(Index j) const { return bounds_[static_cast<std::size_t>(j)]; }

  void plain(const Vector& u, Vector& out) const {  // the rows alone, unweighted
    for (Index j = 0; j < inputs(); ++j) x_[static_cast<std::size_t>(j)] = bound(j).value(u[j]);
    out.resize(rows_);
    of_(x_, std::span<double>(out.data(), static_cast<std::size_t>(rows_)));
  }
  int operator()(const Vector& u, Vector& out) const {
    Vector r;
    plain(u, r);
    out.resize(values());
    for (Index i = 0; i < rows_; ++i)
      out[i] = weights[i] * (std::isfinite(r[i]) ? r[i] : kVeryLarge);
    if (pull_ > 0) {
      for (Index j = 0; j < inputs(); ++j) out[rows_ + j] = pull_ * bound(j).distance(u[j]);
    }
    return 0;
  }
  int df(const Vector& u, Matrix& out) const {
    Vector at, beside, moved = u;
    (*this)(u, at);
    out.resize(values(), inputs());
    for (Index j = 0; j < inputs(); ++j) {
      moved[j] = u[j] + kDifference;
      (*this)(moved, beside);
      out.col(j) = (beside - at) / kDifference;
      moved[j] = u[j];
    }
    return 0;
  }
  Vector weights;

 private:
  Index rows_;
  const ResidualsOf& of_;
  double pull_;
  std::vector<Bounded> bounds_;
  mutable std::vector<double> x_;
};

void reweigh(Problem& problem, const Vector& u, double robust) {
  Vector r;
  problem.plain(u, r);
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    const double z = std::isfinite(r[i]) ? r[i] / robust : kVeryLarge;
    problem.weights[i] = std::pow(1 + z * z, -0.25);
  }
}

// sqrt of the diagonal of s^2 (J^T J)^-1 over the parameters that are known at all.
std::vector<std::optional<double>> half_widths(const Problem& problem, const Vector& u) {
  Vector r;
  Matrix jacobian;
  problem(u, r);
  problem.df(u, jacobian);
  std::vector<Eigen::Index> known;
  for (Eigen::Index j = 0; j < problem.inputs(); ++j) {
    const double felt = jacobian.col(j).head(problem.rows()).norm();
    if (!problem.bound(j).at_bound(u[j]) && felt > 1e-12) known.push_back(j);
  }
  std::vector<std::optional<double>> out(static_cast<std::size_t>(problem.inputs()));
  const auto n = static_cast<Eigen::Index>(known.size());
  const double freedom = static_cast<double>(r.size() - n);
  if (n == 0 || freedom < 1) return out;
  Matrix square(n, n);
  for (Eigen::Index a = 0; a < n; ++a) {
    for (Eigen::Index b = 0; b < n; ++b)
      square(a, b) = jacobian.col(known[static_cast<std::size_t>(a)])
                         .dot(jacobian.col(known[static_cast<std::size_t>(b)]));
  }
  const Eigen::LDLT<Matrix> solver(square);
  if (solver.info() != Eigen::Success || !(solver.rcond() > 1e-14)) return out;
  const Matrix covariance = solver.solve(Matrix::Identity(n, n)) * (r.squaredNorm() / freedom);
  for (Eigen::Index a = 0; a < n; ++a) {
    const Eigen::Index j = known[static_cast<std::size_t>(a)];
    const double width =
        kWidthFactor * std::sqrt(std::max(0.0, covariance(a, a))) * problem.bound(j).slope(u[j]);
    if (std::isfinite(width)) out[static_cast<std::size_t>(j)] = width;
  }
  return out;
}

std::optional<Fault> refused(const std::vector<FreeParameter>& parameters, std::size_t residuals,
                             const FitSettings& settings) {
  if (parameters.empty()) return Fault{"fit", "at least one parameter", "none", ""};
  if (residuals + (settings.pull > 0 ? parameters.size() : 0) < parameters.size())
    return Fault{"fit", "at least " + std::to_string(parameters.size()) + " rows, one a constant",
                 std::to_string(residuals), "give more rows, or let constants be pulled"};
  for (const FreeParameter& p : parameters) {
    if (!(p.least < p.most) || !std::isfinite(p.start) || !std::isfinite(p.least) ||
        !std::isfinite(p.most))
      return Fault{"fit", p.name + " with least below most",
                   decimal_text(p.least) + " to " + decimal_text(p.most), ""};
  }
  return std::nullopt;
}

}  // namespace

Result<FittedModel> least_squares(const std::vector<FreeParameter>& parameters,
                                  std::size_t residuals, const ResidualsOf& of,
                                  const FitSettings& settings) {
  if (auto fault = refused(parameters, residuals, settings)) return *fault;
  Problem problem(parameters, residuals, of, settings.pull);
  Vector u = Vector::Constant(problem.inputs(), kFirst), r;
  problem.plain(u, r);
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    if (!std::isfinite(r[i]))
      return Fault{"fit", "a model that answers every row at its first constants",
                   "no number for row " + std::to_string(i + 1), ""};
  }
  const int rounds = settings.robust > 0 ? std::max(1, settings.reweights) : 1;
  for (int round = 0; round < rounds; ++round) {
    if (settings.robust > 0) reweigh(problem, u, settings.robust);
    Eigen::LevenbergMarquardt<Problem> solver(problem);
    solver.parameters.factor = 1;
    solver.parameters.maxfev = settings.evaluations;
    solver.parameters.ftol = solver.parameters.xtol = 1e-7;
    solver.minimize(u);
  }

  FittedModel out;
  const auto widths = half_widths(problem, u);
  for (Eigen::Index j = 0; j < problem.inputs(); ++j) {
    const auto i = static_cast<std::size_t>(j);
    out.parameters.push_back({parameters[i].name, problem.bound(j).value(u[j]), widths[i]});
  }
  problem.plain(u, r);
  if (r.size() > 0) out.rms = r.norm() / std::sqrt(static_cast<double>(r.size()));
  return out;
}

double significant(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double power = std::floor(std::log10(std::abs(value))) + 1 - digits;
  if (power >= 0) {
    const double unit = std::pow(10, power);
    return std::round(value / unit) * unit;
  }
  const double unit = std::pow(10, -power);  // a whole number: exact to 10^22
  return std::round(value * unit) / unit;
}

}  // namespace dure
