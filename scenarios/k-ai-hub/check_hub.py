#!/usr/bin/env python3
"""Checks of the K-AI hub beyond the file format: totals, halls, power, law, and demand against lawful capacity.

    python3 check_hub.py [--month 2030-10] [--table] [SCENARIO.yaml]

Exit 1 if a hard check fails: ids, rack limits, no lawful hall for a workload's member, a gang larger than every lawful
pool, too few of a device beside a workload. Power and demand are reported, not judged: what cannot be powered or served
is a finding. GPUs that jobs share count as GPUs; cores, radio cells and sessions of the QPU have a table of their own.
Needs PyYAML (Debian: python3-yaml). PLANNED (0.9) is the share of their maximum that the racks of a site draw together;
SHARE is the part of a site that is not full of older load (assumption; facts: sites.power_balance_note).
"""
import sys
from collections import defaultdict, deque
from pathlib import Path
import yaml

PLANNED = 0.9
SHARE = {"kt_mokdong": 0.35, "kt_gasan": 0.9, "kt_cheongju": 0.8, "lgu_pyeongchon": 0.3, "lgu_paju": 0.9,
         "kakao_ansan": 0.4, "naver_gak_chuncheon": 0.35, "naver_gak_sejong": 0.875}
ISOLATION = ["shared", "tenant", "logical", "dedicated_hosts", "physical_from_private_zone", "physical", "air_gapped"]
RANK = {"foreign": 0, "any": 0, "kr_entity": 1, "kr_controlled": 2, "state": 3}


def load(path, seen=()):
    doc = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    out = {}
    for other in doc.pop("include", []):
        merge(out, load((path.parent / other).resolve()))
    merge(out, doc)
    return out


def merge(into, doc):
    for key, value in doc.items():
        if isinstance(value, list):
            into.setdefault(key, []).extend(value)
        elif isinstance(value, dict):
            into.setdefault(key, {}).update(value)
        else:
            into[key] = value


