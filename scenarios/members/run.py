#!/usr/bin/env python3
"""The members' questions: each scenario of this folder is run beside what it is compared with, and its figures are printed.

A run takes about six seconds and 180 MB; there are 21 of them. --keep FOLDER leaves each summary there and reads those that are there
already: empty it when a scenario or the program has changed.

usage: run.py [--dure build/dure] [--keep FOLDER] [MEMBER...]
"""
import argparse
import functools
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOURS = 72  # of the window: days.yaml
NONE = "0.000001"  # arrivals a day: as good as none


class Summary:
    """summary.json (docs/formats/results.md), asked by name."""

    def __init__(self, figures):
        self.summary = figures

    @staticmethod
    def _of(rows, **keys):
        return next((r for r in rows if all(r[k] == v for k, v in keys.items())), None)

    def site(self, site):
        return self._of(self.summary["sites"], id=site)

    def member(self, member):
        return self._of(self.summary["members"], id=member)

    def fair(self, member):
        return self._of(self.summary["fairness"]["members"], id=member)

    def work(self, workload, member):
        return self._of(self.summary["workloads"], id=workload, member=member)

    def wait_min(self, workload, member, which="mean"):
        row = self.work(workload, member)
        wait = row and row[which + "_wait_s"]
        return None if wait is None else wait / 60

    def gpu_h(self, workload, member):
        row = self.work(workload, member)
        return row and row["gpu_h"]

    def done(self, workload, member):
        row = self.work(workload, member)
        return row and row["jobs_done"]

    def in_time(self, workload, member):
        """Share of the deadlines in the window that were kept."""
        row = self.work(workload, member)
        return row["deadlines_met"] / row["deadlines"] if row and row.get("deadlines") else None

    def served(self, workload, member):
        row = self._of(self.summary["services"]["items"], workload=workload, member=member)
        return row and row["satisfied"]

    def unserved_h(self, workload, member):
        """Replica-hours that the service wanted and did not have."""
        row = self._of(self.summary["services"]["items"], workload=workload, member=member)
        return row and row["replicas_mean"] * HOURS * (1 - row["satisfied"])

    def lent(self, owner=None, borrower=None):
        rows = self.summary["ledger"]["lent"]
        return sum(r["gpu_h"] for r in rows if owner in (None, r["owner"]) and borrower in (None, r["borrower"]))

    def lent_at(self, owner, site):
        return sum(r["gpu_h"] for r in self.summary["ledger"]["lines"] if (r["owner"], r["site"]) == (owner, site))

    def device(self, hardware):
        return self._of(self.summary["gpus"]["by_hardware"], hardware=hardware)

    def reclaimed_in_time(self, member):
        """Share of the waits for lent room that ended within the lender's bound; of the member's own jobs."""
        row = self.fair(member)
        return row["reclaims_within_bound"] / row["reclaims"] if row["reclaims"] else None

    def refusals(self):
        return sum(self.summary["jobs"]["refused"].values())

    def broken_books(self):
        return [c["name"] for c in self.summary["balance"]["checks"] if not c["ok"]]


@dataclass
class Question:
    asks: str
    runs: dict  # column: (scenario, settings)
    figures: list  # what, format, of which function of a Summary

    def answer(self, dure, keep=None):
        return {column: simulate(dure, *what, keep=keep) for column, what in self.runs.items()}


DAYS = ("days", ())  # the alliance without the question

CELL_OWNERS = ("samsung", "sk", "kt", "lgu", "gov")
NO_NIGHT_WORK = tuple(f"workloads[night_chat_inference].demand[{i}].arrivals_per_day={NONE}" for i in range(4))

WINDOWS = ("maintenance=[]", "reservations[calibration].times=4")  # every morning, and no day of service
KNOWN_TIME = "workloads[kisti_quantum_hybrid].estimate.max_factor=1"  # jobs ask for the time that they take


def cells(s, what):
    """Group-hours of all owners' cells, each times what(share that was served)."""
    rows = [r for r in s.summary["services"]["items"] if r["workload"] == "ai_ran_cells"]
    return sum(r["replicas_mean"] * HOURS * what(r["satisfied"]) for r in rows)


def night(s, workload):
    return sum(s.gpu_h(workload, m) or 0 for m in CELL_OWNERS)


