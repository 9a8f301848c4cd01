#!/usr/bin/env python3
"""The members' scenarios: the sentences of docs/members are true of the figures that scenarios/members/run.py prints.

usage: members_test.py --dure build/dure [--keep FOLDER] [MEMBER...]
"""
import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scenarios" / "members"))
import run  # noqa: E402
from hard_days_test import Story  # noqa: E402


def compared(dure, keep, member):
    """The member's runs in the order of their columns."""
    return Story(member), list(run.QUESTIONS[member].answer(dure, keep).values())


def all_balance(s, runs):
    for r in runs:
        s.books(r)
    return s


def ulsan_aws(dure, keep):
    s, runs = compared(dure, keep, "ulsan-aws")
    linked, alone = runs
    may = ("personal", "internal", "public_research")
    may_not = ("tenant_sovereign", "tenant_secret", "government", "medical", "vehicle_personal", "fab_secret")
    ran = [linked.done("probe_" + c, "sk") for c in may]
    s.so("personal, internal and open data may overflow", all(n > 20 for n in ran), f"{ran} probes done")
    refused = linked.summary["jobs"]["refused"]
    kept = [linked.done("probe_" + c, "sk") for c in may_not]
    s.so("six kinds may not, by the operator's law or its certificates", not any(kept) and
         set(refused) == {"foreign_law_reach", "certification_missing"} and min(refused.values()) > 100, refused)
    lack, lack_alone = (r.unserved_h("ulsan_launch", "sk") for r in runs)
    s.so("overflow serves most of what Ulsan alone cannot", lack < lack_alone / 3, f"{lack:.0f} against {lack_alone:.0f} replica-hours not served")
    s.so("and nothing is borrowed where nothing is lent", linked.lent("aws", "sk") > 50000 and alone.lent("aws", "sk") == 0,
         f"{linked.lent('aws', 'sk'):.0f} GPU-hours")
    train, train_alone = (r.gpu_h("ulsan_training", "sk") for r in runs)
    s.so("training beside it gets more too", train > 1.1 * train_alone, f"{train:.0f} against {train_alone:.0f} GPU-hours")
    return all_balance(s, runs)


def samsung_fab(dure, keep):
    s, runs = compared(dure, keep, "samsung-fab")
    calm, rush, keeps = runs
    vision = [r.served("samsung_fab_yield_vision", "samsung") for r in runs]
    s.so("the inspection of yield has what it wants", min(vision) > 0.9999, vision)
    s.so("fab images run nowhere else, not at Samsung's own Gumi", rush.done("probe_fab_images_elsewhere", "samsung") == 0 and
         set(rush.summary["jobs"]["refused"]) == {"locked_sites"}, rush.summary["jobs"]["refused"])
    s.so("Dongtan lends", rush.lent_at("samsung", "samsung_sds_dongtan") > 20000 and keeps.lent_at("samsung", "samsung_sds_dongtan") == 0,
         f"{rush.lent_at('samsung', 'samsung_sds_dongtan'):.0f} GPU-hours")
    s.so("and what was lent is back within its hour", rush.reclaimed_in_time("samsung") > 0.99 and rush.fair("samsung")["reclaim_p95_s"] < 600,
         f"{rush.reclaimed_in_time('samsung'):.4f} of {rush.fair('samsung')['reclaims']}, p95 {rush.fair('samsung')['reclaim_p95_s']:.0f} s")
    s.so("the rush is done within its day, lent or not", min(r.in_time("samsung_mask_rush", "samsung") for r in (rush, keeps)) > 0.95,
         [round(r.in_time("samsung_mask_rush", "samsung"), 3) for r in (rush, keeps)])
    usual, less, kept = (r.in_time("samsung_computational_lithography", "samsung") for r in runs)
    s.so("the usual lithography pays for it, more where Dongtan lends", less < kept - 0.02 < kept < usual,
         f"{less:.3f} in time, {kept:.3f} if Dongtan keeps, {usual:.3f} on calm days")
    return all_balance(s, runs)


