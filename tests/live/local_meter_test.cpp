// Power of this machine, from a made-up /sys, /proc and nvidia-smi.
#include "live/drivers/local_meter.h"

#include <gtest/gtest.h>

#include "local_driver_fixture.h"

namespace dure {
namespace {

class LocalMeterTest : public LocalDriverTest {
 protected:
  void SetUp() override {
    LocalDriverTest::SetUp();
    system_ = root_ + "/system";
    options_.meter.nvidia_smi = root_ + "/nvidia-smi";
    options_.now_ms = [] { return std::int64_t{1'700'000'000'000}; };
    options_.power = {100, 50, 20, 300};
  }
  void zone(const std::string& name, const std::string& kind, std::int64_t energy_uj) {
    const std::string folder = system_ + "/sys/class/powercap/" + name;
    spill(folder + "/name", kind + "\n");
    spill(folder + "/energy_uj", std::to_string(energy_uj) + "\n");
    spill(folder + "/max_energy_range_uj", "1000000000\n");
  }
  void cores(const std::string& ticks) {
    spill(system_ + "/proc/stat", "cpu  " + ticks + "\ncpu0 1\n");
  }
  void gpus(int n) {
    for (int i = 0; i < n; ++i) spill(system_ + "/dev/nvidia" + std::to_string(i), "");
    spill(system_ + "/dev/nvidiactl", "");
  }
  void smi(const std::string& script) {
    spill(options_.meter.nvidia_smi, "#!/bin/sh\n" + script);
    ::chmod(options_.meter.nvidia_smi.c_str(), 0755);
  }
  NodeSample sample() {
    const auto all = driver_->samples();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? NodeSample{} : all.front();
  }
  std::string system_;
};

TEST_F(LocalMeterTest, FindsGpusByTheirDevices) {
  EXPECT_EQ(find_hardware(system_).gpus, 0);
  gpus(3);
  EXPECT_EQ(find_hardware(system_).gpus, 3);
  for (const char* const bus : {"0000:01:00.0", "0000:02:00.0"})
    spill(system_ + "/proc/driver/nvidia/gpus/" + bus + "/information", "");
  EXPECT_EQ(find_hardware(system_).gpus, 2);
  EXPECT_GT(find_hardware(system_).cpus, 0);
  EXPECT_GT(find_hardware(system_).memory_mib, 100);
  options_.pretended_gpus = 9;  // real ones are there: none is pretended
  open();
  EXPECT_EQ(sweep().nodes[0].gpus, 2);
  EXPECT_EQ(driver_->name(), "local");
}

TEST_F(LocalMeterTest, WorksOutWhatNothingMeasures) {
  cores("0 0 0 0 0 0 0 0");
  options_.pretended_gpus = 4;
  open();
  EXPECT_EQ(driver_->name(), "local, pretended GPUs");
  cores("30 0 20 40 10 0 0 0");
  RunOrder half = shell("half", "while :; do sleep 0.05; done");
  half.nodes[0].gpus = 2;
  start(half);
  until("half", Seen::running);
  const NodeSample got = sample();
  EXPECT_EQ(got.node, "n1");
  EXPECT_EQ(got.at_ms, 1'700'000'000'000);
  EXPECT_EQ(got.source, PowerSource::model);
  EXPECT_DOUBLE_EQ(got.cpu_share, 0.5);
  EXPECT_DOUBLE_EQ(got.gpu_share, 0.5);
  EXPECT_EQ(got.power_w, 100 + 25 + 4 * (20 + 150));
  EXPECT_FALSE(driver_->caps_power());
  EXPECT_EQ(driver_->cap({"n1", 100}).code, "no_power_cap");
}

TEST_F(LocalMeterTest, PretendedNodesShareNoMeter) {
  zone("intel-rapl:0", "package-0", 0);
  options_.nodes = {"n1", "n2"};
  options_.cpus = 2;
  open();
  start(shell("one", "while :; do sleep 0.05; done"));
  until("one", Seen::running);
  const auto all = driver_->samples();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].power_w, 125);
  EXPECT_EQ(all[1].power_w, 100);
  EXPECT_EQ(all[0].source, PowerSource::model);
  EXPECT_EQ(driver_->name(), "local, pretended nodes");
}

TEST_F(LocalMeterTest, MeasuresPackagesAndMemoryOnce) {
  zone("intel-rapl:0", "package-0", 0);
  zone("intel-rapl:0:0", "core", 0);
  zone("intel-rapl:0:1", "dram", 999'000'000);
  zone("intel-rapl:1", "psys", 0);
  LocalMeter meter({system_, "", 1000}, {});
  const auto from = std::chrono::steady_clock::now();
  zone("intel-rapl:0", "package-0", 40'000'000);
  zone("intel-rapl:0:0", "core", 30'000'000);
  zone("intel-rapl:0:1", "dram", 9'000'000);  // it began anew at 1,000 J
  zone("intel-rapl:1", "psys", 90'000'000);
  std::optional<double> w;
  ASSERT_TRUE(soon([&] { return (w = meter.processor_w()).has_value(); }));
  const double span_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  EXPECT_GE(*w, 50 / (span_s + 0.05));  // 50 J in about span_s
  EXPECT_LE(*w, 50 / 0.02);
  ASSERT_TRUE(soon([&] { return (w = meter.processor_w()).has_value(); }));
  EXPECT_EQ(*w, 0);
}