QUESTIONS = {
    "stargate-korea": Question(
        "Do training and inference both fit at the two sites, and what does a site without grid for two days cost?",
        {"calm": ("stargate-korea", ("disruptions=[]",)), "Pohang dark": ("stargate-korea", ()),
         "Jeonnam dark": ("stargate-korea", ("disruptions[grid_gone].site=stargate_jeonnam",))},
        [("training, GPU-h", ".0f", lambda s: s.gpu_h("openai_training", "openai")),
         ("training, mean wait, h", ".1f", lambda s: (s.wait_min("openai_training", "openai") or 0) / 60),
         ("inference served", ".4f", lambda s: s.served("openai_inference", "openai")),
         ("inference not served, replica-h", ".0f", lambda s: s.unserved_h("openai_inference", "openai")),
         ("borrowed at Ulsan, GPU-h", ".0f", lambda s: s.lent("sk", "openai")),
         ("done again after stops and failures, whole alliance, GPU-h", ".0f", lambda s: s.summary["failures"]["lost_gpu_h"]),
         ("Pohang: use of its GPUs", ".3f", lambda s: s.site("stargate_pohang")["utilization"]),
         ("Jeonnam: use of its GPUs", ".3f", lambda s: s.site("stargate_jeonnam")["utilization"]),
         ("Pohang: peak of its 20 MW", ".2f", lambda s: s.site("stargate_pohang")["peak_mw"]),
         ("Jeonnam: peak of its 20 MW", ".2f", lambda s: s.site("stargate_jeonnam")["peak_mw"]),
         ("Pohang: PUE", ".3f", lambda s: s.site("stargate_pohang")["pue"]),
         ("Jeonnam: PUE", ".3f", lambda s: s.site("stargate_jeonnam")["pue"]),
         ("Pohang: water, m3", ".0f", lambda s: s.site("stargate_pohang")["physics"]["water_m3"]),
         ("Jeonnam: water, m3", ".0f", lambda s: s.site("stargate_jeonnam")["physics"]["water_m3"])]),
    "ulsan-aws": Question(
        "What may overflow from Ulsan to AWS's region by law, and what does it buy at the evening peak?",
        {"with the region": ("ulsan-aws", ()), "without": ("ulsan-aws", ("lending[11].max_share=0",))},
        [("launch served", ".4f", lambda s: s.served("ulsan_launch", "sk")),
         ("launch not served, replica-h", ".0f", lambda s: s.unserved_h("ulsan_launch", "sk")),
         ("training beside it, GPU-h", ".0f", lambda s: s.gpu_h("ulsan_training", "sk")),
         ("training beside it, mean wait, min", ".1f", lambda s: s.wait_min("ulsan_training", "sk")),
         ("borrowed from AWS's region, GPU-h", ".0f", lambda s: s.lent("aws", "sk")),
         ("OpenAI's overflow to Ulsan, GPU-h", ".0f", lambda s: s.lent("sk", "openai")),
         ("OpenAI's inference served", ".4f", lambda s: s.served("openai_inference", "openai")),
         ("probes that ran (personal, internal, research)", ".0f",
          lambda s: sum(bool(s.done("probe_" + c, "sk")) for c in ("personal", "internal", "public_research"))),
         ("probes that did not (six kinds)", ".0f", lambda s: sum(not s.done("probe_" + c, "sk") for c in (
             "tenant_sovereign", "tenant_secret", "government", "medical", "vehicle_personal", "fab_secret"))),
         ("jobs refused", ".0f", Summary.refusals)]),
    "samsung-fab": Question(
        "May Dongtan lend, and a lithography burst still be done in time?",
        {"calm": DAYS, "rush": ("samsung-fab", ()), "rush, Dongtan keeps": ("samsung-fab", ("lending[11].max_share=0",))},
        [("yield vision served", ".5f", lambda s: s.served("samsung_fab_yield_vision", "samsung")),
         ("rush, mean wait, min", ".1f", lambda s: s.wait_min("samsung_mask_rush", "samsung")),
         ("rush, p95 of wait, min", ".1f", lambda s: s.wait_min("samsung_mask_rush", "samsung", "p95")),
         ("rush, in time", ".3f", lambda s: s.in_time("samsung_mask_rush", "samsung")),
         ("usual lithography, mean wait, min", ".1f", lambda s: s.wait_min("samsung_computational_lithography", "samsung")),
         ("usual lithography, in time", ".3f", lambda s: s.in_time("samsung_computational_lithography", "samsung")),
         ("chip design, mean wait, min", ".1f", lambda s: s.wait_min("samsung_chip_eda", "samsung")),
         ("digital twin, mean wait, min", ".1f", lambda s: s.wait_min("samsung_fab_digital_twin", "samsung")),
         ("home robots, mean wait, min", ".1f", lambda s: s.wait_min("samsung_home_robot_sim", "samsung")),
         ("lent at Dongtan, GPU-h", ".0f", lambda s: s.lent_at("samsung", "samsung_sds_dongtan")),
         ("lent in all, GPU-h", ".0f", lambda s: s.lent("samsung")),
         ("taken back: times", ".0f", lambda s: s.fair("samsung")["reclaims"]),
         ("taken back within the bound", ".4f", lambda s: s.reclaimed_in_time("samsung")),
         ("taken back: p95, s", ".0f", lambda s: s.fair("samsung")["reclaim_p95_s"]),
         ("fab images refused elsewhere, jobs", ".0f", Summary.refusals)]),
    "sk-cloud": Question(
        "When one tenant of the sovereign cloud surges, do the others keep their share, and what is a quota good for?",
        {"calm": DAYS, "surge": ("sk-cloud", ()), "surge, no quota": ("sk-cloud", ("workloads[sk_tenant_surge].demand[0].limit_gpus=0",))},
        [("surging tenant, GPU-h", ".0f", lambda s: s.gpu_h("sk_tenant_surge", "sk")),
         ("surging tenant, mean wait, min", ".1f", lambda s: s.wait_min("sk_tenant_surge", "sk")),
         ("surging tenant, p95 of wait, min", ".1f", lambda s: s.wait_min("sk_tenant_surge", "sk", "p95")),
         ("other tenants, mean wait, min", ".1f", lambda s: s.wait_min("skt_sovereign_cloud_tenants", "sk")),
         ("other tenants, p95 of wait, min", ".1f", lambda s: s.wait_min("skt_sovereign_cloud_tenants", "sk", "p95")),
         ("other tenants, GPU-h", ".0f", lambda s: s.gpu_h("skt_sovereign_cloud_tenants", "sk")),
         ("manufacturing cloud, mean wait, min", ".1f", lambda s: s.wait_min("skt_manufacturing_cloud", "sk")),
         ("hynix R&D, mean wait, min", ".1f", lambda s: s.wait_min("sk_hynix_semiconductor_rd", "sk")),
         ("chat served", ".4f", lambda s: s.served("chat_serving", "sk")),
         ("SK's use of its GPUs", ".3f", lambda s: s.member("sk")["utilization_of_owned"]),
         ("borrowed by SK, GPU-h", ".0f", lambda s: s.member("sk")["borrowed_gpu_h"]),
         ("refused in the AWS hall, jobs", ".0f", Summary.refusals)]),
    "hyundai": Question(
        "Training, replay and robots compete; who gives way when a release must be validated within half a day?",
        {"calm": DAYS, "release": ("hyundai", ()), "release, nobody lends": ("hyundai", ("lending=[]",))},
        [("validation, mean wait, min", ".1f", lambda s: s.wait_min("hyundai_release_validation", "hyundai")),
         ("validation, in time", ".3f", lambda s: s.in_time("hyundai_release_validation", "hyundai")),
         ("driving training, GPU-h", ".0f", lambda s: s.gpu_h("hyundai_driving_training", "hyundai")),
         ("driving training, mean wait, min", ".1f", lambda s: s.wait_min("hyundai_driving_training", "hyundai")),
         ("replay, mean wait, min", ".1f", lambda s: s.wait_min("hyundai_log_replay", "hyundai")),
         ("replay, in time", ".3f", lambda s: s.in_time("hyundai_log_replay", "hyundai")),
         ("robots, mean wait, min", ".1f", lambda s: s.wait_min("hyundai_robotics_sim", "hyundai")),
         ("robots, GPU-h", ".0f", lambda s: s.gpu_h("hyundai_robotics_sim", "hyundai")),
         ("factory lines served", ".5f", lambda s: s.served("hyundai_smart_factory", "hyundai")),
         ("borrowed by Hyundai, GPU-h", ".0f", lambda s: s.member("hyundai")["borrowed_gpu_h"]),
         ("lent by Hyundai, GPU-h", ".0f", lambda s: s.lent("hyundai")),
         ("driving video refused elsewhere, jobs", ".0f", Summary.refusals)]),
    "naver": Question(
        "Pretraining beside the evening peak of chat: what does a gang over two sites and a fibre gain?",
        {"two sites": ("naver", ()), "one site": ("naver", ("workloads[llm_pretraining].most_sites=1",))},
        [("chat served", ".4f", lambda s: s.served("chat_serving", "naver")),
         ("chat not served, replica-h", ".0f", lambda s: s.unserved_h("chat_serving", "naver")),
         ("Naver's pretraining, GPU-h", ".0f", lambda s: s.gpu_h("llm_pretraining", "naver")),
         ("Naver's pretraining, mean wait, h", ".1f", lambda s: (s.wait_min("llm_pretraining", "naver") or 0) / 60),
         ("the state's pretraining, mean wait, h", ".1f", lambda s: (s.wait_min("llm_pretraining", "gov") or 0) / 60),
         ("all pretraining, GPU-h", ".0f", lambda s: sum(s.gpu_h("llm_pretraining", m) for m in ("naver", "sk", "gov"))),
         ("tuning, mean wait, min", ".1f", lambda s: s.wait_min("finetune_and_rl", "naver")),
         ("search, in time", ".3f", lambda s: s.in_time("naver_search_and_ranking_batch", "naver")),
         ("exchange between sites, TB", ".0f",
          lambda s: sum(k["sent_gb"] for k in s.summary["network"]["kinds"] if k["kind"] == "exchange") / 1000),
         ("exchange that was never sent, TB", ".1f",
          lambda s: sum(k["lacking_gb"] for k in s.summary["network"]["kinds"] if k["kind"] == "exchange") / 1000),
         ("busiest hour of a link", ".3f", lambda s: max((l["peak_utilization"] for l in s.summary["network"]["links"]), default=0)),
         ("speed of a split gang, slowest", ".3f",
          lambda s: min((v["sites_speed"] for v in s.summary["network"]["speeds"] if v["sites_speed"] is not None), default=None))]),
    "lg": Question(
        "Scans may not leave, racks may be lent: what does lending cost LG, and what does it bring?",
        {"lending": ("lg", ()), "nobody lends": ("days", ("lending=[]",))},
        [("EXAONE, GPU-h", ".0f", lambda s: s.gpu_h("lg_exaone", "lg")),
         ("EXAONE, mean wait, min", ".1f", lambda s: s.wait_min("lg_exaone", "lg")),
         ("cancer imaging, mean wait, min", ".1f", lambda s: s.wait_min("lg_cancer_imaging", "lg")),
         ("cancer imaging, p95 of wait, min", ".1f", lambda s: s.wait_min("lg_cancer_imaging", "lg", "p95")),
         ("robots, mean wait, min", ".1f", lambda s: s.wait_min("lg_robotics", "lg")),
         ("chat served", ".4f", lambda s: s.served("chat_serving", "lg")),
         ("lent by LG, GPU-h", ".0f", lambda s: s.lent("lg")),
         ("borrowed by LG, GPU-h", ".0f", lambda s: s.member("lg")["borrowed_gpu_h"]),
         ("taken back within the bound", ".4f", lambda s: s.reclaimed_in_time("lg")),
         ("settlement for LG, million KRW", ".1f",
          lambda s: next((r["net_krw"] for r in s.summary["ledger"]["settlement"] if r["member"] == "lg"), 0) / 1e6),
         ("scans refused elsewhere, jobs", ".0f", Summary.refusals)]),
    "ai-ran-cells": Question(
        "May the cells' GPUs work at night, and are all cells back in the morning?",
        {"nothing at night": ("days", NO_NIGHT_WORK), "short work": DAYS, "and long work": ("ai-ran-cells", ())},
        [("cells served", ".6f", lambda s: cells(s, lambda x: x) / cells(s, lambda x: 1)),
         ("cells not served, hours of a group of five", ".1f", lambda s: cells(s, lambda x: 1 - x)),
         ("Yonsei's cells served", ".6f", lambda s: s.served("ai_ran_cells", "gov")),
         ("shared GPUs in use", ".3f", lambda s: s.device("rtx_pro_6000_se_shared")["utilization"]),
         ("night chat inference, GPU-h", ".0f", lambda s: night(s, "night_chat_inference")),
         ("long work, GPU-h", ".0f", lambda s: night(s, "night_long_batches")),
         ("stops, Samsung, SK, KT, LG U+", ".0f", lambda s: sum(s.fair(m)["stopped"] for m in CELL_OWNERS[:4])),
         ("night chat, mean wait, Samsung, s", ".0f", lambda s: 60 * (s.wait_min("night_chat_inference", "samsung") or 0))]),
    "kisti": Question(
        "What do calibrations and a day of service of the QPU cost hybrid work and the rest of Hangang?",
        {"as the hub": DAYS, "calibrated": ("kisti", WINDOWS), "and time is known": ("kisti", (*WINDOWS, KNOWN_TIME)), "a day of service": ("kisti", ())},
        [("hybrid jobs done", ".0f", lambda s: s.done("kisti_quantum_hybrid", "kisti")),
         ("hybrid, mean wait, h", ".2f", lambda s: s.wait_min("kisti_quantum_hybrid", "kisti") / 60),
         ("hybrid, p95 of wait, h", ".2f", lambda s: s.wait_min("kisti_quantum_hybrid", "kisti", "p95") / 60),
         ("QPU in use", ".3f", lambda s: s.device("ionq_tempo")["utilization"]),
         ("Hangang's HPC, mean wait, min", ".1f", lambda s: s.wait_min("kisti_hpc_and_science_ai", "kisti")),
         ("Hangang's HPC, GPU-h", ".0f", lambda s: s.gpu_h("kisti_hpc_and_science_ai", "kisti")),
         ("GH200 in use", ".3f", lambda s: s.device("gh200")["utilization"]),
         ("CPU cores in use", ".3f", lambda s: s.device("hangang_cpu")["utilization"]),
         ("CPU work, mean wait, s", ".0f", lambda s: 60 * s.wait_min("kisti_cpu_simulation", "kisti"))]),
}


