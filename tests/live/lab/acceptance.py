"""The hub over three real Slurm clusters: 500 mixed jobs of three members, with quotas, lending and reclaim,
while a node is drained, a slurmctld is killed and the hub itself is killed. Every job must have run exactly
once, the ledger must balance, every wait must have a reason. Prints figures.

usage: acceptance.py --dure DURE [--lab LAB] [--jobs 500] [--keep]

Needs root and the Slurm packages (tools/setup test).
"""
import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub_process import OVER, ROOT, Hub, free_port, wait  # noqa: E402

MEMBERS = ["samsung", "sk", "naver"]
SITES = ["s1", "s2", "s3"]


def mixed_jobs(n, runs):
    """What three members ask for; the same every time."""
    draw = random.Random(7)
    script = ('#!/bin/bash\n'
              'echo start >>"{runs}/$DURE_JOB"\n'
              'trap \'echo stopped >>"{runs}/$DURE_JOB"; exit 143\' TERM\n'
              'sleep {seconds} & wait $!\n'
              'echo end >>"{runs}/$DURE_JOB"\n')
    for i in range(n):
        member = draw.choices(MEMBERS, [6, 2, 2])[0]
        gpus = draw.choices([1, 2, 4, 8, 16, 24], [40, 20, 20, 10, 6, 4])[0]
        job = {"name": f"mixed-{i}", "member": member, "gpus": gpus, "time_limit_s": 300,
               "script": script.format(runs=runs, seconds=draw.choice([0, 0.5, 1, 2]))}
        if draw.random() < 0.3:
            job["data_class"] = "company_secret"
        if member == "samsung" and draw.random() < 0.5:
            job["project"] = draw.choice(["chips", "robots"])
        if member == "naver":
            job["project"] = "llm"
        if gpus > 4 and draw.random() < 0.3:
            job["topology"] = "nvlink_domain"
        if draw.random() < 0.2:
            job["preemptible"] = True
            job["script"] = script.format(runs=runs, seconds=draw.choice([5, 8]))
        yield job


