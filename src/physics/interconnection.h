// The earliest date for megawatts at a site: the rule of the grid impact assessment, then the lead
// time of the connection. Rules and sources: docs/models/energy-sources.md.
//   assessed   when what the site has and what it asks for reach 10 MW together (9.8 + 0.2 counts),
//              unless it holds a contract; months of p10, p50, p90; most applications fail
//   metro      an assessed block gets no power before metro_closed_until
//   date       applied + assessment + connection of the voltage class that fits all of the site's
//   MW
// p10 adds both p10, p90 both p90: a wider span than if the two were independent. `pass_share` is
// a gate, not a delay: with 1 - pass_share there is no date at all.
#pragma once

#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/result.h"
#include "world/interconnection_spec.h"

namespace dure {

struct LargeLoadRequest {
  std::string region;
  double mw = 0;          // asked for
  double has_mw = 0;      // connected or contracted at the site before
  bool contract = false;  // the block already holds a supply contract
  Date applied;
  double km = 0;  // of line to the substation
};

struct LargeLoadAnswer {
  double kv = 0;
  bool assessed = false, may_be_refused = false, metro_closed = false;
  double pass_share = 1;
  Date p10, p50, p90;
  double cost_krw = 0;
  std::vector<std::string> reasons;  // what made the dates, in order
};

Result<LargeLoadAnswer> large_load(const InterconnectionSpec& spec,
                                   const LargeLoadRequest& request);

// The same day some months later; the last of the month where there is no such day.
Date months_later(Date d, std::int64_t months);

// What the ties into a region carry on a day, MW: those that stand, a tie from "all" being the
// limit of them together, and reinforcements from the day on which they are expected, else planned.
double import_limit_mw(const InterconnectionSpec& spec, const std::string& region, Date day);

}  // namespace dure
