#!/usr/bin/env python3
"""Writes installs.yaml: every GPU of the build-out, by quarter, owner, hall and hardware class.

    python3 make_installs.py            writes installs.yaml beside this file
    python3 make_installs.py --check    says whether installs.yaml is what this file would write
    python3 make_installs.py --all-by 2027-12 FILE   the same with no delivery later than that (decision C6)

What is fact and what is ours. DELIVERIES is facts: supply.deliveries (how many GPUs each member takes in each
quarter; contract figures for gov 2025Q4-2026Q1 and kisti, assumption for the rest). PLACEMENT is ours: which machine,
and in which hall. It follows supply.type_mix_by_year where halls allow it, and these rules:

  1. Totals by member and quarter are DELIVERIES, exactly. A node is whole; an NVL72 rack too, once a pool is complete.
  2. Racks work from the last month of their quarter (halls of the facts open in those months).
  3. No rack draws more than its hall allows: where a hall takes 105 kW, GB300 is capped at 105 kW and Rubin fills
     half a rack (decision C4).
  4. Racks fit the grid at 90 percent of their maximum together (not all run flat out at once), in the part of each
     site that is not full of older load. check_hub.py counts this.
  5. Own sites first. Then leased halls: KT Gasan (the only liquid-cooled colocation of 2026), LG U+ Paju and Pyeongchon,
     and halls of KT and Naver for the government (decision C8).
  6. Work that may run in few places decides what stands there: RTX PRO at fabs, plants and edge sites; HGX at the
     campus; what demand there is for RTX and HGX decides how much of them a member buys (decision X2).
  7. RTX that radio cells run on are shared (decision H8): what the cells of a site need at most, as they grow with the
     build-out, and a rack of 32 GPUs where the owner has one more; the rest stays whole. devices.yaml has the class.

Standard library only; no clock, no randomness: the same bytes every time.
"""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GPUS_PER_NODE = {"a100_80_sxm": 8, "h100_sxm": 8, "h200_sxm": 8, "b200_hgx": 8, "b300_hgx": 8, "rtx_pro_6000_se": 8, "rtx_pro_6000_se_shared": 8,
                 "gb200_nvl72": 4, "gb300_nvl72": 4, "gb300_nvl72_105kw": 4, "vera_rubin_nvl72": 4,
                 "vera_rubin_nvl72_half": 4, "gh200": 4}
GPUS_PER_DOMAIN = {"gb200_nvl72": 72, "gb300_nvl72": 72, "gb300_nvl72_105kw": 72, "vera_rubin_nvl72": 72,
                   "vera_rubin_nvl72_half": 36}

