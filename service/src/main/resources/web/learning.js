import { get } from './api.js';
import { chart } from './chart.js';
import { el, emptyState, scroller } from './dom.js';
import { ago, count, percent, points, words } from './format.js';

const EVERY = 3000;
/** Pictures below which one more that is found moves a score by over half a point. */
const FEW = 200;

/** Scores and raw features in the order they are offered, as the service names them. */
let SCORES = [];
let BASELINES = [];
const REASONS = { 'no valid anchor': 'no two items of one label beside one of another', 'the loss is not finite': 'loss not finite', 'the gradient is not finite': 'gradient not finite' };
const ALARMS = { drift: 'The stream brings something else than before', collapse: 'Embeddings have become one, or the loss stands still', forgetting: 'The first items are told apart worse than before' };
let chosen = null;

export function learningView(main) {
  const body = el('div');
  main.append(el('div.lead', el('h1', 'Learning'), el('p', 'The network learns from weak labels as items stream in. Each trained version is scored on items it never saw, and none goes into service that is shown to be worse than the one there.')), body);
  const abort = new AbortController();
  let parts = null;
  let timer;

  async function load() {
    try {
      const data = await get('learning', {}, abort.signal);
      SCORES = data.scores.map((s) => [s.key, s.name, s.about, s.decides]);
      BASELINES = data.raw.map((r) => [`${r.key}.`, r.name]);
      if (!data.steps.length && !data.versions.length) {
        parts?.close();
        parts = null;
        body.replaceChildren(emptyState('Collecting the first mini-batches', 'Items wait until enough of them share a label. Then training starts, and the learning curve is drawn here step by step.'));
      } else {
        if (!parts) {
          parts = layOut();
          body.replaceChildren(parts.root);
        }
        parts.update(data);
      }
    } catch (e) {
      if (e.name === 'AbortError') return;
    }
    timer = setTimeout(load, EVERY);
  }
  load();
  return () => { abort.abort(); clearTimeout(timer); parts?.close(); };
}

function layOut() {
  const stats = el('div.stats');
  const scores = el('div.segments', { role: 'group', 'aria-label': 'Score shown' });
  const about = el('p');
  const gain = el('p.gain');
  const gate = el('p');
  const lossAbout = el('p');
  const versions = chart(blank(355));
  const small = ['loss', 'active', 'prequential'].map(() => chart(blank(205)));
  const table = scroller('Versions');
  const together = el('section.card', { style: { marginTop: 'var(--gap)' }, hidden: true });
  const few = el('span', { hidden: true }, el('i.point.few'), 'scored while few pictures were there: not comparable');
  let last;

  function update(data) {
    last = data;
    const offered = SCORES.filter(([key]) => data.versions.some((v) => key in v.metrics));
    if (!offered.some(([key]) => key === chosen)) chosen = offered[0]?.[0] || null;
    fillStats(stats, data);
    scores.hidden = !offered.length;
    scores.replaceChildren(...offered.map(([key, name]) => el('button', { type: 'button', 'aria-pressed': String(key === chosen), onclick: () => { chosen = key; update(last); } }, name)));
    const shown = offered.find(([key]) => key === chosen);
    const pictures = picturesOf(inServiceOf(data.versions) || {});
    about.replaceChildren(...(shown ? [shown[2], pictures ? `; ${count(pictures)} pictures now${pictures < FEW ? ', too few to tell' : ''}` : '', el('b', shown[3] ? ' · decides promotion' : ' · reported only')] : ['No version has been scored yet.']));
    gate.textContent = `${data.gate} Below each score: points over the untrained network on the same pictures; the hold-out grows with the catalogue, so compare versions by these.`;
    gain.replaceChildren(...gains(data));
    versions.update(versionChart(data));
    const promoted = data.versions.filter((v) => v.everPromoted && v.version > 0).map((v) => v.step);
    few.hidden = !tooFew(data.versions).size;
    small[0].update(lossChart(data, promoted));
    lossAbout.replaceChildren(...lossText(data));
    small[1].update(stepChart(data, 'activeShare', 'Active', 'var(--c3)', (v, exact) => percent(v, exact ? 1 : 0), promoted));
    small[2].update(stepChart(data, 'prequentialRecallAt1', 'Recall@1', 'var(--c2)', (v, exact) => percent(v, exact ? 1 : 0), promoted));
    fillTogether(together, data.versions);
    table.replaceChildren(versionTable(data.versions));
  }

  const root = el('div', stats,
    el('section.card', el('div.chart-head', el('div', el('h2', 'Model versions'), gain, about), scores), versions.root,
      el('p.legend', el('span', el('i.point.full'), 'promoted'), el('span', el('i.point.rejected'), 'rejected'), el('span', el('i.dash.strong'), 'the untrained network, on the same pictures as the version above it'), el('span', el('i.dash'), 'raw image features, likewise'), few)),
    el('div.charts',
      card('Loss', lossAbout, small[0]),
      card('Active triplets', 'share that still teaches something', small[1]),
      card('Prequential Recall@1', 'new items, scored before they are trained on', small[2])),
    together,
    el('section.card', { style: { marginTop: 'var(--gap)' } }, el('div.chart-head', el('div', el('h2', 'Every version and why the gate decided so'), gate)), table));
  return { root, update, close() { [versions, ...small].forEach((c) => c.close()); } };
}

