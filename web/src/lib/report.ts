// What the program wrote (docs/formats/results.md), read without trust: a field that is missing or of another kind
// becomes null or an empty list, an unknown one is passed over, and the page shows a dash instead of falling over.

export type Num = number | null;
type Raw = Record<string, unknown>;

const obj = (v: unknown): Raw => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Raw) : {});
const num = (v: unknown): Num => (typeof v === "number" && Number.isFinite(v) ? v : null);
const str = (v: unknown): string => (typeof v === "string" ? v : typeof v === "number" ? String(v) : "");
const bool = (v: unknown): boolean | null => (typeof v === "boolean" ? v : null);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const rows = (v: unknown): Raw[] => list(v).filter((x) => typeof x === "object" && x !== null).map(obj);
const nums = (v: unknown): Num[] => list(v).map(num);
const strs = (v: unknown): string[] => list(v).map(str);
const pairs = (v: unknown): [string, number][] =>
  Object.entries(obj(v)).flatMap(([k, n]): [string, number][] => (typeof n === "number" && Number.isFinite(n) ? [[k, n]] : []));
const both = (o: Raw, name: string): Both => {
  const en = str(o[`${name}_en`]), ko = str(o[`${name}_ko`]);
  return { en: en || ko, ko: ko || en };
};

export interface Both { en: string; ko: string }

