#include "sched/decide.h"
namespace dure {
Millis decide_alliance(const World&, const Policy&, Listener&) { return Millis(Timeline::kForever); }
}  // namespace dure
