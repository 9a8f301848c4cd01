#include "world/scenario_check.h"

#include <gtest/gtest.h>

#include <functional>

// A row here names what its test needs; the rest has its default.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace dure {
namespace {

// One of everything, with no fault.
Scenario sound() {
  Scenario s;
  s.id = "t";
  s.run = {.from = {2027, 1, 1}, .to = {2027, 1, 8}};
  s.accounts.source = "assumption";
  s.sources = {{.id = "book", .title = "A book", .where = "shelf"}};
  s.decisions = {{.id = "C1", .source = "book"}};
  s.members = {{.id = "sk", .source = "book + derived"}, {.id = "lg", .source = "assumption"}};
  s.operators = {{.id = "op", .certifications = {"isms"}, .source = "recalled"}};
  s.data_classes = {{.id = "open", .certifications = {"isms"}, .source = "book"}};
  s.hardware = {{.id = "hgx",
                 .gpus_per_node = Gpus(8),
                 .node_idle_w = Watts(1'000),
                 .node_max_w = Watts(10'000),
                 .rack_max_kw = Watts(40'000),
                 .bf16_dense_tflops = 990,
                 .mem_gb = 80,
                 .release = {2024, 1, 1},
                 .source = "book"}};
  s.sites = {
      {.id = "ulsan",
       .owner = "sk",
       .grid = {{.month = {2026, 1, 1}, .grid_mw = Watts(1'000'000), .source = "book"},
                {.month = {2027, 1, 1}, .grid_mw = Watts(2'000'000), .source = "book"}},
       .halls = {{.id = "h1", .operated_by = "op", .rack_max_kw = Watts(50'000), .source = "book"},
                 {.id = "h2", .operated_by = "op", .rack_max_kw = Watts(50'000), .source = "book"}},
       .source = "book"}};
  s.installs = {{.month = {2026, 1, 1},
                 .owner = "sk",
                 .site = "ulsan",
                 .hall = "h1",
                 .hardware = "hgx",
                 .gpus = Gpus(64),
                 .retire_month = Date{2030, 1, 1},
                 .source = "book"}};
  s.links = {{.id = "l", .from_site = "ulsan", .to = "tokyo", .source = "book"}};
  s.lending = {{.owner = "sk", .to = {"lg"}, .sites = {"ulsan"}, .source = "book"}};
  s.patterns = {{.id = "flat",
                 .hour = std::vector<double>(24, 1.0),
                 .weekday = std::vector<double>(7, 1.0),
                 .source = "book"}};
  s.holidays = {{.first = {2027, 1, 1}, .last = {2027, 1, 1}, .pattern = "flat", .source = "book"}};
  WorkloadSpec batch{.id = "train",
                     .kind = WorkKind::batch,
                     .pattern = "flat",
                     .data_class = "open",
                     .hardware = {"hgx"},
                     .only_sites = {"ulsan"},
                     .source = "book"};
  batch.size = SizeLaw{.gpus = {8, 16}, .weights = {1, 2}};
  batch.duration = DurationLaw{};
  batch.demand = {{.member = "sk", .arrivals_per_day = 3, .source = "book"}};
  WorkloadSpec service{.id = "chat",
                       .kind = WorkKind::service,
                       .pattern = "flat",
                       .data_class = "open",
                       .hardware = {"hgx"},
                       .source = "book"};
  service.demand = {{.member = "lg", .replicas_mean = 3, .source = "book"}};
  s.workloads = {batch, service};
  return s;
}

std::string lines(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& f : findings) {
    all += (all.empty() ? "" : "\n") + f.path + ": " + f.expected + "; " + f.found;
    if (!f.hint.empty()) all += " (" + f.hint + ")";
  }
  return all;
}

TEST(ScenarioCheck, FindsNothingInASoundScenario) {
  EXPECT_EQ(lines(check_references(sound()).faults), "");
  EXPECT_EQ(lines(check_references(sound()).warnings), "");
}

// The machines of the sound scenario, shared.
void share(Scenario& s) {
  s.hardware[0].device = Device::shared_gpu;
  s.hardware[0].node_cpus = 64;
  s.hardware[0].node_memory_gb = 512;
  s.workloads[0].size = SizeLaw{{}, {1, 2}, {250, 1000}, {4, 8}, {16, 64}};
  s.workloads[1].size = SizeLaw{{}, {1}, {500}, {4}, {16}};
}

// All of the sound scenario's racks, on 12 January 2026, and their maintenance.
ReservationSpec kept(const char* id, std::int64_t gpus, double hour, double hours) {
  ReservationSpec r;
  r.id = id;
  r.member = "lg";
  r.owner = "sk";
  r.site = "ulsan";
  r.hardware = "hgx";
  r.gpus = Gpus(gpus);
  r.first = {2026, 1, 12};
  r.hour = hour;
  r.hours = hours;
  r.source = "book";
  return r;
}
MaintenanceSpec away(int from_day, int to_day) {
  return {"sk", "ulsan", "hgx", Gpus(64), {2026, 1, from_day}, {2026, 1, to_day}, "book", ""};
}

struct Break {
  std::function<void(Scenario&)> edit;
  std::string finding;
};

TEST(ScenarioCheck, FindsEachBreak) {
  const std::vector<Break> breaks{
      // 1. Ids are unique.
      {[](Scenario& s) {
         s.members[1].id = "sk";
         s.lending[0].to.clear();
         s.workloads.pop_back();
       },
       "members[1].id: each id once; 'sk' again (first as members[0])"},
      {[](Scenario& s) { s.sites[0].halls[1].id = "h1"; },
       "sites[0].halls[1].id: each id once; 'h1' again (first as sites[0].halls[0])"},
      // 2. References.
      {[](Scenario& s) { s.sites[0].owner = "sky"; },
       "sites[0].owner: an id of members or operators; 'sky' (did you mean sk?)"},
      {[](Scenario& s) { s.sites[0].owner = "op"; }, ""},
      {[](Scenario& s) { s.sites[0].halls[0].operated_by = "sk"; },
       "sites[0].halls[0].operated_by: an id of operators; 'sk' (known: op)"},
      {[](Scenario& s) { s.installs[0].site = "ulsna"; },
       "installs[0].site: an id of sites; 'ulsna' (did you mean ulsan?)"},
      {[](Scenario& s) { s.installs[0].hall = "main"; },
       "installs[0].hall: a hall of site ulsan; 'main' (known: h1, h2)"},
      {[](Scenario& s) { s.hardware[0].mem_gb = 0; },
       "hardware[0].mem_gb: above 0 for GPUs (devices gpu and shared_gpu); 0"},
      {[](Scenario& s) { s.installs[0].hardware = "dgx"; },
       "installs[0].hardware: an id of hardware; 'dgx' (did you mean hgx?)"},
      {[](Scenario& s) {
         s.lending[0].to = {"lg", "kt"};
       },
       "lending[0].to[1]: an id of members; 'kt' (known: sk, lg)"},
      {[](Scenario& s) { s.workloads[0].demand[0].member = "kt"; },
       "workloads[0].demand[0].member: an id of members; 'kt' (known: sk, lg)"},
      {[](Scenario& s) { s.workloads[0].data_class = "secret"; },
       "workloads[0].data_class: an id of data_classes; 'secret' (known: open)"},
      {[](Scenario& s) { s.workloads[0].only_sites = {"busan"}; },
       "workloads[0].only_sites[0]: an id of sites; 'busan' (known: ulsan)"},
      {[](Scenario& s) { s.holidays[0].pattern = "flaat"; },
       "holidays[0].pattern: an id of patterns; 'flaat' (did you mean flat?)"},
      {[](Scenario& s) { s.links[0].to = "ulsan"; },
       "links[0].to: another place than from_site; 'ulsan'"},
      // 3. Sources.
      {[](Scenario& s) { s.members[0].source = "book+bok"; },
       "members[0].source: a key of sources, or assumption, derived, recalled; 'bok' (did you mean "
       "book?)"},
      {[](Scenario& s) { s.sites[0].grid[1].source = "book+"; },
       "sites[0].grid[1].source: a key of sources, or assumption, derived, recalled; '' "
       "(known: assumption, derived, recalled, book)"},
      {[](Scenario& s) { s.workloads[1].demand[0].source = "guess"; },
       "workloads[1].demand[0].source: a key of sources, or assumption, derived, recalled; 'guess' "
       "(known: assumption, derived, recalled, book)"},
      // 4. Dates.
      {[](Scenario& s) { s.run.to = s.run.from; },
       "run.to: a day after run.from, 2027-01-01; 2027-01-01"},
      {[](Scenario& s) {
         s.sites[0].grid[1].month = {2026, 1, 1};
       },
       "sites[0].grid[1].month: a month after 2026-01-01; 2026-01-01 (rows stand in the order of "
       "their months)"},
      {[](Scenario& s) { s.installs[0].retire_month = s.installs[0].month; },
       "installs[0].retire_month: a month after month, 2026-01-01; 2026-01-01"},
      {[](Scenario& s) {
         s.holidays[0].last = {2026, 12, 31};
       },
       "holidays[0].last: no day before first, 2027-01-01; 2026-12-31"},
      // 5. Rows that fit.
      {[](Scenario& s) { s.hardware[0].node_idle_w = Watts(10'001); },
       "hardware[0].node_idle_w: at most node_max_w, 10000; 10001"},
      {[](Scenario& s) { s.patterns[0].hour[0] = 1.3; },
       "patterns[0].hour: factors with mean 1 (within 1 %); mean 1.0125"},
      {[](Scenario& s) { s.patterns[0].hour[0] = 1.2; }, ""},
      {[](Scenario& s) { s.workloads[0].size->weights = {1}; },
       "workloads[0].size.weights: one for each size: 2; 1"},
      {[](Scenario& s) {
         s.workloads[0].array = ArrayLaw{{1, 10}, {1}};
       },
       "workloads[0].array.weights: one for each of tasks: 2; 1"},
      // Shared GPUs and CPU nodes.
      {[](Scenario& s) { s.hardware[0].node_cpus = 8; },
       "hardware[0].node_cpus: only for shared_gpu; 8"},
      {[](Scenario& s) {
         share(s);
         s.hardware[0].node_cpus = 0;
       },
       "hardware[0].node_cpus: above 0 for device shared_gpu; 0"},
      {[](Scenario& s) { s.hardware[0].device = Device::cpu; },
       "hardware[0].node_memory_gb: above 0 for devices shared_gpu and cpu; 0"},
      {[](Scenario& s) { s.hardware[0].gpus_per_node = Gpus(128); },
       "hardware[0].gpus_per_node: at most 64 for device gpu; 128"},
      {[](Scenario& s) {
         s.workloads[0].size = SizeLaw{{}, {1}, {250}};
       },
       "workloads[0].size: gpus; gpu_milli"},
      {[](Scenario& s) {
         s.workloads[0].size->cpus = {4, 4};
       },
       "workloads[0].size.cpus: none: cores come with the GPUs; 2"},
      {[](Scenario& s) {
         share(s);
         s.workloads[0].size->gpus = {1};
       },
       "workloads[0].size: gpu_milli, for hardware that is shared; both or neither of gpus, "
       "gpu_milli"},
      {[](Scenario& s) {
         share(s);
         s.workloads[0].size->gpu_milli = {250, 1500};
       },
       "workloads[0].size.gpu_milli[1]: below 1000, or whole thousands, with CPU and memory that a "
       "node has; 1500"},
      {[](Scenario& s) {
         share(s);
         s.workloads[0].size->cpus = {4, 65};
       },
       "workloads[0].size.gpu_milli[1]: below 1000, or whole thousands, with CPU and memory that a "
       "node has; 1000"},
      {[](Scenario& s) {
         share(s);
         s.workloads[0].size->memory_gb = {4};
       },
       "workloads[0].size.memory_gb: one for each size: 2; 1"},
      {[](Scenario& s) {
         share(s);
         s.workloads[0].most_sites = 2;
       },
       "workloads[0]: one size at one site on device shared_gpu; most_sites"},
      {[](Scenario& s) {
         share(s);
         s.workloads[1].size.reset();
       },
       "workloads[1]: the key size for hardware that is shared; none (gpu_milli, cpus and "
       "memory_gb "
       "of a replica)"},
      {[](Scenario& s) { share(s); }, ""},
      {[](Scenario& s) {
         s.workloads[1].hardware = {"cray"};
         s.workloads[1].gpus_per_replica = 100;
         HardwareSpec cray = s.hardware[0];
         cray.id = "cray";
         cray.device = Device::cpu;
         cray.gpus_per_node = Gpus(64);
         cray.node_memory_gb = 256;
         s.hardware.push_back(cray);
       },
       "workloads[1].gpus_per_replica: cores that a node has, or whole nodes; 100"},
      {[](Scenario& s) {
         share(s);
         s.hardware[0].node_memory_gb = 0.0005;
       },
       "hardware[0].node_memory_gb: 1 MiB or more; 5e-04"},
      {[](Scenario& s) {
         HardwareSpec shared = s.hardware[0];
         shared.id = "shared";
         shared.device = Device::shared_gpu;
         shared.node_cpus = 64;
         shared.node_memory_gb = 512;
         s.hardware.push_back(shared);
         s.workloads[0].beside_hardware = "shared";
         s.workloads[0].beside_units = 2;
       },
       "workloads[0].beside_hardware: a device that is given out whole: qpu, ran_cell, gpu; "
       "shared_gpu"},
      {[](Scenario& s) {
         share(s);
         s.installs[0].gpus = Gpus(8'000'000);
         s.run.to = {2029, 1, 1};
       },
       "run.to: fewer GPUs x days: the books hold 9e18 of 1/1000 shared GPU x ms; 2029-01-01 (a "
       "shorter run, or fewer shared GPUs)"},
      {[](Scenario& s) {
         s.hardware.push_back(s.hardware[0]);
         s.hardware[1].id = "qpu";
         s.hardware[1].device = Device::qpu;
         s.workloads[0].hardware = {"hgx", "qpu"};
       },
       "workloads[0].hardware[1]: device gpu, as the first; qpu"},
      {[](Scenario& s) { s.workloads[0].size.reset(); },
       "workloads[0]: the key size for kind batch; none"},
      {[](Scenario& s) { s.workloads[0].duration.reset(); },
       "workloads[0]: the key duration for kind batch; none"},
      {[](Scenario& s) { s.workloads[0].duration->max_hours = 0.01; },
       "workloads[0].duration.max_hours: above min_hours, 0.01; 0.01"},
      {[](Scenario& s) { s.workloads[1].size = s.workloads[0].size; },
       "workloads[1].size: a single size for kind service; 2"},
      {[](Scenario& s) { s.workloads[1].duration = s.workloads[0].duration; },
       "workloads[1].duration: no duration for kind service; one"},
      {[](Scenario& s) { s.workloads[0].demand[0].arrivals_per_day = 0; },
       "workloads[0].demand[0]: arrivals_per_day above 0 for kind batch; 0"},
      {[](Scenario& s) { s.workloads[0].demand[0].replicas_mean = 1; },
       "workloads[0].demand[0].replicas_mean: no replicas_mean for kind batch; 1"},
      {[](Scenario& s) { s.workloads[1].demand[0].replicas_mean = 0; },
       "workloads[1].demand[0]: replicas_mean above 0 for kind service; 0"},
      {[](Scenario& s) { s.workloads[1].demand.push_back(s.workloads[1].demand[0]); },
       "workloads[1].demand[1].member: each member once; 'lg' again"},
      {[](Scenario& s) { s.workloads[1].min_factor = 2; },
       "workloads[1].max_factor: at least min_factor, 2; 1"},
      {[](Scenario& s) { s.data_classes[0].may_leave_locked_sites = false; },
       "workloads[1]: the key only_sites, which data class open asks for; none"},
      {[](Scenario& s) { s.hardware[0].nodes_per_domain = 2; },
       "hardware[0].nodes_per_domain: 1, or all of nodes_per_rack, 4; 2"},
      {[](Scenario& s) {
         s.hardware[0].nodes_per_rack = 65;
         s.hardware[0].node_max_w = Watts(1);
         s.hardware[0].node_idle_w = Watts(0);
       },
       "hardware[0].nodes_per_rack: at most 64; 65"},
      {[](Scenario& s) {
         s.power_limits = {{.site = "ulsan", .level = PowerLevel::grid, .source = "book"}};
       },
       "power_limits[0].level: rack, busway, hall or substation; 'grid' (the grid's limit is a row "
       "of sites[].grid)"},
      {[](Scenario& s) { s.power_limits = {{.site = "ulsan", .hall = "h3", .source = "book"}}; },
       "power_limits[0].hall: a hall of site ulsan; 'h3' (did you mean h1?)"},
      {[](Scenario& s) {
         s.power_limits = {{.site = "ulsan", .level = PowerLevel::busway, .source = "book"}};
       },
       "power_limits[0].racks: how many racks hang on a busway; 0"},
      {[](Scenario& s) {
         s.power_limits = {
             {.site = "ulsan", .level = PowerLevel::hall, .racks = 4, .source = "book"}};
       },
       "power_limits[0].racks: none: it is no busway; 4"},
      {[](Scenario& s) {
         s.power_limits = {
             {.site = "ulsan", .hall = "h1", .level = PowerLevel::substation, .source = "book"}};
       },
       "power_limits[0].hall: no hall: a substation feeds the whole site; 'h1'"},
      // What is kept and what is away at one instant; one after the other there is room for all.
      {[](Scenario& s) {
         s.reservations = {kept("a", 64, 9, 2), kept("b", 64, 11, 2)};
         s.maintenance = {away(13, 14)};
       },
       ""},
      {[](Scenario& s) {
         s.reservations = {kept("a", 64, 9, 2), kept("b", 64, 10, 2)};
       },
       "reservations[1].gpus: with what is kept or in maintenance at once, at most the 64 GPUs of "
       "hgx that sk has at ulsan on 2026-01-12; 128 at once"},
      {[](Scenario& s) {
         s.reservations = {kept("a", 64, 9, 2)};
         s.reservations[0].every_days = 1;
         s.reservations[0].times = 3;
         s.maintenance = {away(13, 14)};
       },
       "reservations[0].gpus: with what is kept or in maintenance at once, at most the 64 GPUs of "
       "hgx that sk has at ulsan on 2026-01-13; 128 at once"},
      {[](Scenario& s) { s.power_limits = {{.site = "ulsna", .source = "book"}}; },
       "power_limits[0].site: an id of sites; 'ulsna' (did you mean ulsan?)"},
  };
  for (const Break& b : breaks) {
    Scenario s = sound();
    b.edit(s);
    EXPECT_EQ(lines(check_references(s).faults), b.finding);
  }
}

TEST(ScenarioCheck, WarnsOfEachDoubt) {
  const std::vector<Break> doubts{
      {[](Scenario& s) { s.sites[0].grid[1].grid_mw = Watts(500'000); },
       "sites[0].grid[1].grid_mw: at least 1 as in the row before; 0.5 (rows include what came "
       "before)"},
      {[](Scenario& s) { s.installs[0].gpus = Gpus(65); },
       "installs[0].gpus: whole nodes of 8 GPUs; 65"},
      {[](Scenario& s) {
         s.hardware[0].release = {2026, 2, 1};
       },
       "installs[0].month: a month from the release of hgx on, 2026-02-01; 2026-01-01"},
      {[](Scenario& s) { s.sites[0].halls[0].rack_max_kw = Watts(9'000); },
       "installs[0].hardware: racks of at most 9 kW, as hall h1 at ulsan can cool; hgx with 10 kW "
       "for an "
       "NVLink domain"},
      {[](Scenario& s) { s.sites[0].halls[0].rack_max_kw = Watts(20'000); }, ""},
      {[](Scenario& s) { s.hardware[0].node_max_w = Watts(10'200); },
       "hardware[0].node_max_w: rack_max_kw shared out over nodes_per_rack; 10200"},
      {[](Scenario& s) { s.data_classes[0].certifications = {"csap_high"}; },
       "data_classes[0].certifications[0]: a certification that some operator holds; 'csap_high' "
       "(work of this class can run nowhere)"},
      {[](Scenario& s) { s.workloads[0].duration->median_hours = 100; },
       "workloads[0].duration.median_hours: between min_hours and max_hours; 100"},
      {[](Scenario& s) {
         s.energy_policy.emplace();
         s.energy_policy->source = "assumption";
       },
       "energy_policy: physics.enabled: true; false (without physics a run knows neither prices "
       "nor "
       "power that is short)"},
  };
  for (const Break& d : doubts) {
    Scenario s = sound();
    d.edit(s);
    EXPECT_EQ(lines(check_references(s).faults), "");
    EXPECT_EQ(lines(check_references(s).warnings), d.finding);
  }
}

TEST(ScenarioCheck, FindsAllAtOnce) {
  Scenario s = sound();
  s.run.to = s.run.from;
  s.installs[0].owner = "x";
  s.workloads[0].size.reset();
  EXPECT_EQ(check_references(s).faults.size(), 3U);
}

TEST(ScenarioCheck, SurvivesAnEmptyScenario) { check_references(Scenario{}); }

}  // namespace
}  // namespace dure
