// Words for the codes that the program writes. A code not listed here is shown as it is, so a new one is never hidden.
import type { Both } from "./report";
import type { Lang } from "./ui.svelte";

const words: Record<string, Record<string, [ko: string, en: string]>> = {
  policy: {
    dure: ["두레 (공정 배분·대여·회수)", "Dure (fair share, lending, reclaim)"], fcfs: ["선착순", "First come, first served"],
    easy: ["EASY 백필", "EASY backfill"], conservative: ["보수적 백필", "Conservative backfill"],
  },
  reason: {
    no_room: ["빈자리 없음", "no room"], behind_earlier_job: ["앞선 작업 뒤에서 대기", "behind an earlier job"], quota: ["몫 초과", "over quota"],
    no_whole_domain: ["온전한 NVLink 묶음 없음", "no whole NVLink domain free"], power_cap: ["전력 한도", "power limit"], no_legal_site: ["허용된 거점 없음", "no site where it is legal"],
    reserved: ["예약된 자리", "held by a reservation"], site_down: ["거점 중단", "site down"], not_powered: ["전력 없음", "not powered"],
  },
  status: {
    operating: ["운영 중", "operating"], under_construction: ["공사 중", "under construction"], planned: ["계획", "planned"], announced: ["발표", "announced"], approved: ["승인", "approved"],
    optional: ["선택", "optional"], ambition: ["구상", "ambition"], assumption: ["가정", "assumed"], expansion: ["증설", "expansion"], limited: ["제한 공급", "limited"], maximum: ["최대", "maximum"],
    available_at_substation: ["변전소 여유", "available at the substation"], not_for_alliance: ["동맹 몫 아님", "not for the alliance"],
  },
  class: {
    internal: ["내부 자료", "internal"], tenant_sovereign: ["소버린 입주사", "sovereign tenants"], tenant_secret: ["입주사 비밀", "tenants' secrets"], personal: ["개인정보", "personal data"],
    public_research: ["공개 연구", "public research"], fab_secret: ["반도체 공정 비밀 (국가핵심기술)", "fab secrets (national core technology)"], factory_secret: ["공장 비밀", "factory secrets"],
    design_secret: ["설계 비밀", "design secrets"], vehicle_personal: ["차량·위치 정보", "vehicle and location data"], medical: ["의료", "medical"], government: ["정부", "government"],
    telecom_secret: ["통신 비밀", "telecom secrets"], foreign_commercial: ["해외 상업", "foreign commercial"], foreign_personal: ["해외 개인정보", "foreign personal data"],
  },
  check: {
    gpu_time: ["GPU 시간", "GPU time"], energy: ["에너지", "Energy"], jobs: ["작업", "Jobs"], ledger: ["대여 장부", "Lending ledger"], sites: ["거점 합계", "Sum of sites"],
    members: ["참여기관 합계", "Sum of members"], money: ["돈", "Money"], water: ["물", "Water"], services: ["서비스", "Services"],
  },
  what: {
    "installed = used + idle + down + reserved": ["설치 = 사용 + 유휴 + 고장 + 예약", "installed = used + idle + down + reserved"],
    "facility = IT + cooling and losses": ["시설 전력 = IT + 냉각과 손실", "facility = IT + cooling and losses"],
    "in = done + running + queued + cancelled + failed": ["들어온 작업 = 완료 + 실행 중 + 대기 + 취소 + 실패", "in = done + running + queued + cancelled + failed"],
    "debits + credits = 0": ["빌린 것 + 빌려준 것 = 0", "debits + credits = 0"],
    "alliance = sum of its sites": ["동맹 전체 = 거점의 합", "alliance = sum of its sites"],
  },
  kind: { batch: ["일괄 작업", "batch"], service: ["서비스", "service"], interactive: ["대화형", "interactive"] },
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
  return code.split("_").map((p) => hardware[p] ?? p.toUpperCase()).join(" ").replace(/\b([A-Z]+\d{3}) (?=[A-Z]+\d{3}\b)/g, "$1/");
}
export const pick = (text: Both, lang: Lang) => text[lang];
