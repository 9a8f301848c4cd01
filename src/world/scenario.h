// What a scenario file says: the alliance, its machines, its laws and its work, before anything
// runs. These structs are the file format: the YAML key of a member is its name, and a unit stands
// at the end of the name where the type does not carry it. Watts members are written with `_mw`,
// `_kw` or `_w`. Ids are text here and become Ids in World. Every row says where its numbers come
// from (`source`): a key of `sources`, several joined by +, or assumption, derived, recalled.
// describe() gives each member its help, its limits and whether it may be left out; see
// base/describe.h.
//
// Invariants (checked by check_references in world/scenario_check.h, not by the reader):
//   1. Ids are unique in their list.  2. Every id that is referred to exists.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"
#include "base/quantity.h"
#include "world/carbon_spec.h"
#include "world/climate_spec.h"
#include "world/cooling_spec.h"
#include "world/disruption_spec.h"
#include "world/energy_asset_spec.h"
#include "world/energy_policy_spec.h"
#include "world/event.h"
#include "world/failure_spec.h"
#include "world/finance_spec.h"
#include "world/grid_spec.h"
#include "world/money_spec.h"
#include "world/network_spec.h"
#include "world/policy_spec.h"
#include "world/power_spec.h"
#include "world/tariff_spec.h"
#include "world/traffic_spec.h"
#include "world/utility_spec.h"
#include "world/water_spec.h"
#include "world/workload_spec.h"

namespace dure {

enum class FactStatus { operating, contract, planned, announced, claim, goal, assumption };
enum class Order { arrival, priority, fair, shortest, attained };
enum class Backfill { none, easy, conservative };

// The names of the enums in a file; see base/describe.h.
constexpr auto describe_enum(FactStatus) {
  using E = FactStatus;
  return std::array{Choice<E>{E::operating, "operating", "it runs today"},
                    Choice<E>{E::contract, "contract", "signed"},
                    Choice<E>{E::planned, "planned", "planned by who builds it"},
                    Choice<E>{E::announced, "announced", "said in public"},
                    Choice<E>{E::claim, "claim", "said by one side"},
                    Choice<E>{E::goal, "goal", "wished for"},
                    Choice<E>{E::assumption, "assumption", "ours"}};
}
constexpr auto describe_enum(Order) {
  using E = Order;
  return std::array{
      Choice<E>{E::arrival, "arrival", "first come, first served"},
      Choice<E>{E::priority, "priority", "the higher priority first"},
      Choice<E>{E::fair, "fair", "guarantees, then tiers, then the least share"},
      Choice<E>{E::shortest, "shortest", "whoever has the least left to do, as estimated"},
      Choice<E>{E::attained, "attained",
                "whoever was served least, by steps; then the least share"}};
}
constexpr auto describe_enum(Backfill) {
  using E = Backfill;
  return std::array{Choice<E>{E::none, "none", "nobody overtakes"},
                    Choice<E>{E::easy, "easy", "overtake if the first in the queue is not delayed"},
                    Choice<E>{E::conservative, "conservative", "overtake if nobody is delayed"}};
}

constexpr auto describe_enum(Device) {
  using E = Device;
  return std::array{Choice<E>{E::gpu, "gpu", "GPUs"},
                    Choice<E>{E::qpu, "qpu", "quantum processors"},
                    Choice<E>{E::ran_cell, "ran_cell", "groups of radio cells"},
                    Choice<E>{E::cpu, "cpu", "cores of nodes without GPUs"},
                    Choice<E>{E::shared_gpu, "shared_gpu", "GPUs that jobs may share"}};
}
struct SourceSpec {
  std::string id, title, where;
  template <class S = SourceSpec>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "unique key", required, id_text, not_empty),
                  Field("title", &S::title, "what it is", required, not_empty),
                  Field("where", &S::where, "address, document or path", required, not_empty));
  }
};