def sk_cloud(dure, keep):
    s, runs = compared(dure, keep, "sk-cloud")
    calm, quota, free = runs
    s.so("no tenant's work runs in the AWS hall next door", quota.done("probe_sovereign_at_aws", "sk") == 0 and
         set(quota.summary["jobs"]["refused"]) == {"foreign_law_reach"}, quota.summary["jobs"]["refused"])
    waits = [r.wait_min("skt_sovereign_cloud_tenants", "sk") for r in runs]
    s.so("the surge makes the others wait, and a quota takes most of that away", waits[0] < waits[1] < waits[2] and
         waits[1] - waits[0] < 0.6 * (waits[2] - waits[0]), f"{waits[0]:.0f} minutes on calm days, {waits[1]:.0f}, {waits[2]:.0f} without a quota")
    ran = [r.gpu_h("sk_tenant_surge", "sk") for r in (quota, free)]
    s.so("who has a quota keeps to it", ran[0] < 1000 * 72 and ran[0] < ran[1] / 2, f"{ran[0]:.0f} against {ran[1]:.0f} GPU-hours")
    s.so("who surges waits longest", quota.wait_min("sk_tenant_surge", "sk") > 4 * waits[1], f"{quota.wait_min('sk_tenant_surge', 'sk'):.0f} minutes")
    chat = [r.served("chat_serving", "sk") for r in runs]
    s.so("chat does not notice", min(chat) > 0.999, chat)
    maker = [r.wait_min("skt_manufacturing_cloud", "sk") for r in runs]
    s.so("nor does the manufacturing cloud, on its own class of machines", max(maker) < 1.2 * min(maker), maker)
    return all_balance(s, runs)


def hyundai(dure, keep):
    s, runs = compared(dure, keep, "hyundai")
    calm, release, alone = runs
    s.so("driving video runs nowhere else", release.done("probe_driving_video_elsewhere", "hyundai") == 0 and release.refusals() > 20,
         release.summary["jobs"]["refused"])
    s.so("the release is validated within half a day", release.in_time("hyundai_release_validation", "hyundai") > 0.95,
         f"{release.in_time('hyundai_release_validation', 'hyundai'):.3f} in time")
    late, was = (r.in_time("hyundai_log_replay", "hyundai") for r in (release, calm))
    s.so("replay gives way", late < was - 0.015, f"{late:.3f} in time, {was:.3f} on calm days")
    lines = [r.served("hyundai_smart_factory", "hyundai") for r in runs]
    s.so("the lines do not notice", min(lines) > 0.9999, lines)
    more, less = release.member("hyundai")["borrowed_gpu_h"], calm.member("hyundai")["borrowed_gpu_h"]
    s.so("Hyundai borrows more: what may leave makes room", more > less, f"{more:.0f} against {less:.0f} GPU-hours")
    robots, robots_alone = (r.wait_min("hyundai_robotics_sim", "hyundai") for r in (release, alone))
    s.so("where nobody lends, robots wait for it", robots_alone > 1.5 * robots, f"{robots_alone:.0f} against {robots:.0f} minutes")
    s.so("and replay, which may not move, is late", alone.in_time("hyundai_log_replay", "hyundai") < 0.75,
         f"{alone.in_time('hyundai_log_replay', 'hyundai'):.3f} in time")
    return all_balance(s, runs)


def stargate_korea(dure, keep):
    s, runs = compared(dure, keep, "stargate-korea")
    calm, pohang, jeonnam = runs
    s.so("training and inference both fit, with Ulsan", calm.served("openai_inference", "openai") > 0.995 and calm.lent("sk", "openai") > 100000,
         f"{calm.served('openai_inference', 'openai'):.4f} served, {calm.lent('sk', 'openai'):.0f} GPU-hours at Ulsan")
    for r, dark, other in ((pohang, "stargate_pohang", "stargate_jeonnam"), (jeonnam, "stargate_jeonnam", "stargate_pohang")):
        use = r.site(dark)["utilization"]
        s.so(f"{dark} is dark for two days of three", use < 0.45, f"{use:.3f} of its GPUs in use")
        trained, usual = r.gpu_h("openai_training", "openai"), calm.gpu_h("openai_training", "openai")
        s.so("training makes room", trained < 0.7 * usual, f"{trained:.0f} of {usual:.0f} GPU-hours")
        served = r.served("openai_inference", "openai")
        s.so("inference lacks part of its days", 0.6 < served < 0.98, f"{served:.4f} served")
    least, most = sorted(r.served("openai_inference", "openai") for r in (pohang, jeonnam))
    s.so("one candidate lost costs as much as the other", most - least < 0.03, f"{least:.4f} and {most:.4f} served")
    peaks = [calm.site(x)["peak_mw"] for x in ("stargate_pohang", "stargate_jeonnam")]
    s.so("20 MW are enough at each", max(peaks) < 20, peaks)
    return all_balance(s, runs)


def naver(dure, keep):
    s, runs = compared(dure, keep, "naver")
    two, one = runs
    chat = [r.served("chat_serving", "naver") for r in runs]
    s.so("chat has its evening beside pretraining", min(chat) > 0.985, chat)
    trained = [sum(r.gpu_h("llm_pretraining", m) for m in ("naver", "sk", "gov")) for r in runs]
    s.so("two sites gain nothing in three days, and cost nothing", abs(trained[0] / trained[1] - 1) < 0.05, trained)
    sent = [sum(k["sent_gb"] for k in r.summary["network"]["kinds"] if k["kind"] == "exchange") for r in runs]
    s.so("a split gang sends its gradients over the fibre", sent[0] > 1e5 and sent[1] == 0, sent)
    speeds = [v["sites_speed"] for v in two.summary["network"]["speeds"]]
    s.so("and runs a little slower", 0.8 < min(speeds) < 0.95, speeds)
    busiest = max(x["peak_utilization"] for x in two.summary["network"]["links"])
    s.so("no link is full", busiest < 0.6, busiest)
    return all_balance(s, runs)


