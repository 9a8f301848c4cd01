#include "world/scenario.h"

namespace dure {

static_assert(sizeof(Scenario) == sizeof(ScenarioSections), "a member that describe() cannot know");

Scenario::Scenario() = default;
Scenario::Scenario(const Scenario&) = default;
Scenario::Scenario(Scenario&&) noexcept = default;
Scenario& Scenario::operator=(const Scenario&) = default;
Scenario& Scenario::operator=(Scenario&&) noexcept = default;
Scenario::~Scenario() = default;

}  // namespace dure
