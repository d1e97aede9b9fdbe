import { el, svg } from './dom.js';

const MARGIN = { top: 12, right: 14, bottom: 43, left: 46 };
const NARROW = 520;
const LINE = 16;
const AXIS = 15;
/** How far off a base line may lie and still set the scale, in units of the value. */
const NEAR = 0.25;

/**
 * A line chart that redraws itself to its width.
 *
 * options: height; series [{name, color, points: [[x, y]], area}]; marks [{x, y, color, full, lines: [[k, v]], title}];
 * bases [{points: [[x, y]], text, strong}] drawn dashed and labelled by their last value, those far below everything else
 * only as a mark at the edge; verticals [x]; yFormat; xName; yMin, yMax. A series may be faint (drawn behind, read out on hover) or quiet (drawn, not read out).
 */
export function chart(options) {
  const root = el('div.chart');
  const tip = el('div.tip', { 'aria-hidden': 'true' });
  let latest = options;
  let width = 0;

  function draw() {
    if (!width) return;
    root.replaceChildren(render(latest, width, tip), tip);
  }
  const observer = new ResizeObserver((entries) => {
    const next = Math.round(entries[0].contentRect.width);
    if (next !== width) { width = next; draw(); }
  });
  observer.observe(root);
  return { root, update(next) { latest = next; draw(); }, close() { observer.disconnect(); } };
}

