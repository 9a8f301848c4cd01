#include "live/settlement.h"

#include <cmath>

#include "base/calendar.h"
#include "live/projections.h"
#include "world/loan_price.h"

namespace dure {

std::int64_t amount_krw(std::int64_t gpu_ms, double price_krw) {
  return std::llround(static_cast<double>(gpu_ms) / 3'600'000 * price_krw);
}

MonthStatement statement(const Desk& d, const std::string& month, Millis now) {
  MonthStatement out;
  for (const std::string& m : d.world.members()) out.members.push_back({m, 0, 0, 0, 0});
  for (const MonthUse& use : d.book.month_use(month, d.world, now)) {
    const PoolOpened& pool = d.world.pool(use.pool).info;
    if (pool.device != Device::gpu) continue;
    StatementLine line;
    line.pool = pool.name;
    line.owner = d.world.members()[pool.owner.index];
    line.member = d.world.members()[use.member.index];
    line.gpu_ms = use.gpu_ms;
    if (use.member != pool.owner) {
      line.price_krw = loan_price(d.scenario, pool, use.member);
      line.amount_krw = amount_krw(use.gpu_ms, line.price_krw);
      StatementSum& owner = out.members[pool.owner.index];
      StatementSum& user = out.members[use.member.index];
      owner.lent_gpu_ms += use.gpu_ms;
      owner.credit_krw += line.amount_krw;  // invariant 1
      user.borrowed_gpu_ms += use.gpu_ms;
      user.debit_krw += line.amount_krw;
    }
    out.lines.push_back(std::move(line));
  }
  return out;
}

}  // namespace dure