@functools.cache  # the calm days stand beside several questions
def simulate(dure, scenario, settings, keep=None):
    name = " ".join([scenario, *settings])
    kept = Path(keep) / f"{scenario}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.json" if keep else None
    if kept and kept.exists():
        return Summary(json.loads(kept.read_text()))
    args = [dure, "simulate", str(HERE / f"{scenario}.yaml"), "--json", "--progress", "never"]
    for s in settings:
        args += ["--set", s]
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{name}: exit {done.returncode}\n{done.stderr}")
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout)
    return Summary(json.loads(done.stdout))


def show(name, question, runs):
    print(f"\n== {name}: {question.asks}")
    wide = max(len(what) for what, _, _ in question.figures)
    print("   " + " " * wide + "".join(f"  {column:>22}" for column in runs))
    for what, form, figure in question.figures:
        values = (figure(s) for s in runs.values())
        print(f"   {what:<{wide}}" + "".join(f"  {'-' if v is None else format(v, form):>22}" for v in values))
    print(f"   {'law broken; books that do not balance':<{wide}}" +
          "".join(f"  {str(s.summary['sovereignty']['violations']) + '; ' + str(len(s.broken_books())):>22}" for s in runs.values()))


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--dure", default=str(HERE.parents[1] / "build" / "dure"))
    p.add_argument("--keep", help="a folder for summaries: written there, and read where they are there")
    p.add_argument("members", nargs="*", metavar="MEMBER", help=", ".join(QUESTIONS))
    o = p.parse_args()
    unknown = [m for m in o.members if m not in QUESTIONS]
    if unknown:
        p.error(f"{unknown[0]}: expected one of {', '.join(QUESTIONS)}")
    for name in o.members or QUESTIONS:
        show(name, QUESTIONS[name], QUESTIONS[name].answer(o.dure, o.keep))


if __name__ == "__main__":
    main()