function render(o, width, tip) {
  const bases = o.bases || [];
  const inside = width < NARROW;
  const margin = { ...MARGIN, right: bases.length && !inside ? 170 : MARGIN.right };
  const all = [...o.series.flatMap((s) => s.points), ...(o.marks || []).map((m) => [m.x, m.y])];
  const ys = range(withNearBases(all.map((p) => p[1]), bases.map((b) => b.points.map((p) => p[1]))), o);
  const low = (b) => last(b)[1] < ys[0];
  if (inside) margin.bottom += LINE * bases.filter(low).length;
  const w = Math.max(40, width - margin.left - margin.right);
  const h = o.height - margin.top - margin.bottom;
  const xs = extent(all.map((p) => p[0]), 0, 1);
  if (o.xMin !== undefined) xs[0] = Math.min(o.xMin, xs[0]);
  const x = (v) => margin.left + ((v - xs[0]) / (xs[1] - xs[0])) * w;
  const y = (v) => margin.top + (1 - (v - ys[0]) / (ys[1] - ys[0])) * h;
  const root = svg('svg', { height: o.height, viewBox: `0 0 ${width} ${o.height}`, role: 'img', 'aria-label': o.label || '' });

  for (const tick of ticks(ys[0], ys[1], Math.max(2, Math.round(h / 38)))) {
    root.append(
      svg('line', { class: 'grid', x1: margin.left, x2: margin.left + w, y1: y(tick), y2: y(tick) }),
      svg('text', { x: margin.left - 9, y: y(tick) + 4, 'text-anchor': 'end' }, o.yFormat(tick)));
  }
  for (const tick of ticks(xs[0], xs[1], Math.max(2, Math.round(w / 72))).filter(Number.isInteger)) {
    root.append(svg('text', { x: x(tick), y: o.height - 8 - AXIS, 'text-anchor': 'middle' }, tick.toLocaleString('en')));
  }
  root.append(svg('text', { class: 'axis-name', x: margin.left + w, y: o.height - 5, 'text-anchor': 'end' }, o.xAxis || o.xName));
  for (const at of o.verticals || []) {
    if (at >= xs[0] && at <= xs[1]) root.append(svg('line', { class: 'promo', x1: x(at), x2: x(at), y1: margin.top, y2: margin.top + h }));
  }
  drawBases(root, bases, x, y, { margin, w, h, inside });
  for (const s of [...o.series].sort((a, b) => (b.faint || 0) - (a.faint || 0))) {
    if (!s.points.length) continue;
    const path = s.points.map((p, i) => `${i ? 'L' : 'M'}${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join('');
    if (s.area && s.points.length > 1) {
      const floor = y(ys[0]).toFixed(1);
      root.append(svg('path', { class: 'area', fill: s.color, d: `${path}L${x(s.points.at(-1)[0]).toFixed(1)} ${floor}L${x(s.points[0][0]).toFixed(1)} ${floor}Z` }));
    }
    root.append(svg('path', { class: s.faint ? 'line faint-line' : 'line', stroke: s.color, d: path }));
  }
  for (const m of o.marks || []) {
    root.append(svg('circle', { cx: x(m.x), cy: y(m.y), r: m.few ? 4 : 5, fill: m.full ? m.color : 'var(--surface)', stroke: m.color, 'stroke-width': m.few ? 1 : 2 }));
  }
  hover(root, o, { x, y, xs, margin, w, h, width }, tip);
  return root;
}

const last = (base) => base.points[base.points.length - 1];

/** Values that set the scale: a base line counts unless it lies so far off that it would flatten the curve. */
function withNearBases(values, bases) {
  if (!values.length) return bases.flat();
  const low = Math.min(...values) - NEAR;
  const high = Math.max(...values) + NEAR;
  return [...values, ...bases.filter((b) => b.every((v) => v >= low && v <= high)).flat()];
}

/** Labels stand at the right, or on narrow charts above their line, pushed apart so that none covers another. */
function drawBases(root, bases, x, y, { margin, w, h, inside }) {
  const top = margin.top;
  const bottom = margin.top + h;
  const right = margin.left + w;
  const labels = bases.map((b) => {
    const at = y(last(b)[1]);
    if (at > bottom) return { at: bottom, text: `${b.text} \u2193`, off: 1 };
    if (at < top) return { at: top, text: `${b.text} \u2191`, off: -1 };
    return { at, text: b.text, off: 0, strong: b.strong, points: b.points };
  }).sort((a, b) => a.at - b.at);
  labels.forEach((one) => { one.label = inside ? one.at + (one.off > 0 ? 7 : -9) : one.at; });
  labels.forEach((one, i) => { if (i) one.label = Math.max(one.label, labels[i - 1].label + LINE); });
  const room = inside ? LINE * labels.filter((one) => one.off > 0).length : LINE;
  const over = labels.length ? labels.at(-1).label - (bottom + room) : 0;
  if (over > 0) {
    labels.at(-1).label -= over;
    for (let i = labels.length - 2; i >= 0; i -= 1) labels[i].label = Math.min(labels[i].label, labels[i + 1].label - LINE);
  }
  for (const one of labels) {
    if (one.off === 0) {
      const path = [[margin.left, y(one.points[0][1])], ...one.points.map((p) => [x(p[0]), y(p[1])]), [right, one.at]];
      root.append(svg('polyline', { class: one.strong ? 'base strong' : 'base', fill: 'none', points: path.map((p) => p.map((v) => v.toFixed(1)).join(',')).join(' ') }));
    } else if (!inside) root.append(svg('path', { class: 'off-mark', d: `M${right - 5} ${one.at - 6 * one.off}h10l-5 ${6 * one.off}z` }));
    if (!inside) root.append(svg('path', { class: 'lead-line', fill: 'none', d: `M${right + (one.off ? 4 : 0)} ${one.at - 3 * one.off}L${right + 12} ${one.label}` }));
    root.append(svg('text', inside
      ? { class: 'base-label', x: margin.left + 4, y: one.label + 4 }
      : { class: 'base-label', x: right + 16, y: one.label + 4 }, one.text));
  }
}

function hover(root, o, { x, y, xs, margin, w, h, width }, tip) {
  const cross = svg('line', { class: 'cross', y1: margin.top, y2: margin.top + h, visibility: 'hidden' });
  const dots = o.series.map((s) => svg('circle', { r: 4, fill: s.color, visibility: 'hidden' }));
  const zone = svg('rect', { x: margin.left, y: margin.top, width: w, height: h, fill: 'transparent' });
  root.append(cross, ...dots, zone);

  zone.addEventListener('pointermove', (e) => {
    const box = root.getBoundingClientRect();
    const px = e.clientX - box.left;
    const py = e.clientY - box.top;
    const mark = nearest(o.marks || [], (m) => Math.hypot(x(m.x) - px, y(m.y) - py));
    let lines;
    let title;
    let at;
    if (mark && (mark.distance < 22 || !o.series.some((s) => s.points.length && !s.quiet))) {
      ({ title, lines } = mark.item);
      at = mark.item.x;
    } else {
      const value = xs[0] + ((px - margin.left) / w) * (xs[1] - xs[0]);
      const found = o.series.map((s) => (s.quiet ? null : nearest(s.points, (p) => Math.abs(p[0] - value))?.item));
      const first = found.find(Boolean);
      if (!first) return;
      at = first[0];
      title = `${o.xName} ${at.toLocaleString('en')}`;
      lines = found.flatMap((p, i) => (p ? [[o.series[i].name, o.yFormat(p[1], true)]] : []));
      dots.forEach((dot, i) => {
        if (!found[i]) return;
        dot.setAttribute('cx', x(found[i][0]));
        dot.setAttribute('cy', y(found[i][1]));
        dot.setAttribute('visibility', 'visible');
      });
    }
    cross.setAttribute('x1', x(at));
    cross.setAttribute('x2', x(at));
    cross.setAttribute('visibility', 'visible');
    tip.replaceChildren(el('b', title), ...lines.map(([k, v]) => (v === undefined ? el('div', k) : el('div.row', el('span', k), el('b', v)))));
    tip.classList.add('on');
    const left = x(at) + 14 + tip.offsetWidth > width ? x(at) - 14 - tip.offsetWidth : x(at) + 14;
    tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, Math.min(py - 20, margin.top + h - tip.offsetHeight))}px)`;
  });
  zone.addEventListener('pointerleave', () => {
    tip.classList.remove('on');
    for (const node of [cross, ...dots]) node.setAttribute('visibility', 'hidden');
  });
}

function nearest(items, distanceOf) {
  let best = null;
  for (const item of items) {
    const distance = distanceOf(item);
    if (!best || distance < best.distance) best = { item, distance };
  }
  return best;
}

function extent(values, low, high) {
  if (!values.length) return [low, high];
  let min = Infinity;
  let max = -Infinity;
  for (const v of values) { min = Math.min(min, v); max = Math.max(max, v); }
  return min === max ? [min - 1, max + 1] : [min, max];
}

function range(values, o) {
  const [min, max] = extent(values, 0, 1);
  const pad = (max - min) * 0.08;
  return [o.yMin ?? min - pad, Math.max(o.yMax ?? max + pad, (o.yMin ?? min) + 1e-6)];
}

function ticks(low, high, wanted) {
  const raw = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) || raw;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) found.push(Number((i * step).toPrecision(10)));
  return found;
}
