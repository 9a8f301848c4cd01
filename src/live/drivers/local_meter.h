// What this machine has and draws: GPUs, cores, memory; power by RAPL and by nvidia-smi where they
// can be read, temperature, share of the cores that is busy; and caps of power.
//
// Invariants: 1. What was not measured is none, never a guess: the model is the driver's.
//             2. nvidia-smi is given a deadline; after one that hung it is left alone for a minute.
// Units: W as double, shares 0 to 1, degrees C. Sources: Linux Documentation/power/powercap,
// nvidia-smi --help-query-gpu.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

struct LocalHardware {
  std::int64_t gpus = 0, cpus = 0, memory_mib = 0;
};
// system_root stands before /proc, /sys and /dev; tests put a folder of their own there.
LocalHardware find_hardware(const std::string& system_root);

// Where nothing is measured: idle + share x span. Of a server with two sockets and, for each GPU,
// of an H100 SXM (data sheet: 700 W at most); assumed, not measured.
struct PowerModel {
  double idle_w = 150, cpu_span_w = 350, gpu_idle_w = 70, gpu_span_w = 630;
};

struct MeterOptions {
  std::string system_root;
  std::string nvidia_smi = "/usr/bin/nvidia-smi";
  std::int64_t deadline_ms = 3000;
};

struct GpuReading {
  double power_w = 0, share = 0, temperature_c = 0;
  double least_w = 0, most_w = 0, default_w = 0;  // of its limit; 0: it has none
};

class LocalMeter {
 public:
  LocalMeter(MeterOptions options, LocalHardware hardware);

  // Drawn by processors and their memory since the last call.
  std::optional<double> processor_w();
  std::vector<GpuReading> gpus();  // empty: cannot be read
  std::optional<double> cpu_share();
  double temperature_c();  // the hottest sensor of the machine; 0: none

  bool caps() const;
  // other_w: what the machine draws at most besides that which is capped (GPUs if there are any,
  // else processors). cap_w 0: back to the limit it came with.
  Result<Done> cap(double cap_w, double other_w);

 private:
  struct Zone {
    std::string folder;
    bool package = false;
    std::int64_t energy_uj = 0, range_uj = 0;
  };
  std::optional<std::string> nvidia_smi(const std::vector<std::string>& arguments);
  Result<Done> cap_gpus(double cap_w, double other_w);
  Result<Done> cap_processors(double cap_w, double other_w);

  MeterOptions options_;
  LocalHardware hardware_;
  std::vector<Zone> zones_;
  std::int64_t read_at_ms_ = 0, leave_gpus_until_ms_ = 0;
  std::int64_t busy_ticks_ = 0, all_ticks_ = 0;
};

}  // namespace dure
