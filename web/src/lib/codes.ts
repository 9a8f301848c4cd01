// Words for the codes that the program writes. A code not listed here is shown as it is, so a new one is never hidden.
import type { Both } from "./report";
import type { Lang } from "./ui.svelte";

const words: Record<string, Record<string, [ko: string, en: string]>> = {
  policy: {
    dure: ["두레 (보장·공정·대여·백필)", "Dure (guarantees, fair shares, lending, backfill)"], priority: ["우선순위", "Priority"], fcfs: ["선착순", "First come, first served"],
    easy: ["EASY 백필", "EASY backfill"], conservative: ["보수적 백필", "Conservative backfill"],
  },
  reason: {
    no_room: ["빈자리 없음", "no room"], behind_earlier_job: ["앞선 작업 뒤에서 대기", "behind an earlier job"], reserved: ["약속된 시작을 기다림", "has a promised start"], lender_limit: ["주인이 빌려주는 한도에 닿음", "the owner lends no more"], too_large: ["어느 풀보다 큼", "larger than every pool"], nodes_out: ["빠져 있는 노드가 돌아와야 함", "large enough only when nodes that are out are back"],
    quota_limit: ["한도까지 쓰는 중", "its quota is used up"], not_reclaimable: ["빌릴 자리뿐인데 제때 돌려줄 수 없음", "room only to borrow, and it could not be given back in time"], reclaiming: ["빌려준 자리를 되찾는 중", "its own room is being taken back"],
    reserved_for_others: ["예약·정비를 위해 비워 둔 자리", "kept for a reservation or maintenance"], not_in_one_domain: ["자리는 있으나 흩어져 있음", "enough is free, but scattered"],
    no_cpu_or_memory: ["GPU는 있으나 CPU·메모리가 모자람", "GPUs are free, but not with its CPU and memory"], spread_limit: ["한 거점에 둘 수 있는 몫이 다 참", "as much of it runs there as may at one site"],
    no_device: ["함께 쓸 장치(QPU 등)를 기다림", "the device beside its GPUs is taken"], dependency: ["앞 단계를 기다림", "a job before it has not ended"],
    dependency_failed: ["앞 단계가 실패함", "a job before it failed"], wrong_hardware: ["그 하드웨어는 쓰지 않음", "its work does not take that hardware"],
    no_legal_site: ["허용된 거점 없음", "no site where it is legal"],
    tenant_parent_blocked: ["모회사 제한", "tenant's parent not admitted"], foreign_law_reach: ["외국법이 미침", "a foreign law reaches it"], jurisdiction: ["관할 밖", "outside its jurisdictions"],
    operator_nationality: ["운영사 국적", "operator's nationality"], certification_missing: ["인증 없음", "certificate missing"], isolation_missing: ["격리 부족", "not isolated enough"], export_denied: ["국외 반출 금지", "may not leave Korea"],
    member_sites: ["소유자 거점 밖", "outside its owner's sites"], locked_sites: ["지정 거점 밖", "outside the sites named"], ai_act_threshold: ["AI기본법 기준 초과", "above the AI Act's threshold"],
    consent_missing: ["동의 없음", "consent missing"], approval_missing: ["승인 없음", "approval missing"], approval_pending: ["승인 대기", "approval pending"], cheaper_later: ["싼 시간대 대기", "waits for cheaper hours"], none: ["바로 시작", "started at once"],
  },
  level: { rack: ["랙", "Rack"], busway: ["버스웨이", "Busway"], hall: ["전산실", "Hall"], substation: ["변전소", "Substation"], grid: ["수전 한도", "Grid"] },
  status: {
    operating: ["운영 중", "operating"], contract: ["계약", "contract"], under_construction: ["공사 중", "under construction"], planned: ["계획", "planned"], announced: ["발표", "announced"], approved: ["승인", "approved"],
    optional: ["선택", "optional"], ambition: ["구상", "ambition"], assumption: ["가정", "assumed"], expansion: ["증설", "expansion"], limited: ["제한 공급", "limited"], maximum: ["최대", "maximum"],
    available_at_substation: ["변전소 여유", "available at the substation"], not_for_alliance: ["연합 몫 아님", "not for the alliance"],
  },
  class: {
    open: ["공개", "open"], company_secret: ["기업 비밀", "company secrets"], internal: ["내부 자료", "internal"], tenant_sovereign: ["소버린 입주사", "sovereign tenants"], tenant_secret: ["입주사 비밀", "tenants' secrets"], personal: ["개인정보", "personal data"],
    public_research: ["공개 연구", "public research"], fab_secret: ["반도체 공정 비밀 (국가핵심기술)", "fab secrets (national core technology)"], factory_secret: ["공장 비밀", "factory secrets"],
    design_secret: ["설계 비밀", "design secrets"], vehicle_personal: ["차량·위치 정보", "vehicle and location data"], medical: ["의료", "medical"], government: ["정부", "government"],
    telecom_secret: ["통신 비밀", "telecom secrets"], foreign_commercial: ["해외 상업", "foreign commercial"], foreign_personal: ["해외 개인정보", "foreign personal data"],
  },
  check: {
    money_gpu_time: ["비용을 매긴 GPU 시간", "GPU time that is charged"], money_of_sites: ["비용과 거점", "Cost of sites"], money_of_classes: ["비용과 장비", "Cost of classes"], money_of_members: ["비용과 회원", "Cost of members"],
    money_of_machines: ["장비 비용", "Cost of machines"], money_of_bills: ["비용과 청구서", "Cost and bills"], money_lent: ["대여 대금", "Paid for loans"],
    energy_of_facility: ["거점 에너지", "Energy of a site"], energy_of_bill: ["청구 전력량", "Billed energy"], carbon: ["탄소", "Carbon"],
    water_permit: ["물 허가량", "Water permit"], water_band: ["물의 물리 범위", "Physical band of water"],
    gpu_time: ["GPU 시간", "GPU time"], energy: ["에너지", "Energy"], jobs: ["작업", "Jobs"], ledger: ["대여 장부", "Lending ledger"], sites: ["거점 합계", "Sum of sites"],
    gpu_time_of_jobs: ["GPU 시간과 작업", "GPU time of jobs"], gpu_time_of_ledger: ["GPU 시간과 장부", "GPU time of the ledger"], gpu_time_of_members: ["GPU 시간과 회원", "GPU time of members"],
    settlement: ["정산", "Settlement"], settlement_gpu_time: ["정산과 장부", "Settlement and ledger"], replicas: ["복제본", "Replicas"], jobs_of_world: ["작업과 세계 상태", "Jobs of the world"], energy_of_jobs: ["에너지와 작업", "Energy of jobs"], energy_of_sites: ["에너지와 거점", "Energy of sites"], energy_of_series: ["에너지와 시계열", "Energy of the series"],
    cost: ["비용", "Cost"], sovereignty: ["데이터 주권", "Sovereignty"], grid_limit: ["수전 한도", "Grid limit"], members: ["회원 합계", "Sum of members"], money: ["전기요금", "Bill"], water: ["물", "Water"], services: ["서비스", "Services"],
    energy_of_sources: ["에너지 출처", "Where energy came from"], energy_of_hours: ["시간별 수전량", "Energy by hour"], sun: ["태양광 발전", "Panels"], plant: ["계약 발전소", "Contracted plant"], battery: ["배터리", "Battery"],
    acts_of_charge: ["충전 기록", "Acts of charging"], acts_of_discharge: ["방전 기록", "Acts of discharging"], unserved: ["공급하지 못한 전력", "Not served"], carbon_by_contract: ["계약 반영 탄소", "Carbon with contracts"],
    calls: ["감축 요청", "Calls"], delivered: ["감축 이행", "Delivered"], money_of_assets: ["에너지 설비 비용", "Money of energy assets"],
  },
  what: {
    "installed = used + idle + down + reserved": ["설치 = 사용 + 유휴 + 고장 + 예약", "installed = used + idle + down + reserved"],
    "facility = IT + cooling and losses": ["시설 전력 = IT + 냉각과 손실", "facility = IT + cooling and losses"],
    "in = done + running + queued + cancelled + failed": ["들어온 작업 = 완료 + 실행 중 + 대기 + 취소 + 실패", "in = done + running + queued + cancelled + failed"],
    "used = each job's GPUs x its time in the window": ["사용 = 작업마다 GPU 수 × 기간 안의 시간", "used = each job's GPUs × its time in the window"],
    "used = what the ledger accrued": ["사용 = 장부에 쌓인 시간", "used = what the ledger accrued"],
    "used = sum of the members": ["사용 = 회원의 합", "used = sum of the members"],
    "debits and credits sum to zero": ["차변과 대변의 합 = 0", "debits and credits sum to zero"],
    "in system at start + submitted = done + running + queued + cancelled + failed + refused": ["처음에 있던 것 + 제출 = 완료 + 실행 중 + 대기 + 취소 + 실패 + 거절", "in system at start + submitted = done + running + queued + cancelled + failed + refused"],
    "running + queued = what the world holds at the end": ["실행 중 + 대기 = 끝날 때 세계에 있는 것", "running + queued = what the world holds at the end"],
    "IT = idle nodes x their time + each job's power x its time": ["IT = 쉬는 노드 × 시간 + 작업마다 전력 × 시간", "IT = idle nodes × their time + each job's power × its time"],
    "facility = sum of the sites": ["시설 전력 = 거점의 합", "facility = sum of the sites"],
    "IT = sum of every site's time series": ["IT = 거점 시계열의 합", "IT = sum of every site's time series"],
    "cost = sum of the sites, each rounded to the won": ["비용 = 거점의 합 (거점마다 원 단위로 반올림)", "cost = sum of the sites, each rounded to the won"],
    "none where the law forbids it": ["법이 금하는 곳의 배치 = 0", "none where the law forbids it"],
    "peak <= the limit at the meter": ["최대 전력 ≤ 수전 한도", "peak ≤ the limit at the meter"],
    "the settlement's lines = what the ledger says was lent": ["정산 줄의 합 = 장부의 대여", "the settlement's lines = what the ledger says was lent"],
    "what is paid = what is received": ["낸 돈 = 받은 돈", "what is paid = what is received"],
    "debits + credits = 0": ["빌린 것 + 빌려준 것 = 0", "debits + credits = 0"],
    "machines + conversion + fans + pumps + compressors = its time series": ["장비 + 변환 + 송풍기 + 펌프 + 냉동기 = 거점 시계열", "machines + conversion + fans + pumps + chillers = its time series"],
    "what the meter was billed for = what it drew": ["청구된 전력량 = 쓴 전력량", "what the meter was billed for = what it drew"],
    "energy, climate, fuel and fund of the bill = each step's energy x its price": ["전력량·기후·연료비·기금 = 구간마다 전력량 × 단가", "energy, climate, fuel and fund = each step's energy × its price"],
    "step by step = each month's energy x the factor of its year": ["구간 합 = 달마다 전력량 × 그해 배출계수", "step by step = each month's energy × its year's factor"],
    "water taken <= permit, drought and tank": ["받은 물 ≤ 허가·가뭄·저수조", "water taken ≤ permit, drought and tank"],
    "water per kWh of heat is physically possible": ["열 1 kWh당 물이 물리적으로 가능", "water per kWh of heat is physically possible"],
    "meter + panels + discharge = facility - unserved + charge + export": ["수전 + 태양광 + 방전 = 시설 − 미공급 + 충전 + 송전", "meter + panels + discharge = facility − unserved + charge + export"],
    "the bills' energy and the contract's = the meter's hours": ["청구 + 계약 전력량 = 시간별 수전량의 합", "the bills' energy and the contract's = the meter's hours"],
    "used + curtailed = what the panels make in these hours": ["쓴 것 + 버린 것 = 그 시간의 발전량", "used + curtailed = what the panels make in these hours"],
    "of the contracted plant: taken + sold + curtailed = what it makes in these hours": ["받은 것 + 판 것 + 버린 것 = 계약 발전소의 발전량", "taken + sold + curtailed = what the contracted plant makes in these hours"],
    "stored at the end + what left it = stored at the start + what reached it": ["끝 저장량 + 나간 것 = 처음 저장량 + 들어온 것", "stored at the end + what left it = stored at the start + what reached it"],
    "charged = sum of its acts": ["충전 = 충전 기록의 합", "charged = sum of its acts"],
    "discharged = sum of its acts": ["방전 = 방전 기록의 합", "discharged = sum of its acts"],
    "not served <= what lay above the limit of a cut": ["미공급 ≤ 감축 한도를 넘은 전력", "not served ≤ what lay above the limit of a cut"],
    "step by step = each month's billed energy x the factor of its year": ["구간 합 = 달마다 청구 전력량 × 그해 배출계수", "step by step = each month's billed energy × its year's factor"],
    "asked for, hour by hour = committed power x the hours of the calls": ["시간마다 요청한 양 = 약정 전력 × 요청 시간", "asked for, hour by hour = committed power × the hours of the calls"],
    "delivered <= asked for": ["이행 ≤ 요청", "delivered ≤ asked for"],
    "what is paid = bills + contract - export - demand response": ["낸 돈 = 전기요금 + 계약 − 송전 − 수요반응", "what is paid = bills + contract − export − demand response"],
    "GPU time that is charged = GPU time that stood": ["비용을 매긴 GPU 시간 = 서 있던 GPU 시간", "GPU time that is charged = GPU time that stood"],
    "what the run cost = sum of the sites": ["전체 비용 = 거점의 합", "what the run cost = sum of the sites"],
    "what GPUs cost = sum of their classes": ["GPU 비용 = 장비 종류의 합", "what GPUs cost = sum of their classes"],
    "what the run cost = what each member bears, paid and not received": ["전체 비용 = 회원이 떠안은 돈의 합 (낸 돈 더하고 받은 돈 뺌)", "what the run cost = what each member bears, with what it paid and less what it received"],
    "the charge of what stands = GPU-hours x the yearly charge of one GPU": ["서 있는 장비의 비용 = GPU시간 × GPU 한 장의 연간 비용", "the charge of what stands = GPU-hours × the yearly charge of one GPU"],
    "energy and water in the money = the sites' bills": ["비용 속의 전기·물 = 거점의 청구서", "energy and water in the money = the sites' bills"],
    "what is received for loans = what is paid": ["대여로 받은 돈 = 낸 돈", "what is received for loans = what is paid"],
    "received less paid = GPU time of the ledger x prices, each rounded to the won": ["받은 돈 − 낸 돈 = 장부의 GPU 시간 × 단가 (원 단위로 반올림)", "received less paid = GPU time of the ledger × prices, each rounded to the won"],
    "alliance = sum of its sites": ["연합 전체 = 거점의 합", "alliance = sum of its sites"],
  },
  basis: {
    "official factor of the grid in its year, where the energy is taken": ["전력망의 연도별 공식 배출계수 (위치 기반)", "official factor of the grid in its year, where the energy is taken"],
    "each site's bill by its tariff, without VAT": ["거점마다 요금제에 따른 청구액, 부가가치세 제외", "each site's bill by its tariff, without VAT"],
    "each site's bill by its tariff, without VAT; with contracts, less export and demand response": ["거점마다 요금제에 따른 청구액, 부가가치세 제외; 계약 전력 포함, 송전·수요반응 수입 차감", "each site's bill by its tariff, without VAT; with contracts, less export and demand response"],
    "flat factor of the scenario (accounts.carbon_g_per_kwh)": ["시나리오의 고정 배출계수 (accounts.carbon_g_per_kwh)", "flat factor of the scenario (accounts.carbon_g_per_kwh)"],
    "energy only, at the flat price of the scenario (accounts.energy_krw_per_kwh)": ["시나리오의 고정 단가로 계산한 전력량 요금만 (accounts.energy_krw_per_kwh)", "energy only, at the flat price of the scenario (accounts.energy_krw_per_kwh)"],
  },
  water: {
    raw_dam: ["댐 원수", "dam water"], raw_pipeline: ["광역 원수", "raw pipeline water"], industrial: ["공업용수", "industrial water"], municipal: ["상수도", "town water"],
    reclaimed: ["하수 재이용수", "reclaimed water"], desalinated: ["해수 담수", "desalinated water"], brackish: ["기수", "brackish water"], sea: ["해수", "sea water"],
  },
  cause: {
    gpu_fault: ["GPU 고장", "GPU fault"], gpu_hbm: ["GPU 메모리(HBM)", "GPU memory (HBM)"], gpu_sram: ["GPU SRAM", "GPU SRAM"], gpu_system_processor: ["GPU 시스템 프로세서", "GPU system processor"],
    gpu_thermal: ["GPU 과열", "GPU too hot"], gpu_silent_data_corruption: ["조용한 데이터 오류", "silent data corruption"], switch_or_cable: ["스위치·케이블", "switch or cable"], nic: ["네트워크 카드", "network card"],
    power_supply: ["전원 장치", "power supply"], fan: ["팬", "fan"], ssd: ["SSD", "SSD"], cpu: ["CPU", "CPU"], system_memory: ["시스템 메모리", "system memory"], chassis_or_board: ["섀시·보드", "chassis or board"],
    software_bug: ["소프트웨어 오류", "software bug"], dependency: ["의존 서비스", "a service it needs"], collective_timeout: ["집합 통신 시간 초과", "collective timed out"], host_maintenance: ["호스트 정비", "host maintenance"],
    stress_test_failed: ["부하 시험 불합격", "failed a stress test"], unknown: ["원인 불명", "unknown"], nvlink_switch_tray: ["NVLink 스위치 트레이", "NVLink switch tray"], coolant_leak: ["냉각수 누설", "coolant leak"],
    cdu: ["냉각수 분배 장치", "coolant distribution unit"], feeder_or_ups: ["급전·UPS", "feeder or UPS"], hall_fire: ["전산실 화재", "fire in a hall"], site_fire: ["거점 화재", "fire at a site"],
    grid_outage: ["정전", "grid outage"], fibre_cut: ["광케이블 절단", "fibre cut"], power_cooling_water: ["전력·냉각·용수 부족", "power, cooling or water short"],
    grid_curtailment: ["전력당국의 부하 감축 지시", "grid operator cuts load"], n_1: ["권역의 송전선·발전기 상실(N-1)", "a line or a plant lost (N-1)"], demand_response: ["수요반응 감축 요청", "demand response call"],
  },
  // What was done about a site's power.
  act: {
    battery_charge: ["배터리 충전", "battery charged"], battery_discharge: ["배터리 방전", "battery discharged"], solar_curtailed: ["태양광 버림", "sun not taken"], demand_response: ["수요반응", "demand response"],
    grid_curtailment: ["계통이 덜 준 전력", "grid gave less"], cap: ["전력 상한", "power capped"], shed: ["장비 끔", "machines switched off"], shift: ["작업 시간 옮김", "work moved in time"],
  },
  // Of a job, as the hub calls it.
  state: {
    waiting: ["대기", "waiting"], held: ["보류", "held"], starting: ["시작하는 중", "starting"], running: ["실행 중", "running"], stopping: ["멈추는 중", "stopping"], done: ["완료", "done"], failed: ["실패", "failed"],
    timed_out: ["시간 초과", "timed out"], cancelled: ["취소", "cancelled"], lost: ["유실", "lost"], refused: ["거절", "refused"],
  },
  // An entry of the record that tells of a job.
  entry: {
    asked: ["요청받음", "Asked for"], submitted: ["대기열에 들어감", "Joined the queue"], adopted: ["거점에서 직접 시작한 작업을 알게 됨", "Found running at its site"], promised: ["시작을 약속함", "A start was promised"],
    started: ["GPU를 잡음", "GPUs taken"], resized: ["크기를 바꿈", "Resized"], preempted: ["자리를 내주라고 함", "Told to give way"], stopped: ["멈추고 대기열로 돌아감", "Stopped, back to the queue"], cancel_asked: ["취소를 요청받음", "Cancelling was asked for"],
    judged: ["결과를 판정함", "Judged"], limit_reached: ["시간 한도에 닿아 자리를 비움", "Time limit reached, GPUs released"], ended: ["끝남, GPU를 돌려줌", "Ended, GPUs released"], failed: ["실패로 끝남, GPU를 돌려줌", "Failed, GPUs released"],
    cancelled: ["시작 전에 취소됨", "Cancelled before it started"], refused: ["거절됨", "Refused"], attempt_accepted: ["거점이 받아들임", "Accepted by its site"], attempt_started: ["거점에서 실행이 시작됨", "Started running at its site"],
    attempt_serving: ["서비스가 응답함", "Serving"], attempt_ended: ["거점에서 실행이 끝남", "Its run ended at its site"], attempt_refused: ["거점이 거절함", "Refused by its site"], attempt_lost: ["거점에서 사라짐", "Lost at its site"],
  },
  // Why the hub did not answer as asked: what to do about it stands beside it.
  problem: {
    no_answer: ["허브가 응답하지 않습니다", "The hub does not answer"], unreadable: ["응답을 읽을 수 없습니다", "The answer cannot be read"], token_missing: ["토큰이 필요합니다", "A token is needed"], bad_token: ["이 허브의 토큰이 아닙니다", "Not a token of this hub"],
    role_too_low: ["볼 권한이 없습니다", "Your role may not see this"], invalid_query: ["주소에 잘못된 값이 있습니다", "The address holds a value that cannot be"], unknown_job: ["그런 작업이 없습니다", "There is no such job"],
    store_unavailable: ["허브가 기록을 읽지 못하고 있습니다", "The hub cannot read its record"], overloaded: ["허브가 바쁩니다", "The hub is busy"], too_many_requests: ["요청이 너무 잦습니다", "Too many requests"], not_leading: ["이 허브는 지금 이끌고 있지 않습니다", "This hub does not lead now"],
  },
  // What a device's units are called.
  device: { gpu: ["GPU", "GPUs"], shared_gpu: ["공유 GPU", "shared GPUs"], qpu: ["QPU 세션", "QPU sessions"], ran_cell: ["기지국 묶음", "cell groups"], cpu: ["CPU 코어", "CPU cores"] },
  kind: { batch: ["일괄 작업", "batch"], service: ["서비스", "service"], session: ["대화형 세션", "session"], pipeline: ["파이프라인", "pipeline"], hybrid: ["양자 하이브리드", "quantum-hybrid"], ran: ["기지국", "RAN cells"] },
  province: {
    Seoul: ["서울", "Seoul"], Busan: ["부산", "Busan"], Daegu: ["대구", "Daegu"], Incheon: ["인천", "Incheon"], Gwangju: ["광주", "Gwangju"], Daejeon: ["대전", "Daejeon"], Ulsan: ["울산", "Ulsan"],
    Sejong: ["세종", "Sejong"], Gyeonggi: ["경기", "Gyeonggi"], Gangwon: ["강원", "Gangwon"], Chungbuk: ["충북", "Chungbuk"], Chungnam: ["충남", "Chungnam"], Jeonbuk: ["전북", "Jeonbuk"], Jeonnam: ["전남", "Jeonnam"],
    Gyeongbuk: ["경북", "Gyeongbuk"], Gyeongnam: ["경남", "Gyeongnam"], Jeju: ["제주", "Jeju"],
  },
};
const hardware: Record<string, string> = {
  nvl72: "NVL72", hgx: "HGX", rtx: "RTX", pro: "PRO", server: "Server", dgx: "DGX", ionq: "IonQ",
};

export function word(kind: keyof typeof words, code: string, lang: Lang): string {
  const found = words[kind]?.[code];
  return found ? found[lang === "ko" ? 0 : 1] : kind === "what" || kind === "basis" ? code : code.replaceAll("_", " ");
}
/** gb300_nvl72 → GB300 NVL72, a100_h100_hgx → A100/H100 HGX. */
export function machine(code: string): string {
  return code.split("_").map((p) => hardware[p] ?? (/^\d+kw$/.test(p) ? p.replace("kw", " kW") : /^[a-z]{4,}$/.test(p) ? p[0]!.toUpperCase() + p.slice(1) : p.toUpperCase())).join(" ").replace(/\b([A-Z]+\d{3}) (?=[A-Z]+\d{3}\b)/g, "$1/");
}
export const pick = (text: Both, lang: Lang) => text[lang];
