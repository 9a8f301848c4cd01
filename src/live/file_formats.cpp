#include "live/file_formats.h"

#include "io/describe_doc.h"
#include "io/schema_json.h"
#include "live/hub_spec.h"
#include "live/pipeline_spec.h"

namespace dure {
namespace {

// "Written by ...", then what a reader must know besides the keys.
template <Described S>
std::string page(const std::string& name, const char* title, const char* source, const char* more) {
  const std::string command = "dure schema " + name;
  return describe_markdown(title,
                           "Written by `" + command + " --markdown` from `src/live/" + source +
                               "`; do not edit. For editors:\n`" + command + " > " + name +
                               ".schema.json`, and as a file's first line\n"
                               "`# yaml-language-server: $schema=" +
                               name + ".schema.json`.\n\n" + more,
                           describe_doc<S>());
}

std::string job_page() {
  return page<JobSpec>(
      "job", "Job files: every key", "job_spec.h",
      "`dure submit JOB.yaml` runs it; the same in JSON is the body of `POST /api/v1/jobs`. How "
      "to use them:\n[guide/live.md](../guide/live.md). A `folder` that does not begin with `/` is "
      "beside the file.\n\n"
      "**What a job finds.** `DURE_JOB`, `DURE_ATTEMPT`, `DURE_MEMBER`, `DURE_SITE`; "
      "`CUDA_VISIBLE_DEVICES` and\n`DURE_GPUS`; `OMP_NUM_THREADS`, its cores; of several nodes "
      "`DURE_NODES`, `DURE_NODE`, `DURE_NODE_RANK`; of an\narray `DURE_ARRAY_INDEX`; of a service "
      "`DURE_PORT`. `DURE_INPUTS/NAME` is what it reads, `DURE_OUTPUTS/NAME` what\nit makes, "
      "`DURE_CHECKPOINT_FOLDER` what all of its attempts share until it is done.\n\n"
      "**Data.** An input is `[MEMBER/]NAME[@DIGEST]`; without a digest the newest is meant. Exit "
      "codes of Dure's own:\n71 kept data have other bytes than their name says, 72 an output is "
      "missing or has links, 73 the site's data\nfolder cannot be written, 74 an input is not at "
      "this site.");
}
std::string pipeline_page() {
  return page<PipelineSpec>(
      "pipeline", "Pipeline files: every key", "pipeline_spec.h",
      "`dure pipeline run PIPELINE.yaml` runs it; the same in JSON is the body of `POST "
      "/api/v1/pipelines`. An example\nthat runs: "
      "[examples/factory/pipeline.yaml](../../examples/factory/pipeline.yaml); how to use them: "
      "[guide/live.md](../guide/live.md).\nA `folder` that does not begin with `/` is beside the "
      "file.\n\n"
      "A step starts once all that it needs is done; a service counts as done while it serves. "
      "Names among `outputs`\nare unique in a pipeline; a step that has one of them among its "
      "`inputs` reads what that step made, whatever\nelse has that name. Once a step fails, what "
      "needs it is skipped.");
}
std::string hub_page() {
  return page<HubSpec>("hub", "Hub files: every key", "hub_spec.h",
                       "`dure serve CONFIG.yaml` reads it. An example: "
                       "[examples/lab/hub.yaml](../../examples/lab/hub.yaml); how to run a hub: "
                       "[guide/live.md](../guide/live.md).\nPaths are relative to the file. Lists "
                       "may only grow at their ends: what is in the record stays in its place.");
}
std::string agent_page() {
  return page<AgentSpec>(
      "agent", "Agent files: every key", "agent_spec.h",
      "`dure agent CONFIG.yaml` reads it; a row of `agents` of a [hub](hub.md) has the same keys. "
      "How to run agents:\n[guide/live.md](../guide/live.md). Paths are relative to the file.");
}

template <Described S>
std::string schema_of(std::string_view title) {
  return json_schema(title, describe_doc<S>(), false);
}

}  // namespace

const std::vector<FileFormat>& live_file_formats() {
  static const std::vector<FileFormat> formats{
      {"job", job_page, [] { return schema_of<JobSpec>("Dure job"); }},
      {"pipeline", pipeline_page, [] { return schema_of<PipelineSpec>("Dure pipeline"); }},
      {"hub", hub_page, [] { return schema_of<HubSpec>("Dure hub"); }},
      {"agent", agent_page, [] { return schema_of<AgentSpec>("Dure agent"); }}};
  return formats;
}

}  // namespace dure
