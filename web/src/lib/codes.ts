// Words for the codes that the program writes. A code not listed here is shown as it is, so a new one is never hidden.
import type { Both } from "./report";
import type { Lang } from "./ui.svelte";

const words: Record<string, Record<string, [ko: string, en: string]>> = {
  policy: {
    dure: ["두레 (공정 배분·대여·회수)", "Dure (fair share, lending, reclaim)"], fcfs: ["선착순", "First come, first served"],
    easy: ["EASY 백필", "EASY backfill"], conservative: ["보수적 백필", "Conservative backfill"],
  },
  reason: {
    no_room: ["빈자리 없음", "no room"], behind_earlier_job: ["앞선 작업 뒤에서 대기", "behind an earlier job"], reserved: ["약속된 시작을 기다림", "has a promised start"], lender_limit: ["주인이 빌려주는 한도에 닿음", "the owner lends no more"], too_large: ["어느 풀보다 큼", "larger than every pool"],
    no_legal_site: ["허용된 거점 없음", "no site where it is legal"], none: ["바로 시작", "started at once"],
  },
  status: {
    operating: ["운영 중", "operating"], contract: ["계약", "contract"], under_construction: ["공사 중", "under construction"], planned: ["계획", "planned"], announced: ["발표", "announced"], approved: ["승인", "approved"],
    optional: ["선택", "optional"], ambition: ["구상", "ambition"], assumption: ["가정", "assumed"], expansion: ["증설", "expansion"], limited: ["제한 공급", "limited"], maximum: ["최대", "maximum"],
    available_at_substation: ["변전소 여유", "available at the substation"], not_for_alliance: ["연합 몫 아님", "not for the alliance"],
  },
  class: {
    internal: ["내부 자료", "internal"], tenant_sovereign: ["소버린 입주사", "sovereign tenants"], tenant_secret: ["입주사 비밀", "tenants' secrets"], personal: ["개인정보", "personal data"],
    public_research: ["공개 연구", "public research"], fab_secret: ["반도체 공정 비밀 (국가핵심기술)", "fab secrets (national core technology)"], factory_secret: ["공장 비밀", "factory secrets"],
    design_secret: ["설계 비밀", "design secrets"], vehicle_personal: ["차량·위치 정보", "vehicle and location data"], medical: ["의료", "medical"], government: ["정부", "government"],
    telecom_secret: ["통신 비밀", "telecom secrets"], foreign_commercial: ["해외 상업", "foreign commercial"], foreign_personal: ["해외 개인정보", "foreign personal data"],
  },
  check: {
    gpu_time: ["GPU 시간", "GPU time"], energy: ["에너지", "Energy"], jobs: ["작업", "Jobs"], ledger: ["대여 장부", "Lending ledger"], sites: ["거점 합계", "Sum of sites"],
    members: ["회원 합계", "Sum of members"], money: ["돈", "Money"], water: ["물", "Water"], services: ["서비스", "Services"],
  },
  what: {
    "installed = used + idle + down + reserved": ["설치 = 사용 + 유휴 + 고장 + 예약", "installed = used + idle + down + reserved"],
    "facility = IT + cooling and losses": ["시설 전력 = IT + 냉각과 손실", "facility = IT + cooling and losses"],
    "in = done + running + queued + cancelled + failed": ["들어온 작업 = 완료 + 실행 중 + 대기 + 취소 + 실패", "in = done + running + queued + cancelled + failed"],
    "debits + credits = 0": ["빌린 것 + 빌려준 것 = 0", "debits + credits = 0"],
    "alliance = sum of its sites": ["연합 전체 = 거점의 합", "alliance = sum of its sites"],
  },
  kind: { batch: ["일괄 작업", "batch"], service: ["서비스", "service"], session: ["대화형 세션", "session"], pipeline: ["파이프라인", "pipeline"], hybrid: ["양자 하이브리드", "quantum-hybrid"], ran: ["기지국", "RAN cells"] },
  province: {
    Seoul: ["서울", "Seoul"], Busan: ["부산", "Busan"], Daegu: ["대구", "Daegu"], Incheon: ["인천", "Incheon"], Gwangju: ["광주", "Gwangju"], Daejeon: ["대전", "Daejeon"], Ulsan: ["울산", "Ulsan"],
    Sejong: ["세종", "Sejong"], Gyeonggi: ["경기", "Gyeonggi"], Gangwon: ["강원", "Gangwon"], Chungbuk: ["충북", "Chungbuk"], Chungnam: ["충남", "Chungnam"], Jeonbuk: ["전북", "Jeonbuk"], Jeonnam: ["전남", "Jeonnam"],
    Gyeongbuk: ["경북", "Gyeongbuk"], Gyeongnam: ["경남", "Gyeongnam"], Jeju: ["제주", "Jeju"],
  },
};
const hardware: Record<string, string> = {
  nvl72: "NVL72", hgx: "HGX", rtx: "RTX", pro: "PRO", server: "Server", dgx: "DGX",
};

export function word(kind: keyof typeof words, code: string, lang: Lang): string {
  const found = words[kind]?.[code];
  return found ? found[lang === "ko" ? 0 : 1] : kind === "what" ? code : code.replaceAll("_", " ");
}
/** gb300_nvl72 → GB300 NVL72, a100_h100_hgx → A100/H100 HGX. */
export function machine(code: string): string {
  return code.split("_").map((p) => hardware[p] ?? (/^\d+kw$/.test(p) ? p.replace("kw", " kW") : /^[a-z]{4,}$/.test(p) ? p[0]!.toUpperCase() + p.slice(1) : p.toUpperCase())).join(" ").replace(/\b([A-Z]+\d{3}) (?=[A-Z]+\d{3}\b)/g, "$1/");
}
export const pick = (text: Both, lang: Lang) => text[lang];