const blank = (height) => ({ height, series: [], yFormat: String, xName: 'Step' });

function card(title, text, drawing) {
  return el('section.card', el('div.chart-head', el('div', el('h2', title), text instanceof Node ? text : el('p', text))), drawing.root);
}

function fillStats(root, data) {
  const inService = inServiceOf(data.versions);
  const score = chosen && inService ? inService.metrics[chosen] : undefined;
  const start = chosen && inService ? untrainedOf(inService) : undefined;
  const name = SCORES.find(([key]) => key === chosen)?.[1] || 'Score';
  root.replaceChildren(...[
    ['Version in service', inService ? `v${inService.version}` : '–', inService ? ago(inService.timestamp) : ''],
    [name, score === undefined ? '–' : percent(score), start !== undefined && score !== undefined && inService.version > 0 ? `untrained ${percent(start)}` : ''],
    ['Training steps', count(data.lastStep), data.skippedSteps ? `${count(data.skippedSteps)} taught nothing` : '', skipText(data)],
    ['Training speed', data.imagesPerSecond ? count(data.imagesPerSecond) : '–', data.imagesPerSecond ? 'images/s' : ''],
    ['Trained versions promoted', count(data.versions.filter((v) => v.everPromoted && v.version > 0).length), `of ${count(data.versions.filter((v) => v.version > 0).length)}`],
  ].map(([label, value, extra, below]) => el('div.card.stat', below ? { title: below } : null, el('span', label), el('b', value, extra ? el('em', extra) : null), below ? el('p.faint.small', below) : null)));
}

const inServiceOf = (versions) => versions.filter((v) => v.state === 'PROMOTED').sort((a, b) => b.generation - a.generation)[0];

/** Why steps taught nothing, most frequent first. */
function skipText(data) {
  return Object.entries(data.skipReasons || {}).sort((a, b) => b[1] - a[1])
    .map(([reason, n]) => `${count(n)} × ${REASONS[reason] || reason}`).join(', ');
}

/** What learning brought so far, in words. */
function gains(data) {
  const now = inServiceOf(data.versions);
  const score = now?.metrics[chosen];
  if (score === undefined || now.version === 0) return [];
  const against = [['the untrained network', untrainedOf(now)], ['raw HOG', now.baselines[`hog.${chosen}`]]]
    .filter(([, y]) => y !== undefined);
  if (!against.length) return [];
  return [el('b', `v${now.version} in service: `), against.map(([name, y], i) => [
    i ? ', ' : '', el(`b.${score >= y ? 'up' : 'down'}`, points(score, y)), `${i ? '' : ' points'} over ${name}`])].flat(3);
}

/** Scored on the very pictures that the version was scored on: the hold-out grows while items arrive. */
const untrainedOf = (version, key = chosen) => version.baselines[`untrained.${key}`];

/** Pictures that the score shown was taken on. */
const picturesOf = (version) => version.metrics?.[`${(chosen || '').split('.')[0]}.pictures`];

/** Versions that were scored on less than half as many pictures as the fullest hold-out: another question was asked. */
function tooFew(versions) {
  const most = Math.max(0, ...versions.map((v) => picturesOf(v) || 0));
  return new Set(versions.filter((v) => chosen in v.metrics && (picturesOf(v) ?? most) * 2 < most));
}

