#!/usr/bin/env python3
"""Hard days: each scenario of scenarios/hard-days is run, and what should happen does.

A story is a list of sentences, each with the figures it was judged by; one that is not true fails. The same run
without the disruption stands beside it where a sentence compares.

usage: hard_days_test.py --dure build/dure [STORY...]
"""
import argparse
import csv
import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Run:
    def __init__(self, dure, scenario, *settings):
        self.folder = tempfile.TemporaryDirectory()
        args = [dure, "simulate", str(ROOT / "scenarios" / scenario), "--out", self.folder.name, "--json"]
        for s in settings:
            args += ["--set", s]
        done = subprocess.run(args, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{scenario} {settings}: exit {done.returncode}\n{done.stderr}")
        self.summary = json.loads(done.stdout)
        with open(Path(self.folder.name) / "sites.csv", newline="") as f:
            self.rows = list(csv.DictReader(f))

    def site(self, site):
        return next(s for s in self.summary["sites"] if s["id"] == site)

    def of(self, column, site, begin, end):
        """The column of a site between two instants, step by step."""
        lo, hi = datetime.fromisoformat(begin + "+09:00"), datetime.fromisoformat(end + "+09:00")
        return [float(r[column]) for r in self.rows if r["site"] == site and lo <= datetime.fromisoformat(r["time"]) < hi]

    def cause(self, cause):
        return next((c for c in self.summary["failures"]["causes"] if c["id"] == cause), None)


class Story:
    def __init__(self, name):
        self.name, self.good, self.bad = name, 0, 0
        print(f"== {name}")

    def so(self, sentence, true, figures):
        print(f"   {'ok  ' if true else 'NOT '} {sentence} ({figures})")
        if true:
            self.good += 1
        else:
            self.bad += 1

    def books(self, run):
        checks = run.summary["balance"]["checks"]
        broken = [c["name"] for c in checks if not c["ok"]]
        self.so("the books balance", not broken and run.summary["balance"]["ok"], broken or f"{len(checks)} checks")
        v = run.summary["sovereignty"]
        self.so("no law is broken to make room", v["violations"] == 0, f"{v['placements_checked']} placements")


def mean(values):
    return sum(values) / len(values)


def ulsan_substation(dure):
    s, site = Story("ulsan-substation"), "ulsan_sk_aws"
    r, calm = Run(dure, "hard-days/ulsan-substation.yaml"), Run(dure, "hard-days/ulsan-substation.yaml", "disruptions=[]")
    before, during, after = (r.of("facility_mw", site, "2030-10-08T" + a, "2030-10-0" + b)
                             for a, b in (("08:00:00", "8T13:45:00"), ("14:15:00", "8T23:00:00"), ("23:30:00", "9T12:00:00")))
    s.so("Ulsan draws at most what one transformer carries", max(during) <= 34.3, f"{max(during):.1f} of 34.3 MW")
    s.so("it did draw more before", mean(before) > 45, f"{mean(before):.1f} MW")
    s.so("and does again that night", mean(after) > 45, f"{mean(after):.1f} MW")
    more = r.summary["failures"]["interruptions"] - calm.summary["failures"]["interruptions"]
    s.so("work on the racks that went dark starts again elsewhere or later", more > 10, f"{more} more jobs interrupted")
    lost = r.summary["failures"]["lost_gpu_h"] - calm.summary["failures"]["lost_gpu_h"]
    used = calm.summary["gpus"]["used_gpu_h"]
    s.so("at a cost that is lost in that of other failures", abs(lost) < used / 100, f"{lost:+.0f} of {used:.0f} GPU-hours done again")
    s.so("services of the alliance hardly notice", r.summary["services"]["satisfied"] > calm.summary["services"]["satisfied"] - 0.02,
         f"{r.summary['services']['satisfied']:.4f} against {calm.summary['services']['satisfied']:.4f}")
    s.books(r)
    return s


def august_heat(dure):
    s = Story("august-heat")
    r = Run(dure, "hard-days/august-heat.yaml")
    calm = Run(dure, "hard-days/august-heat.yaml", "weather_events=[]")
    s.so("heat makes cooling dearer", r.summary["energy"]["pue"] > calm.summary["energy"]["pue"],
         f"PUE {r.summary['energy']['pue']:.4f} against {calm.summary['energy']['pue']:.4f}")
    s.so("and thirstier", r.summary["water"]["makeup_m3"] > calm.summary["water"]["makeup_m3"],
         f"{r.summary['water']['makeup_m3']:.0f} against {calm.summary['water']['makeup_m3']:.0f} m3")
    over = [x["id"] for x in r.summary["sites"] if x["peak_mw"] > x["grid_mw"] + 1e-6]
    s.so("no site draws more than its grid gives", not over, over or "28 sites")
    most = max((x["physics"]["most_of_permit"] for x in r.summary["sites"]), default=0)
    s.so("no site takes more water than drought and tank leave", all(c["ok"] for c in r.summary["balance"]["checks"]
         if c["name"].startswith("water_permit")), f"at most {most:.2f} of a day's permit, the rest from tanks")
    s.books(r)
    return s


def fibre_cut(dure):
    s = Story("fibre-cut")
    r, calm = Run(dure, "hard-days/fibre-cut.yaml"), Run(dure, "hard-days/fibre-cut.yaml", "disruptions=[]")
    honam = ("stargate_jeonnam", "ncc_haenam", "gwangju_ai_dc", "saemangeum_hyundai")
    for site in honam[:2]:
        busy, was = (mean(x.of("used_gpus", site, "2030-10-08T11:30:00", "2030-10-08T23:00:00")) for x in (r, calm))
        s.so(f"{site} works on", busy > 0.9 * was, f"{busy:.0f} GPUs busy, {was:.0f} without the cut")
    s.so("what sits in one place is not touched", r.summary["failures"]["down_gpu_h"] == calm.summary["failures"]["down_gpu_h"],
         f"{r.summary['failures']['down_gpu_h']:.0f} GPU-hours out of order in both")
    n, quiet = r.summary["network"], calm.summary["network"]
    cut = next(c for c in n["cuts"] if c["id"] == "honam_trench")
    s.so("what Honam's work sends goes another way", cut["rerouted"] > 0 and cut["rerouted_gb"] > 0,
         f"{cut['rerouted']} flows, {cut['rerouted_gb']:.0f} GB, {cut['longer']} of them longer, by {cut['most_extra_rtt_ms']} ms at most")
    s.so("none is lost", cut["lost"] == 0, f"{cut['lost']} without a way")
    busan = lambda x, site: next((l["there_gb"] + l["back_gb"] for l in x["links"] if l["id"] == f"{site}_busan"), 0)
    s.so("the link of Haenam to Busan carries it", busan(n, "ncc_haenam") > busan(quiet, "ncc_haenam"),
         f"{busan(n, 'ncc_haenam'):.0f} against {busan(quiet, 'ncc_haenam'):.0f} GB")
    s.so("what is late is over with the cut", cut["late_h"] < 24, f"at most {cut['most_late_gb']:.0f} GB late, for {cut['late_h']} hours; {cut['slower']} flows slower")
    s.so("without the cut there is none of it", all(c["id"] != "honam_trench" for c in quiet["cuts"]), f"{len(quiet['cuts'])} cuts by chance in both")
    s.books(r)
    return s


def daejeon_fire(dure):
    s, site = Story("daejeon-fire"), "kisti_daejeon"
    r, calm = Run(dure, "hard-days/daejeon-fire.yaml"), Run(dure, "hard-days/daejeon-fire.yaml", "disruptions=[]")
    before = r.of("it_mw", site, "2030-09-26T12:00:00", "2030-09-26T20:00:00")
    after = r.of("it_mw", site, "2030-09-26T20:45:00", "2030-10-01T00:00:00")
    s.so("Daejeon is dark from the fire on", max(after) == 0 and mean(before) > 0, f"{mean(before):.2f} MW before, {max(after):.2f} after")
    c = r.cause("daejeon_fire")
    s.so("every node of it is out", c is not None and c["node_h"] > 0, f"{c and c['node_h']:.0f} node-hours in the window")
    s.so("its jobs are not lost: they wait or run elsewhere", r.summary["jobs"]["failed"] == 0 and
         r.summary["failures"]["interruptions"] > calm.summary["failures"]["interruptions"],
         f"{r.summary['failures']['interruptions']} interrupted, {calm.summary['failures']['interruptions']} without the fire")
    s.books(r)
    return s


def typhoon(dure):
    s = Story("typhoon")
    r, calm = Run(dure, "hard-days/typhoon.yaml"), Run(dure, "hard-days/typhoon.yaml", "disruptions=[]")
    dark = r.of("it_mw", "stargate_pohang", "2030-09-05T22:15:00", "2030-09-08T10:00:00")
    back = r.of("it_mw", "stargate_pohang", "2030-09-08T10:30:00", "2030-09-09T00:00:00")
    s.so("Pohang is off before the flood, and back after 60 hours", max(dark) == 0 and mean(back) > 0, f"{max(dark):.2f} MW, then {mean(back):.2f}")
    for site, limit, a, b in (("ulsan_sk_aws", 70, "2030-09-06T00:15:00", "2030-09-06T12:00:00"),
                              ("gumi_samsung_sds", 40, "2030-09-06T03:15:00", "2030-09-06T08:00:00")):
        most = max(r.of("facility_mw", site, a, b))
        s.so(f"{site} keeps below what is left", most <= limit, f"{most:.1f} of {limit} MW")
    c = r.cause("typhoon_pohang")
    s.so("with a warning nothing is lost but the restart", c["announced"] == c["times"], f"{c['times']} racks, all told before")
    s.books(r)
    return s


STORIES = {"ulsan-substation": ulsan_substation, "august-heat": august_heat, "fibre-cut": fibre_cut, "daejeon-fire": daejeon_fire, "typhoon": typhoon}


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--dure", required=True)
    p.add_argument("stories", nargs="*")
    o = p.parse_args()
    done = [STORIES[n](o.dure) for n in (o.stories or STORIES)]
    good, bad = sum(s.good for s in done), sum(s.bad for s in done)
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
