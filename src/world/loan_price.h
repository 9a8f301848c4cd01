// What a member pays for a GPU-hour of another's machines: the lending terms say, else the price of
// the hardware. Won; 0: nothing was agreed.
#pragma once

#include "world/event.h"
#include "world/scenario.h"

namespace dure {

double loan_price(const Scenario& scenario, const PoolOpened& pool, MemberId borrower);

}  // namespace dure
