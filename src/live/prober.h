// Looks at services: does GET http://NODE:port/path answer with 200 to 299? The port between an
// agent, which decides what a look means, and HTTP, or a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "live/protocol.h"

namespace dure {

struct Watched {
  std::string key;  // of the attempt
  Probe probe;
  bool operator==(const Watched&) const = default;
};
struct Look {
  std::string key;
  bool well = false;
  std::string detail;  // what came instead
};

class Prober {
 public:
  virtual ~Prober() = default;
  virtual void watch(std::vector<Watched> services) = 0;  // these, and no others any more
  virtual std::vector<Look> looks() = 0;                  // since it was last asked
};

// A few threads; a look takes at most two seconds. host: where the services of all nodes answer;
// empty: at their nodes' names.
std::unique_ptr<Prober> http_prober(std::string host);

}  // namespace dure
