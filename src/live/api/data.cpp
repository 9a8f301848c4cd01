// Data that jobs have kept: what there is, and what it was made of.
#include "live/api/api.h"
#include "live/api/data_views.h"
#include "live/live_record.h"

namespace dure {
namespace {

constexpr std::size_t kMostListed = 10'000;

// Whoever knows a digest can read its bytes at a site: a member sees its own.
bool may_see(const Caller& caller, const DataItem& item) {
  return caller.role >= Role::operator_ || item.name.starts_with(caller.member + "/");
}

DataView view_of(const Desk& d, const DataItem& item) {
  DataView v;
  v.name = item.name;
  v.digest = item.digest;
  if (item.artifact > 0) {
    const ArtifactId id{static_cast<std::uint32_t>(item.artifact - 1)};
    for (const ClassId c : d.world.law().label(id).classes)
      v.data_class += (v.data_class.empty() ? "" : ", ") + d.scenario.data_classes[c.index].id;
  }
  v.made = iso(item.at);
  v.sites = d.book.data().sites_of(item.digest);
  v.inputs = item.inputs;
  v.bytes = item.bytes;
  v.files = item.files;
  v.job = item.job;
  return v;
}

void list(Api& api, Call call) {
  const Caller caller = call.caller;
  const std::string* member = call.target.find("member");
  const std::string of = member == nullptr ? "" : *member + "/";
  const std::string name = call.path.size() == 2 ? call.path[0] + "/" + call.path[1] : "";
  const std::string id = call.id;
  api.read(std::move(call), [caller, of, name, id](const Desk& d) {
    DataListView out;
    const auto& items = d.book.data().items();
    for (auto it = items.rbegin(); it != items.rend() && out.data.size() < kMostListed; ++it)
      if (may_see(caller, *it) && it->name.starts_with(of) && (name.empty() || it->name == name))
        out.data.push_back(view_of(d, *it));
    if (!name.empty() && out.data.empty())
      return problem_answer(
          {404, "unknown_data", {"name", "data of the alliance", "'" + name + "'", "dure data"}},
          id);
    return view_answer(out);
  });
}

}  // namespace

void add_data_routes(Api& api, std::vector<Route>& routes) {
  const auto listed = [&api](Call call) { list(api, std::move(call)); };
  routes.push_back({"GET",
                    "/api/v1/data",
                    "Data that jobs have kept, of the caller's member",
                    Needs::viewer,
                    {{"member", "only of this member"}},
                    {},
                    describe_doc<DataListView>,
                    "application/json",
                    listed});
  routes.push_back({"GET",
                    "/api/v1/data/{member}/{name}",
                    "All versions of one, and what each was made of",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<DataListView>,
                    "application/json",
                    listed});
}

}  // namespace dure