class Hub:
    def __init__(self, path):
        self.doc = load(path)
        self.by = {}
        for key in ("members", "operators", "data_classes", "hardware", "sites", "patterns", "workloads", "sources", "links"):
            rows = self.doc.get(key, [])
            self.by[key] = {r["id"]: r for r in rows}
            if len(self.by[key]) != len(rows):
                sys.exit(f"{key}: an id stands twice")
        self.halls = {(s["id"], h["id"]): h for s in self.doc["sites"] for h in s["halls"]}
        self.problems = []

    def device(self, hardware):
        return self.by["hardware"][hardware].get("device", "gpu")

    def is_gpu(self, hardware):
        return self.device(hardware) in ("gpu", "shared_gpu")

    def bad(self, text):
        self.problems.append(text)

    def ids(self):
        known = set(self.by["sources"]) | {"assumption", "derived", "recalled"}

        def walk(x, where):
            if isinstance(x, dict):
                for k, v in x.items():
                    if k == "source":
                        for s in v.split("+"):
                            if s not in known:
                                self.bad(f"{where}: source {s} unknown")
                    else:
                        walk(v, f"{where}.{k}")
            elif isinstance(x, list):
                for i, v in enumerate(x):
                    walk(v, f"{where}[{v.get('id', i) if isinstance(v, dict) else i}]")
        walk(self.doc, "hub")
        for s in self.doc["sites"]:
            if s["owner"] not in self.by["members"] and s["owner"] not in self.by["operators"]:
                self.bad(f"site {s['id']}: owner {s['owner']}")
            months = [g["month"] for g in s["grid"]]
            if months != sorted(months):
                self.bad(f"site {s['id']}: grid rows not in order")
            for h in s["halls"]:
                if h["operated_by"] not in self.by["operators"]:
                    self.bad(f"hall {s['id']}.{h['id']}: operator {h['operated_by']}")
        for i in self.doc["installs"]:
            if (i["site"], i["hall"]) not in self.halls or i["hardware"] not in self.by["hardware"] or i["owner"] not in self.by["members"]:
                self.bad(f"install {i}")
        for l in self.doc.get("lending", []):
            for m in [l["owner"], *l.get("to", [])]:
                if m not in self.by["members"]:
                    self.bad(f"lending: {m}")
        for w in self.doc["workloads"]:
            for d in w["demand"]:
                if d["member"] not in self.by["members"]:
                    self.bad(f"workload {w['id']}: {d['member']}")
            if w["pattern"] not in self.by["patterns"] or w["data_class"] not in self.by["data_classes"]:
                self.bad(f"workload {w['id']}: pattern or class")
            for h in [*w["hardware"], *([w["beside_hardware"]] if "beside_hardware" in w else [])]:
                if h not in self.by["hardware"]:
                    self.bad(f"workload {w['id']}: {h}")
            for s in w.get("only_sites", []):
                if s not in self.by["sites"]:
                    self.bad(f"workload {w['id']}: {s}")
            if self.by["data_classes"][w["data_class"]].get("may_leave_locked_sites") == "false" and not w.get("only_sites"):
                self.bad(f"workload {w['id']}: class {w['data_class']} needs only_sites")

    def pools(self, month):
        """{(owner, site, hall, hardware): GPUs, or units of another device} that stand in that month."""
        out = defaultdict(int)
        for i in self.doc["installs"]:
            if i["month"] <= month < i.get("retire_month", "9999"):
                out[i["owner"], i["site"], i["hall"], i["hardware"]] += int(i["gpus"])
        return dict(out)

    def racks(self):
        for i in self.doc["installs"]:
            hw, limit = self.by["hardware"][i["hardware"]], int(self.halls[i["site"], i["hall"]]["rack_max_kw"])
            if float(hw["rack_max_kw"]) > limit:
                self.bad(f"{i['hardware']} needs {hw['rack_max_kw']} kW, {i['site']}.{i['hall']} allows {limit} kW a rack")
        for h in self.doc["hardware"]:
            if abs(int(h["node_max_w"]) * int(h["nodes_per_rack"]) - 1000 * float(h["rack_max_kw"])) > 500:
                self.bad(f"hardware {h['id']}: nodes do not add up to the rack")

    def grid_mw(self, site, month):
        return max([float(g["grid_mw"]) for g in self.by["sites"][site]["grid"] if g["month"] <= month], default=0.0)

    def power(self, month):
        """[(site, GPUs, facility MW at rack maximum, grid MW, grid MW for us)]"""
        it = defaultdict(float)
        gpus = defaultdict(int)
        for (owner, site, hall, hw), n in self.pools(month).items():
            h = self.by["hardware"][hw]
            it[site] += n / int(h["gpus_per_node"]) * int(h["node_max_w"]) / 1e6
            gpus[site] += n if self.is_gpu(hw) else 0
        return [(s, gpus[s], it[s] * float(self.by["sites"][s]["pue"]), self.grid_mw(s, month),
                 self.grid_mw(s, month) * SHARE.get(s, 1.0)) for s in gpus]

    def lawful(self, w, member, pool):
        owner, site, hall, hw = pool
        c, s = self.by["data_classes"][w["data_class"]], self.by["sites"][site]
        op = self.by["operators"][self.halls[site, hall]["operated_by"]]
        yes = lambda key, default="true": c.get(key, default) == "true"
        if w.get("only_sites") and site not in w["only_sites"]:
            return False
        if yes("korea_only") and s.get("jurisdiction", "kr") != "kr":
            return False
        if RANK[op["nationality"]] < RANK[c.get("operator_nationality", "any")]:
            return False
        if op.get("foreign_law") and c.get("operator_nationality") in ("kr_controlled", "state"):
            return False
        if not set(c.get("certifications", [])) <= set(op["certifications"]):
            return False
        if ISOLATION.index(self.halls[site, hall].get("isolation", "shared")) < ISOLATION.index(c.get("isolation", "shared")):
            return False
        if not yes("may_leave_member_sites") and owner != member and s["owner"] != member:
            return False
        return True

    def lent(self, owner, member, site):
        shares = [float(l.get("max_share", 1)) for l in self.doc.get("lending", []) if l["owner"] == owner
                  and (not l.get("to") or member in l["to"]) and (not l.get("sites") or site in l["sites"])]
        return max(shares, default=0.0)

    def demand(self):
        """[(workload, member, mean GPUs or units of another device, largest gang)]"""
        rows = []
        for w in self.doc["workloads"]:
            gp, we = sizes(w)
            for d in w["demand"]:
                if w["kind"] in ("service", "ran"):
                    rows.append((w, d["member"], float(d["replicas_mean"]) * gp[0], gp[0]))
                else:
                    size = sum(a * b for a, b in zip(gp, we)) / sum(we)
                    rows.append((w, d["member"], float(d["arrivals_per_day"]) * size * mean_hours(w["duration"]) / 24, max(gp)))
        return rows


