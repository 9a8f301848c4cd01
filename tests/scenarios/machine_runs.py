"""What the tests of real machines share: a run, its figures as the published ones count them, and checks of bounds."""
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(dure, scenario, *settings, step="15s", args=()):
    line = [dure, "simulate", str(scenario), "--step", step, "--json", *args]
    for s in settings:
        line += ["--set", s]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{settings}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def unbalanced(summary):
    return sum(not x["ok"] for x in summary["balance"]["checks"])


def none_of(*workloads):
    return [f"workloads[{w}].demand[0].arrivals_per_day=0.000001" for w in workloads]


def one_job(nodes, gpus_per_node, utilization):
    """The machine with one job of so many nodes after the other."""
    return none_of("small", "capability") + [
        "workloads[leadership].demand[0].arrivals_per_day=30", f"workloads[leadership].size.gpus=[{gpus_per_node * nodes}]",
        "workloads[leadership].size.weights=[1]", "workloads[leadership].duration.sigma=0",
        "workloads[leadership].duration.median_hours=2", f"workloads[leadership].utilization={utilization}"]


def before_transformer(mw, rated_mw, unit_mw, loss_w, efficiency, redundancy):
    """What leaves a stage of which so much is drawn: src/physics/conversion.h, the other way round."""
    return mw * efficiency - rated_mw / unit_mw * redundancy * loss_w / 1e6


class Checks:
    def __init__(self):
        self.good = self.bad = 0

    def within(self, what, value, low, high):
        ok = low <= value <= high
        print(f"   {'ok  ' if ok else 'NOT '} {what}: {value:.3f}, bounds {low:g} to {high:g}")
        self.good += ok
        self.bad += not ok

    def done(self):
        print(f"{self.good} passed, {self.bad} failed")
        return 1 if self.bad else 0
