#!/usr/bin/env python3
"""Marconi100's and Summit's like beside what is published of them: scenarios/marconi-like.yaml and scenarios/summit.yaml at HPL and
at their limits, and a year of Summit. Bounds have a margin of 8 %, the bar of models/machines.yaml's cases, but where it says
otherwise. docs/models/machines.md has the table.

usage: machines_test.py --dure build/dure
"""
import argparse
import sys

from machine_runs import ROOT, Checks, before_transformer, one_job, run, unbalanced

TRANSFORMER = (2.4, 2500, 0.992, 1.2)  # models/machines.yaml, machine_transformer
HPL_GPU, HPL_CPU = 0.79, 0.33  # of Frontier's core phase: models/frontier.yaml


class Machine:
    def __init__(self, scenario, nodes, gpus, idle_gpu, max_gpu, idle_cpu, max_cpu, max_node):
        self.scenario, self.nodes, self.gpus = ROOT / "scenarios" / scenario, nodes, gpus
        gpu, cpu = gpus * (max_gpu - idle_gpu), 2 * (max_cpu - idle_cpu)
        self.hpl = round((HPL_GPU * gpu + HPL_CPU * cpu) / (gpu + cpu), 3)
        self.rated_mw = nodes * max_node / 1e6

    def machine_mw(self, summary, days):
        e = summary["energy"]
        return before_transformer((e["it_mwh"] + e["parts"]["conversion_mwh"]) / 24 / days, self.rated_mw, *TRANSFORMER)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--dure", required=True)
    o = p.parse_args()
    c = Checks()

    m = Machine("marconi-like.yaml", 980, 4, 75, 300, 47.25, 252, 1928)
    day = run(o.dure, m.scenario)
    c.within("Marconi: books that do not balance", unbalanced(day), 0, 0)
    c.within("Marconi: mean MW, between idle and HPL", m.machine_mw(day, 1), 0.61, 1.476)
    full = run(o.dure, m.scenario, *one_job(980, 4, m.hpl))
    c.within("Marconi: HPL MW, 1.476 and 8 %", m.machine_mw(full, 1), 1.476 * 0.92, 1.476 * 1.08)

    s = Machine("summit.yaml", 4626, 6, 75, 300, 47.25, 300, 2561)
    year = run(o.dure, s.scenario, step="900s")
    c.within("Summit: books that do not balance", unbalanced(year), 0, 0)
    c.within("Summit: PUE of the year over the machine", year["energy"]["facility_mwh"] / 24 / 366 / s.machine_mw(year, 366), 1.03, 1.20)
    window = ("--from", "2020-04-14", "--to", "2020-04-15")
    full = run(o.dure, s.scenario, *one_job(4356, 6, s.hpl), args=window)
    c.within("Summit: HPL MW, 10.1 and 10 %", s.machine_mw(full, 1), 10.1 * 0.90, 10.1 * 1.10)
    peak = run(o.dure, s.scenario, *one_job(4626, 6, 1), args=window)
    c.within("Summit: peak MW, 13 and 8 %", s.machine_mw(peak, 1), 13 * 0.92, 13 * 1.08)
    return c.done()


if __name__ == "__main__":
    sys.exit(main())
