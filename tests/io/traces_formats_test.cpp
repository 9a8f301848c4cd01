// The tables of GPU clusters and request traces; every shared file with the rows its manifest says.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>
#include <set>

#include "io/traces/acme.h"
#include "io/traces/chronus.h"
#include "io/traces/helios.h"
#include "io/traces/machines.h"
#include "io/traces/muri.h"
#include "io/traces/openb.h"
#include "io/traces/philly.h"
#include "io/traces/pollux.h"
#include "io/traces/requests.h"
#include "io/traces/shockwave.h"
#include "io/traces/summary.h"
#include "io/traces_testing.h"

namespace dure {
namespace {

template <class Row>
Result<std::vector<Row>> rows_of(std::string_view text) {
  return read_table<Row>(ByteSource::of_memory("mem", text));
}

TEST(Tables, ColumnsInAnyOrder) {
  const auto rows =
      rows_of<PolluxRow>("application,time,name,batch_size,num_replicas\r\nncf,1.5,a,64,2\r\n")
          .value();
  EXPECT_EQ(rows, (std::vector<PolluxRow>{{"a", Millis(1500), "ncf", 2, 64}}));
}

TEST(Tables, AHeaderThatIsNotTheFormatsIsNamedWithTheNearest) {
  const std::string row = "\na,1,ncf,2,64\n";
  const Fault typo =
      rows_of<PolluxRow>("name,time,aplication,num_replicas,batch_size" + row).fault();
  EXPECT_EQ(typo.where, "mem:1:11");
  EXPECT_NE(typo.hint.find("application"), std::string::npos);
  const Fault missing = rows_of<PolluxRow>("name,time,application,num_replicas" + row).fault();
  EXPECT_EQ(missing.expected, "a column batch_size");
  EXPECT_FALSE(rows_of<PolluxRow>("name,name,time,application,num_replicas,batch_size" + row));
}

TEST(Tables, WrongCellsAreFaultsWithTheirPlace) {
  const auto fault = [](std::string_view row) {
    const auto rows = rows_of<PolluxRow>("name,time,application,num_replicas,batch_size\n" +
                                         std::string(row) + "\n");
    return rows ? std::string("read") : rows.fault().where;
  };
  EXPECT_EQ(fault("a,1,ncf,2,64"), "read");
  EXPECT_EQ(fault("a,x,ncf,2,64"), "mem:2:3");
  EXPECT_EQ(fault("a,,ncf,2,64"), "mem:2:3");
  EXPECT_EQ(fault("a,1,ncf,2.5,64"), "mem:2:9");
  EXPECT_EQ(fault("a,1,ncf,99999999999999999999,64"), "mem:2:9");
  EXPECT_EQ(fault("a,1,ncf,2"), "mem:2");
  EXPECT_EQ(fault("a,1,ncf,2,64,"), "mem:2");
  EXPECT_EQ(fault("a,0.0001,ncf,2,64"), "mem:2:3");
  EXPECT_EQ(fault("a,9223372036854775807,ncf,2,64"), "mem:2:3");
  EXPECT_FALSE(rows_of<PolluxRow>(""));
  EXPECT_FALSE(rows_of<PolluxRow>("name,time,application,num_replicas,batch_size\n"));
}

TEST(Stamps, ReadAndWriteExactly) {
  EXPECT_EQ(to_string(*parse_stamp("2023-11-16 18:15:46.6805900")), "2023-11-16 18:15:46.6805900");
  EXPECT_EQ(parse_stamp("2023-11-16 18:15:46.68")->floor_ms().count() % 1000, 680);
  EXPECT_EQ(parse_stamp("1970-01-02")->floor_ms(), Millis(86'400'000));
  EXPECT_EQ(parse_stamp("1969-12-31T23:59:59.9999999")->floor_ms(), Millis(-1));
  for (const std::string_view bad :
       {"", "2023-02-30 00:00:00", "2023-11-16 24:00:00", "2023-11-16 18:15",
        "2023-11-16 18:15:46.", "2023-11-16 18:15:46.12345678", "2023-11-16 18:15:46Z",
        "2023-11-16x18:15:46"})
    EXPECT_FALSE(parse_stamp(bad)) << bad;
}

TEST(Stamps, RoundTrip) {
  EXPECT_TRUE(rc::check("stamps", [] {
    const Stamp stamp{
        *rc::gen::inRange<std::int64_t>(-600'000'000'000'000'000, 2'500'000'000'000'000'000)};
    RC_ASSERT(parse_stamp(to_string(stamp)) == stamp);
  }));
}

template <class Row>
void expect_round_trip(const std::vector<Row>& rows) {
  TempFolder folder;
  for (const std::string name : {"t.csv", "t.csv.gz"}) {
    ASSERT_TRUE(write_table(folder / name, rows));
    const auto back = read_table<Row>(folder / name);
    ASSERT_TRUE(back) << to_string(back.fault());
    EXPECT_EQ(back.value(), rows);
  }
}

// Files of every format read, written by us and read again are the same.
TEST(Tables, SharedFilesSurviveWritingAndReading) {
  const auto check = [](auto type, std::string_view file) {
    const auto rows = read_table<decltype(type)>(shared("data/traces/" + std::string(file)));
    ASSERT_TRUE(rows) << to_string(rows.fault());
    expect_round_trip(rows.value());
  };
  check(OpenbNode{}, "openb/openb_node_list_all_node.csv");
  check(OpenbPod{}, "openb/openb_pod_list_default.csv.gz");
  check(PhillyRow{}, "philly/philly_gpu_jobs.csv.gz");
  check(MuriRow{}, "muri/trace1.csv.gz");
  check(TiresiasRow{}, "tiresias/60_job.csv");
  check(ChronusRow{}, "chronus/trace_job_Philly_MIX1.csv.gz");
  check(PolluxRow{}, "pollux/workload-1.csv");
  check(ShockwaveRow{}, "shockwave/shockwave_120.tsv");
  check(HeliosMinute{}, "helios/Earth_vcgkz_sequence.csv.gz");
  check(ClusterSummary{}, "acme/cluster_summary.csv");
  check(CdfPoint{}, "acme/server_power_cdf.csv.gz");
  check(AzureRow{}, "azure-llm-2023/AzureLLMInferenceTrace_code.csv.gz");
  check(MachineRow{}, "swf/CERIT-Wagap-2013.machines.tsv");
}

nlohmann::json manifest_file(const std::string& path) {
  static const nlohmann::json manifest =
      nlohmann::json::parse(slurp(shared("data/traces/MANIFEST.json")));
  for (const auto& file : manifest.at("files"))
    if (file.at("path") == path) return file;
  ADD_FAILURE() << path << " is not in the manifest";
  return {};
}

struct Expected {
  const char* file;
  TraceFormat format;
};

TEST(Formats, EverySharedFileIsDetectedAndHasTheRowsOfItsManifest) {
  using F = TraceFormat;
  for (const Expected& e : {Expected{"swf/KTH-SP2-1996-2.1-cln.swf.gz", F::swf},
                            {"swf/KTH-SP2-1996-2-filtered.swf.gz", F::swf},
                            {"swf/NASA-iPSC-1993-3.1-cln.swf.gz", F::swf},
                            {"swf/HPC2N-2002-2.2-head.swf.gz", F::swf},
                            {"swf/CERIT-Wagap-2013.swf.gz", F::swf},
                            {"swf/Lublin-256.swf.gz", F::swf},
                            {"swf/CTC-SP2-1996-filtered.swf.gz", F::swf},
                            {"swf-reference/KTH-SP2.easy.pyss.swf.gz", F::swf},
                            {"swf-reference/CTC-SP2.easy.pyss.swf.gz", F::swf},
                            {"openb/openb_node_list_all_node.csv", F::openb_nodes},
                            {"openb/openb_node_list_gpu_node.csv", F::openb_nodes},
                            {"openb/openb_pod_list_default.csv.gz", F::openb_pods},
                            {"muri/trace1.csv.gz", F::muri},
                            {"muri/trace3.csv.gz", F::muri},
                            {"muri/cluster_trace.csv", F::muri},
                            {"chronus/trace_job_Philly_MIX1.csv.gz", F::chronus},
                            {"pollux/workload-1.csv", F::pollux},
                            {"pollux/workload-2.csv", F::pollux},
                            {"pollux/workload-3.csv", F::pollux},
                            {"pollux/workload-4.csv", F::pollux},
                            {"philly/philly_gpu_jobs.csv.gz", F::philly},
                            {"tiresias/60_job.csv", F::tiresias},
                            {"shockwave/shockwave_120.tsv", F::shockwave},
                            {"shockwave/shockwave_220.tsv", F::shockwave},
                            {"shockwave/shockwave_460.tsv.gz", F::shockwave},
                            {"helios/Earth_vc6YE_sequence.csv.gz", F::helios},
                            {"helios/Earth_vcgkz_sequence.csv.gz", F::helios},
                            {"helios/Earth_gpu_number.csv", F::helios_gpus},
                            {"helios/helios_cluster_summary.csv", F::acme_summary},
                            {"acme/cluster_summary.csv", F::acme_summary},
                            {"acme/seren_gpu_power_cdf.csv", F::acme_cdf},
                            {"acme/seren_gpu_temp_cdf.csv.gz", F::acme_cdf},
                            {"acme/seren_gpu_util_cdf.csv.gz", F::acme_cdf},
                            {"acme/seren_cpu_mem_cdf.csv.gz", F::acme_cdf},
                            {"acme/server_power_cdf.csv.gz", F::acme_cdf},
                            {"azure-llm-2023/AzureLLMInferenceTrace_code.csv.gz", F::azure},
                            {"azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz", F::azure},
                            {"mooncake/conversation_trace.jsonl.gz", F::mooncake}}) {
    const std::string path = shared("data/traces/" + std::string(e.file));
    const auto summary = summarize_trace(path, F::automatic, {});
    ASSERT_TRUE(summary) << e.file << ": " << to_string(summary.fault());
    EXPECT_EQ(summary.value().format, e.format) << e.file;
    EXPECT_EQ(summary.value().rows, manifest_file(e.file).at("rows").get<std::int64_t>()) << e.file;
    std::int64_t all = summary.value().kept;
    for (const Named& d : summary.value().dropped) all += d.count;
    EXPECT_EQ(all, summary.value().rows) << e.file;
  }
}

TEST(Formats, FiguresOfTheManifestComeOut) {
  const auto at = [](const char* file, const char* name) {
    const auto s =
        summarize_trace(shared("data/traces/" + std::string(file)), TraceFormat::automatic, {});
    for (const Distribution& d : s.value().distributions)
      if (d.name == name) return d;
    ADD_FAILURE() << file << " has no " << name;
    return Distribution{};
  };
  EXPECT_EQ(at("muri/trace1.csv.gz", "run").most, 4'628'239);                   // ms in the file
  EXPECT_EQ(at("tiresias/60_job.csv", "run").most, 1'800);                      // seconds
  EXPECT_EQ(at("chronus/trace_job_Philly_MIX1.csv.gz", "run").least, 20 * 60);  // minutes
  EXPECT_EQ(at("philly/philly_gpu_jobs.csv.gz", "run").most, 4'628'226);
  EXPECT_EQ(at("philly/philly_gpu_jobs.csv.gz", "size").most, 128);
  EXPECT_EQ(at("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz", "tokens_in").most, 14'050);
  EXPECT_EQ(at("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz", "tokens_out").least, 7);
  EXPECT_EQ(at("mooncake/conversation_trace.jsonl.gz", "tokens_in").most, 126'195);
  EXPECT_EQ(at("acme/seren_gpu_power_cdf.csv", "gpu_power").most, 558);
}

TEST(Formats, JobLogsOfGpuClustersReplayWithAMachineSize) {
  LogOptions options;
  for (const char* file : {"philly/philly_gpu_jobs.csv.gz", "muri/trace1.csv.gz",
                           "tiresias/60_job.csv", "chronus/trace_job_Philly_MIX1.csv.gz",
                           "shockwave/shockwave_120.tsv", "openb/openb_pod_list_default.csv.gz"}) {
    const std::string path = shared("data/traces/" + std::string(file));
    options.procs.reset();
    EXPECT_EQ(read_job_log(path, TraceFormat::automatic, options).fault().hint,
              "give it: --procs P");
    options.procs = 1000;
    const auto log = read_job_log(path, TraceFormat::automatic, options);
    ASSERT_TRUE(log) << to_string(log.fault());
    for (std::size_t i = 1; i < log.value().jobs.size(); ++i)
      ASSERT_LE(log.value().jobs[i - 1].submit, log.value().jobs[i].submit) << file;
  }
  options.procs = 1000;
  const auto chronus = read_job_log(shared("data/traces/chronus/trace_job_Philly_MIX1.csv.gz"),
                                    TraceFormat::chronus, options);
  EXPECT_EQ(chronus.value().dropped_for(Drop::no_processors), 184);
  EXPECT_EQ(chronus.value().users.size(), 11u);
  const auto pods = read_job_log(shared("data/traces/openb/openb_pod_list_default.csv.gz"),
                                 TraceFormat::openb_pods, options);
  EXPECT_GE(pods.value().dropped_for(Drop::no_run_time), 897);  // those that stayed Pending
  for (const char* file : {"pollux/workload-1.csv", "mooncake/conversation_trace.jsonl.gz",
                           "helios/Earth_gpu_number.csv", "acme/cluster_summary.csv"})
    EXPECT_FALSE(
        read_job_log(shared("data/traces/" + std::string(file)), TraceFormat::automatic, options));
}

TEST(Openb, NodesAndPodsAddUpToThePublishedFigures) {
  const auto nodes =
      read_openb_nodes(shared("data/traces/openb/openb_node_list_all_node.csv")).value();
  std::int64_t gpus = 0;
  for (const OpenbNode& n : nodes) gpus += n.gpus;
  EXPECT_EQ(gpus, 6212);
  const auto pods =
      read_openb_pods(shared("data/traces/openb/openb_pod_list_default.csv.gz")).value();
  std::int64_t demand = 0, cpu_only = 0, shares = 0, multi = 0;
  for (const OpenbPod& p : pods) {
    demand += p.demand_milli();
    cpu_only += p.num_gpu == 0;
    shares += p.num_gpu == 1 && p.gpu_milli < 1000;
    multi += p.num_gpu > 1;
  }
  EXPECT_NEAR(static_cast<double>(demand), 6'086'800, 50);
  EXPECT_EQ(cpu_only, 1088);
  EXPECT_EQ(shares, 3078);
  EXPECT_EQ(multi, 75);
  const auto curves =
      read_fgd_curves(shared("data/traces/openb/fgd_expected_alloc_default.csv")).value();
  ASSERT_EQ(curves.size(), 60u);
  double fgd = 0;
  for (const FgdCurve& c : curves)
    if (c.policy == "06-FGD") fgd += c.allocated_percent.at(100) / 10;
  EXPECT_NEAR(fgd, 95.23, 0.005);
}

TEST(Openb, AShareOfSeveralGpusIsRefused) {
  const std::string head =
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
      "deletion_time,scheduled_time\n";
  const auto pods = [&](std::string_view row) {
    const std::string text = head + std::string(row) + "\n";
    return read_openb_pods(ByteSource::of_memory("mem", text));
  };
  EXPECT_TRUE(pods("p,1,1,1,460,,LS,Running,0,9,0"));
  EXPECT_EQ(pods("p,1,1,2,460,,LS,Running,0,9,0").fault().where, "mem:2");
  EXPECT_EQ(pods("p,1,1,1,1460,,LS,Running,0,9,0").fault().where, "mem:2:9");
  EXPECT_EQ(pods("p,-1,1,1,460,,LS,Running,0,9,0").fault().where, "mem:2:3");
}

TEST(Machines, SmallTablesOfSharedData) {
  const auto cerit =
      read_table<MachineRow>(shared("data/traces/swf/CERIT-Wagap-2013.machines.tsv")).value();
  EXPECT_EQ(cerit[0].cores() + cerit[1].cores(), 2176);
  EXPECT_EQ(read_table<ClusterSpec>(shared("data/traces/muri/n8g8.csv")).value()[0].gpus(), 64);
  EXPECT_EQ(read_table<ClusterSpec>(shared("data/traces/tiresias/n32g4.csv")).value()[0].gpus(),
            128);
  EXPECT_EQ(
      read_table<ServiceTime>(shared("data/traces/tiresias/yarn-gput1000.csv")).value().size(),
      1001u);
}

Result<RequestLog> mooncake(std::string_view text) {
  return read_request_log(ByteSource::of_memory("mem", text), TraceFormat::mooncake);
}

TEST(Mooncake, ReadsLinesAndRefusesWhatIsNotOne) {
  EXPECT_EQ(
      mooncake(
          "{\"timestamp\": 5, \"input_length\": 7, \"output_length\": 1, \"hash_ids\": [1, 2]}\r\n"
          "\n{\"output_length\":2,\"input_length\":3,\"timestamp\":0}")
          .value()
          .requests.size(),
      2u);
  for (const std::string_view bad :
       {"", "{", "[]", "7", "{}", "null", "{\"timestamp\":0,\"input_length\":1}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1,\"output_length\":1}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":-1}",
        "{\"timestamp\":0,\"input_length\":1.5,\"output_length\":1}",
        "{\"timestamp\":99999999999999999999,\"input_length\":1,\"output_length\":1}",
        "{\"timestamp\":\"0\",\"input_length\":1,\"output_length\":1}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1,\"hash_ids\":[[1]]}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1,\"hash_ids\":{\"a\":1}}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1,\"hash_id\":[1]}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1} x",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":true}",
        "{\"timestamp\":0,\"input_length\":1,\"output_length\":\"\xff\"}"})
    EXPECT_FALSE(mooncake(bad)) << bad;
  EXPECT_FALSE(mooncake(std::string(100'000, '[')));
}

TEST(Formats, WhatIsNoKnownLogIsSaidSo) {
  TempFolder folder;
  using namespace std::string_literals;
  for (const std::string& bytes : {""s, "\n\n"s, "hello\n"s, "a,b,c\n1,2,3\n"s,
                                   "\x7f"s
                                   "ELF\0\0"s,
                                   std::string(5, '\0'), gzipped("").substr(0, 10)}) {
    const auto format = detect_format(folder.put("x", bytes));
    ASSERT_FALSE(format);
    EXPECT_EQ(format.fault().where.substr(0, (folder / "x").size()), folder / "x");
  }
  EXPECT_FALSE(parse_format("xml"));
  EXPECT_EQ(parse_format("openb").value(), TraceFormat::openb_pods);
}

}  // namespace
}  // namespace dure
