import { get } from './api.js';
import { el, svg } from './dom.js';
import { ago, bytes, count, millis, percent, rate, words } from './format.js';

const EVERY = 2000;

export function pipelineView(main) {
  const abort = new AbortController();
  const problem = el('p.notice', { hidden: true });
  const flow = el('div.flow');
  const rest = el('div.columns');
  let timer;
  let status = {};
  const known = (e) => { if (e.name === 'AbortError') throw e; return status; };
  main.append(el('div.lead', el('h1', 'Pipeline'), el('p', 'From an item on the input topic to a searchable vector, and from its text to a better network.')), problem, flow, rest,
    el('p.faint.small', { style: { marginTop: '14px' } }, 'Each number names its metric when pointed at; all of them are at ', el('a', { href: '/metrics' }, '/metrics'), '.'));

  async function load() {
    try {
      const [p, s] = await Promise.all([get('pipeline', {}, abort.signal), get('status', {}, abort.signal).catch(known)]);
      status = s;
      problem.hidden = true;
      drawFlow(flow, p, status);
      rest.replaceChildren(refreshCard(p), freshnessCard(p), lagCard(p), refusedCard(p), generationsCard(p));
    } catch (e) {
      if (e.name === 'AbortError') return;
      problem.textContent = `No news from the pipeline: ${e.message}.`;
      problem.hidden = false;
    }
    timer = setTimeout(load, EVERY);
  }
  load();
  return () => { abort.abort(); clearTimeout(timer); };
}

/** Items are compared with those expected: the input topic counts one that is sent again twice. */
function drawFlow(root, p, { items, expected }) {
  const waiting = p.lag.train > 0 ? `${count(p.lag.train)} waiting` : '';
  const trail = p.trails || {};
  const none = '–'; // a count of what has not begun says less than what is waited for
  const searched = p.servingGeneration >= 0
    ? `${p.embedded < p.pictures ? `of ${count(p.pictures)} · ` : ''}generation ${p.servingGeneration} · model v${p.servingVersion}${p.promotedVersion > p.servingVersion ? ` · v${p.promotedVersion} promoted, filling` : ''}`
    : p.promotedVersion >= 0 ? `model v${p.promotedVersion} is filling the first generation` : 'waiting for the first network';
  const stages = [
    ['Items in', p.itemsIn || none, rate(p.rates.items, 'items'), p.itemsIn ? (expected > items ? `${count(items)} of ${count(expected)} in the demo` : 'on the input topic') : 'waiting for the first item', p.rates.items, trail.items, 'anchorstream_pipeline_items'],
    ['Pictures checked', p.pictures || none, rate(p.rates.pictures, 'items'), p.deadLetters.count ? `${count(p.deadLetters.count)} refused` : p.pictures ? 'none refused' : 'waiting for the first picture', p.rates.pictures, trail.pictures, 'anchorstream_pipeline_pictures'],
    ['Weak labels', p.labelled || none, rate(p.rates.labels, 'items'), p.labelled ? `${count(p.classes)} classes · ${count(p.holdout)} held out` : 'waiting for the first text', p.rates.labels, trail.labels, 'anchorstream_pipeline_labelled'],
    ['Batches trained', p.steps || none, rate(p.rates.steps, 'steps'), waiting || (p.stepsToVersion ? `${count(p.stepsToVersion)} more to the next version` : p.steps ? 'nothing waiting' : 'collecting the first ones'), p.rates.steps, trail.steps, 'anchorstream_learning_step'],
    ['Searchable', p.servingGeneration >= 0 ? p.embedded : none, rate(p.rates.embedded, 'items'), searched, p.rates.embedded, trail.embedded, 'anchorstream_index_items'],
  ];
  root.replaceChildren(...stages.map(([name, number, speed, note, moving, past, metric]) => el(`section.card.stage${moving > 0.05 ? '.moving' : ''}`,
    el('h2', name), el('b', { title: metric }, number === none ? none : count(number)), el('p', note), sparkline(past), el('p.rate', speed || '\u00a0'))));
}

/** The rate over the last five minutes. */
function sparkline(values) {
  const points = values || [];
  const top = Math.max(...points, 1e-9);
  const slots = 30;
  const line = points.slice(-slots).map((v, i, all) => `${slots - all.length + i},${(23 - 21 * (v / top)).toFixed(1)}`).join(' ');
  const shown = points.length > 1 && top > 0.01;
  return svg('svg', { class: 'spark', viewBox: `0 0 ${slots - 1} 24`, preserveAspectRatio: 'none', role: 'img', 'aria-label': shown ? `Rate over the last minutes, at most ${top.toFixed(1)} a second` : 'Quiet over the last minutes' },
    svg('line', { x1: 0, x2: slots - 1, y1: 23.5, y2: 23.5 }),
    shown ? [svg('polyline', { points: line })] : []);
}