def sizes(w):
    """GPUs of a job, or units of another device, and how often."""
    if "size" not in w:
        return [int(w.get("gpus_per_replica", 1))], [1.0]
    law = w["size"]
    units = [int(x) for x in law["gpus"]] if "gpus" in law else [int(x) / 1000 for x in law["gpu_milli"]]
    return units, [float(x) for x in law["weights"]]


def mean_hours(d):
    """Mean of the lognormal moved to [min, max] (clipped, as the facts compute it)."""
    import math
    m, s = math.log(float(d["median_hours"])), float(d["sigma"])
    lo, hi = float(d.get("min_hours", 0.01)), float(d["max_hours"])
    cdf = lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2)))
    a, b = (math.log(lo) - m) / s, (math.log(hi) - m) / s
    return lo * cdf(a) + hi * (1 - cdf(b)) + math.exp(m + s * s / 2) * (cdf(b - s) - cdf(a - s))


class Flow:
    """Maximum flow, one source after the other: what an earlier one got, it keeps."""
    def __init__(self):
        self.edge = defaultdict(lambda: defaultdict(float))

    def add(self, a, b, c):
        self.edge[a][b] += c
        self.edge[b][a] += 0.0

    def push(self, source, sink):
        total = 0.0
        while True:
            via, todo = {source: None}, deque([source])
            while todo and sink not in via:
                a = todo.popleft()
                for b, c in self.edge[a].items():
                    if c > 1e-6 and b not in via:
                        via[b] = a
                        todo.append(b)
            if sink not in via:
                return total
            path, b = [], sink
            while via[b] is not None:
                path.append((via[b], b))
                b = via[b]
            room = min(self.edge[a][b] for a, b in path)
            for a, b in path:
                self.edge[a][b] -= room
                self.edge[b][a] += room
            total += room


def balance(hub, month, factor=lambda w: 1.0):
    """[(workload, member, demand, lawful own GPUs, lawful GPUs with loans, served, largest pool, gang)] by priority."""
    pools = hub.pools(month)
    flow, rows = Flow(), []
    for p, n in pools.items():
        flow.add(("pool", p), "sink", n)
        flow.add(("loan", p), ("pool", p), n * max([hub.lent(p[0], m, p[1]) for m in hub.by["members"] if m != p[0]], default=0))
    order = sorted(hub.demand(), key=lambda r: -int(r[0].get("priority", 50)))
    for w, member, mean, gang in order:
        node = (w["id"], member)
        own = loans = largest = 0.0
        flow.add("s" + str(node), node, mean * factor(w))
        for p, n in pools.items():
            if p[3] not in w["hardware"] or not hub.lawful(w, member, p):
                continue
            if p[0] == member:
                own += n
                largest = max(largest, n)
                flow.add(node, ("pool", p), n)
            elif hub.lent(p[0], member, p[1]) > 0:
                loans += n * hub.lent(p[0], member, p[1])
                largest = max(largest, n * hub.lent(p[0], member, p[1]))
                flow.add(node, ("loan", p), n * hub.lent(p[0], member, p[1]))
        rows.append([w, member, mean * factor(w), own, own + loans, 0.0, largest, gang])
    for r in rows:
        r[5] = flow.push("s" + str((r[0]["id"], r[1])), "sink")
    return rows


def peak(w):
    hours = {"office": 2.48, "consumer": 1.53, "fab_24x7": 1.03, "research": 1.92, "global": 1.1, "mobile_network": 1.46, "night_batch": 1.67, "cell_nights": 5.0}
    p = hours[w["pattern"]]
    if w["kind"] in ("service", "ran"):
        return min(p, float(w.get("max_factor", 1)))
    return min(p, 2.0) if w["kind"] == "session" else 1.0