def lend_and_take_back(hub, runs):
    """samsung borrows half of sk's site; then sk wants all of it, and has it within its lending terms."""
    script = ('#!/bin/bash\n'
              'echo start >>"{runs}/$DURE_JOB"\n'
              'trap \'echo stopped >>"{runs}/$DURE_JOB"; exit 143\' TERM\n'
              'while [ ! -e {go} ]; do sleep 0.2; done\n'
              'echo end >>"{runs}/$DURE_JOB"\n')

    def ask(member, n, go, **more):
        return [hub.call("POST", "/api/v1/jobs",
                         {"name": f"{member}-holds", "member": member, "gpus": 4, "sites": ["s2"], "time_limit_s": 600,
                          "script": script.format(runs=runs, go=runs / go), **more})["job"] for _ in range(n)]

    def in_state(numbers, state):
        return [n for n in numbers if hub.call("GET", f"/api/v1/jobs/{n}")["state"] == state]

    borrowed = ask("samsung", 12, "go-samsung", preemptible=True)
    wait(lambda: len(in_state(borrowed, "running")) == 9, 60, "samsung runs on half of s2, which is as much as sk lends")
    lent = sum(p["lent"] for s in hub.call("GET", "/api/v1/sites")["sites"] for p in s["pools"])
    began = time.monotonic()
    own = ask("sk", 18, "go-sk")
    wait(lambda: len(in_state(own, "running")) == 18, 120, "sk runs on all of its site", every=0.5)
    back_s = time.monotonic() - began
    (runs / "go-sk").touch()
    (runs / "go-samsung").touch()
    wait(lambda: len(in_state(own + borrowed, "done")) == 30, 120, "all of them are done", every=0.5)
    stopped = 0
    for n in own + borrowed:
        lines = (runs / str(n)).read_text().split()
        stopped += lines.count("stopped")
        assert lines.count("end") == 1 and lines.count("start") == 1 + lines.count("stopped"), (n, lines)
    assert lent == 36 and stopped >= 9, (lent, stopped)
    return {"lent_gpus": lent, "borrowers_stopped": stopped, "owner_has_it_back_s": round(back_s, 1)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--dure", required=True)
    p.add_argument("--lab", default=str(Path(os.environ.get("DURE_SHARED") or ROOT / "../shared") / "slurm/lab"))
    p.add_argument("--jobs", type=int, default=500)
    p.add_argument("--keep", action="store_true")
    o = p.parse_args()
    if not Path(o.lab).exists() or shutil.which("slurmctld") is None or os.geteuid() != 0:
        raise SystemExit("this test needs root, ../shared/slurm/lab and the Slurm packages: tools/setup test")
    folder = Path(tempfile.mkdtemp(prefix="dl", dir="/tmp"))
    lab = folder / "lab"
    figures = {}
    hub = None
    try:
        began = time.monotonic()
        subprocess.run([o.lab, "up", str(lab)], check=True, stdout=subprocess.DEVNULL)
        figures["lab_up_s"] = round(time.monotonic() - began, 1)
        runs = folder / "runs"
        runs.mkdir(mode=0o777)
        os.chmod(runs, 0o1777)
        os.chmod(folder, 0o755)
        port = free_port()
        text = (ROOT / "examples/lab/hub.yaml").read_text().replace("LAB", str(lab))
        (folder / "hub.yaml").write_text(f"listen: 127.0.0.1:{port}\nrequests_per_s: 0\n" + text)
        shutil.copy(ROOT / "examples/lab/alliance.yaml", folder / "alliance.yaml")
        hub = Hub(o.dure, folder, port)
        hub.start()
        wait(lambda: all(s["pools"][0]["nodes_open"] == 18 for s in hub.call("GET", "/api/v1/sites")["sites"]),
             60, "three sites with 18 nodes each")

        figures["lend_and_take_back"] = lend_and_take_back(hub, runs)

        # ---- submit
        began = time.monotonic()
        numbers = []
        for i, job in enumerate(mixed_jobs(o.jobs, runs)):
            if i % 50 == 49:
                job["after"] = [numbers[-1]]
            numbers.append(hub.call("POST", "/api/v1/jobs", job, headers={"Idempotency-Key": f"k{i}"})["job"])
        figures["submits_per_s_one_client"] = round(o.jobs / (time.monotonic() - began))
        again = hub.call("POST", "/api/v1/jobs", next(mixed_jobs(1, runs)), headers={"Idempotency-Key": "k0"})
        assert again["repeated"] and again["job"] == numbers[0], "the same key and body is the same job"

        # ---- disturb, and look
        unexplained, waited = [], set()
        most_borrowed = 0
        steps = {"drain": False, "ctld": 0.0, "ctld_back": False, "hub": False, "resume": False}
        began = time.monotonic()
        while True:
            jobs = hub.jobs()
            left = [j for j in jobs if j["state"] not in OVER]
            for j in left:
                if j["state"] in ("waiting", "held"):
                    waited.add(j["job"])
                    if not j["reason"] or j["reason"] == "none":
                        unexplained.append(j["job"])
            most_borrowed = max(most_borrowed, sum(p["lent"] for s in hub.call("GET", "/api/v1/sites")["sites"]
                                                   for p in s["pools"]))
            share = 1 - len(left) / len(jobs)
            if share > 0.05 and not steps["drain"]:
                steps["drain"] = True
                hub.call("POST", "/api/v1/sites/s2/nodes/n05/drain", {"reason": "test"})
            if share > 0.15 and not steps["ctld"]:
                steps["ctld"] = time.monotonic()
                subprocess.run([o.lab, "kill-ctld", "s1", str(lab)], check=True, stdout=subprocess.DEVNULL)
            if steps["ctld"] and not steps["ctld_back"] and time.monotonic() - steps["ctld"] > 5:
                steps["ctld_back"] = True
                subprocess.run([o.lab, "restart-ctld", "s1", str(lab)], check=True, stdout=subprocess.DEVNULL)
            if share > 0.4 and not steps["hub"]:
                steps["hub"] = True
                hub.kill()
                at = time.monotonic()
                hub.start()
                figures["hub_back_s"] = round(time.monotonic() - at, 2)
            if share > 0.6 and not steps["resume"]:
                steps["resume"] = True
                hub.call("POST", "/api/v1/sites/s2/nodes/n05/resume", {})
            waiting = [j for j in left if j["state"] == "waiting"]
            if waiting and random.Random(len(left)).random() < 0.2:
                why = hub.call("GET", f"/api/v1/jobs/{waiting[0]['job']}/explain")
                assert why["state"] != "waiting" or why["pools"], "explain lists pools"
            if not left:
                break
            if time.monotonic() - began > 600:
                print(json.dumps(left[:5], indent=1))
                print(collections.Counter(j["state"] for j in left))
                raise SystemExit(f"{len(left)} jobs are not over after 600 s")
            time.sleep(0.5)
        figures["all_over_s"] = round(time.monotonic() - began, 1)

        # ---- every job ran exactly once
        jobs = {j["job"]: j for j in hub.jobs()}
        states = collections.Counter(jobs[n]["state"] for n in numbers)
        wrong = []
        stops = 0
        for n in numbers:
            lines = (runs / str(n)).read_text().split() if (runs / str(n)).exists() else []
            ends, starts = lines.count("end"), lines.count("start")
            stops += starts - ends
            if ends != 1 or starts > jobs[n]["attempts"]:
                wrong.append((n, jobs[n]["state"], jobs[n]["attempts"], lines))
        figures.update(jobs=len(numbers), states=dict(states), attempts=sum(j["attempts"] for j in jobs.values()),
                       stopped_and_run_again=stops, waited=len(waited), most_lent_gpus=most_borrowed)
        # ---- secrets stayed at their owners' sites
        owner = dict(zip(SITES, MEMBERS))
        specs = list(mixed_jobs(o.jobs, runs))
        strayed = [n for n, spec in zip(numbers, specs)
                   if spec.get("data_class") == "company_secret" and owner[jobs[n]["site"]] != jobs[n]["member"]]
        # ---- the books
        ledger = hub.call("GET", "/api/v1/ledger")
        figures["ledger_krw_lent"] = sum(m["credit_krw"] for m in ledger["members"])
        figures["ledger_sum_krw"] = ledger["sum_krw"]
        figures["gpu_hours"] = round(sum(r["gpu_hours"] for r in ledger["rows"]), 3)
        status = hub.call("GET", "/api/v1/status?digest=1")
        figures["entries"] = status["entries"]
        rc = hub.stop()
        replay = subprocess.run([o.dure, "replay", f"sqlite:{lab}/hub.db", "--json"], capture_output=True, text=True)
        figures["replayed"] = replay.returncode == 0 and \
            json.loads(replay.stdout)["world_sha256"] == status["world_sha256"]
        print(json.dumps(figures, indent=1))
        assert not wrong, f"not exactly once: {wrong[:5]}"
        assert states == {"done": len(numbers)}, states
        assert not strayed, f"secrets ran elsewhere: {strayed}"
        assert not unexplained, f"waits without a reason: {unexplained[:10]}"
        assert waited and most_borrowed > 0, "nothing waited, or nothing was lent: no test of it"
        assert ledger["sum_krw"] == 0 and figures["ledger_krw_lent"] > 0, "the ledger"
        assert rc == 0, f"the hub ended with {rc}"
        assert figures["replayed"], replay.stderr or replay.stdout
        print("1 passed, 0 failed")
    finally:
        if hub is not None and hub.process.poll() is None:
            hub.process.kill()
        subprocess.run([o.lab, "down", str(lab)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if o.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