/** Alarms as dots on the curve, at the height the curve has there. */
const alarmMarks = (data, points) => (data.alarms || []).flatMap((a) => {
  const near = points.reduce((best, p) => (!best || Math.abs(p[0] - a.step) < Math.abs(best[0] - a.step) ? p : best), null);
  return near ? [{ x: a.step, y: near[1], color: 'var(--bad)', full: true, title: `Alarm: ${a.name}`, lines: [[ALARMS[a.name] || a.name], ['step', count(a.step)]] }] : [];
});

const hasMetricLoss = (data) => data.steps.some((s) => typeof s.metricLoss === 'number');

function lossText(data) {
  return hasMetricLoss(data)
    ? ['of the batch alone; ', el('span', { title: 'The total adds terms that fade in while training goes on: comparison with earlier batches, with texts, and with what was learned before.' }, el('i.swatch'), 'faint: with terms that fade in')]
    : ['total; rises at first, as terms fade in'];
}

/** The total rises while terms fade in, so that the loss of the batch alone is the curve to read. */
function lossChart(data, verticals) {
  const format = (v, exact) => v.toFixed(exact ? 4 : 2);
  if (!hasMetricLoss(data)) return stepChart(data, 'loss', 'Loss', 'var(--c1)', format, verticals);
  const own = data.steps.filter((s) => typeof s.metricLoss === 'number').map((s) => [s.step, s.metricLoss]);
  const total = data.steps.map((s) => [s.step, s.loss]);
  return {
    height: 205, xName: 'Step', yFormat: format, verticals, yMin: 0, label: 'Loss', marks: alarmMarks(data, own),
    series: [{ name: 'Loss', color: 'var(--c1)', area: true, points: own }, { name: 'With all terms', color: 'var(--c1)', faint: true, points: total }],
  };
}

function stepChart(data, field, name, color, yFormat, verticals) {
  const points = data.steps.map((s) => [s.step, s[field]]);
  return {
    height: 205, xName: 'Step', yFormat, verticals, yMin: 0, label: name, marks: alarmMarks(data, points),
    series: [{ name, color, area: true, points }],
  };
}

/**
 * The hold-out grows while items arrive, and a score on other pictures is another score. So each version stands beside what
 * the untrained network and the raw features do on the very pictures that it was scored on.
 */
function versionChart(data) {
  const few = tooFew(data.versions);
  const scored = data.versions.filter((v) => chosen in v.metrics);
  const full = scored.filter((v) => !few.has(v));
  const trained = full.filter((v) => v.version > 0);
  const curve = trained.length ? trained : full;
  const bases = [['untrained.', 'Untrained'], ...BASELINES].flatMap(([prefix, text]) => {
    const points = curve.filter((v) => `${prefix}${chosen}` in v.baselines).map((v) => [v.step, v.baselines[`${prefix}${chosen}`]]);
    return points.length ? [{ points, strong: prefix === 'untrained.', text: `${text} ${percent(points[points.length - 1][1])}` }] : [];
  });
  return {
    height: 355, xName: 'Step', xAxis: 'training steps', yFormat: (v) => percent(v), bases, label: 'Score of each version', xMin: 0,
    series: [{ name: 'in service', color: 'var(--c1)', quiet: true, points: trained.filter((v) => v.everPromoted).map((v) => [v.step, v.metrics[chosen]]) }],
    marks: (trained.length ? scored.filter((v) => v.version > 0) : scored).map((v) => ({
      x: v.step, y: v.metrics[chosen], color: v.everPromoted && !few.has(v) ? 'var(--c1)' : 'var(--faint)', full: v.everPromoted && !few.has(v), few: few.has(v),
      title: `v${v.version} · ${stateOf(v, inServiceOf(data.versions))[0].toLowerCase()}`,
      lines: [
        ...SCORES.filter(([key]) => key in v.metrics).map(([key, name]) => [name, percent(v.metrics[key])]),
        ...(untrainedOf(v) !== undefined && v.version > 0 ? [['untrained, same pictures', percent(untrainedOf(v))]] : []),
        ...(picturesOf(v) ? [['pictures', `${count(picturesOf(v))}${few.has(v) ? ', too few' : ''}`]] : []),
        ['after step', count(v.step)]],
    })),
  };
}

