// dure rebuild: the tables beside the record, made anew.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/live_config.h"
#include "live/rebuild.h"

namespace dure {
namespace {

int rebuild(const std::string& given, bool json) {
  const std::string url = given.empty() ? "sqlite:" + state_folder() + "/hub.db" : given;
  {  // one that is not there is not made
    TRY_OR_COMPLAIN(there, open_store_read_only(url));
    (void)there;
  }
  TRY_OR_COMPLAIN(lock, lock_store(url));
  TRY_OR_COMPLAIN(store, open_store(url));
  TRY_OR_COMPLAIN(
      done, rebuild_projections(*store, "rebuild:" + std::to_string(getpid()), unix_now_ms()));
  ::close(lock);
  if (json)
    fmt::print("{}\n", nlohmann::ordered_json{{"store", store->name()},
                                              {"entries", done.entries},
                                              {"jobs", done.jobs},
                                              {"uses", done.uses},
                                              {"nodes", done.nodes}}
                           .dump());
  else
    fmt::print("from {} entries: {} jobs, {} uses, {} nodes\n", done.entries, done.jobs, done.uses,
               done.nodes);
  return kDone;
}

}  // namespace

void add_rebuild_command(CLI::App& app, int& exit_code) {
  struct Options {
    std::string store;
    bool json = false;
  };
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "rebuild", "Make a store's tables of jobs, uses and nodes anew from its record");
  command->add_option("STORE", o->store, "sqlite:PATH or postgresql://…; else this machine's hub");
  command->add_flag("--json", o->json, "For programs");
  command->callback([o, &exit_code] { exit_code = rebuild(o->store, o->json); });
}

}  // namespace dure