def lg(dure, keep):
    s, runs = compared(dure, keep, "lg")
    lends, alone = runs
    tried = [lends.done(p, "lg") for p in ("probe_scans_at_cloud", "probe_scan_features_at_cloud")]
    s.so("scans, and what was made of them, run nowhere else", not any(tried) and lends.refusals() > 50, lends.summary["jobs"]["refused"])
    s.so("LG lends more than it borrows", lends.lent("lg") > lends.member("lg")["borrowed_gpu_h"] and alone.lent("lg") == 0,
         f"{lends.lent('lg'):.0f} lent, {lends.member('lg')['borrowed_gpu_h']:.0f} GPU-hours borrowed")
    s.so("and has it back within its hour", lends.reclaimed_in_time("lg") > 0.97, f"{lends.reclaimed_in_time('lg'):.4f}")
    wait = lends.wait_min("lg_cancer_imaging", "lg")
    s.so("cancer imaging waits minutes", wait < 10, f"{wait:.1f} minutes")
    for work, longer in (("lg_exaone", True), ("lg_robotics", False)):
        lent, kept = (r.wait_min(work, "lg") for r in runs)
        s.so(f"lending makes {work} wait {'longer' if longer else 'less'}", (lent > 3 * kept) if longer else (lent < kept / 2),
             f"{lent:.1f} minutes, {kept:.1f} where nobody lends")
    return all_balance(s, runs)


def ai_ran_cells(dure, keep):
    s, runs = compared(dure, keep, "ai-ran-cells")
    none, short, long_too = runs
    served = [run.cells(r, lambda x: x) / run.cells(r, lambda x: 1) for r in runs]
    s.so("all cells are back in the morning after short work", min(served[:2]) > 0.9995, [round(x, 6) for x in served[:2]])
    s.so("not after long work", 0.95 < served[2] < 0.998, round(served[2], 6))
    s.so("Yonsei's, which lend nothing at night, are", long_too.served("ai_ran_cells", "gov") > 0.9999, long_too.served("ai_ran_cells", "gov"))
    use = [r.device("rtx_pro_6000_se_shared")["utilization"] for r in runs]
    s.so("their GPUs work more for it", use[0] < use[1] < use[2] + 0.01, [round(x, 3) for x in use])
    stops = [sum(r.fair(m)["stopped"] for m in run.CELL_OWNERS[:4]) for r in runs]
    s.so("long work is stopped for them", stops[2] > stops[1], stops)
    return all_balance(s, runs)


def kisti(dure, keep):
    s, runs = compared(dure, keep, "kisti")
    wait = [r.wait_min("kisti_quantum_hybrid", "kisti") / 60 for r in runs]
    use = [r.device("ionq_tempo")["utilization"] for r in runs]
    s.so("windows cost the QPU far more than their hours", use[1] < use[0] - 0.15 and wait[1] > 4 * wait[0],
         f"{use[1]:.3f} in use, wait {wait[1]:.1f} hours; {use[0]:.3f}, {wait[0]:.1f} without")
    s.so("less where jobs ask for what they take", use[1] + 0.05 < use[2] < use[0] and wait[0] < wait[2] < wait[1] / 2, f"{use[2]:.3f} in use, wait {wait[2]:.1f} hours")
    s.so("a day of service costs most", wait[3] > 1.3 * wait[1], f"wait {wait[3]:.1f} hours")
    cores = [r.device("hangang_cpu")["utilization"] for r in runs]
    s.so("CPU nodes do not notice", max(cores) - min(cores) < 0.02, [round(x, 3) for x in cores])
    return all_balance(s, runs)


STORIES = {"stargate-korea": stargate_korea, "ulsan-aws": ulsan_aws, "samsung-fab": samsung_fab, "sk-cloud": sk_cloud, "hyundai": hyundai,
           "naver": naver, "lg": lg, "ai-ran-cells": ai_ran_cells, "kisti": kisti}


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--dure", required=True)
    p.add_argument("--keep", help="as run.py's")
    p.add_argument("members", nargs="*")
    o = p.parse_args()
    done = [STORIES[m](o.dure, o.keep) for m in (o.members or STORIES)]
    good, bad = sum(s.good for s in done), sum(s.bad for s in done)
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
