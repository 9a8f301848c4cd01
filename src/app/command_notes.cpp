#include "app/command_notes.h"

namespace dure {
namespace {

const std::vector<CommandNotes>& all_notes() {
  static const std::vector<CommandNotes> notes{
      {"",
       "Dure simulates, replays and runs an alliance of AI-compute owners: who lends which "
       "machines "
       "to whom, which law holds for which data, which job starts where and when. One decision "
       "function serves all three.",
       {{"dure simulate scenarios/small/small.yaml", "a scenario, job by job"},
        {"dure serve &", "a hub for this machine"},
        {"dure submit --gpus 2 --member sk --folder \"$PWD\" -- ./train.sh", "a job"},
        {"dure help submit", "what a command takes"}},
       {"simulate", "serve", "submit"}},
      {"replay",
       "Runs a recorded log through a scheduler and says how long its jobs waited. Of a hub's "
       "store: "
       "makes the world of the record again and names its SHA-256.",
       {{"dure replay log.swf.gz --policy easy --json", "a log of the Parallel Workloads Archive"},
        {"dure replay pods.csv --packing fgd --nodes nodes.csv", "pods that share GPUs"},
        {"dure replay sqlite:hub.db", "the record of a hub"}},
       {"trace inspect", "audit verify"}},
      {"simulate",
       "Runs a scenario: the alliance, its machines and its work, job by job. The same scenario "
       "and "
       "seed give the same bytes.",
       {{"dure simulate scenarios/small/small.yaml --to 2027-02-01 --json", "figures as JSON"},
        {"dure simulate scenarios/small/small.yaml --out out --report", "with report.html"},
        {"dure simulate scenarios/small/small.yaml --set run.seed=7", "a field of the scenario"},
        {"dure simulate scenarios/serving/documents.yaml --advise memory",
         "which memory serves a service at least cost"}},
       {"schema", "audit"}},
      {"audit",
       "Reads a record, or a hub's store, and nothing else, and says whether it is whole, every "
       "placement kept the law and the books sum to nothing. Exit 1: something is wrong.",
       {{"dure audit out/record.dure", "what dure simulate --record wrote"},
        {"dure audit sqlite:hub.db --json", "of a hub"}},
       {"audit verify", "simulate"}},
      {"audit verify",
       "As dure audit, of the store that the hub of this account keeps if nothing is named. It "
       "changes nothing, and a hub may run meanwhile. Exit 1: a check found a violation.",
       {{"dure audit verify", "the hub of this account"},
        {"dure audit verify postgresql://dure@db/dure", "a hub's store in PostgreSQL"},
        {"dure audit verify record.dure", "a record of dure simulate"}},
       {"audit", "ledger"}},
      {"bench",
       "Measures how fast decisions are made, each as a ratio to a bare loop over a heap in the "
       "same "
       "run, so that figures of different machines can be compared.",
       {{"dure bench --quick --json", "in a minute"}},
       {"replay"}},
      {"serve",
       "Runs the hub: it takes jobs, decides, sends commands to the agents of the sites and keeps "
       "the record. Without CONFIG: for this machine, SQLite and real processes, at "
       "http://127.0.0.1:7480. Jobs outlive the hub.",
       {{"dure serve", "for this machine"},
        {"dure serve examples/lab/hub.yaml", "as configured"},
        {"dure serve --folder /tmp/try --listen 127.0.0.1:0", "beside another, on a free port"}},
       {"agent", "submit", "audit verify"}},
      {"agent",
       "Runs the agent of a site beside its cluster: it dials out to the hub, so the site opens no "
       "port, and holds the site's credentials itself.",
       {{"dure agent /etc/dure/agent.yaml", "as configured"}},
       {"serve"}},
      {"submit",
       "Submits a job: JOB.yaml has the keys of POST /api/v1/jobs; options win over it. Prints the "
       "job's number. It is sent again by itself where an answer was lost, and queued once.",
       {{"dure submit --gpus 2 --member sk -- bash -c 'echo on $CUDA_VISIBLE_DEVICES'",
         "two GPUs, charged to sk"},
        {"dure submit job.yaml --set gpus=4", "a file, with another size"},
        {"dure submit --time 2h --retries 3 --wait --folder \"$PWD\" -- ./train.sh",
         "in this folder, and wait for its end"},
        {"dure submit --after 17,18 -- ./join.sh", "when two others have ended well"}},
       {"jobs", "show", "explain", "cancel"}},
      {"shadow",
       "Shows what other policies, decided beside the live one on the same work, would have done. "
       "They are named in the hub's configuration.",
       {{"dure shadow", "each beside the live one"}, {"dure shadow --json", "for scripts"}},
       {"forecast", "explain"}},
      {"jobs",
       "Lists jobs, the newest first.",
       {{"dure jobs --state running --site seoul", "what runs there"},
        {"dure jobs --watch", "again when something changes"},
        {"dure jobs --json --limit 1000", "for scripts"}},
       {"show", "explain"}},
      {"show",
       "Shows all that the hub knows of a job.",
       {{"dure show 17", "a job"}, {"dure show 17 18 --watch", "two, as they go on"}},
       {"jobs", "logs", "explain"}},
      {"cancel",
       "Cancels jobs. What runs gets SIGTERM, and SIGKILL when its grace is over. A job that is "
       "over "
       "stays as it is, and that is said (exit 2).",
       {{"dure cancel 17 18", "two jobs"}},
       {"submit", "jobs"}},
      {"logs",
       "Prints what a job wrote. With --json each part is one line: job, stream, offset, text.",
       {{"dure logs 17 -f", "as it is written, until the job is over"},
        {"dure logs 17 --err", "its standard error"}},
       {"show"}},
      {"explain",
       "Says why a job waits, pool by pool, the least change that would start it, and when it is "
       "expected to start.",
       {{"dure explain 17", "a job that waits"}},
       {"forecast", "jobs"}},
      {"forecast",
       "Says by when a job will have started with a probability of one half (P50) and nine tenths "
       "(P90).",
       {{"dure forecast --job 17", "a job that waits"},
        {"dure forecast --job 17 --watch", "as it moves"}},
       {"explain"}},
      {"sites",
       "Lists sites with their pools; of SITE its nodes, their state, power and caps.",
       {{"dure sites", "all"}, {"dure sites seoul --watch", "nodes of one"}},
       {"drain", "cap"}},
      {"drain",
       "Sends no new work to a node, at once; what runs there goes on. For operators.",
       {{"dure drain seoul/n07 --reason 'fan 3'", "a node"}, {"dure drain seoul", "all of a site"}},
       {"resume", "sites"}},
      {"resume",
       "Lets a node that was drained take work again. For operators.",
       {{"dure resume seoul/n07", "a node"}},
       {"drain", "sites"}},
      {"cap",
       "Limits what a node draws: its agent sets it at the processors or GPUs where the site can, "
       "and "
       "it is refused where it cannot (dure sites SITE shows caps). 0 takes the cap away. For "
       "operators.",
       {{"dure cap seoul/n07 4000", "a node"}, {"dure cap seoul 0", "no caps at a site"}},
       {"sites", "drain"}},
      {"reserve",
       "Keeps GPUs of a pool for a member's work; without --pool: lists what is kept.",
       {{"dure reserve --pool h100 --member sk --gpus 64 --from 2026-12-01T09:00 --for 8h",
         "a morning"},
        {"dure reserve", "what is kept"},
        {"dure reserve --drop 1", "it ends now; jobs that use it run on"}},
       {"quota", "sites"}},
      {"quota",
       "Lists accounts: what they hold, their limits, what they are entitled to; with ACCOUNT and "
       "--limit sets a limit.",
       {{"dure quota --member sk", "of a member"},
        {"dure quota sk/vision --limit 16", "a project holds at most 16 GPUs"}},
       {"ledger"}},
      {"data",
       "Data that jobs have kept, by what is in them: with their class, what they were made of, "
       "and "
       "the sites that have them.",
       {{"dure data list", "of your member"}},
       {"data add", "pipeline"}},
      {"data list",
       "Lists data, the newest first.",
       {{"dure data list --member sk", "of a member"}},
       {"data show"}},
      {"data show",
       "Shows all versions of data, and what each was made of, and that in turn.",
       {{"dure data show corpus", "all versions"}, {"dure data show sk/corpus@3fa9", "one"}},
       {"data list"}},
      {"data add",
       "Keeps a file or folder of a site as data: a job copies it there, as its user.",
       {{"dure data add corpus --from /data/corpus --site seoul --data-class open", "a folder"}},
       {"data list", "submit"}},
      {"pipeline",
       "Steps that make data of data, each one or several jobs.",
       {{"dure pipeline run factory.yaml --wait", "from its file"}},
       {"pipeline run", "data"}},
      {"pipeline run",
       "Starts a pipeline: its steps are submitted as what they need is there.",
       {{"dure pipeline run factory.yaml --set steps[0].job.gpus=2 --wait", "with another size"}},
       {"pipeline show"}},
      {"pipeline list",
       "Lists pipelines, the newest first.",
       {{"dure pipeline list --json", "for scripts"}},
       {"pipeline show"}},
      {"pipeline show",
       "Shows the steps of a pipeline, their jobs and where services answer.",
       {{"dure pipeline show 3", "a pipeline"}},
       {"pipeline list", "show"}},
      {"pipeline cancel",
       "Starts no more steps and cancels the jobs of a pipeline, its services too.",
       {{"dure pipeline cancel 3", "a pipeline"}},
       {"pipeline show", "cancel"}},
      {"rebuild",
       "Makes the tables of a store (jobs, uses, nodes) anew from its record, while no hub runs on "
       "it.",
       {{"dure rebuild", "of this account's hub"}, {"dure rebuild sqlite:hub.db", "of a store"}},
       {"audit verify"}},
      {"ledger",
       "Says who used whose machines in a month, at which price, and what each is owed. Months are "
       "KST's. With --lines each line of it is traced to the jobs and the entries of the record "
       "that "
       "made it: their GPU time sums to the statement's to the millisecond.",
       {{"dure ledger --month 2026-11", "a month's statement"},
        {"dure ledger --month 2026-11 --lines --member sk --owner naver", "what a line is made of"},
        {"dure ledger --month 2026-11 --csv", "for accountants"}},
       {"audit verify", "quota"}},
      {"login",
       "Remembers a hub and a token for it, readable by you alone.",
       {{"dure login https://hub.example:7480 --token-file token --ca-file ca.pem", "a hub"}},
       {"serve"}},
      {"schema",
       "Prints the JSON Schema of scenarios, or checks one and prints all its faults.",
       {{"dure schema --check scenarios/small/small.yaml", "a scenario"},
        {"dure schema >scenario.schema.json", "for an editor"}},
       {"simulate"}},
      {"trace",
       "Looks at recorded logs.",
       {{"dure trace inspect log.swf.gz", "what is in a log"}},
       {"trace inspect"}},
      {"trace inspect",
       "Says what is in a recorded log: jobs, sizes, times, load.",
       {{"dure trace inspect log.swf.gz --json", "as JSON"}},
       {"replay"}},
      {"validate",
       "Sets the models beside published measurements: rows, error, bias and the bar that was set "
       "before a model was fitted. Exit 1: one misses its bar.",
       {{"dure validate", "all tables"},
        {"dure validate --kind cooling --groups", "by site and operator"},
        {"dure validate --table mine.csv --kind power --json", "a table of one's own"}},
       {"simulate", "calibrate"}},
      {"calibrate",
       "Fits a model's constants to a table of measurements. Prints each constant with its 95 % "
       "interval, the error on the rows, and the error on groups (suites, families, accelerators, "
       "layouts) by fits that had none of their rows. Writes the model's file with the table's "
       "name, rows and SHA-256; the same table gives the same bytes.",
       {{"dure calibrate training.csv --model training", "constants and errors"},
        {"dure calibrate training.csv --model training --out training.yaml --holdout "
         "training_holdout.yaml",
         "and the files of models/"}},
       {"validate"}},
      {"version",
       "Says which version this is.",
       {{"dure version --json", "with the compiler"}},
       {}},
      {"help",
       "Prints what a command does and takes, as COMMAND --help does.",
       {{"dure help trace inspect", "a command below another"}},
       {"man"}},
      {"man",
       "Prints the manual page of a command in the man(7) language, or writes all of them.",
       {{"dure man submit | man -l -", "read one"},
        {"dure man --out /usr/local/share/man/man1", "install all"}},
       {"help", "completion"}},
      {"completion",
       "Prints a script with which a shell completes commands, options, their values, files and, "
       "of "
       "a hub that answers at once, jobs, sites, nodes, pools, members and accounts.",
       {{"source <(dure completion bash)", "in ~/.bashrc"},
        {"source <(dure completion zsh)", "in ~/.zshrc, after compinit"},
        {"dure completion fish >~/.config/fish/completions/dure.fish", "once"}},
       {"man"}},
  };
  return notes;
}

}  // namespace

const CommandNotes* notes_of(std::string_view path) {
  for (const CommandNotes& n : all_notes())
    if (n.path == path) return &n;
  return nullptr;
}

std::string examples_text(const CommandNotes& notes) {
  std::string out = notes.examples.empty() ? "" : "Examples:";
  for (const Example& e : notes.examples) out += std::string("\n  ") + e.line + "\n      " + e.what;
  return out;
}

const std::vector<Meaning>& exit_statuses() {
  static const std::vector<Meaning> all{
      {"0", "done"},
      {"1",
       "the answer is no: a check found a violation, a job that was waited for did not end "
       "well, books do not balance"},
      {"2",
       "bad input or usage, or a hub that refuses or does not answer; what is wrong is on "
       "standard error, a line each"},
      {"3", "a fault of dure itself"}};
  return all;
}

const std::vector<Meaning>& environment(bool asks_hub) {
  static const std::vector<Meaning> hub{
      {"DURE_HUB", "address of the hub, where --hub is not given"},
      {"DURE_TOKEN", "token for it, in place of the one that dure login keeps"},
      {"DURE_CA_FILE", "PEM that the hub's certificate must come from"},
      {"XDG_CONFIG_HOME", "where dure login keeps its file; else ~/.config"}};
  static const std::vector<Meaning> here{
      {"DURE_FOLDER", "where a hub without configuration keeps its things"},
      {"XDG_STATE_HOME", "below it in dure/, where DURE_FOLDER is not set; else ~/.local/state"}};
  return asks_hub ? hub : here;
}

const std::vector<Meaning>& files(bool asks_hub) {
  static const std::vector<Meaning> hub{
      {"~/.config/dure/hub.json", "the hub and token that dure login keeps"}};
  static const std::vector<Meaning> here{
      {"~/.local/state/dure/hub.db", "the store of a hub without configuration"}};
  return asks_hub ? hub : here;
}

}  // namespace dure
