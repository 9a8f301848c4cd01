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
#include <tuple>
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &SourceSpec::id, "unique key", required, id_text, not_empty),
        Field("title", &SourceSpec::title, "what it is", required, not_empty),
        Field("where", &SourceSpec::where, "address, document or path", required, not_empty));
  }
};

struct DecisionSpec {  // a contradiction of the facts, and what this scenario takes
  std::string id, question_en, question_ko, taken_en, taken_ko;
  std::vector<std::string>
      options;  // the readings that were not taken, as --set lines where possible
  std::string source;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &DecisionSpec::id, "unique key", required, not_empty),
        Field("question_en", &DecisionSpec::question_en,
              "which facts contradict each other, in English", required, not_empty),
        Field("question_ko", &DecisionSpec::question_ko, "the same in Korean", required, not_empty),
        Field("taken_en", &DecisionSpec::taken_en, "what this scenario takes, in English", required,
              not_empty),
        Field("taken_ko", &DecisionSpec::taken_ko, "the same in Korean", required, not_empty),
        Field("options", &DecisionSpec::options,
              "the readings not taken, as --set lines where possible"),
        Field("source", &DecisionSpec::source, "where this comes from", required, not_empty,
              source_text));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &MemberSpec::id, "unique key", required, id_text, not_empty),
        Field("name_en", &MemberSpec::name_en, "name in English", required, not_empty),
        Field("name_ko", &MemberSpec::name_ko, "name in Korean", required, not_empty),
        Field("announced_gpus", &MemberSpec::announced_gpus,
              "promised by the end of the horizon, without today's stock", required,
              range(0, 10'000'000)),
        Field("demand_base_gpus", &MemberSpec::demand_base_gpus,
              "the build-out for which the workload rows give demand", required,
              range(0, 10'000'000)),
        Field("allocation_priority", &MemberSpec::allocation_priority,
              "of this member's work, higher first", range(0, 100)),
        Field("share_weight", &MemberSpec::share_weight,
              "of its fair share, times the GPUs that it may count on", above(0, 1'000),
              dimensionless),
        Field("limit_gpus", &MemberSpec::limit_gpus,
              "held at once, its own and borrowed; 0: no limit", range(0, 10'000'000)),
        Field("parent_jurisdiction", &MemberSpec::parent_jurisdiction,
              "under whose law its ultimate parent is", id_text, not_empty),
        Field("source", &MemberSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &MemberSpec::note, "remark for the reader"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &HardwareSpec::id, "unique key", required, id_text, not_empty),
        Field("name", &HardwareSpec::name, "product name", required, not_empty),
        Field("device", &HardwareSpec::device, "what is counted where it says gpus"),
        Field("gpus_per_node", &HardwareSpec::gpus_per_node, "GPUs, or cores, in a node",
              range(1, 1024)),
        Field("nodes_per_domain", &HardwareSpec::nodes_per_domain,
              "nodes in an NVLink domain: 18 for NVL72, 1 for HGX", range(1, 1024)),
        Field("nodes_per_rack", &HardwareSpec::nodes_per_rack, "nodes in a rack", range(1, 1024)),
        Field("node_cpus", &HardwareSpec::node_cpus, "of shared GPUs: cores that their jobs share",
              range(0, 1024)),
        Field("node_memory_gb", &HardwareSpec::node_memory_gb,
              "of shared GPUs and CPU nodes: memory that their jobs share", range(0, 100'000)),
        Field("node_idle_w", &HardwareSpec::node_idle_w, "power of an idle node", required,
              range(0, 1'000'000)),
        Field("node_max_w", &HardwareSpec::node_max_w,
              "the rack's maximum shared out over its nodes", required, range(1, 1'000'000)),
        Field("rack_max_kw", &HardwareSpec::rack_max_kw, "power of a full rack", required,
              range(1, 10'000)),
        Field("bf16_dense_tflops", &HardwareSpec::bf16_dense_tflops,
              "of GPUs: peak of one, dense BF16", range(0, 1'000'000)),
        Field("mem_gb", &HardwareSpec::mem_gb, "of GPUs: memory of one", range(0, 100'000)),
        Field("release", &HardwareSpec::release, "first delivery", required),
        Field("source", &HardwareSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &HardwareSpec::note, "remark for the reader"));
  }
};

struct GridStep {  // from this month on the site may draw so much; rows are cumulative
  Date month;
  Watts grid_mw;
  FactStatus status = FactStatus::assumption;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("month", &GridStep::month, "from this month on", required),
        Field("grid_mw", &GridStep::grid_mw, "what the site may draw, all rows so far included",
              required, range(0, 5'000)),
        Field("status", &GridStep::status, "how firm this is"),
        Field("source", &GridStep::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &GridStep::note, "remark for the reader"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &HallSpec::id, "unique key within the site", required, id_text, not_empty),
        Field("name_en", &HallSpec::name_en, "name in English", required, not_empty),
        Field("operated_by", &HallSpec::operated_by,
              "who runs it, which decides what may lawfully run here", required,
              refers_to("operators")),
        Field("cooling", &HallSpec::cooling, "kind of cooling", required, not_empty),
        Field("rack_max_kw", &HallSpec::rack_max_kw, "power that a rack may draw", required,
              range(1, 10'000)),
        Field("isolation", &HallSpec::isolation, "how far it can keep a job's data apart"),
        Field(
            "leaf_racks", &HallSpec::leaf_racks,
            "racks on one group of leaf switches, where all nodes reach all at full speed; 0: all",
            range(0, 10'000)),
        Field("oversubscription", &HallSpec::oversubscription,
              "what the racks of a group can send, over what its links to the spine carry",
              range(1, 64), dimensionless),
        Field("source", &HallSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &HallSpec::note, "remark for the reader"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &SiteSpec::id, "unique key", required, id_text, not_empty),
        Field("name_en", &SiteSpec::name_en, "name in English", required, not_empty),
        Field("name_ko", &SiteSpec::name_ko, "name in Korean", required, not_empty),
        Field("owner", &SiteSpec::owner, "who owns the site", required,
              refers_to("members", "operators")),
        Field("province", &SiteSpec::province, "province or metropolitan city", required,
              not_empty),
        Field("grid_region", &SiteSpec::grid_region, "region of the power grid", required,
              not_empty),
        Field("climate_station", &SiteSpec::climate_station, "weather station whose data hold here",
              required, not_empty),
        Field("lat_deg", &SiteSpec::lat_deg, "latitude north, WGS 84", required, range(-90, 90)),
        Field("lon_deg", &SiteSpec::lon_deg, "longitude east, WGS 84", required, range(-180, 180)),
        Field("pue", &SiteSpec::pue, "facility power over IT power", range(1, 3), dimensionless),
        Field("rtt_seoul_ms", &SiteSpec::rtt_seoul_ms, "network round trip to Seoul", required,
              range(0, 1'000)),
        Field("jurisdiction", &SiteSpec::jurisdiction, "whose law holds here", id_text, not_empty),
        Field("grid", &SiteSpec::grid, "what may be drawn, by month", required, not_empty),
        Field("halls", &SiteSpec::halls, "rooms with one operator and one cooling each", required,
              not_empty),
        Field("source", &SiteSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &SiteSpec::note, "remark for the reader"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("month", &InstallSpec::month, "the racks work from this month on", required),
        Field("owner", &InstallSpec::owner, "whose GPUs", required, refers_to("members")),
        Field("site", &InstallSpec::site, "where", required, refers_to("sites")),
        Field("hall", &InstallSpec::hall, "which of the site's halls", required, id_text,
              not_empty),
        Field("hardware", &InstallSpec::hardware, "of which class", required,
              refers_to("hardware")),
        Field("gpus", &InstallSpec::gpus, "how many", required, range(1, 10'000'000)),
        Field("retire_month", &InstallSpec::retire_month, "gone from this month on"),
        Field("status", &InstallSpec::status, "how firm this is"),
        Field("source", &InstallSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &InstallSpec::note, "remark for the reader"));
  }
};

struct LinkSpec {
  std::string id, from_site, to, jurisdiction;
  double rtt_ms = 0, gbit_per_s = 0;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &LinkSpec::id, "unique key", required, id_text, not_empty),
        Field("from_site", &LinkSpec::from_site, "one end", required, refers_to("sites")),
        Field("to", &LinkSpec::to, "the other end: a site, or a place outside the alliance",
              required, id_text, not_empty),
        Field("jurisdiction", &LinkSpec::jurisdiction, "whose law holds at the other end", required,
              id_text, not_empty),
        Field("rtt_ms", &LinkSpec::rtt_ms, "round trip", required, range(0, 10'000)),
        Field("gbit_per_s", &LinkSpec::gbit_per_s, "bandwidth one way", required,
              above(0, 10'000'000)),
        Field("source", &LinkSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &LinkSpec::note, "remark for the reader"));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("owner", &LendingSpec::owner, "who lends", required, refers_to("members")),
        Field("to", &LendingSpec::to, "borrowers; empty: every member", refers_to("members")),
        Field("sites", &LendingSpec::sites, "only there; empty: everywhere", refers_to("sites")),
        Field("max_share", &LendingSpec::max_share, "of the owner's GPUs in a pool", range(0, 1),
              dimensionless),
        Field("reclaim_hours", &LendingSpec::reclaim_hours,
              "the owner has it back within this; 0: when the borrower is done", range(0, 8'760)),
        Field("price_krw_per_gpu_hour", &LendingSpec::price_krw_per_gpu_hour,
              "what a borrower pays; 0: prices say", range(0, 1'000'000)),
        Field("source", &LendingSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &LendingSpec::note, "remark for the reader"));
  }
};

struct GuaranteeSpec {  // an owner gives up a part of its racks at a site to a member, firmly
  std::string owner, to, site;
  Gpus gpus;
  Date from;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("owner", &GuaranteeSpec::owner, "whose racks", required, refers_to("members")),
        Field("to", &GuaranteeSpec::to, "who may count on them", required, refers_to("members")),
        Field("site", &GuaranteeSpec::site, "where", required, refers_to("sites")),
        Field("gpus", &GuaranteeSpec::gpus, "how many", required, range(1, 10'000'000)),
        Field("from", &GuaranteeSpec::from, "from this day on", required),
        Field("source", &GuaranteeSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &GuaranteeSpec::note, "remark for the reader"));
  }
};

struct PriceSpec {  // of the settlement between members
  std::string hardware;
  double krw_per_gpu_hour = 0;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("hardware", &PriceSpec::hardware, "of which class", required, refers_to("hardware")),
        Field("krw_per_gpu_hour", &PriceSpec::krw_per_gpu_hour, "for a GPU of another member",
              required, range(0, 1'000'000)),
        Field("source", &PriceSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &PriceSpec::note, "remark for the reader"));
  }
};

struct ReservationSpec {  // room of an owner's racks, kept for a member's work
  std::string id, member, owner, site, hardware;
  Gpus gpus;
  Date first;
  double hour = 0, hours = 1;
  std::int64_t every_days = 0, times = 1;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &ReservationSpec::id, "unique key", required, id_text, not_empty),
        Field("member", &ReservationSpec::member, "for whose work", required, refers_to("members")),
        Field("owner", &ReservationSpec::owner, "whose racks", required, refers_to("members")),
        Field("site", &ReservationSpec::site, "where", required, refers_to("sites")),
        Field("hardware", &ReservationSpec::hardware, "of which class", required,
              refers_to("hardware")),
        Field("gpus", &ReservationSpec::gpus, "how many", required, range(1, 10'000'000)),
        Field("first", &ReservationSpec::first, "the first day", required),
        Field("hour", &ReservationSpec::hour, "from this hour of the day on, KST", range(0, 24),
              dimensionless),
        Field("hours", &ReservationSpec::hours, "how long", required, above(0, 8'760)),
        Field("every_days", &ReservationSpec::every_days, "again after so many days; 0: once",
              range(0, 366), dimensionless),
        Field("times", &ReservationSpec::times, "how often", range(1, 1'000), dimensionless),
        Field("source", &ReservationSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &ReservationSpec::note, "remark for the reader"));
  }
};

struct MaintenanceSpec {  // racks that are away for a time, known beforehand
  std::string owner, site, hardware;
  Gpus gpus;
  Date from, to;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("owner", &MaintenanceSpec::owner, "whose racks", required, refers_to("members")),
        Field("site", &MaintenanceSpec::site, "where", required, refers_to("sites")),
        Field("hardware", &MaintenanceSpec::hardware, "of which class", required,
              refers_to("hardware")),
        Field("gpus", &MaintenanceSpec::gpus, "how many", required, range(1, 10'000'000)),
        Field("from", &MaintenanceSpec::from, "first day", required),
        Field("to", &MaintenanceSpec::to, "the day after the last", required),
        Field("source", &MaintenanceSpec::source, "where this comes from", required, not_empty,
              source_text),
        Field("note", &MaintenanceSpec::note, "remark for the reader"));
  }
};

struct HolidaySpec {
  Date first, last;  // both days included
  std::string pattern;
  double factor = 1;
  std::string name_en, source;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("first", &HolidaySpec::first, "first day", required),
        Field("last", &HolidaySpec::last, "last day, included", required),
        Field("pattern", &HolidaySpec::pattern, "the pattern that it changes", required,
              refers_to("patterns")),
        Field("factor", &HolidaySpec::factor, "times the pattern on these days", required,
              range(0, 100), dimensionless),
        Field("name_en", &HolidaySpec::name_en, "name in English", required, not_empty),
        Field("source", &HolidaySpec::source, "where this comes from", required, not_empty,
              source_text));
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("order", &PolicySpec::order, "who is first"),
        Field("backfill", &PolicySpec::backfill, "who may overtake"),
        Field("preempt", &PolicySpec::preempt,
              "take back what is lent, and stop lower tiers for higher ones"),
        Field("decide_every_ms", &PolicySpec::decide_every_ms,
              "facts of one such interval are decided on together", range(1, 86'400'000)),
        Field("grace_ms", &PolicySpec::grace_ms, "a job that is stopped has so long to save",
              range(1, 86'400'000)),
        Field("reclaim_every_ms", &PolicySpec::reclaim_every_ms,
              "whom to stop is thought about so often; 0: at every decision", range(0, 86'400'000)),
        Field("patience_hours", &PolicySpec::patience_hours,
              "whoever waited longer goes first in its tier; 0: nobody does", range(0, 87'600)),
        Field("half_life_hours", &PolicySpec::half_life_hours, "of what was used in the past",
              above(0, 87'600)),
        Field("history_share", &PolicySpec::history_share,
              "of a fair share: what was used, against what is held now", range(0, 1),
              dimensionless),
        Field("notice_days", &PolicySpec::notice_days,
              "racks that come and go are planned with so long before", range(0, 366)),
        Field("power_commit_share", &PolicySpec::power_commit_share,
              "of its nameplate, what a rack is given of the site's grid limit", dimensionless,
              range(0.1, 1.0)),
        Field("price_weight", &PolicySpec::price_weight,
              "among pools that will do: cheap energy first", range(0, 1'000), dimensionless),
        Field("carbon_weight", &PolicySpec::carbon_weight, "clean energy first", range(0, 1'000),
              dimensionless),
        Field("headroom_weight", &PolicySpec::headroom_weight, "room under the grid limit first",
              range(0, 1'000), dimensionless),
        Field("gravity_weight", &PolicySpec::gravity_weight, "near its member's own sites first",
              range(0, 1'000), dimensionless),
        Field("source", &PolicySpec::source, "where this comes from", source_text));
  }
};

struct RunSpec {
  Date from, to;
  Millis step_ms{900'000};
  std::int64_t warmup_days = 7;
  std::int64_t seed = 1;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("from", &RunSpec::from, "first day", required),
        Field("to", &RunSpec::to, "the day after the last", required),
        Field("step_ms", &RunSpec::step_ms, "of the time series in the results",
              range(1'000, 86'400'000)),
        Field("warmup_days", &RunSpec::warmup_days, "simulated before `from` and not counted",
              range(0, 366)),
        Field("seed", &RunSpec::seed, "of every random draw", range(0, 9'007'199'254'740'991)));
  }
};

struct AccountsSpec {  // what a kWh costs and emits, flat; hourly tariffs and factors come with the
                       // physics
  double energy_krw_per_kwh = 0, carbon_g_per_kwh = 0;
  std::string source, note;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("energy_krw_per_kwh", &AccountsSpec::energy_krw_per_kwh,
                            "price of energy", required, range(0, 10'000)),
                      Field("carbon_g_per_kwh", &AccountsSpec::carbon_g_per_kwh,
                            "CO2 equivalent of energy", required, range(0, 2'000)),
                      Field("source", &AccountsSpec::source, "where this comes from", required,
                            not_empty, source_text),
                      Field("note", &AccountsSpec::note, "remark for the reader"));
  }
};

struct Scenario {
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
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &Scenario::id, "name in file names and results", required, slug_text,
              not_empty),
        Field("name_en", &Scenario::name_en, "name in English", required, not_empty),
        Field("name_ko", &Scenario::name_ko, "name in Korean", required, not_empty),
        Field("note", &Scenario::note, "remark for the reader"),
        Field("run", &Scenario::run, "window and seed", required),
        Field("policy", &Scenario::policy, "how decisions are made"),
        Field("accounts", &Scenario::accounts, "what energy costs and emits", required),
        Field("sources", &Scenario::sources, "documents that `source` fields name"),
        Field("decisions", &Scenario::decisions, "contradictions of the facts and what is taken"),
        Field("members", &Scenario::members, "owners in the alliance", required, not_empty),
        Field("operators", &Scenario::operators, "who runs halls", required, not_empty),
        Field("data_classes", &Scenario::data_classes, "rules for data", required, not_empty),
        Field("sovereignty", &Scenario::sovereignty, "jurisdictions and what they are worth"),
        Field("certifications", &Scenario::certifications,
              "certificates that there are; none: any word is one"),
        Field("roles", &Scenario::roles, "who may approve; none: any word is one"),
        Field("policy_rows", &Scenario::policy_rows,
              "rules by action, tenant and place that tighten the classes"),
        Field("artifacts", &Scenario::artifacts, "data sets and models"),
        Field("approvals", &Scenario::approvals, "what was asked for, and when"),
        Field("hardware", &Scenario::hardware, "classes of machines", required, not_empty),
        Field("sites", &Scenario::sites, "places", required, not_empty),
        Field("installs", &Scenario::installs, "racks that arrive and leave", required, not_empty),
        Field("links", &Scenario::links, "network between sites and to the outside"),
        Field("lending", &Scenario::lending, "who lends idle GPUs to whom"),
        Field("guarantees", &Scenario::guarantees,
              "racks that others than their owner may count on"),
        Field("prices", &Scenario::prices, "of the settlement between members"),
        Field("reservations", &Scenario::reservations,
              "room that is kept, once or again and again"),
        Field("maintenance", &Scenario::maintenance, "racks that are away for a time"),
        Field("disruptions", &Scenario::disruptions, "what goes wrong on a stated day"),
        Field("patterns", &Scenario::patterns, "arrivals by hour and weekday", required, not_empty),
        Field("holidays", &Scenario::holidays, "days that differ"),
        Field("workloads", &Scenario::workloads, "archetypes of work", required, not_empty),
        Field("traffic", &Scenario::traffic, "what work sends over networks"),
        Field("physics", &Scenario::physics, "whether and how a run reckons with physics"),
        Field("utilities", &Scenario::utilities, "what feeds the sites"),
        Field("power_limits", &Scenario::power_limits,
              "what racks, busways, halls and substations may draw, by date"),
        Field("weather_events", &Scenario::weather_events,
              "heat waves and droughts that are stated"),
        Field("energy_policy", &Scenario::energy_policy,
              "what is done about price and carbon, and about power that runs short"),
        Field("energy_assets", &Scenario::energy_assets,
              "sun, contracts, batteries and demand response of sites"),
        Field("climate", &Scenario::climate, "what the weather is drawn from"),
        Field("coolers", &Scenario::coolers, "what gives heat to air, water or sea"),
        Field("chillers", &Scenario::chillers, "what cools below the weather"),
        Field("thermal_masses", &Scenario::thermal_masses, "what heats up when cooling stops"),
        Field("cooling_kinds", &Scenario::cooling_kinds, "ways of a hall's heat"),
        Field("power", &Scenario::power, "of machines and of what feeds them"),
        Field("water_sources", &Scenario::water_sources, "kinds of water, and their price"),
        Field("drought_stages", &Scenario::drought_stages, "what they cut"),
        Field("water_band", &Scenario::water_band, "what is physically possible"),
        Field("tariff", &Scenario::tariff, "price of energy by date, season, band and day"),
        Field("carbon", &Scenario::carbon, "factors by year, and the shape of the day"),
        Field("failures", &Scenario::failures, "what breaks, how often and for how long"),
        Field("network", &Scenario::network, "bandwidths and delays, within sites and between"),
        Field("grid", &Scenario::grid,
              "sun, contracts, market, batteries, programmes, and how the grid fails"),
        Field("finance", &Scenario::finance, "rates, lives, prices of what is built, taxes"),
        Field("money", &Scenario::money, "what the money of a run is reckoned from"));
  }
};

}  // namespace dure