struct DecisionSpec {  // a contradiction of the facts, and what this scenario takes
  std::string id, question_en, question_ko, taken_en, taken_ko;
  std::vector<std::string>
      options;  // the readings that were not taken, as --set lines where possible
  std::string source;
  template <class S = DecisionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, not_empty),
        Field("question_en", &S::question_en, "which facts contradict each other, in English",
              required, not_empty),
        Field("question_ko", &S::question_ko, "the same in Korean", required, not_empty),
        Field("taken_en", &S::taken_en, "what this scenario takes, in English", required,
              not_empty),
        Field("taken_ko", &S::taken_ko, "the same in Korean", required, not_empty),
        Field("options", &S::options, "the readings not taken, as --set lines where possible"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct MemberSpec {
  std::string id, name_en, name_ko;
  Gpus announced_gpus;    // promised by the end of the horizon, without today's stock
  Gpus demand_base_gpus;  // the build-out for which the workload rows give demand
  std::int64_t allocation_priority = 50;    // 0 to 100, higher first
  double share_weight = 1;                  // times what it contributes
  Gpus limit_gpus;                          // held at once, over all pools; 0: none
  std::string parent_jurisdiction = kHome;  // of the ultimate parent
  std::string source, note;
  template <class S = MemberSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("name_ko", &S::name_ko, "name in Korean", required, not_empty),
        Field("announced_gpus", &S::announced_gpus,
              "promised by the end of the horizon, without today's stock", required,
              range(0, 10'000'000)),
        Field("demand_base_gpus", &S::demand_base_gpus,
              "the build-out for which the workload rows give demand", required,
              range(0, 10'000'000)),
        Field("allocation_priority", &S::allocation_priority, "of this member's work, higher first",
              range(0, 100)),
        Field("share_weight", &S::share_weight,
              "of its fair share, times the GPUs that it may count on", above(0, 1'000),
              dimensionless),
        Field("limit_gpus", &S::limit_gpus, "held at once, its own and borrowed; 0: no limit",
              range(0, 10'000'000)),
        Field("parent_jurisdiction", &S::parent_jurisdiction,
              "under whose law its ultimate parent is", id_text, not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HardwareSpec {
  std::string id, name;
  Device device = Device::gpu;
  Gpus gpus_per_node{8};
  std::int64_t nodes_per_domain = 1;  // NVLink domain: 18 for NVL72, 1 for HGX
  std::int64_t nodes_per_rack = 4;
  std::int64_t node_cpus = 0;     // shared_gpu
  double node_memory_gb = 0;      // shared_gpu and cpu
  Watts node_idle_w, node_max_w;  // the rack's maximum shared out over its nodes
  Watts rack_max_kw;
  double bf16_dense_tflops = 0;  // one GPU
  std::int64_t mem_gb = 0;
  Date release;
  std::string source, note;
  template <class S = HardwareSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name", &S::name, "product name", required, not_empty),
        Field("device", &S::device, "what is counted where it says gpus"),
        Field("gpus_per_node", &S::gpus_per_node, "GPUs, or cores, in a node", range(1, 1024)),
        Field("nodes_per_domain", &S::nodes_per_domain,
              "nodes in an NVLink domain: 18 for NVL72, 1 for HGX", range(1, 1024)),
        Field("nodes_per_rack", &S::nodes_per_rack, "nodes in a rack", range(1, 1024)),
        Field("node_cpus", &S::node_cpus, "of shared GPUs: cores that their jobs share",
              range(0, 1024)),
        Field("node_memory_gb", &S::node_memory_gb,
              "of shared GPUs and CPU nodes: memory that their jobs share", range(0, 100'000)),
        Field("node_idle_w", &S::node_idle_w, "power of an idle node", required,
              range(0, 1'000'000)),
        Field("node_max_w", &S::node_max_w, "the rack's maximum shared out over its nodes",
              required, range(1, 1'000'000)),
        Field("rack_max_kw", &S::rack_max_kw, "power of a full rack", required, range(1, 10'000)),
        Field("bf16_dense_tflops", &S::bf16_dense_tflops, "of GPUs: peak of one, dense BF16",
              range(0, 1'000'000)),
        Field("mem_gb", &S::mem_gb, "of GPUs: memory of one", range(0, 100'000)),
        Field("release", &S::release, "first delivery", required),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct GridStep {  // from this month on the site may draw so much; rows are cumulative
  Date month;
  Watts grid_mw;
  FactStatus status = FactStatus::assumption;
  std::string source, note;
  template <class S = GridStep>
  static constexpr auto describe() {
    return Fields(
        Field("month", &S::month, "from this month on", required),
        Field("grid_mw", &S::grid_mw, "what the site may draw, all rows so far included", required,
              range(0, 5'000)),
        Field("status", &S::status, "how firm this is"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HallSpec {
  std::string id, name_en;
  std::string operated_by;  // an operator's id: who runs it decides what may lawfully run there
  std::string cooling;
  Watts rack_max_kw;
  Isolation isolation = Isolation::shared;
  std::int64_t leaf_racks = 0;  // 0: the whole hall hangs together
  double oversubscription = 1;
  std::string source, note;
  template <class S = HallSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key within the site", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("operated_by", &S::operated_by,
              "who runs it, which decides what may lawfully run here", required,
              refers_to("operators")),
        Field("cooling", &S::cooling, "kind of cooling", required, not_empty),
        Field("rack_max_kw", &S::rack_max_kw, "power that a rack may draw", required,
              range(1, 10'000)),
        Field("isolation", &S::isolation, "how far it can keep a job's data apart"),
        Field(
            "leaf_racks", &S::leaf_racks,
            "racks on one group of leaf switches, where all nodes reach all at full speed; 0: all",
            range(0, 10'000)),
        Field("oversubscription", &S::oversubscription,
              "what the racks of a group can send, over what its links to the spine carry",
              range(1, 64), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct SiteSpec {
  std::string id, name_en, name_ko, owner, province, grid_region, climate_station;
  double lat_deg = 0, lon_deg = 0;
  double pue = 1.2;
  double rtt_seoul_ms = 0;
  std::string jurisdiction = "kr";
  std::vector<GridStep> grid;
  std::vector<HallSpec> halls;
  std::string source, note;
  template <class S = SiteSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("name_ko", &S::name_ko, "name in Korean", required, not_empty),
        Field("owner", &S::owner, "who owns the site", required, refers_to("members", "operators")),
        Field("province", &S::province, "province or metropolitan city", required, not_empty),
        Field("grid_region", &S::grid_region, "region of the power grid", required, not_empty),
        Field("climate_station", &S::climate_station, "weather station whose data hold here",
              required, not_empty),
        Field("lat_deg", &S::lat_deg, "latitude north, WGS 84", required, range(-90, 90)),
        Field("lon_deg", &S::lon_deg, "longitude east, WGS 84", required, range(-180, 180)),
        Field("pue", &S::pue, "facility power over IT power", range(1, 3), dimensionless),
        Field("rtt_seoul_ms", &S::rtt_seoul_ms, "network round trip to Seoul", required,
              range(0, 1'000)),
        Field("jurisdiction", &S::jurisdiction, "whose law holds here", id_text, not_empty),
        Field("grid", &S::grid, "what may be drawn, by month", required, not_empty),
        Field("halls", &S::halls, "rooms with one operator and one cooling each", required,
              not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct InstallSpec {  // racks of one owner arrive in a hall, and leave again if retire_month is
                      // given
  Date month;
  std::string owner, site, hall, hardware;
  Gpus gpus;
  std::optional<Date> retire_month;
  FactStatus status = FactStatus::assumption;
  std::string source, note;
  template <class S = InstallSpec>
  static constexpr auto describe() {
    return Fields(
        Field("month", &S::month, "the racks work from this month on", required),
        Field("owner", &S::owner, "whose GPUs", required, refers_to("members")),
        Field("site", &S::site, "where", required, refers_to("sites")),
        Field("hall", &S::hall, "which of the site's halls", required, id_text, not_empty),
        Field("hardware", &S::hardware, "of which class", required, refers_to("hardware")),
        Field("gpus", &S::gpus, "how many", required, range(1, 10'000'000)),
        Field("retire_month", &S::retire_month, "gone from this month on"),
        Field("status", &S::status, "how firm this is"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct LinkSpec {
  std::string id, from_site, to, jurisdiction;
  double rtt_ms = 0, gbit_per_s = 0;
  std::string source, note;
  template <class S = LinkSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("from_site", &S::from_site, "one end", required, refers_to("sites")),
        Field("to", &S::to, "the other end: a site, or a place outside the alliance", required,
              id_text, not_empty),
        Field("jurisdiction", &S::jurisdiction, "whose law holds at the other end", required,
              id_text, not_empty),
        Field("rtt_ms", &S::rtt_ms, "round trip", required, range(0, 10'000)),
        Field("gbit_per_s", &S::gbit_per_s, "bandwidth one way", required, above(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct LendingSpec {  // an owner lets others use what it leaves idle
  std::string owner;
  std::vector<std::string> to;        // members; empty: every member
  std::vector<std::string> sites;     // only there; empty: everywhere
  double max_share = 1.0;             // of the owner's GPUs in a pool
  double reclaim_hours = 0;           // 0: the borrower keeps it as long as it likes
  double price_krw_per_gpu_hour = 0;  // 0: the price of the hardware
  std::string source, note;
  template <class S = LendingSpec>
  static constexpr auto describe() {
    return Fields(
        Field("owner", &S::owner, "who lends", required, refers_to("members")),
        Field("to", &S::to, "borrowers; empty: every member", refers_to("members")),
        Field("sites", &S::sites, "only there; empty: everywhere", refers_to("sites")),
        Field("max_share", &S::max_share, "of the owner's GPUs in a pool", range(0, 1),
              dimensionless),
        Field("reclaim_hours", &S::reclaim_hours,
              "the owner has it back within this; 0: when the borrower is done", range(0, 8'760)),
        Field("price_krw_per_gpu_hour", &S::price_krw_per_gpu_hour,
              "what a borrower pays; 0: prices say", range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct GuaranteeSpec {  // an owner gives up a part of its racks at a site to a member, firmly
  std::string owner, to, site;
  Gpus gpus;
  Date from;
  std::string source, note;
  template <class S = GuaranteeSpec>
  static constexpr auto describe() {
    return Fields(
        Field("owner", &S::owner, "whose racks", required, refers_to("members")),
        Field("to", &S::to, "who may count on them", required, refers_to("members")),
        Field("site", &S::site, "where", required, refers_to("sites")),
        Field("gpus", &S::gpus, "how many", required, range(1, 10'000'000)),
        Field("from", &S::from, "from this day on", required),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PriceSpec {  // of the settlement between members
  std::string hardware;
  double krw_per_gpu_hour = 0;
  std::string source, note;
  template <class S = PriceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("hardware", &S::hardware, "of which class", required, refers_to("hardware")),
        Field("krw_per_gpu_hour", &S::krw_per_gpu_hour, "for a GPU of another member", required,
              range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ReservationSpec {  // room of an owner's racks, kept for a member's work
  std::string id, member, owner, site, hardware;
  Gpus gpus;
  Date first;
  double hour = 0, hours = 1;
  std::int64_t every_days = 0, times = 1;
  std::string source, note;
  template <class S = ReservationSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("member", &S::member, "for whose work", required, refers_to("members")),
        Field("owner", &S::owner, "whose racks", required, refers_to("members")),
        Field("site", &S::site, "where", required, refers_to("sites")),
        Field("hardware", &S::hardware, "of which class", required, refers_to("hardware")),
        Field("gpus", &S::gpus, "how many", required, range(1, 10'000'000)),
        Field("first", &S::first, "the first day", required),
        Field("hour", &S::hour, "from this hour of the day on, KST", range(0, 24), dimensionless),
        Field("hours", &S::hours, "how long", required, above(0, 8'760)),
        Field("every_days", &S::every_days, "again after so many days; 0: once", range(0, 366),
              dimensionless),
        Field("times", &S::times, "how often", range(1, 1'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MaintenanceSpec {  // racks that are away for a time, known beforehand
  std::string owner, site, hardware;
  Gpus gpus;
  Date from, to;
  std::string source, note;
  template <class S = MaintenanceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("owner", &S::owner, "whose racks", required, refers_to("members")),
        Field("site", &S::site, "where", required, refers_to("sites")),
        Field("hardware", &S::hardware, "of which class", required, refers_to("hardware")),
        Field("gpus", &S::gpus, "how many", required, range(1, 10'000'000)),
        Field("from", &S::from, "first day", required),
        Field("to", &S::to, "the day after the last", required),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HolidaySpec {
  Date first, last;  // both days included
  std::string pattern;
  double factor = 1;
  std::string name_en, source;
  template <class S = HolidaySpec>
  static constexpr auto describe() {
    return Fields(
        Field("first", &S::first, "first day", required),
        Field("last", &S::last, "last day, included", required),
        Field("pattern", &S::pattern, "the pattern that it changes", required,
              refers_to("patterns")),
        Field("factor", &S::factor, "times the pattern on these days", required, range(0, 100),
              dimensionless),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct PolicySpec {
  Order order = Order::fair;
  Backfill backfill = Backfill::easy;
  bool preempt = true;
  Millis decide_every_ms{30'000};  // facts of one such interval are decided on together
  Millis grace_ms{60'000};         // a job that is stopped has so long to save what it can
  Millis reclaim_every_ms{300'000};
  double patience_hours = 24;       // whoever waited longer goes first in its tier; 0: never
  double half_life_hours = 168;     // of use in the past
  double history_share = 0.5;       // of a share: what was used, not what is
  double notice_days = 14;          // build-out and retirements are known so long before
  double power_commit_share = 0.9;  // of nameplate that a rack is given of the grid limit
  double price_weight = 0, carbon_weight = 0, headroom_weight = 0, gravity_weight = 0;
  std::string source;
  template <class S = PolicySpec>
  static constexpr auto describe() {
    return Fields(
        Field("order", &S::order, "who is first"),
        Field("backfill", &S::backfill, "who may overtake"),
        Field("preempt", &S::preempt,
              "take back what is lent, and stop lower tiers for higher ones"),
        Field("decide_every_ms", &S::decide_every_ms,
              "facts of one such interval are decided on together", range(1, 86'400'000)),
        Field("grace_ms", &S::grace_ms, "a job that is stopped has so long to save",
              range(1, 86'400'000)),
        Field("reclaim_every_ms", &S::reclaim_every_ms,
              "whom to stop is thought about so often; 0: at every decision", range(0, 86'400'000)),
        Field("patience_hours", &S::patience_hours,
              "whoever waited longer goes first in its tier; 0: nobody does", range(0, 87'600)),
        Field("half_life_hours", &S::half_life_hours, "of what was used in the past",
              above(0, 87'600)),
        Field("history_share", &S::history_share,
              "of a fair share: what was used, against what is held now", range(0, 1),
              dimensionless),
        Field("notice_days", &S::notice_days,
              "racks that come and go are planned with so long before", range(0, 366)),
        Field("power_commit_share", &S::power_commit_share,
              "of its nameplate, what a rack is given of the site's grid limit", dimensionless,
              range(0.1, 1.0)),
        Field("price_weight", &S::price_weight, "among pools that will do: cheap energy first",
              range(0, 1'000), dimensionless),
        Field("carbon_weight", &S::carbon_weight, "clean energy first", range(0, 1'000),
              dimensionless),
        Field("headroom_weight", &S::headroom_weight, "room under the grid limit first",
              range(0, 1'000), dimensionless),
        Field("gravity_weight", &S::gravity_weight, "near its member's own sites first",
              range(0, 1'000), dimensionless),
        Field("source", &S::source, "where this comes from", source_text));
  }
};

struct RunSpec {
  Date from, to;
  Millis step_ms{900'000};
  std::int64_t warmup_days = 7;
  std::int64_t seed = 1;
  template <class S = RunSpec>
  static constexpr auto describe() {
    return Fields(Field("from", &S::from, "first day", required),
                  Field("to", &S::to, "the day after the last", required),
                  Field("step_ms", &S::step_ms, "of the time series in the results",
                        range(1'000, 86'400'000)),
                  Field("warmup_days", &S::warmup_days, "simulated before `from` and not counted",
                        range(0, 366)),
                  Field("seed", &S::seed, "of every random draw", range(0, 9'007'199'254'740'991)));
  }
};

struct AccountsSpec {  // what a kWh costs and emits, flat; hourly tariffs and factors come with the
                       // physics
  double energy_krw_per_kwh = 0, carbon_g_per_kwh = 0;
  std::string source, note;
  template <class S = AccountsSpec>
  static constexpr auto describe() {
    return Fields(
        Field("energy_krw_per_kwh", &S::energy_krw_per_kwh, "price of energy", required,
              range(0, 10'000)),
        Field("carbon_g_per_kwh", &S::carbon_g_per_kwh, "CO2 equivalent of energy", required,
              range(0, 2'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ScenarioSections {
  std::string id, name_en, name_ko, note;
  RunSpec run;
  PolicySpec policy;
  AccountsSpec accounts;
  std::vector<SourceSpec> sources;
  std::vector<DecisionSpec> decisions;
  std::vector<MemberSpec> members;
  std::vector<OperatorSpec> operators;
  std::vector<DataClassSpec> data_classes;
  SovereigntySpec sovereignty;
  std::vector<CertificationSpec> certifications;
  std::vector<RoleSpec> roles;
  std::vector<PolicyRowSpec> policy_rows;
  std::vector<ArtifactSpec> artifacts;
  std::vector<ApprovalSpec> approvals;
  std::vector<HardwareSpec> hardware;
  std::vector<SiteSpec> sites;
  std::vector<InstallSpec> installs;
  std::vector<LinkSpec> links;
  std::vector<LendingSpec> lending;
  std::vector<GuaranteeSpec> guarantees;
  std::vector<PriceSpec> prices;
  std::vector<ReservationSpec> reservations;
  std::vector<MaintenanceSpec> maintenance;
  std::vector<DisruptionSpec> disruptions;
  std::vector<PatternSpec> patterns;
  std::vector<HolidaySpec> holidays;
  std::vector<WorkloadSpec> workloads;
  std::vector<TrafficSpec> traffic;
  PhysicsSpec physics;
  std::vector<UtilitySpec> utilities;
  std::vector<PowerLimitStep> power_limits;
  std::vector<WeatherEventSpec> weather_events;
  std::optional<EnergyPolicySpec> energy_policy;
  std::vector<EnergyAssetsSpec> energy_assets;
  // ---- models: models/*.yaml
  std::optional<ClimateSpec> climate;
  std::vector<CoolerSpec> coolers;
  std::vector<ChillerSpec> chillers;
  std::vector<ThermalMassSpec> thermal_masses;
  std::vector<CoolingKindSpec> cooling_kinds;
  std::optional<PowerSpec> power;
  std::vector<WaterSourceSpec> water_sources;
  std::vector<DroughtStageSpec> drought_stages;
  std::optional<WaterBandSpec> water_band;
  std::optional<TariffSpec> tariff;
  std::optional<CarbonSpec> carbon;
  std::optional<FailureSpec> failures;
  std::optional<NetworkSpec> network;
  std::optional<GridSpec> grid;
  std::optional<FinanceSpec> finance;
  std::optional<MoneySpec> money;
  template <class S = ScenarioSections>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "name in file names and results", required, slug_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("name_ko", &S::name_ko, "name in Korean", required, not_empty),
        Field("note", &S::note, "remark for the reader"),
        Field("run", &S::run, "window and seed", required),
        Field("policy", &S::policy, "how decisions are made"),
        Field("accounts", &S::accounts, "what energy costs and emits", required),
        Field("sources", &S::sources, "documents that `source` fields name"),
        Field("decisions", &S::decisions, "contradictions of the facts and what is taken"),
        Field("members", &S::members, "owners in the alliance", required, not_empty),
        Field("operators", &S::operators, "who runs halls", required, not_empty),
        Field("data_classes", &S::data_classes, "rules for data", required, not_empty),
        Field("sovereignty", &S::sovereignty, "jurisdictions and what they are worth"),
        Field("certifications", &S::certifications,
              "certificates that there are; none: any word is one"),
        Field("roles", &S::roles, "who may approve; none: any word is one"),
        Field("policy_rows", &S::policy_rows,
              "rules by action, tenant and place that tighten the classes"),
        Field("artifacts", &S::artifacts, "data sets and models"),
        Field("approvals", &S::approvals, "what was asked for, and when"),
        Field("hardware", &S::hardware, "classes of machines", required, not_empty),
        Field("sites", &S::sites, "places", required, not_empty),
        Field("installs", &S::installs, "racks that arrive and leave", required, not_empty),
        Field("links", &S::links, "network between sites and to the outside"),
        Field("lending", &S::lending, "who lends idle GPUs to whom"),
        Field("guarantees", &S::guarantees, "racks that others than their owner may count on"),
        Field("prices", &S::prices, "of the settlement between members"),
        Field("reservations", &S::reservations, "room that is kept, once or again and again"),
        Field("maintenance", &S::maintenance, "racks that are away for a time"),
        Field("disruptions", &S::disruptions, "what goes wrong on a stated day"),
        Field("patterns", &S::patterns, "arrivals by hour and weekday", required, not_empty),
        Field("holidays", &S::holidays, "days that differ"),
        Field("workloads", &S::workloads, "archetypes of work", required, not_empty),
        Field("traffic", &S::traffic, "what work sends over networks"),
        Field("physics", &S::physics, "whether and how a run reckons with physics"),
        Field("utilities", &S::utilities, "what feeds the sites"),
        Field("power_limits", &S::power_limits,
              "what racks, busways, halls and substations may draw, by date"),
        Field("weather_events", &S::weather_events, "heat waves and droughts that are stated"),
        Field("energy_policy", &S::energy_policy,
              "what is done about price and carbon, and about power that runs short"),
        Field("energy_assets", &S::energy_assets,
              "sun, contracts, batteries and demand response of sites"),
        Field("climate", &S::climate, "what the weather is drawn from"),
        Field("coolers", &S::coolers, "what gives heat to air, water or sea"),
        Field("chillers", &S::chillers, "what cools below the weather"),
        Field("thermal_masses", &S::thermal_masses, "what heats up when cooling stops"),
        Field("cooling_kinds", &S::cooling_kinds, "ways of a hall's heat"),
        Field("power", &S::power, "of machines and of what feeds them"),
        Field("water_sources", &S::water_sources, "kinds of water, and their price"),
        Field("drought_stages", &S::drought_stages, "what they cut"),
        Field("water_band", &S::water_band, "what is physically possible"),
        Field("tariff", &S::tariff, "price of energy by date, season, band and day"),
        Field("carbon", &S::carbon, "factors by year, and the shape of the day"),
        Field("failures", &S::failures, "what breaks, how often and for how long"),
        Field("network", &S::network, "bandwidths and delays, within sites and between"),
        Field("grid", &S::grid,
              "sun, contracts, market, batteries, programmes, and how the grid fails"),
        Field("finance", &S::finance, "rates, lives, prices of what is built, taxes"),
        Field("money", &S::money, "what the money of a run is reckoned from"));
  }
};

// Copied, moved and destroyed in scenario.cpp: else every file that holds one compiles what copies
// each of its 130 structs.
struct Scenario : ScenarioSections {
  Scenario();
  Scenario(const Scenario&);
  Scenario(Scenario&&) noexcept;
  Scenario& operator=(const Scenario&);
  Scenario& operator=(Scenario&&) noexcept;
  ~Scenario();
};

}  // namespace dure
