// What `dure simulate` does with the file of a service (serving/service_spec.h) in place of a
// scenario: advice on its memory, and its requests one by one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dure {

struct ServingAsked {
  std::string file;
  std::vector<std::string> settings;
  std::uint64_t seed = 1;
  bool json = false;
};

// Exit status of the command.
int run_memory_advice(const ServingAsked& asked);
// log: a recorded one (Azure, Mooncake), or "drawn".
int run_service_requests(const ServingAsked& asked, const std::string& log);

}  // namespace dure
