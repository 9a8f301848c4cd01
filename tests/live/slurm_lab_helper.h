// Real Slurm clusters for a test: `lab` of the shared folder (DURE_SHARED, else ../shared). Needs
// root and the packages that lab names; without them the test fails and says so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "live/drivers/slurm.h"

namespace dure {

class SlurmLab {
 public:
  // One cluster s1 of four nodes n1 … n4 with 4 GPUs and 32 cores each. `conf`: more lines for
  // slurm.conf. up() is false if it could not be started; the failure is reported.
  explicit SlurmLab(const std::string& conf = "");
  ~SlurmLab();
  SlurmLab(const SlurmLab&) = delete;
  SlurmLab& operator=(const SlurmLab&) = delete;
  bool up() const { return up_; }

  void lab(std::vector<std::string> words) const;  // kill-ctld s1, pause s1 ctld, …
  std::string slurm(std::vector<std::string> argv, std::string input = "") const;  // its output
  SlurmOptions options() const;  // with slurmrestd and commands
  std::string claim(const std::string& key) const { return dir_ + "/claims/" + key; }
  std::string log(const std::string& key) const;  // its standard output
  const std::string& dir() const { return dir_; }

 private:
  std::string tool_, dir_;
  bool up_ = false;
};

// Asks until it is true; false: not within so many seconds.
bool within(double seconds, const std::function<bool()>& holds);

}  // namespace dure