export function read(raw: unknown) {
  const root = obj(raw), s = obj(root.summary);
  const jobs = obj(s.jobs), gpus = obj(s.gpus), energy = obj(s.energy), water = obj(s.water), carbon = obj(s.carbon), cost = obj(s.cost);
  const services = obj(s.services), sovereignty = obj(s.sovereignty), ledger = obj(s.ledger), balance = obj(s.balance);
  const series = obj(root.series), total = obj(series.total), buildout = obj(root.buildout), waits = obj(root.waits);
  const lending = obj(root.lending), method = obj(root.method), failures = obj(s.failures), hours = obj(root.physics);
  const fairness = (o: Raw) => ({
    reclaims: num(o.reclaims), reclaims_within_bound: num(o.reclaims_within_bound), guarantee_hits: num(o.guarantee_hits), stopped: num(o.stopped),
    lost_gpu_h: num(o.lost_gpu_h), free_nodes_in_whole_racks: num(o.free_nodes_in_whole_racks),
    members: rows(o.members).map((m) => ({
      id: str(m.id), entitled_gpus: num(m.entitled_gpus), used_gpus_mean: num(m.used_gpus_mean), share: num(m.share), reclaims: num(m.reclaims),
      reclaims_within_bound: num(m.reclaims_within_bound), reclaim_p50_s: num(m.reclaim_p50_s), reclaim_p95_s: num(m.reclaim_p95_s), stopped: num(m.stopped), lost_gpu_h: num(m.lost_gpu_h),
    })),
  });
  const sources = (o: Raw) => (num(o.grid_mwh) === null ? null : {
    grid_mwh: num(o.grid_mwh) ?? 0, ppa_mwh: num(o.ppa_mwh) ?? 0, solar_mwh: num(o.solar_mwh) ?? 0, solar_curtailed_mwh: num(o.solar_curtailed_mwh) ?? 0,
    export_mwh: num(o.export_mwh) ?? 0, charge_mwh: num(o.charge_mwh) ?? 0, discharge_mwh: num(o.discharge_mwh) ?? 0, unserved_mwh: num(o.unserved_mwh) ?? 0,
  });
  const response = (o: Raw) => (num(o.calls) === null ? null : {
    calls: num(o.calls), asked_mwh: num(o.asked_mwh), delivered_mwh: num(o.delivered_mwh), capacity_krw: num(o.capacity_krw), energy_krw: num(o.energy_krw), penalty_krw: num(o.penalty_krw),
  });
  const assets = (o: Raw) => {
    const of = sources(o);
    return of && { ...of, peak_grid_mw: num(o.peak_grid_mw), peak_facility_mw: num(o.peak_facility_mw) };
  };
  const physics = (o: Raw) => (num(o.conversion_mwh) === null ? null : {
    conversion_mwh: num(o.conversion_mwh) ?? 0, fans_mwh: num(o.fans_mwh) ?? 0, pumps_mwh: num(o.pumps_mwh) ?? 0, compressors_mwh: num(o.compressors_mwh) ?? 0,
    water_m3: num(o.water_m3), wue_l_per_kwh: num(o.wue_l_per_kwh), water_source: str(o.water_source), most_of_permit: num(o.most_of_permit),
    t_co2e: num(o.t_co2e), tariff: str(o.tariff), energy_krw: num(o.energy_krw), water_krw: num(o.water_krw), cooling_short_h: num(o.cooling_short_h), beyond_model_h: num(o.beyond_model_h),
    assets: assets(obj(o.assets)),
  });
  const money = (o: Raw) => ({
    cost_krw: num(o.cost_krw), parts: pairs(o.parts), depreciation_krw: num(o.depreciation_krw), financing_krw: num(o.financing_krw),
    krw_per_installed_gpu_h: num(o.krw_per_installed_gpu_h), krw_per_used_gpu_h: num(o.krw_per_used_gpu_h), build_krw: num(o.build_krw), work_krw: num(o.work_krw), npv_krw: num(o.npv_krw),
  });
  const of = obj(s.money);
  const compare = obj(s.compare), network = obj(s.network);
  const named = (o: Raw) => {
    const id = str(o.id), name = both(o, "name");
    return { id, name: name.en ? name : { en: id, ko: id } };
  };
  return {
    fixture: s.fixture === true,
    scenario: str(s.scenario), title: both(s, "title"), scenario_sha256: str(s.scenario_sha256),
    from: str(s.from), to: str(s.to), seed: str(s.seed), policy: str(s.policy),
    jobs: {
      in_system_at_start: num(jobs.in_system_at_start), submitted: num(jobs.submitted), started: num(jobs.started), done: num(jobs.done),
      running_at_end: num(jobs.running_at_end), queued_at_end: num(jobs.queued_at_end), cancelled: num(jobs.cancelled), failed: num(jobs.failed),
      refused: pairs(jobs.refused), mean_wait_s: num(jobs.mean_wait_s), p50_wait_s: num(jobs.p50_wait_s), p95_wait_s: num(jobs.p95_wait_s),
      p99_wait_s: num(jobs.p99_wait_s), mean_bounded_slowdown: num(jobs.mean_bounded_slowdown), waits_by_reason: pairs(jobs.waits_by_reason),
    },
    gpus: {
      installed_at_end: num(gpus.installed_at_end), announced_at_end: num(gpus.announced_at_end), unpowered_at_end: num(gpus.unpowered_at_end),
      installed_gpu_h: num(gpus.installed_gpu_h), used_gpu_h: num(gpus.used_gpu_h), idle_gpu_h: num(gpus.idle_gpu_h), down_gpu_h: num(gpus.down_gpu_h),
      reserved_gpu_h: num(gpus.reserved_gpu_h), utilization: num(gpus.utilization), lent_gpu_h: num(gpus.lent_gpu_h),
      by_hardware: rows(gpus.by_hardware).map((h) => ({ hardware: str(h.hardware), device: str(h.device) || "gpu", installed: num(h.installed), utilization: num(h.utilization) })),
    },
    energy: {
      it_mwh: num(energy.it_mwh), facility_mwh: num(energy.facility_mwh), cooling_and_losses_mwh: num(energy.cooling_and_losses_mwh), pue: num(energy.pue),
      peak_facility_mw: num(energy.peak_facility_mw), mean_facility_mw: num(energy.mean_facility_mw), heat_not_carried_mwh: num(energy.heat_not_carried_mwh),
      sources: sources(obj(energy.sources)),
    },
    demand_response: response(obj(s.demand_response)),
    acts: rows(s.acts).map((a) => ({ site: str(a.site), kind: str(a.kind), times: num(a.times), hours: num(a.hours), kwh: num(a.kwh), krw: num(a.krw), kg_co2: num(a.kg_co2) })),
    water: {
      modelled: bool(water.modelled), makeup_m3: num(water.makeup_m3), evaporation_m3: num(water.evaporation_m3), blowdown_m3: num(water.blowdown_m3),
      drift_m3: num(water.drift_m3), wue_l_per_kwh: num(water.wue_l_per_kwh), cost_krw: num(water.cost_krw),
    },
    failures: {
      modelled: bool(failures.modelled), interruptions: num(failures.interruptions), lost_gpu_h: num(failures.lost_gpu_h), down_gpu_h: num(failures.down_gpu_h), goodput: num(failures.goodput),
      causes: rows(failures.causes).map((c) => ({ id: str(c.id), name: both(c, "name"), times: num(c.times), announced: num(c.announced), node_h: num(c.node_h) })),
    },
    network: {
      modelled: bool(network.modelled),
      kinds: rows(network.kinds).map((k) => ({ kind: str(k.kind), sent_gb: num(k.sent_gb), arrived_gb: num(k.arrived_gb), late_gb: num(k.late_gb), lacking_gb: num(k.lacking_gb) })),
      links: rows(network.links).map((l) => ({
        id: str(l.id), from: str(l.from), to: str(l.to), gbit_per_s: num(l.gbit_per_s), checkpoint_gb: num(l.checkpoint_gb), data_set_gb: num(l.data_set_gb), exchange_gb: num(l.exchange_gb),
        mean_utilization: num(l.mean_utilization), peak_utilization: num(l.peak_utilization), above_90_h: num(l.above_90_h),
      })),
      flows: rows(network.flows).map((o) => ({
        kind: str(o.kind), from: str(o.from), to: str(o.to), sent_gb: num(o.sent_gb), late_gb: num(o.late_gb), lacking_gb: num(o.lacking_gb), short_h: num(o.short_h), no_way_h: num(o.no_way_h),
        most_rtt_ms: num(o.most_rtt_ms),
      })),
      cuts: rows(network.cuts).map((c) => ({
        name: named(c).name, links: strs(c.links), from: str(c.from), to: str(c.to), rerouted: num(c.rerouted), longer: num(c.longer), slower: num(c.slower), lost: num(c.lost),
        rerouted_gb: num(c.rerouted_gb), most_extra_rtt_ms: num(c.most_extra_rtt_ms), most_late_gb: num(c.most_late_gb), late_h: num(c.late_h), lacking_gb: num(c.lacking_gb),
        gangs_stopped: num(c.gangs_stopped), gangs_went_on: num(c.gangs_went_on),
      })),
    },
    carbon: { t_co2e: num(carbon.t_co2e), market_t_co2e: num(carbon.market_t_co2e), kg_per_mwh: num(carbon.kg_per_mwh), basis: str(carbon.basis) },
    cost: { energy_krw: num(cost.energy_krw), krw_per_kwh: num(cost.krw_per_kwh), basis: str(cost.basis), parts: pairs(cost.parts), water_krw: num(cost.water_krw) },
    money: num(of.cost_krw) === null ? null : {
      ...money(of), years: num(of.years), prices: str(of.prices), build_krw_per_gpu: num(of.build_krw_per_gpu), tax_credit: str(of.tax_credit), unpriced: strs(of.unpriced),
      sites: rows(of.sites).map((o) => ({ id: str(o.id), ...money(o) })),
      members: rows(of.members).map((o) => ({ id: str(o.id), ...money(o), discount_rate: num(o.discount_rate), received_krw: num(o.received_krw), paid_krw: num(o.paid_krw), net_krw: num(o.net_krw), net_krw_per_gpu_h: num(o.net_krw_per_gpu_h) })),
      hardware: rows(of.hardware).map((o) => ({ hardware: str(o.hardware), ...money(o) })),
      tokens: rows(of.tokens).map((o) => ({ workload: str(o.workload), hardware: str(o.hardware), tokens_per_s: num(o.tokens_per_s), krw_per_million_tokens: num(o.krw_per_million_tokens) })),
    },
    services: {
      modelled: bool(services.modelled), count: num(services.count), replica_h_wanted: num(services.replica_h_wanted), replica_h_served: num(services.replica_h_served),
      satisfied: num(services.satisfied),
      items: rows(services.items).map((i) => ({ workload: str(i.workload), member: str(i.member), replicas_mean: num(i.replicas_mean),
        replicas_peak: num(i.replicas_peak), satisfied: num(i.satisfied) })),
    },
    sovereignty: {
      placements_checked: num(sovereignty.placements_checked), violations: num(sovereignty.violations), jobs_refused: num(sovereignty.jobs_refused),
      by_class: rows(sovereignty.by_class).map((c) => ({ class: str(c.class), gpu_h: num(c.gpu_h), sites: num(c.sites) })),
    },
    ledger: {
      entries: num(ledger.entries), sum_gpu_ms: num(ledger.sum_gpu_ms),
      lent: rows(ledger.lent).map((l) => ({ owner: str(l.owner), borrower: str(l.borrower), gpu_h: num(l.gpu_h) ?? 0 })),
      settlement: rows(ledger.settlement).map((l) => ({ member: str(l.member), received_krw: num(l.received_krw), paid_krw: num(l.paid_krw), net_krw: num(l.net_krw) })),
    },
    fairness: fairness(obj(s.fairness)),
    compare: str(compare.policy) ? {
      policy: str(compare.policy), utilization: num(compare.utilization), services_satisfied: num(compare.services_satisfied), sovereignty_violations: num(compare.sovereignty_violations),
      jobs: { mean_wait_s: num(obj(compare.jobs).mean_wait_s) }, fairness: fairness(obj(compare.fairness)),
      members: rows(compare.members).map((o) => ({ id: str(o.id), mean_wait_s: num(o.mean_wait_s), p50_wait_s: num(o.p50_wait_s), p95_wait_s: num(o.p95_wait_s) })),
    } : null,
    sites: rows(s.sites).map((o) => ({
      ...named(o), owner: str(o.owner), operator: str(o.operator), province: str(o.province), lat: num(o.lat_deg), lon: num(o.lon_deg),
      installed_gpus: num(o.installed_gpus), unpowered_gpus: num(o.unpowered_gpus), used_gpu_h: num(o.used_gpu_h), utilization: num(o.utilization),
      grid_mw: num(o.grid_mw), grid_status: str(o.grid_status), peak_mw: num(o.peak_mw), mean_mw: num(o.mean_mw), energy_mwh: num(o.energy_mwh),
      pue: num(o.pue), jobs_started: num(o.jobs_started), physics: physics(obj(o.physics)),
      binding: str(obj(o.binding_limit).level), swing_mw: num(obj(o.swing).worst_mw), expected_swing_mw: num(obj(o.swing).expected_mw), over_ramp_limit_h: num(obj(o.swing).over_ramp_limit_h),
      hardware: rows(o.hardware).map((h) => ({ hardware: str(h.hardware), gpus: num(h.gpus) })),
    })),
    members: rows(s.members).map((o) => ({
      ...named(o), owned_gpus: num(o.owned_gpus), announced_gpus: num(o.announced_gpus), demand_gpu_h: num(o.demand_gpu_h), used_gpu_h: num(o.used_gpu_h),
      used_own_gpu_h: num(o.used_own_gpu_h), borrowed_gpu_h: num(o.borrowed_gpu_h), lent_gpu_h: num(o.lent_gpu_h), jobs_submitted: num(o.jobs_submitted),
      jobs_done: num(o.jobs_done), mean_wait_s: num(o.mean_wait_s), p50_wait_s: num(o.p50_wait_s), p95_wait_s: num(o.p95_wait_s),
      utilization_of_owned: num(o.utilization_of_owned),
    })),
    workloads: rows(s.workloads).map((o) => ({
      id: str(o.id), kind: str(o.kind), title: ((t) => (t.en ? t : { en: str(o.id), ko: str(o.id) }))(both(o, "title")), member: str(o.member),
      jobs_submitted: num(o.jobs_submitted), jobs_done: num(o.jobs_done), gpu_h: num(o.gpu_h), device: str(o.device) || "gpu", deadlines: num(o.deadlines), deadlines_met: num(o.deadlines_met),
      mean_wait_s: num(o.mean_wait_s), p95_wait_s: num(o.p95_wait_s),
    })),
    balance: {
      ok: bool(balance.ok),
      checks: rows(balance.checks).map((c) => ({ name: str(c.name), ok: bool(c.ok), left: num(c.left), right: num(c.right), unit: str(c.unit), what: str(c.what) })),
    },
    record_events: num(s.record_events), record_sha256: str(s.record_sha256), cpu_s: num(s.cpu_s), peak_rss_mb: num(s.peak_rss_mb),
    series: {
      step_s: num(series.step_s) ?? 3600, from: str(series.from) || str(s.from),
      total: {
        installed_gpus: nums(total.installed_gpus), used_gpus: nums(total.used_gpus), queued_jobs: nums(total.queued_jobs), queued_gpus: nums(total.queued_gpus),
        facility_mw: nums(total.facility_mw), it_mw: nums(total.it_mw),
      },
      sites: rows(series.sites).map((o) => ({ id: str(o.id), used_gpus: nums(o.used_gpus), facility_mw: nums(o.facility_mw) })),
      members: rows(series.members).map((o) => ({ id: str(o.id), used_gpus: nums(o.used_gpus) })),
    },
    hours: {
      days: strs(hours.days), facility_mw: list(hours.facility_mw_by_hour).map(nums),
      overhead_mw: nums(hours.overhead_mw), krw_per_kwh: nums(hours.krw_per_kwh), dry_bulb_c: nums(hours.dry_bulb_c),
    },
    buildout: {
      quarters: strs(buildout.quarters), installed_gpus: nums(buildout.installed_gpus), grid_mw: nums(buildout.grid_mw),
      by_member: rows(buildout.by_member).map((o) => ({ id: str(o.id), gpus: nums(o.gpus) })),
    },
    waits: { edges_s: nums(waits.edges_s).filter((v) => v !== null), members: rows(waits.members).map((o) => ({ id: str(o.id), jobs: nums(o.jobs).map((n) => n ?? 0) })) },
    lending: { members: strs(lending.members), gpu_h: list(lending.gpu_h).map((r) => nums(r).map((n) => n ?? 0)) },
    decisions: rows(root.decisions).map((o) => ({ id: str(o.id), question: both(o, "question"), taken: both(o, "taken"), source: str(o.source) })),
    method: { assumptions: num(method.assumptions), sourced: num(method.sourced), version: str(method.version), command: str(method.command), notes: { en: strs(method.notes_en), ko: strs(method.notes_ko) } },
  };
}
export type Report = ReturnType<typeof read>;
export type Site = Report["sites"][number];
export type Member = Report["members"][number];

/** The report inside the page; null where there is none (the page as built) or it cannot be read. */
export function embedded(): Report | null {
  try {
    const raw: unknown = JSON.parse(document.getElementById("dure-report")?.textContent ?? "null");
    return typeof raw === "object" && raw !== null && !Array.isArray(raw) && "summary" in raw ? read(raw) : null;
  } catch {
    return null;
  }
}
