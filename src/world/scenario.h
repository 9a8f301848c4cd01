// What a scenario file says: the alliance, its machines, its laws and its work, before anything runs.
// These structs are the file format: the YAML key of a member is its name, and a unit stands at the end
// of the name where the type does not carry it. Watts members are written with `_mw`, `_kw` or `_w`.
// Ids are text here and become Ids in World. Every row says where its numbers come from (`source`):
// a key of `sources`, several joined by +, or assumption, derived, recalled.
// Invariants (checked by check_references in world/scenario_check.h, not by the reader):
//   1. Ids are unique in their list.  2. Every id that is referred to exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/quantity.h"

namespace dure {

enum class Nationality { foreign, kr_entity, kr_controlled, state };  // of who runs a hall
enum class AnyNationality { any, kr_entity, kr_controlled, state };   // what a data class asks for
enum class WorkKind { batch, session, pipeline, hybrid, service, ran };
// How close a gang must sit: no matter; one site; one hall; one NVLink domain where it fits in one.
enum class Topology { any, site, hall, nvlink_domain };
enum class FactStatus { operating, contract, planned, announced, claim, goal, assumption };
enum class Order { arrival, priority };
enum class Backfill { none, easy, conservative };

struct SourceSpec {
  std::string id, title, where;
};

struct DecisionSpec {  // a contradiction of the facts, and what this scenario takes
  std::string id, question_en, question_ko, taken_en, taken_ko;
  std::vector<std::string> options;  // the readings that were not taken, as --set lines where possible
  std::string source;
};

struct MemberSpec {
  std::string id, name_en, name_ko;
  Gpus announced_gpus;            // promised by the end of the horizon, without today's stock
  Gpus demand_base_gpus;          // the build-out for which the workload rows give demand
  std::int64_t allocation_priority = 50;  // 0 to 100, higher first
  std::string source, note;
};

struct HardwareSpec {
  std::string id, name;
  Gpus gpus_per_node{8};
  std::int64_t nodes_per_domain = 1;  // NVLink domain: 18 for NVL72, 1 for HGX
  std::int64_t nodes_per_rack = 4;
  Watts node_idle_w, node_max_w;      // the rack's maximum shared out over its nodes
  Watts rack_max_kw;
  double bf16_dense_tflops = 0;       // one GPU
  std::int64_t mem_gb = 0;
  Date release;
  std::string source, note;
};

struct GridStep {  // from this month on the site may draw so much; rows are cumulative
  Date month;
  Watts grid_mw;
  FactStatus status = FactStatus::assumption;
  std::string source, note;
};

struct HallSpec {
  std::string id, name_en;
  std::string operated_by;  // an operator's id: who runs it decides what may lawfully run there
  std::string cooling;
  Watts rack_max_kw;
  std::string source, note;
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
};

struct InstallSpec {  // racks of one owner arrive in a hall, and leave again if retire_month is given
  Date month;
  std::string owner, site, hall, hardware;
  Gpus gpus;
  std::optional<Date> retire_month;
  FactStatus status = FactStatus::assumption;
  std::string source, note;
};

struct LinkSpec {
  std::string id, from_site, to, jurisdiction;
  double rtt_ms = 0, gbit_per_s = 0;
  std::string source, note;
};

struct OperatorSpec {
  std::string id, name_en;
  Nationality nationality = Nationality::kr_entity;
  std::vector<std::string> certifications;
  std::string source, note;
};

struct DataClassSpec {  // a rule; a job of this class runs only where all of it holds
  std::string id, name_en, name_ko, law;
  bool korea_only = true;
  AnyNationality operator_nationality = AnyNationality::any;
  std::vector<std::string> certifications;  // the operator of the hall must hold all
  bool may_leave_member_sites = true;       // false: only in halls at sites that the job's member owns, or on its own racks
  bool may_leave_locked_sites = true;       // false: only at the workload's `only_sites`
  std::string source, note;
};

struct LendingSpec {  // an owner lets others use what it leaves idle
  std::string owner;
  std::vector<std::string> to;     // members; empty: every member
  std::vector<std::string> sites;  // only there; empty: everywhere
  double max_share = 1.0;          // of the owner's GPUs in a pool
  std::string source, note;
};

struct PatternSpec {  // multiplies arrivals; both rows have mean 1
  std::string id;
  std::vector<double> hour;     // 24, KST
  std::vector<double> weekday;  // 7, Monday first
  std::string source, note;
};

struct HolidaySpec {
  Date first, last;  // both days included
  std::string pattern;
  double factor = 1;
  std::string name_en, source;
};

struct SizeLaw {  // GPUs of a job: a value with its weight
  std::vector<std::int64_t> gpus;
  std::vector<double> weights;
};

struct DurationLaw {  // lognormal, cut to [min_hours, max_hours]
  double median_hours = 1, sigma = 1, min_hours = 0.01, max_hours = 24;
};

// Users ask for more time than they use: estimate = run x uniform(1, max_factor), at most the law's max.
struct EstimateLaw {
  double max_factor = 3;
};

struct DemandSpec {
  std::string member;
  double arrivals_per_day = 0;  // batch, session, pipeline, hybrid: at demand_base_gpus
  double replicas_mean = 0;     // service, ran: at demand_base_gpus
  std::string source, note;
};

struct WorkloadSpec {
  std::string id, title_en, title_ko;
  WorkKind kind = WorkKind::batch;
  std::optional<SizeLaw> size;          // not for service and ran
  std::optional<DurationLaw> duration;  // not for service and ran
  EstimateLaw estimate;
  std::int64_t gpus_per_replica = 1;    // service and ran
  double min_factor = 1, max_factor = 1;  // replicas follow the pattern between these, times the mean
  std::vector<DemandSpec> demand;
  std::string pattern, data_class;
  Topology topology = Topology::any;
  std::vector<std::string> hardware;    // accepted classes, best first
  std::vector<std::string> only_sites;  // empty: wherever the law allows
  std::int64_t priority = 50;           // 0 to 100
  bool preemptible = false;
  double utilization = 0.6;             // of the node's power span while running
  std::string seed_item, source, note;
};

struct PolicySpec {
  Order order = Order::priority;
  Backfill backfill = Backfill::easy;
  Millis decide_every_ms{30'000};  // facts of one such interval are decided on together
  std::string source;
};

struct RunSpec {
  Date from, to;
  Millis step_ms{900'000};
  std::int64_t warmup_days = 7;
  std::int64_t seed = 1;
};

struct AccountsSpec {  // what a kWh costs and emits, flat; hourly tariffs and factors come with the physics
  double energy_krw_per_kwh = 0, carbon_g_per_kwh = 0;
  std::string source, note;
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
  std::vector<HardwareSpec> hardware;
  std::vector<SiteSpec> sites;
  std::vector<InstallSpec> installs;
  std::vector<LinkSpec> links;
  std::vector<LendingSpec> lending;
  std::vector<PatternSpec> patterns;
  std::vector<HolidaySpec> holidays;
  std::vector<WorkloadSpec> workloads;
};

}  // namespace dure
