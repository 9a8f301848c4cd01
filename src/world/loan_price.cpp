#include "world/loan_price.h"

#include <algorithm>

namespace dure {

double loan_price(const Scenario& scenario, const PoolOpened& pool, MemberId borrower) {
  const std::string& owner = scenario.members[pool.owner.index].id;
  const std::string& to = scenario.members[borrower.index].id;
  const std::string& site = scenario.sites[pool.site.index].id;
  const auto has = [](const std::vector<std::string>& list, const std::string& id) {
    return list.empty() || std::find(list.begin(), list.end(), id) != list.end();
  };
  for (const LendingSpec& l : scenario.lending)
    if (l.owner == owner && l.price_krw_per_gpu_hour > 0 && has(l.to, to) && has(l.sites, site))
      return l.price_krw_per_gpu_hour;
  for (const PriceSpec& p : scenario.prices)
    if (p.hardware == scenario.hardware[pool.hardware.index].id) return p.krw_per_gpu_hour;
  return 0;
}

}  // namespace dure