def main(args):
    month = args[args.index("--month") + 1] if "--month" in args else "2030-10"
    files = [a for a in args if a.endswith(".yaml")]
    hub = Hub(Path(files[0]) if files else Path(__file__).resolve().parent / "hub.yaml")
    hub.ids()
    hub.racks()
    pools = hub.pools(month)
    gpus = {p: n for p, n in pools.items() if hub.is_gpu(p[3])}
    rows = balance(hub, month)
    for w, member, mean, own, reach, served, largest, gang in rows:
        if reach == 0:
            hub.bad(f"{w['id']} of {member}: no lawful hall with accepted hardware")
        elif largest < gang:
            hub.bad(f"{w['id']} of {member}: a gang of {gang} and no lawful pool above {largest:.0f}")
    for w, member, mean, own, reach, served, largest, gang in balance(hub, month, peak):
        if "beside_hardware" not in w:
            continue
        units = mean / sizes(w)[0][0] * int(w["beside_units"]) if w["kind"] in ("service", "ran") else int(w["beside_units"])
        there = sum(n for p, n in pools.items() if p[3] == w["beside_hardware"] and p[0] == member and hub.lawful(w, member, p))
        if there < units:
            hub.bad(f"{w['id']} of {member}: {units:.0f} of {w['beside_hardware']} beside it at most, {there} there")
    if "--table" in args:
        def total(key):
            out = defaultdict(int)
            for p, n in gpus.items():
                out[key(p)] += n
            return sorted(out.items(), key=lambda x: -x[1])
        print(f"## {month}: {sum(gpus.values()):,} GPUs in {len(gpus)} pools")
        for name, key in (("owner", lambda p: p[0]), ("hardware", lambda p: p[3])):
            print(f"\nby {name}: " + ", ".join(f"{k} {n:,}" for k, n in total(key)))
        others = sorted((p[3], p[0], n) for p, n in pools.items() if p not in gpus)
        print("\nother devices: " + ", ".join(f"{n:,} of {hw} ({hub.device(hw)}, {owner})" for hw, owner, n in others))
        print("\nsite                          GPUs   MW at max  x 0.9    grid   ours")
        for s, n, mw, grid, ours in sorted(hub.power(month), key=lambda r: -r[1]):
            print(f"{s:28} {n:6,} {mw:9.1f} {PLANNED * mw:7.1f} {grid:7.0f} {ours:6.1f}{'  OVER' if PLANNED * mw > ours else ''}{'  over grid at max' if mw > grid else ''}")
        tops = {(r[0]["id"], r[1]): r for r in balance(hub, month, peak)}
        print("\nworkload                                 member   priority   mean   own lawful  with loans   served   at peak   served")
        for w, member, mean, own, reach, served, largest, gang in rows:
            t = tops[w["id"], member]
            print(f"{w['id']:40} {member:8} {w.get('priority'):>5} {mean:10,.0f} {own:11,.0f} {reach:11,.0f} {served / mean:8.0%} {t[2]:9,.0f} {t[5] / t[2]:8.0%}")
        of_gpus = [r for r in rows if hub.is_gpu(r[0]["hardware"][0])]
        d, s = sum(r[2] for r in of_gpus), sum(r[5] for r in of_gpus)
        print(f"mean demand {d:,.0f}, served {s:,.0f}; of {sum(gpus.values()):,} GPUs {s / sum(gpus.values()):.1%}")
        print("\nquarters in which a site is over (0.9 x maximum over our part of the grid):")
        for q in [f"{y}-{m:02d}" for y in range(2025, 2031) for m in (3, 6, 9, 12)]:
            over = [f"{s} {PLANNED * mw:.1f} > {ours:.1f}" for s, n, mw, grid, ours in hub.power(q) if PLANNED * mw > ours * 1.0001]
            full = [f"{s} {mw:.1f} > {grid:.0f}" for s, n, mw, grid, ours in hub.power(q) if mw > grid * 1.0001]
            if over or full:
                print(f"  {q}: {'; '.join(over) or '-'}   [at maximum over the whole grid: {'; '.join(full) or '-'}]")
    for p in hub.problems:
        print("PROBLEM", p)
    print(f"{len(hub.problems)} problems")
    return 1 if hub.problems else 0


if __name__ == "__main__":
    if "--help" in sys.argv:
        print(__doc__)
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