TEST_F(LocalMeterTest, ASampleSaysThatItWasMeasured) {
  zone("intel-rapl:0", "package-0", 0);
  open();
  NodeSample got;
  ASSERT_TRUE(soon([&] { return (got = sample()).source == PowerSource::rapl; }));
  EXPECT_EQ(got.power_w, 0);
}

TEST_F(LocalMeterTest, FindsTheHottestSensor) {
  open();
  EXPECT_EQ(sample().temperature_c, 0);
  spill(system_ + "/sys/class/thermal/thermal_zone0/temp", "41000\n");
  spill(system_ + "/sys/class/hwmon/hwmon0/temp1_input", "63500\n");
  spill(system_ + "/sys/class/hwmon/hwmon0/temp2_input", "255000\n");  // broken
  spill(system_ + "/sys/class/hwmon/hwmon0/temp1_max", "99000\n");
  EXPECT_DOUBLE_EQ(sample().temperature_c, 63.5);
}

TEST_F(LocalMeterTest, AsksTheGpus) {
  gpus(2);
  smi("echo '301.50, 90, 61, 200.00, 700.00, 700.00'\necho '70.50, 10, 33, 200.00, 700.00, "
      "700.00'\n");
  cores("0 0 0 0 0 0 0 0");
  open();
  const NodeSample got = sample();
  EXPECT_EQ(got.source, PowerSource::nvml);
  EXPECT_EQ(got.power_w, 372 + 100);  // its processors are not measured
  EXPECT_DOUBLE_EQ(got.gpu_share, 0.5);
  EXPECT_DOUBLE_EQ(got.temperature_c, 61);
  smi("echo '[N/A], 90, 61, 200.00, 700.00, 700.00'\n");
  EXPECT_EQ(sample().source, PowerSource::model);
  smi("exit 9\n");
  EXPECT_EQ(sample().source, PowerSource::model);
}

TEST_F(LocalMeterTest, LeavesGpusAloneThatHang) {
  gpus(1);
  options_.meter.deadline_ms = 100;
  smi("echo x >> " + root_ + "/asked; exec sleep 1000\n");
  open();
  EXPECT_EQ(sample().source, PowerSource::model);
  EXPECT_EQ(sample().source, PowerSource::model);
  EXPECT_EQ(slurp(root_ + "/asked"), "x\n");
}

// nvidia-smi sets limits for root alone: whoever else runs the agent says that it cannot.
TEST_F(LocalMeterTest, CapsNoGpusOfOthersThanRoot) {
  gpus(1);
  smi("echo x >> " + root_ + "/asked\n");
  const uid_t me = ::geteuid();
  constexpr uid_t kNobody = 65534;
  open();
  if (me == 0) {
    EXPECT_TRUE(driver_->caps_power());
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  EXPECT_FALSE(driver_->caps_power());
  EXPECT_EQ(driver_->cap({"n1", 1000}).code, "no_power_cap");
  ASSERT_EQ(::seteuid(me), 0);
  EXPECT_EQ(slurp(root_ + "/asked"), "");
}

// What it asks of nvidia-smi, by whoever runs the test.
TEST_F(LocalMeterTest, CapsGpus) {
  gpus(2);
  smi("case $1 in -pl) echo $2 > " + root_ +
      "/limit;; *) for i in 0 1; do echo '300, 90, 61, 200.00, 700.00, 650.00'; done;; esac\n");
  LocalMeter meter({system_, options_.meter.nvidia_smi, 60'000}, find_hardware(system_));
  EXPECT_TRUE(meter.cap(1150, 150));
  EXPECT_EQ(slurp(root_ + "/limit"), "500\n");
  EXPECT_EQ(meter.cap(549, 150).fault().where, "cap_w");
  EXPECT_EQ(slurp(root_ + "/limit"), "500\n");
  EXPECT_TRUE(meter.cap(0, 150));
  EXPECT_EQ(slurp(root_ + "/limit"), "650\n");
  open();
  EXPECT_EQ(meter.caps(), ::geteuid() == 0);
  EXPECT_EQ(driver_->cap({"n1", 1150}).kind == Answer::done, meter.caps());  // 150 W besides
  EXPECT_EQ(slurp(root_ + "/limit"), meter.caps() ? "500\n" : "650\n");
  EXPECT_EQ(driver_->cap({"n1", 549}).code, meter.caps() ? "cap_refused" : "no_power_cap");
  EXPECT_EQ(driver_->cap({"n9", 1000}).code, meter.caps() ? "no_such_node" : "no_power_cap");
}

TEST_F(LocalMeterTest, CapsProcessors) {
  const std::string folder = system_ + "/sys/class/powercap/intel-rapl:";
  for (const char* const n : {"0", "1"}) {
    zone("intel-rapl:" + std::string(n), "package-" + std::string(n), 0);
    spill(folder + n + "/constraint_0_power_limit_uw", "270000000");
    spill(folder + n + "/constraint_0_max_power_uw", "270000000");
  }
  open();
  ASSERT_TRUE(driver_->caps_power());
  EXPECT_EQ(driver_->cap({"n1", 300}).kind, Answer::done);
  EXPECT_EQ(slurp(folder + "0/constraint_0_power_limit_uw"), "150000000");
  EXPECT_EQ(slurp(folder + "1/constraint_0_power_limit_uw"), "150000000");
  EXPECT_EQ(driver_->cap({"n1", 0}).kind, Answer::done);
  EXPECT_EQ(slurp(folder + "0/constraint_0_power_limit_uw"), "270000000");
}

}  // namespace
}  // namespace dure
