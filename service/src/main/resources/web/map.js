import { get, pictureOf } from './api.js';
import { el, emptyState } from './dom.js';
import { count, labelName } from './format.js';

const EVERY = 4000;
const MORPH_MILLIS = 1400;
/** Pictures already here, so that a newer map need not begin with blank tiles. */
const pictures = new Map();
const MARGIN = 26;
const STRETCH = 1.6;
/** Edges of a thumbnail that two of them keep between their middles. */
const APART = 0.7;
let showAfter = true;

export function mapView(main) {
  const abort = new AbortController();
  const body = el('div');
  main.append(body);
  let timer;
  let map = null;

  async function load() {
    try {
      const answer = await get('map', {}, abort.signal);
      if (answer.map && (!map || map.timestamp !== answer.map.timestamp)) {
        map?.close();
        body.replaceChildren();
        map = draw(body, answer.map);
      } else if (!answer.map && !map) {
        body.replaceChildren(emptyState(answer.computing ? 'Drawing the map' : 'Waiting for the first items',
          'The map lays a sample of the catalogue out on a plane so that what the network finds alike lies together, before and after learning.'));
      }
      map?.note(answer);
    } catch (e) {
      if (e.name === 'AbortError') return;
    }
    timer = setTimeout(load, map ? EVERY : 1200);
  }
  load();
  return () => { abort.abort(); clearTimeout(timer); map?.close(); };
}

const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);