# ---- facts: supply.deliveries.by_member, quarters 2025Q4 to 2030Q4 -----------------------------------------------
QUARTERS = [f"{y}Q{q}" for y in range(2025, 2031) for q in range(1, 5)][3:]
DELIVERIES = {
    "gov":     [5480, 7656, 0, 0, 8000, 7000, 0, 0, 2000, 2432, 5000, 7432, 5000, 0, 0, 0, 0, 0, 0, 0, 0],
    "sk":      [0, 0, 1000, 1000, 0, 0, 0, 0, 9000, 8000, 0, 3000, 4000, 10000, 8000, 6000, 0, 0, 0, 0, 0],
    "samsung": [0, 1000, 1500, 2000, 2500, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 4000, 4000, 4000, 3000, 2000, 2000, 0, 0],
    "hyundai": [0, 0, 0, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 2000, 2000, 0, 6000, 8000, 8000, 8000, 8000, 0, 0],
    "naver":   [0, 0, 2000, 3000, 4000, 3000, 3000, 4000, 5000, 5000, 4000, 3000, 3000, 3000, 4000, 4000, 4000, 3000, 3000, 0, 0],
    "openai":  [0, 0, 0, 0, 0, 5000, 5000, 0, 0, 5000, 5000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "kisti":   [0, 0, 8496, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "lg":      [0, 0, 0, 1000, 0, 0, 0, 2500, 0, 0, 0, 2500, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "kt":      [0, 0, 800, 0, 0, 0, 1600, 0, 0, 0, 1600, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "lgu":     [0, 0, 0, 0, 0, 0, 0, 752, 0, 0, 0, 752, 0, 0, 0, 0, 0, 0, 0, 0, 0],
}

# ---- placement: quarter, owner, then hall = hardware gpus, ... ----------------------------------------------------
# "site.hall hardware gpus"; several on a line with commas. Each quarter of an owner sums to DELIVERIES.
PLACEMENT = """
# The state. 2025 programme by operator (facts: supply.government_2025_programme); 15,000 of the 2026 programme at
# Gwangju and KT Gasan (the winners of the call are not known); 15,000 of 2028 at Haenam.
2025Q4 gov: naver_gak_sejong.hall1 h200_sxm 3056, kakao_ansan.main b200_hgx 2424
2026Q1 gov: nhn_b200_seoul.main b200_hgx 7656
2026Q4 gov: gwangju_ai_dc.main b300_hgx 3000, gwangju_ai_dc.main b200_hgx 1952, kt_gasan.main gb300_nvl72 3024, nhn_b200_seoul.main rtx_pro_6000_se_shared 24
2027Q1 gov: gwangju_ai_dc.main b300_hgx 5992, kt_gasan.main gb300_nvl72 1008
2027Q4 gov: gwangju_ai_dc.main b300_hgx 2000
2028Q1 gov: kt_mokdong.main b300_hgx 2432
2028Q2 gov: ncc_haenam.main gb300_nvl72 4968, ncc_haenam.main b300_hgx 32
2028Q3 gov: ncc_haenam.main gb300_nvl72 4968, ncc_haenam.main vera_rubin_nvl72 2448, ncc_haenam.main b300_hgx 16
2028Q4 gov: ncc_haenam.main vera_rubin_nvl72 2520, ncc_haenam.main b300_hgx 48, kt_cheongju.main b300_hgx 2432

# SK: 2,000 RTX PRO first; SK hynix's fab work at Icheon; the rest at Ulsan, 41 MW from 2027-11, 103 MW from 2029-02.
2026Q2 sk: skt_gasan.main rtx_pro_6000_se_shared 160, skt_gasan.main rtx_pro_6000_se 840
2026Q3 sk: skt_gasan.main rtx_pro_6000_se_shared 240, skt_gasan.main rtx_pro_6000_se 760
2027Q4 sk: ulsan_sk_aws.aws gb300_nvl72_105kw 5040, sk_hynix_icheon.fab b300_hgx 2000, ulsan_sk_aws.sk rtx_pro_6000_se 1960
2028Q1 sk: ulsan_sk_aws.aws gb300_nvl72_105kw 4032, sk_hynix_icheon.fab b300_hgx 2880, ulsan_sk_aws.sk rtx_pro_6000_se 1088
2028Q3 sk: ulsan_sk_aws.sk b300_hgx 1000, sk_hynix_icheon.fab b300_hgx 1000, ulsan_sk_aws.sk rtx_pro_6000_se 1000
2028Q4 sk: sk_hynix_icheon.fab b300_hgx 3600, skt_gasan.main rtx_pro_6000_se_shared 232, skt_gasan.main rtx_pro_6000_se 168
2029Q1 sk: ulsan_sk_aws.sk vera_rubin_nvl72_half 8640, ulsan_sk_aws.sk rtx_pro_6000_se 1360
2029Q2 sk: ulsan_sk_aws.sk vera_rubin_nvl72_half 6912, ulsan_sk_aws.sk rtx_pro_6000_se 1088
2029Q3 sk: ulsan_sk_aws.sk vera_rubin_nvl72_half 5976, ulsan_sk_aws.sk rtx_pro_6000_se 24

# Samsung: campus and Dongtan until Gumi opens (2029-03); a lease at Paju in 2027-28.
2026Q1 samsung: samsung_sds_dongtan.main b200_hgx 1000
2026Q2 samsung: samsung_sds_dongtan.main gb300_nvl72 1044, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 456
2026Q3 samsung: samsung_sds_dongtan.main gb300_nvl72 1440, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 560
2026Q4 samsung: samsung_sds_dongtan.main gb300_nvl72 1476, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 1024
2027Q1 samsung: samsung_sds_dongtan.main gb300_nvl72 1008, samsung_hwaseong_pyeongtaek.ai_factory b300_hgx 1992
2027Q2 samsung: samsung_sds_dongtan.main gb300_nvl72 1512, samsung_hwaseong_pyeongtaek.ai_factory b300_hgx 800, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 688
2027Q3 samsung: samsung_sds_dongtan.main gb300_nvl72 1008, samsung_sds_dongtan.main rtx_pro_6000_se_shared 464, lgu_paju.colo b300_hgx 1496, lgu_paju.colo rtx_pro_6000_se 32
2027Q4 samsung: samsung_sds_dongtan.main gb300_nvl72 2016, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 984
2028Q1 samsung: samsung_sds_dongtan.main gb300_nvl72 2016, samsung_hwaseong_pyeongtaek.ai_factory b300_hgx 984
2028Q2 samsung: samsung_sds_dongtan.main gb300_nvl72 2016, lgu_paju.colo rtx_pro_6000_se 984
2028Q3 samsung: samsung_sds_dongtan.main gb300_nvl72 1944, samsung_sds_dongtan.main rtx_pro_6000_se_shared 168, samsung_sds_dongtan.main rtx_pro_6000_se 24, lgu_paju.colo rtx_pro_6000_se 464, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 400
2028Q4 samsung: samsung_hwaseong_pyeongtaek.ai_factory b300_hgx 1000, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 2000
2029Q1 samsung: gumi_samsung_sds.main vera_rubin_nvl72 1944, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 2056
2029Q2 samsung: gumi_samsung_sds.main vera_rubin_nvl72 1008, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 2992
2029Q3 samsung: samsung_hwaseong_pyeongtaek.ai_factory gb300_nvl72 2016, gumi_samsung_sds.main vera_rubin_nvl72 1944, samsung_hwaseong_pyeongtaek.ai_factory rtx_pro_6000_se 40
2029Q4 samsung: gumi_samsung_sds.main vera_rubin_nvl72 2952, gumi_samsung_sds.main rtx_pro_6000_se 48
2030Q1 samsung: gumi_samsung_sds.main vera_rubin_nvl72 1944, gumi_samsung_sds.main rtx_pro_6000_se 56
2030Q2 samsung: gumi_samsung_sds.main vera_rubin_nvl72 1944, gumi_samsung_sds.main rtx_pro_6000_se 56

# Hyundai: plants and Namyang, a suite of its own at Paju, Saemangeum from 2029-09.
2026Q3 hyundai: hyundai_namyang.main b200_hgx 1000
2026Q4 hyundai: hyundai_ulsan.main b300_hgx 600, hyundai_ulsan.main rtx_pro_6000_se 400
2027Q1 hyundai: hyundai_ulsan.main b300_hgx 600, hyundai_ulsan.main rtx_pro_6000_se 400
2027Q2 hyundai: lgu_paju.hyundai_suite b300_hgx 1000
2027Q3 hyundai: lgu_paju.hyundai_suite b300_hgx 1000
2027Q4 hyundai: lgu_paju.hyundai_suite b300_hgx 1000
2028Q1 hyundai: lgu_paju.hyundai_suite gb300_nvl72 720, hyundai_namyang.main rtx_pro_6000_se 280
2028Q2 hyundai: lgu_paju.hyundai_suite gb300_nvl72 720, hyundai_namyang.main rtx_pro_6000_se 280
2028Q3 hyundai: lgu_paju.hyundai_suite gb300_nvl72 1440, hyundai_namyang.main rtx_pro_6000_se 560
2028Q4 hyundai: lgu_paju.hyundai_suite gb300_nvl72 1440, hyundai_namyang.main rtx_pro_6000_se 560
2029Q2 hyundai: lgu_paju.hyundai_suite gb300_nvl72 3960, lgu_paju.hyundai_suite rtx_pro_6000_se 2040
2029Q3 hyundai: saemangeum_hyundai.main vera_rubin_nvl72 4752, saemangeum_hyundai.main rtx_pro_6000_se 3248
2029Q4 hyundai: saemangeum_hyundai.main vera_rubin_nvl72 4752, saemangeum_hyundai.main rtx_pro_6000_se 3248
2030Q1 hyundai: saemangeum_hyundai.main vera_rubin_nvl72 4752, saemangeum_hyundai.main rtx_pro_6000_se 3248
2030Q2 hyundai: saemangeum_hyundai.main vera_rubin_nvl72 4752, saemangeum_hyundai.main rtx_pro_6000_se 3248

# Naver: air-cooled halls and leases until Sejong hall 2 (2027-06), then halls 2 and 3.
2026Q2 naver: naver_gak_sejong.hall1 b200_hgx 2000
2026Q3 naver: naver_gak_chuncheon.main b300_hgx 3000
2026Q4 naver: kt_gasan.main gb200_nvl72 2592, naver_gak_sejong.hall1 b300_hgx 1008, naver_gak_sejong.hall1 rtx_pro_6000_se 400
2027Q1 naver: lgu_pyeongchon.colo b300_hgx 3000
2027Q2 naver: naver_gak_sejong.hall2 gb300_nvl72 2952, naver_gak_sejong.hall1 rtx_pro_6000_se 48
2027Q3 naver: naver_gak_sejong.hall2 gb300_nvl72 1944, naver_gak_sejong.hall2 vera_rubin_nvl72 2016, naver_gak_sejong.hall1 rtx_pro_6000_se 40
2027Q4 naver: naver_gak_sejong.hall2 gb300_nvl72 504, naver_gak_sejong.hall2 vera_rubin_nvl72 4032, naver_gak_sejong.hall1 rtx_pro_6000_se 464
2028Q1 naver: naver_gak_sejong.hall2 vera_rubin_nvl72 4032, naver_gak_sejong.hall1 rtx_pro_6000_se 968
2028Q2 naver: naver_gak_sejong.hall2 gb300_nvl72 3960, naver_gak_sejong.hall1 rtx_pro_6000_se 40
2028Q3 naver: naver_gak_sejong.hall2 gb300_nvl72 2952, naver_gak_sejong.hall1 rtx_pro_6000_se 48
2028Q4 naver: naver_gak_sejong.hall2 gb300_nvl72 2952, naver_gak_sejong.hall1 rtx_pro_6000_se 48
2029Q1 naver: naver_gak_sejong.hall2 vera_rubin_nvl72 2952, naver_gak_sejong.hall1 rtx_pro_6000_se 48
2029Q2 naver: naver_gak_sejong.hall3 vera_rubin_nvl72 3960, naver_gak_sejong.hall3 rtx_pro_6000_se 40
2029Q3 naver: naver_gak_sejong.hall3 vera_rubin_nvl72 3960, naver_gak_sejong.hall3 rtx_pro_6000_se 40
2029Q4 naver: naver_gak_sejong.hall3 vera_rubin_nvl72 3960, naver_gak_sejong.hall3 rtx_pro_6000_se 40
2030Q1 naver: naver_gak_sejong.hall3 vera_rubin_nvl72 2952, naver_gak_sejong.hall3 rtx_pro_6000_se 48
2030Q2 naver: naver_gak_sejong.hall3 vera_rubin_nvl72 2952, naver_gak_sejong.hall3 rtx_pro_6000_se 48

# Beside the 260,000.
2026Q2 kisti: kisti_daejeon.hangang gh200 8336, kisti_daejeon.annex h200_sxm 160
2027Q1 openai: stargate_pohang.main gb300_nvl72_105kw 4968, stargate_pohang.main b300_hgx 32
2027Q2 openai: stargate_pohang.main gb300_nvl72_105kw 4968, stargate_pohang.main b300_hgx 32
2028Q1 openai: stargate_jeonnam.main gb300_nvl72_105kw 4968, stargate_jeonnam.main b300_hgx 32
2028Q2 openai: stargate_jeonnam.main gb300_nvl72_105kw 4968, stargate_jeonnam.main b300_hgx 32
2026Q3 lg: lg_magok.main b300_hgx 1000
2027Q3 lg: lgu_paju.colo gb300_nvl72 2052, lgu_paju.colo b300_hgx 448
2028Q3 lg: lg_icheon.main b300_hgx 2464, lgu_paju.colo gb300_nvl72 36
2026Q2 kt: kt_gasan.main b300_hgx 400, kt_gasan.main rtx_pro_6000_se_shared 400
2027Q2 kt: kt_gasan.main gb300_nvl72 1008, kt_mokdong.main b300_hgx 592
2028Q2 kt: kt_gasan.main gb300_nvl72 1008, kt_mokdong.main b300_hgx 592
2027Q3 lgu: lgu_pyeongchon.colo b300_hgx 568, lgu_paju.colo rtx_pro_6000_se_shared 184
2028Q3 lgu: lgu_pyeongchon.colo b300_hgx 752
"""

# ---- today's 65,000: facts: supply.legacy_65000_split; halls, mix and retirement are ours --------------------------
# Of each owner's stock 40 percent A100 (gone by 2028-12), 30 percent H100 of 2023 (gone by 2029-12) and 30 percent
# H100 of 2024-25 (gone by 2030-12): five to eight years of use. SK's 1,000 B200 of Haein stay.
LEGACY = [  # owner, site.hall, gpus
    ("naver", "naver_gak_sejong.hall1", 6000), ("naver", "naver_gak_chuncheon.main", 4000),
    ("samsung", "samsung_hwaseong_pyeongtaek.hpc", 8000),
    ("kt", "kt_mokdong.main", 6000),
    ("kakao", "kakao_ansan.main", 6000),
    ("lg", "lgu_pyeongchon.colo", 4000), ("lg", "lg_magok.main", 1000),
    ("sk", "skt_gasan.main", 3000),
    ("hyundai", "hyundai_namyang.main", 4000),
    ("nhn", "gwangju_ai_dc.main", 3000),
    ("lgu", "lgu_pyeongchon.colo", 2000),
    ("kisti", "kisti_daejeon.annex", 1000),
    ("others", "sk_incheon.aws", 10000), ("others", "lgu_pyeongchon.colo", 6000),
]
LEGACY_MONTH = "2025-10"
LEGACY_TRANCHES = [("h100_sxm", 0.3, "2029-12"), ("h100_sxm", 0.3, "2030-12"), ("a100_80_sxm", None, "2028-12")]
HAEIN = ("sk", "skt_gasan.main", "b200_hgx", 1000)

# ---- where rows come from: (owner, quarter) or owner -> status, source ---------------------------------------------
ORIGIN = {
    ("gov", "2025Q4"): ("contract", "itchosun_nipa+kmj_nipa+ajunews_nipa"),
    ("gov", "2026Q1"): ("contract", "itchosun_nipa+kmj_nipa"),
    ("gov", "2026Q4"): ("announced", "zdnet_gpu2026+assumption"),
    ("gov", "2027Q1"): ("announced", "zdnet_gpu2026+assumption"),
    ("gov", "2028Q2"): ("planned", "asiae_ncc_0310+assumption"),
    ("gov", "2028Q3"): ("planned", "asiae_ncc_0310+assumption"),
    ("gov", "2028Q4"): ("planned", "asiae_ncc_0310+assumption"),
    ("sk", "2026Q2"): ("announced", "seed_nvidia+assumption"),
    ("sk", "2026Q3"): ("announced", "seed_nvidia+assumption"),
    "kisti": ("contract", "chosun_kisti+tistory_kisti"),
}
DEFAULT_ORIGIN = ("assumption", "assumption")

HEADER = """\
# Racks as they arrive. Written by make_installs.py (do not edit: change PLACEMENT there and run it); the totals by
# member and quarter are facts: supply.deliveries, what stands where is decided in make_installs.py.
"""


def last_month(quarter):
    return f"{quarter[:4]}-{int(quarter[5]) * 3:02d}"


def hall_of(text):
    site, hall = text.split(".")
    return site, hall


def placement():
    """[(quarter, owner, site, hall, hardware, gpus)] in the order of PLACEMENT."""
    rows = []
    for line in PLACEMENT.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, items = line.split(":")
        quarter, owner = head.split()
        for item in items.split(","):
            where, hardware, gpus = item.split()
            rows.append((quarter, owner, *hall_of(where), hardware, int(gpus)))
    return rows


def verify(rows):
    """Rule 1. Fails loudly; the rest is check_hub.py's."""
    sums, pools = {}, {}
    for quarter, owner, site, hall, hardware, gpus in rows:
        sums[owner, quarter] = sums.get((owner, quarter), 0) + gpus
        pools[owner, site, hall, hardware] = pools.get((owner, site, hall, hardware), 0) + gpus
        if gpus % GPUS_PER_NODE[hardware]:
            sys.exit(f"{quarter} {owner} {hardware}: {gpus} is not a whole number of nodes")
    for owner, counts in DELIVERIES.items():
        for quarter, gpus in zip(QUARTERS, counts):
            if sums.pop((owner, quarter), 0) != gpus:
                sys.exit(f"{quarter} {owner}: placed otherwise than delivered ({gpus})")
    if sums:
        sys.exit(f"placed but never delivered: {sums}")
    for (owner, site, hall, hardware), gpus in pools.items():
        if gpus % GPUS_PER_DOMAIN.get(hardware, 1):
            sys.exit(f"{owner} {site}.{hall} {hardware}: {gpus} GPUs leave a rack unfinished")


def row(month, owner, site, hall, hardware, gpus, retire, status, source):
    end = f", retire_month: {retire}" if retire else ""
    return (f"  - {{month: {month}, owner: {owner}, site: {site}, hall: {hall}, hardware: {hardware}, "
            f"gpus: {gpus}{end}, status: {status}, source: {source}}}\n")


def text(all_by=None):
    rows = placement()
    verify(rows)
    out = [HEADER]
    if all_by:
        out.append(f"# A reading not taken (decision C6): nothing is delivered later than {all_by}.\n")
    out.append("installs:\n  # ---- today's 65,000 (no public split: assumption) ----\n")
    for owner, where, gpus in LEGACY:
        left = gpus
        for hardware, share, retire in LEGACY_TRANCHES:
            part = left if share is None else round(gpus * share / 8) * 8
            left -= part
            out.append(row(LEGACY_MONTH, owner, *hall_of(where), hardware, part, retire, "assumption", "assumption"))
    owner, where, hardware, gpus = HAEIN
    out.append(row(LEGACY_MONTH, owner, *hall_of(where), hardware, gpus, None, "operating", "newdaily_skt"))  # open since 2025-08; the scenario begins in 2025-10
    year = None
    for quarter, owner, site, hall, hardware, gpus in sorted(rows, key=lambda r: r[0]):  # stable within a quarter
        if quarter[:4] != year:
            year = quarter[:4]
            total = sum(r[5] for r in rows if r[0][:4] == year)
            out.append(f"  # ---- {year}: {total:,} GPUs ----\n")
        status, source = ORIGIN.get((owner, quarter)) or ORIGIN.get(owner) or DEFAULT_ORIGIN
        month = last_month(quarter)
        if all_by and month > all_by:
            month, status, source = all_by, "claim", "crn_260k"
        out.append(row(month, owner, site, hall, hardware, gpus, None, status, source))
    return "".join(out)


def main(args):
    target = HERE / "installs.yaml"
    if args == ["--check"]:
        same = target.read_text(encoding="utf-8") == text()
        print("installs.yaml is up to date" if same else "installs.yaml differs: run make_installs.py")
        return 0 if same else 1
    if len(args) == 3 and args[0] == "--all-by":
        Path(args[2]).write_text(text(args[1]), encoding="utf-8")
        return 0
    if args:
        print(__doc__)
        return 0 if args == ["--help"] else 2
    target.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
