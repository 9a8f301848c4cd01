// What holds between the rows of `traffic` and the rest of a scenario: one row a workload, which
// says something; speeds that are typed or follow from the network, not both; a network for what is
// sent, with a row for each class that it is sent by; a link at each site that data come from or go
// to; a checkpoint that is written before the next.
#pragma once

#include "world/scenario_check.h"

namespace dure {

// Ids exist: check_references has looked.
Findings check_traffic(const Scenario& scenario);

}  // namespace dure
