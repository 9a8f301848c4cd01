"""The factory as a user runs it: text and program go in, a model is trained, judged and served, by one command. On one
machine whose hub is killed and whose training is stopped meanwhile; and over three Slurm clusters with data that the
law keeps at their owner's site. Closes with "N passed, N failed".

usage: pipeline_test.py --dure DURE [--lab LAB] [--only laptop|lab] [--steps N] [--keep]

Needs examples/factory/build/factory (examples/factory/check builds it); `lab` needs root and the Slurm packages.
With fewer --steps than the pipeline's own the model on one machine is not judged: it would not beat the bigram.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from pathlib import Path

from factory_user import Checks, User, answers, complete, here, processes
from hub_process import ROOT, free_port, wait  # factory_user knows where it is

FACTORY = ROOT / "examples/factory"
PIPELINE = str(FACTORY / "pipeline.yaml")
STEPS = ["bring", "prepare", "train", "evaluate", "serve"]


def model_is_served(user, ok, job):
    url = user.show(job)["url"]
    ok("the service has a URL that tells a node and a port", url.startswith("http://"), url)
    first = complete(url, "It is a truth", 7)
    ok("it completes a sentence", len(first.strip()) > 0, repr(first))
    ok("the same seed, the same text", complete(url, "It is a truth", 7) == first)
    ok("it counts what it wrote", answers(here(url) + "/metrics"))
    print(f"        It is a truth{first!r}")


def report_of(user, member):
    """What evaluate found, read as a job reads data."""
    number = user.type("submit", "-m", member, "-c", "1", "--input", "report", "--wait", "--", "sh", "-c",
                       'cat "$DURE_INPUTS/report"').split()[0]
    return json.loads(user.wrote(number))


def training(steps):
    """Options of dure pipeline run for a model that need not be good."""
    return ["--set", f'steps[train].job.environment=["TRAIN=--steps {steps}"]',
            "--set", 'steps[evaluate].job.environment=["EVALUATE=--margin -8"]']


def laptop(dure, folder, ok, steps):
    port = free_port()
    user = User(dure, folder, port, ["--listen", f"127.0.0.1:{port}"])
    user.start_hub()
    try:
        run = user.start("pipeline", "run", PIPELINE, "--wait", *(training(steps) if steps else []))
        number = run.stdout.readline().strip()
        began = time.monotonic()
        train = user.job_of(number, "train")
        print(f"        at its training after {time.monotonic() - began:.1f} s")

        # The hub falls while it trains.
        at = wait(lambda: user.trained(train), 120, "training has begun")
        before = processes([str(folder), " train "])
        user.kill()
        user.start_hub()
        ok("training goes on while the hub is away", before and processes([str(folder), " train "]) == before, before)
        wait(lambda: user.trained(train) > at, 120, "training goes on")
        ok("  in its first attempt", user.show(train)["attempts"] == 1, user.show(train))

        # It is stopped for what comes before it, and goes on.
        wait(lambda: user.trained(train) >= 100, 300, "it has something to lose")
        all_cores = str(len(os.sched_getaffinity(0)))
        status, out, err = user.run("submit", "--tier", "production", "-c", all_cores, "--wait", "--", "true")
        ok("a job of a higher tier gets the cores that training had", status == 0, out, err)
        words = wait(lambda: "going on after step" in user.wrote(train) and user.wrote(train), 120, "training goes on")
        step = int(words.split("going on after step ")[1].split()[0])
        ok("stopped, it goes on from its checkpoint", step >= 100, words[:300])
        ok("  in its second attempt", user.show(train)["attempts"] == 2, user.show(train))

        out, err = run.communicate(timeout=1800)
        print(f"        whole pipeline in {time.monotonic() - began:.1f} s")
        ok("dure pipeline run --wait outlives the hub, and ends well", run.returncode == 0, out, err)
        pipeline = user.json("pipeline", "show", number)
        states = {s["step"]: s["state"] for s in pipeline["steps"]}
        ok("all of its steps are done", states == dict.fromkeys(STEPS, "done"), states)
        if not steps:
            report = report_of(user, "local")
            ok("the model beats the bigram on text held back", report["passed"], report["test"])
        lineage(user, ok, pipeline)
        served(user, ok, pipeline, folder)
        guide_holds(user, ok, folder)
        ok("the hub ends well", user.stop() == 0, user.said()[-500:])
    finally:
        end(user, folder)


def guide_holds(user, ok, folder):
    """The pipeline that docs/guide/live.md shows."""
    texts = folder / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("one two three\n")
    shown = re.search(r"```yaml\n(name: words\n.*?)```", (ROOT / "docs/guide/live.md").read_text(), re.S)
    (folder / "words.yaml").write_text(shown[1])
    status, out, err = user.run("pipeline", "run", str(folder / "words.yaml"), "--wait")
    ok("the guide's pipeline ends well", status == 0, out, err)
    number = out.split()[0]
    url = here(user.step(number, "serve")["url"])
    with urllib.request.urlopen(url + "/count", timeout=10) as r:
        ok("  and serves what it counted", r.read().strip() == b"3", url)
    user.type("pipeline", "cancel", number)
    added = user.type("data", "add", "text", "--from", str(texts)).strip()
    wait(lambda: user.show(added)["state"] == "done", 60, "the folder is data")
    made = user.data("text")
    ok("data added twice are two versions of the same bytes", made[0]["digest"] == made[1]["digest"], made)


def lineage(user, ok, pipeline):
    jobs = {s["step"]: s["job"] for s in pipeline["steps"]}
    made = {name: user.data(name) for name in ["text", "program", "data", "model", "report"]}
    ok("one version of each", all(len(v) == 1 for v in made.values()), made)
    full = {n: f"{v[0]['name']}@{v[0]['digest']}" for n, v in made.items()}
    ok("the model says which data and program it was made of, by digest",
       sorted(made["model"][0]["inputs"]) == sorted([full["program"], full["data"]]), made["model"])
    ok("  and which job made it", made["model"][0]["job"] == jobs["train"], made["model"])
    words = user.type("data", "show", "model")
    lines = [line for line in words.splitlines() if "/text@" in line]
    ok("dure data show goes back to the text", lines and lines[0].startswith("    "), words)
    program = made["program"][0]["digest"]
    ok("the program is there once, by its content", made["report"][0]["inputs"].count(f"local/program@{program}") == 1)


def served(user, ok, pipeline, folder):
    number = str(pipeline["pipeline"])
    serve = user.job_of(number, "serve")
    model_is_served(user, ok, serve)
    # A service that falls is started again.
    for pid in processes([str(folder), " serve ", "--model"]):
        os.kill(pid, signal.SIGKILL)
    wait(lambda: user.show(serve)["attempts"] == 2 and user.show(serve)["url"], 120, "it serves again")
    ok("killed, the service comes back", len(complete(user.show(serve)["url"], "It is", 1)) > 0)
    user.type("pipeline", "cancel", number)
    wait(lambda: user.show(serve)["state"] == "cancelled", 120, "the service is cancelled")
    ok("cancelled with its pipeline, nothing of it is left", not processes([str(folder), " serve ", "--model"]))


def lab(dure, folder, ok, lab_tool):
    place = folder / "lab"
    subprocess.run([lab_tool, "up", str(place)], check=True, stdout=subprocess.DEVNULL)
    user = None
    try:
        port = free_port()
        text = (ROOT / "examples/lab/hub.yaml").read_text().replace("LAB", str(place))
        (folder / "hub.yaml").write_text(f"listen: 127.0.0.1:{port}\n{text}")
        shutil.copy(ROOT / "examples/lab/alliance.yaml", folder)
        user = User(dure, folder, port, [str(folder / "hub.yaml")])
        user.start_hub()
        wait(lambda: all(p["nodes_open"] == 18 for s in user.json("sites")["sites"] for p in s["pools"]), 90,
             "three sites with all of their nodes")
        began = time.monotonic()
        status, out, err = user.run("pipeline", "run", PIPELINE, "-m", "naver", "--wait",
                                    "--set", "data_class=company_secret", *training(60))
        print(f"        whole pipeline in {time.monotonic() - began:.1f} s")
        ok("dure pipeline run over Slurm ends well", status == 0, out, err)
        pipeline = user.json("pipeline", "show", out.split()[0])
        where = {s["step"]: user.show(str(s["job"]))["site"] for s in pipeline["steps"]}
        ok("the law kept each step at its member's site", where == dict.fromkeys(STEPS, "s3"), where)
        for name in ["text", "program", "data", "model", "report"]:
            made = user.data(f"naver/{name}")
            ok(f"{name} is there alone, and bears its label",
               [(d["sites"], d["data_class"]) for d in made] == [(["s3"], "company_secret")], made)
        steps = report_of(user, "naver")["about"]["steps"]
        ok("it was trained as --set says", steps == 60, steps)
        refused(user, ok)
        model_is_served(user, ok, user.job_of(out.split()[0], "serve"))
        user.type("pipeline", "cancel", out.split()[0])
        ok("cancelled, the service ends", wait(lambda: user.step(pipeline["pipeline"], "serve")["state"] == "failed",
                                               120, "the service is cancelled"))
    finally:
        if user is not None:
            end(user, folder)
        subprocess.run([lab_tool, "down", str(place)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def refused(user, ok):
    """What the law and the data's owner say no to."""
    elsewhere = ["submit", "-m", "naver", "-c", "1", "--site", "s1"]
    status, out, err = user.run(*elsewhere, "--data-class", "open", "--", "true")
    ok("open data may be worked on at another's site", status == 0, out, err)
    status, out, err = user.run(*elsewhere, "--data-class", "company_secret", "--", "true")
    ok("company secrets may not", status != 0, out, err)
    print(f"        {err.strip()}")
    read = ["-c", "1", "--input", "naver/model", "--", "true"]
    status, _, err = user.run("submit", "-m", "samsung", *read)
    ok("another member may not read the model", status != 0 and "not_your_data" in err, err)
    status, _, err = user.run("submit", "-m", "naver", "--site", "s1", *read)
    ok("nor may its owner take it to another's site", status != 0, err)
    print(f"        {err.strip()}")


