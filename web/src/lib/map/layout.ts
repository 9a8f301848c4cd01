// Where circles and their names go on a map. Pure: same sites and size, same drawing.
//
// Invariants: 1. no two circles overlap by more than a hair, as long as the frame has room;
//             2. a circle that had to leave its place keeps `ax, ay`, the place it stands for, for a leader line;
//             3. a name lies over no circle and no other name; one that finds no room is left out.
import { width as columns } from "../model";

/** `labels`: the name, longest form first; the first that finds room is taken. */
export interface Spot { id: string; x: number; y: number; r: number; labels: string[]; weight: number }
export interface Placed extends Spot { ax: number; ay: number; text?: { label: string; x: number; y: number; anchor: "start" | "end" | "middle" } }
interface Frame { width: number; height: number; font: number; gap?: number }
interface Box { x0: number; y0: number; x1: number; y1: number }

export function layout(spots: Spot[], frame: Frame, taken: Box[] = []): Placed[] {
  const gap = frame.gap ?? 2;
  const out: Placed[] = [...spots].sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1)).map((s) => ({ ...s, ax: s.x, ay: s.y }));
  for (let round = 0; round < 240; round++) {
    let moved = false;
    const pull = round < 160 ? 0.04 : 0;  // home-sick at first, then only apart
    for (const p of out) {
      p.x += (p.ax - p.x) * pull;
      p.y += (p.ay - p.y) * pull;
    }
    for (let i = 0; i < out.length; i++)
      for (let j = i + 1; j < out.length; j++) {
        const a = out[i]!, b = out[j]!;
        let dx = b.x - a.x, dy = b.y - a.y, d = Math.hypot(dx, dy);
        const want = a.r + b.r + gap;
        if (d >= want) continue;
        if (d < 0.01) { const turn = j * 2.4; dx = Math.cos(turn); dy = Math.sin(turn); d = 1; }
        const push = (want - Math.hypot(b.x - a.x, b.y - a.y)) / d, heavy = a.r * a.r / (a.r * a.r + b.r * b.r);
        a.x -= dx * push * (1 - heavy); a.y -= dy * push * (1 - heavy);
        b.x += dx * push * heavy; b.y += dy * push * heavy;
        moved = true;
      }
    for (const p of out) {
      p.x = Math.max(p.r + 2, Math.min(frame.width - p.r - 2, p.x));
      p.y = Math.max(p.r + 2, Math.min(frame.height - p.r - 2, p.y));
    }
    if (!moved && round > 160) break;
  }

  const boxes: Box[] = [...taken, ...out.map((p) => ({ x0: p.x - p.r, y0: p.y - p.r, x1: p.x + p.r, y1: p.y + p.r }))];
  for (const p of out) {
    const h = frame.font * 1.15, e = p.r + 5, d = e * 0.72;
    const tries: [number, number, "start" | "end" | "middle"][] = [
      [e, 0, "start"], [-e, 0, "end"], [0, e + h * 0.45, "middle"], [0, -e - h * 0.45, "middle"],
      [d, d + 3, "start"], [-d, d + 3, "end"], [d, -d - 3, "start"], [-d, -d - 3, "end"],
    ];
    search: for (const label of p.labels) for (const [dx, dy, anchor] of tries) {
      const w = columns(label) * frame.font * 0.56;
      const x = p.x + dx, y = p.y + dy;
      const x0 = anchor === "start" ? x : anchor === "end" ? x - w : x - w / 2;
      const box = { x0, y0: y - h / 2, x1: x0 + w, y1: y + h / 2 };
      const inside = box.x0 > 2 && box.x1 < frame.width - 2 && box.y0 > 2 && box.y1 < frame.height - 2;
      if (!inside || boxes.some((o) => box.x0 < o.x1 + 1 && box.x1 > o.x0 - 1 && box.y0 < o.y1 && box.y1 > o.y0)) continue;
      p.text = { label, x, y, anchor };
      boxes.push(box);
      break search;
    }
  }
  return out;
}