function refreshCard(p) {
  const last = p.generations.at(-1);
  const card = el('section.card.span4', el('h2', { title: 'anchorstream_refresh_embedded of anchorstream_refresh_items' }, 'Refresh'));
  if (!last) {
    card.append(el('p.soft.small', { style: { marginTop: '8px' } }, 'A refresh embeds every item again with a newly promoted network. None has been started yet.'));
    return card;
  }
  const share = last.state === 'COMPLETE' ? 1 : last.items ? Math.min(1, last.embedded / last.items) : 0;
  card.append(
    el('p.big', { style: { marginTop: '8px' } }, percent(share, 0)),
    el('div.progress', { role: 'progressbar', 'aria-valuenow': Math.round(share * 100), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': 'Refresh' }, el('i', { style: { width: `${share * 100}%` } })),
    el('p.soft.small', last.state === 'COMPLETE'
      ? `Generation ${last.generation} was complete ${ago(last.completedAt)}, with all ${count(last.embedded)} items there were then.${p.servingGeneration === last.generation && p.embedded > last.embedded ? ` Items that came since joined it: ${count(p.embedded)} are searchable now.` : ''}`
      : !last.items ? `Generation ${last.generation} with model v${last.modelVersion} is waiting for the first item.`
      : `Generation ${last.generation} with model v${last.modelVersion}: ${count(last.embedded)} of ${count(last.items)} items, ${last.partitionsDone} of ${Math.max(last.partitions, last.partitionsDone)} partitions done.`),
    p.lastSwap && last.state !== 'COMPLETE' ? el('p.faint.small', { style: { marginTop: '8px' } }, sentence(p.lastSwap)) : '');
  return card;
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\d{5,}/g, (n) => count(Number(n)))}.`;

function freshnessCard(p) {
  return el('section.card.span4', el('h2', 'Freshness'),
    el('div.duo',
      el('p', { title: 'anchorstream_freshness_p50_seconds' }, el('b.big', millis(p.freshness.p50Millis)), el('span', 'median')),
      el('p', { title: 'anchorstream_freshness_p99_seconds' }, el('b.big', millis(p.freshness.p99Millis)), el('span', '99 of 100 within'))),
    el('p.faint.small', { style: { marginTop: '10px' } }, p.freshness.count
      ? `From an item’s arrival to its searchable vector, over the last ${count(Math.min(2000, p.freshness.count))} new items.`
      : 'From an item’s arrival to its searchable vector. Measured with the next new item.'));
}

function lagCard(p) {
  const names = { label: 'Items to be checked and labelled', train: 'Batches to be trained on', embed: 'Records to be embedded', index: 'Records to be indexed' };
  const known = Object.keys(names).filter((role) => role in p.lag);
  return el('section.card.span4', el('h2', { title: 'anchorstream_role_lag' }, 'Waiting'),
    el('dl.pairs', Object.keys(names).map((role) => el('div', el('dt', names[role]), el('dd', known.includes(role) ? (p.lag[role] ? count(p.lag[role]) : el('span.faint', 'none')) : el('span.faint', 'no news'))))));
}

function refusedCard(p) {
  const d = p.deadLetters;
  const card = el('section.card.span7', el('div.chart-head', el('h2', { title: 'anchorstream_dead_letters' }, 'Refused items'), d.count ? el('span.state.bad', count(d.count)) : el('span.state.good', 'none')));
  if (!d.count) {
    card.append(el('p.soft.small', 'An item that can’t be used becomes a dead letter with a reason, and the pipeline goes on. There has been none.'));
    return card;
  }
  const reasons = Object.entries(d.byReason).sort((a, b) => b[1] - a[1]);
  card.append(
    el('p', { style: { display: 'flex', gap: '6px', flexWrap: 'wrap', marginBottom: '10px' } }, reasons.map(([reason, n]) => el('span.state', `${words(reason)} · ${count(n)}`))),
    el('div.table-scroll', el('table.refused',
      el('thead', el('tr', el('th', 'Item'), el('th', 'Reason'), el('th.num', 'Size'), el('th.num', 'When'))),
      el('tbody', d.last.slice(0, 8).map((one) => el('tr',
        el('td.id', one.key || '(no key)'),
        el('td', words(one.reason), one.detail ? el('div.faint.small', { style: { overflowWrap: 'anywhere' } }, one.detail) : ''),
        el('td.num', bytes(one.bytes)),
        el('td.num.faint', ago(one.timestamp))))))));
  return card;
}

function generationsCard(p) {
  const held = new Map(p.held.map((h) => [h.generation, h]));
  const rows = [...p.generations].reverse().slice(0, 8);
  return el('section.card.span5', el('div.chart-head', el('h2', 'Generations')),
    rows.length
      ? el('div.table-scroll', el('table',
        el('thead', el('tr', el('th', 'Generation'), el('th', 'Model'), el('th', 'State'), el('th.num', 'Indexed'))),
        el('tbody', rows.map((g) => el('tr',
          el('td', el('b', g.generation)),
          el('td', `v${g.modelVersion}`),
          el('td', g.generation === p.servingGeneration ? el('span.state.good', 'In service') : el('span.state', words(g.phase))),
          el('td.num', held.has(g.generation) ? count(held.get(g.generation).items) : el('span.faint', g.generation < p.servingGeneration ? 'dropped' : '–')))))))
      : el('p.soft.small', 'A generation is every item embedded by one model version. The first is being filled.'));
}