def end(user, folder):
    """Nothing of the test is left: what the hub ran outlives it by design."""
    if user.runs():
        user.kill()
    for pid in processes([str(folder)]):
        if pid != os.getpid():
            os.kill(pid, signal.SIGKILL)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--dure", required=True)
    p.add_argument("--lab", default=str(Path(os.environ.get("DURE_SHARED") or ROOT / "../shared") / "slurm/lab"))
    p.add_argument("--only", choices=["laptop", "lab"])
    p.add_argument("--steps", type=int)
    p.add_argument("--keep", action="store_true")
    o = p.parse_args()
    if not (FACTORY / "build/factory").exists():
        raise SystemExit("build/factory is missing: examples/factory/check builds it")
    dure, checks = str(Path(o.dure).resolve()), Checks()
    for name, run in [("laptop", lambda *a: laptop(*a, o.steps)), ("lab", lambda *a: lab(*a, o.lab))]:
        if o.only not in (None, name):
            continue
        print(f"== {name}", flush=True)
        folder = Path(tempfile.mkdtemp(prefix="df", dir="/tmp"))
        os.chmod(folder, 0o755)
        began = time.monotonic()
        try:
            run(dure, folder, checks.ok)
        except (Exception, SystemExit):
            checks.ok(f"{name} runs to its end", False, traceback.format_exc())
        print(f"        {name}: {time.monotonic() - began:.1f} s")
        if o.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return checks.failed > 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