/** The state in words and its colour: one version is in service, others were. */
function stateOf(version, inService) {
  if (version === inService) return ['In service', 'good'];
  if (version.version === 0 && version.state === 'PROMOTED') return ['Was the start', ''];
  return { PROMOTED: ['Was in service', ''], REJECTED: ['Rejected', 'bad'], ROLLED_BACK: ['Rolled back', 'bad'] }[version.state]
    || [words(version.state.toLowerCase()), ''];
}

/** Old and new version in one index: query by row, gallery by column. */
function fillTogether(root, versions) {
  const v = [...versions].reverse().find((one) => one.compatibility && 'new_in_old' in one.compatibility);
  root.hidden = !v;
  if (!v) return;
  const c = v.compatibility;
  const shown = JSON.stringify([v.comparedWith, v.version, c]);
  if (root.dataset.shown === shown) return; // drawn anew, it would lose the focus
  root.dataset.shown = shown;
  const [older, newer] = [`v${v.comparedWith}`, `v${v.version}`];
  const cell = (key) => el('td.num', { style: { background: `color-mix(in srgb, var(--c1) ${Math.round(30 * c[key])}%, transparent)` } }, el('b', percent(c[key])));
  root.replaceChildren(
    el('div.chart-head', el('div', el('h2', `${newer} beside ${older} in one index`),
      el('p', `Recall@1 on the hold-out. The new space is rotated onto the old one before it is published; without that, queries by ${newer} would find ${percent(c.new_in_old_unaligned)} in the index of ${older}. ${percent(c.overlap_at_10)} of the ten nearest neighbours stay.`))),
    scroller('Recall@1 by query and gallery', el('table.pairing',
      el('thead', el('tr', el('th', 'Query by'), el('th.num', `gallery by ${older}`), el('th.num', `gallery by ${newer}`))),
      el('tbody',
        el('tr', el('td', older), cell('old_in_old'), cell('old_in_new')),
        el('tr', el('td', newer), cell('new_in_old'), cell('new_in_new'))))));
}

/** The gate names scores by their keys; the page by their names. */
const plain = (reason) => SCORES.reduce((text, [key, name]) => text.replaceAll(key, name), reason).replaceAll('->', '→');

function versionTable(versions) {
  const keys = SCORES.filter(([key]) => versions.some((v) => key in v.metrics));
  const inService = inServiceOf(versions);
  const few = tooFew(versions);
  const pictures = `${(chosen || '').startsWith('test.') ? 'Test' : 'Hold-out'} pictures`;
  const cell = (v, [key, name, , decides]) => {
    const start = v.version > 0 ? untrainedOf(v, key) : undefined;
    return el(`td.num${key === chosen || decides ? '' : '.other'}`, { 'data-name': name }, key in v.metrics ? percent(v.metrics[key]) : '–',
      start === undefined ? '' : el('div.faint.small', { title: `The untrained network has ${percent(start)} on the same pictures` }, points(v.metrics[key], start)));
  };
  return el('table.versions',
    el('thead', el('tr', el('th', 'Version'), el('th', 'State'), el('th.num', 'Step'), el('th.num', { title: 'That the score shown was taken on' }, pictures), keys.map(([key, name, , decides]) => el(`th.num${key === chosen || decides ? '' : '.other'}`, decides ? { title: 'Decides promotion' } : null, decides ? `${name} ✓` : name)), el('th.why', 'Reason'))),
    el('tbody', [...versions].reverse().map((v) => {
      const [state, colour] = stateOf(v, inService);
      return el('tr',
        el('td', el('b', `v${v.version}`)),
        el('td', el(`span.state${colour ? `.${colour}` : ''}`, state)),
        el('td.num', { 'data-name': 'Step' }, count(v.step)),
        el('td.num', { 'data-name': pictures }, picturesOf(v) ? count(picturesOf(v)) : '–', few.has(v) ? el('div.faint.small', 'too few') : ''),
        keys.map((key) => cell(v, key)),
        el('td.soft.reason', plain(v.reason), v.gateReason ? el('div.faint.small', `The gate: ${plain(v.gateReason)}`) : ''));
    })));
}