function draw(root, data) {
  const same = data.generationBefore === data.generationAfter;
  const canvas = el('canvas', { tabindex: '0', 'aria-label': 'Map of the catalogue. Arrow keys move, plus and minus zoom.' });
  const tip = el('div.map-tip');
  const note = el('p.map-note');
  const about = el('p.soft.small');
  const frame = el('div.map-frame', canvas, tip, note,
    el('div.map-zoom', el('button', { type: 'button', 'aria-label': 'Zoom in', onclick: () => zoomBy(1.5) }, '+'), el('button', { type: 'button', 'aria-label': 'Zoom out', onclick: () => zoomBy(1 / 1.5) }, '−'), el('button', { type: 'button', 'aria-label': 'Show all', onclick: () => { view = { x: 0, y: 0, k: 1 }; paint(); } }, '⤢')));
  const buttons = ['Before learning', 'Now'].map((name, i) => el('button', { type: 'button', 'aria-pressed': 'false', disabled: same, onclick: () => morphTo(i) }, name));
  root.append(
    el('div.bar', el('div', el('h1', 'Map'), about), el('span.grow'),
      el('div.segments', { role: 'group', 'aria-label': 'Generation shown' }, buttons)),
    frame);

  const context = canvas.getContext('2d');
  const points = data.points.map((p) => ({ ...p, img: pictures.get(p.id) || null }));
  /** Middle and half length of what the points cover. */
  const extent = (name) => {
    const values = points.map((p) => p[name]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [(low + high) / 2, Math.max(1e-6, (high - low) / 2)];
  };
  const across = [extent('beforeX'), extent('afterX')];
  const down = [extent('beforeY'), extent('afterY')];
  const between = ([before, after], i) => before[i] + (after[i] - before[i]) * t;
  let view = { x: 0, y: 0, k: 1 };
  let size = { w: 1, h: 1, dpr: 1 };
  let t = same || showAfter ? 1 : 0;
  let hovered = null;
  let frameId = 0;
  let closed = false;
  let loading = 0;
  const queue = points.filter((p) => !p.img);

  /** Pixels for one unit across and down: the map fills its frame, whatever its shape, without stretching it much. */
  function scales() {
    const x = Math.max(1, size.w / 2 - MARGIN) / between(across, 1);
    const y = Math.max(1, size.h / 2 - MARGIN) / between(down, 1);
    return [Math.min(x, y * STRETCH) * view.k, Math.min(y, x * STRETCH) * view.k];
  }
  const place = (p, [sx, sy] = scales()) => [
    size.w / 2 + (p.beforeX + (p.afterX - p.beforeX) * t - between(across, 0) - view.x) * sx,
    size.h / 2 + (p.beforeY + (p.afterY - p.beforeY) * t - between(down, 0) - view.y) * sy,
  ];
  const edge = () => Math.max(24, Math.min(76, Math.sqrt((size.w * size.h) / points.length) * 0.8 * Math.sqrt(view.k) ** 1.35));

  /** Whether to show an item's picture: none hides more than a third of another, the others are dots until one zooms in. Does not change while one pans. */
  function thin(e) {
    const scale = scales();
    const shown = [];
    for (const p of points) {
      const [x, y] = place(p, scale);
      p.open = shown.every(([a, b]) => Math.max(Math.abs(a - x), Math.abs(b - y)) >= APART * e);
      if (p.open) shown.push([x, y]);
    }
  }

  function loadPictures() {
    while (loading < 16 && !closed) {
      const next = queue.findIndex((p) => p.open);
      if (next < 0) return;
      const [p] = queue.splice(next, 1);
      const img = new Image();
      loading += 1;
      img.onload = () => { loading -= 1; p.img = img; pictures.set(p.id, img); paint(); loadPictures(); };
      img.onerror = () => { loading -= 1; loadPictures(); };
      img.src = pictureOf(p.id);
    }
  }

  function paint() {
    if (frameId || closed) return;
    frameId = requestAnimationFrame(() => { frameId = 0; render(); });
  }

  function render() {
    const css = getComputedStyle(document.documentElement);
    const line = css.getPropertyValue('--line');
    const dot = css.getPropertyValue('--soft');
    const accent = css.getPropertyValue('--accent');
    context.setTransform(size.dpr, 0, 0, size.dpr, 0, 0);
    context.clearRect(0, 0, size.w, size.h);
    const e = edge();
    const kin = hovered?.group ? points.filter((p) => p.group === hovered.group) : [];
    if (hovered && kin.length > 1) {
      context.strokeStyle = accent;
      context.globalAlpha = 0.55;
      context.lineWidth = 1.5;
      const [hx, hy] = place(hovered);
      for (const p of kin) {
        const [x, y] = place(p);
        context.beginPath();
        context.moveTo(hx, hy);
        context.lineTo(x, y);
        context.stroke();
      }
      context.globalAlpha = 1;
    }
    if (t === 0 || t === 1) thin(e);
    const pictured = (p) => p.img && (p.open || p === hovered);
    for (const p of points) if (!pictured(p)) spot(p, e, p === hovered || kin.includes(p) ? accent : dot);
    for (const p of points) if (pictured(p) && p !== hovered) stamp(p, e, line, accent, kin.includes(p));
    if (hovered?.img) stamp(hovered, e * 1.35, line, accent, true);
    loadPictures();
  }

  function spot(p, e, colour) {
    const [x, y] = place(p);
    context.beginPath();
    context.arc(x, y, Math.max(2.5, e * 0.1), 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  }

  function stamp(p, e, line, accent, strong) {
    const [x, y] = place(p);
    if (x < -e || y < -e || x > size.w + e || y > size.h + e) return;
    context.globalAlpha = hovered && !strong ? 0.45 : 1;
    context.beginPath();
    context.roundRect(x - e / 2, y - e / 2, e, e, e * 0.2);
    context.fillStyle = '#fff';
    context.fill();
    const inner = e * 0.86;
    context.drawImage(p.img, x - inner / 2, y - inner / 2, inner, inner);
    context.strokeStyle = strong ? accent : line;
    context.lineWidth = strong ? 2 : 1;
    context.stroke();
    context.globalAlpha = 1;
  }

  function morphTo(target) {
    showAfter = target === 1;
    mark();
    const from = t;
    const start = performance.now();
    const duration = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : MORPH_MILLIS;
    const step = (now) => {
      if (closed || showAfter !== (target === 1)) return;
      const done = Math.min(1, (now - start) / duration);
      t = done === 1 ? target : from + (target - from) * ease(done);
      paint();
      if (done < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  function mark() {
    buttons.forEach((b, i) => b.setAttribute('aria-pressed', String((same ? 1 : showAfter ? 1 : 0) === i)));
  }

  function zoomBy(factor, cx = size.w / 2, cy = size.h / 2) {
    const k = Math.min(24, Math.max(0.7, view.k * factor));
    const old = scales();
    view.k = k;
    const now = scales();
    view.x += (cx - size.w / 2) * (1 / old[0] - 1 / now[0]);
    view.y += (cy - size.h / 2) * (1 / old[1] - 1 / now[1]);
    paint();
  }

  function pan(dx, dy) {
    const [sx, sy] = scales();
    view.x -= dx / sx;
    view.y -= dy / sy;
    paint();
  }

  function at(x, y) {
    let best = null;
    let distance = Math.max(16, edge() * 0.7);
    for (const p of points) {
      const [px, py] = place(p);
      const d = Math.hypot(px - x, py - y);
      if (d < distance) { distance = d; best = p; }
    }
    return best;
  }

  function hover(p) {
    if (p !== hovered) {
      hovered = p;
      canvas.classList.toggle('pointing', Boolean(p));
      paint();
    }
    tip.classList.toggle('on', Boolean(p));
    if (!p) return;
    if (tip.dataset.id !== p.id) {
      tip.dataset.id = p.id;
      tip.replaceChildren(el('img', { src: pictureOf(p.id), alt: '' }), el('div', el(p.title ? 'b.titled' : 'b', p.title || p.id), el('span.faint.small', p.domain || (p.label >= 0 ? `label ${labelName(p.label)}` : 'no label'))));
    }
    tip.style.transform = `translate(${freeCorner(p).map(Math.round).join('px, ')}px)`;
  }

  /** The corner of the frame farthest from the item and its like, so that the card covers none of them. */
  function freeCorner(p) {
    const shown = [p, ...points.filter((other) => p.group && other.group === p.group)].map((one) => place(one));
    const right = size.w - tip.offsetWidth - 12;
    const bottom = size.h - tip.offsetHeight - 12;
    const room = ([x, y]) => Math.min(...shown.map(([px, py]) => Math.hypot(
      Math.max(x - px, 0, px - x - tip.offsetWidth), Math.max(y - py, 0, py - y - tip.offsetHeight))));
    return [[12, 12], [right, 12], [12, bottom - 30], [right - 52, bottom]].reduce((best, corner) => (room(corner) > room(best) ? corner : best));
  }

  const pointers = new Map();
  let moved = 0;
  let pinch = 0;
  canvas.addEventListener('pointerdown', (e) => { canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId, e); moved = 0; pinch = 0; });
  canvas.addEventListener('pointermove', (e) => {
    const old = pointers.get(e.pointerId);
    if (!old) { hover(at(e.offsetX, e.offsetY)); return; }
    if (pointers.size === 2) {
      pointers.set(e.pointerId, e);
      const [a, b] = [...pointers.values()];
      const d = Math.hypot(a.offsetX - b.offsetX, a.offsetY - b.offsetY);
      if (pinch) zoomBy(d / pinch, (a.offsetX + b.offsetX) / 2, (a.offsetY + b.offsetY) / 2);
      pinch = d;
      moved = 99;
      return;
    }
    moved += Math.abs(e.offsetX - old.offsetX) + Math.abs(e.offsetY - old.offsetY);
    if (moved > 4) { canvas.classList.add('grabbing'); hover(null); pan(e.offsetX - old.offsetX, e.offsetY - old.offsetY); }
    pointers.set(e.pointerId, e);
  });
  const release = (e) => {
    pointers.delete(e.pointerId);
    pinch = 0;
    canvas.classList.remove('grabbing');
    if (e.type === 'pointerup' && moved <= 4) {
      const p = at(e.offsetX, e.offsetY);
      if (p) location.hash = `#/search?id=${encodeURIComponent(p.id)}`;
    }
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => hover(null));
  canvas.addEventListener('wheel', (e) => { e.preventDefault(); zoomBy(Math.exp(-e.deltaY * 0.0016), e.offsetX, e.offsetY); }, { passive: false });
  canvas.addEventListener('keydown', (e) => {
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (moves[e.key]) { e.preventDefault(); pan(...moves[e.key]); }
    if (e.key === '+' || e.key === '=') zoomBy(1.4);
    if (e.key === '-') zoomBy(1 / 1.4);
  });

  const observer = new ResizeObserver(() => {
    const box = canvas.getBoundingClientRect();
    size = { w: box.width, h: box.height, dpr: Math.min(2, devicePixelRatio || 1) };
    canvas.width = Math.round(size.w * size.dpr);
    canvas.height = Math.round(size.h * size.dpr);
    render();
  });
  observer.observe(frame);
  addEventListener('themechange', paint);
  mark();

  return {
    timestamp: data.timestamp,
    note({ computing, items }) {
      const shown = points.length < items ? `${count(points.length)} of ${count(items)}` : count(points.length);
      about.textContent = `${shown} items; near each other = alike to the network. Click one to search from it; dots become pictures as you zoom in.`;
      note.textContent = same
        ? 'The first generation still is the one in service: “now” appears when a trained one is complete.'
        : `generation ${data.generationBefore} → ${data.generationAfter}${computing ? ' · a newer map is being drawn' : ''}`;
    },
    close() { closed = true; observer.disconnect(); removeEventListener('themechange', paint); },
  };
}
