import { get, pictureOf, searchByPicture } from './api.js';
import { el, emptyState, icon, toast } from './dom.js';
import { bytes, count, labelName } from './format.js';

const PAGE = 96;
const UPLOAD = 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 19h14';
const SHUFFLE = 'M4 7h3.5L16 17h4m0 0-2.5-2.5M20 17l-2.5 2.5M4 17h3.5l2-2.4M14 9.4 16 7h4m0 0-2.5-2.5M20 7l-2.5 2.5';
const BACK = 'M14.5 5.5 8 12l6.5 6.5';

let seed = 1;
let filter = '';
let crossDomain = false;
let uploaded = null;

/** Opens the search view with a picture from the user's machine as the query. */
export function searchForFile(file) {
  if (!file) return;
  if (file.size > 10 * 1024 * 1024) {
    toast(`That file has ${bytes(file.size)}; a picture may have 10 MB at most. Make it smaller and try again.`);
    return;
  }
  if (uploaded) URL.revokeObjectURL(uploaded.url);
  uploaded = { file, url: URL.createObjectURL(file), number: (uploaded?.number || 0) + 1 };
  location.hash = `#/search?upload=${uploaded.number}`;
}

export function searchView(main, parameters) {
  if (parameters.has('id')) return resultView(main, { id: parameters.get('id') });
  if (parameters.has('upload') && uploaded) return resultView(main, { upload: uploaded });
  return wallView(main);
}

function picker() {
  const input = el('input', { type: 'file', accept: 'image/*', hidden: true, id: 'file', onchange: () => searchForFile(input.files[0]) });
  return [input, el('button.button.primary', { type: 'button', id: 'upload', title: 'Or drop or paste a picture anywhere', onclick: () => input.click() }, icon(UPLOAD), 'Search by picture')];
}

function tile(item, label = item.title) {
  const img = el('img', { src: pictureOf(item.id), alt: '', loading: 'lazy', decoding: 'async', onload: () => img.classList.add('in'), onerror: () => img.classList.add('in') });
  return el('a.tile', { href: `#/search?id=${encodeURIComponent(item.id)}`, 'aria-label': label || item.id, title: item.title || item.id }, img);
}

const awaits = {
  LEARNING: 'Which pictures have other neighbours than before learning will stand here, once the first trained version has embedded them all.',
  FIRST_GENERATION: 'Which pictures have other neighbours than before learning will stand here, once the untrained network has seen the later ones too.',
  COMPARISON: 'Neighbours before and after learning are being compared.',
};

/** The pictures that learning sees most differently, or what they wait for; away before there are items, and while one filters. */
function changedRow(signal) {
  const row = el('section.changed', { hidden: true, 'aria-labelledby': 'changed' });
  const title = () => el('h2', { id: 'changed' }, 'Where learning changed most');
  let shown = '';
  let timer;

  function show(changes) {
    if (!changes.changed.length) return row.replaceChildren();
    return row.replaceChildren(
      el('header', title(),
        el('p.faint.small', `For better or worse: of ${count(changes.compared)}${changes.compared < changes.items ? ` of ${count(changes.items)}` : ''} pictures, those whose ${changes.neighbours} nearest are least what they were; those that find nothing of the same thing, then or now, come last. Below each, how many show the same thing, before and now.`)),
      el('ol', changes.changed.map((item) => el('li',
        tile(item, `${item.title || item.id}: ${item.before} of its ${changes.neighbours} nearest showed the same before learning, ${item.after} do now`),
        el('p.shift', el('b.then', item.before), '→', el(`b.since${item.after < item.before ? '.fewer' : ''}`, item.after)),
        el('p.faint', item.stayed ? `${item.stayed} of ${changes.neighbours} stayed` : 'none stayed')))));
  }

  async function load() {
    clearTimeout(timer);
    const view = document.hidden ? null : await get('changed', {}, signal).catch(() => null);
    const { changes, awaited } = view || {};
    const state = changes ? `${changes.generationAfter}/${changes.compared}/${changes.items}` : awaits[awaited] && awaited;
    if (state && state !== shown) {
      shown = state;
      if (changes) show(changes);
      else row.replaceChildren(el('header.awaited', title(), el('p.faint.small', awaits[awaited])));
    }
    row.hidden = !row.childElementCount || Boolean(filter);
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(load, awaited === 'COMPARISON' ? 1000 : changes ? 15_000 : 4000);
  }
  load();
  addEventListener('generationchange', load, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  return row;
}

function wallView(main) {
  const abort = new AbortController();
  const wall = el('div.wall', { 'aria-label': 'Pictures' });
  const more = el('div.more');
  const found = el('span.faint.small');
  const changed = changedRow(abort.signal);
  const field = el('input.field', { type: 'search', id: 'filter', placeholder: 'Filter by title', 'aria-label': 'Filter by title', value: filter });
  let loaded = 0;
  let total = 0;
  let busy = false;
  let timer;

  async function load(fresh) {
    if (busy && !fresh) return;
    busy = true;
    if (fresh) {
      loaded = 0;
      if (!wall.childElementCount) wall.replaceChildren(...Array.from({ length: 48 }, () => el('div.skeleton')));
    }
    try {
      const page = await get('items', { seed, from: loaded, count: PAGE, q: filter }, abort.signal);
      if (fresh) wall.replaceChildren();
      wall.append(...page.items.map((item) => tile(item)));
      loaded += page.items.length;
      total = page.total;
      found.textContent = total ? `${count(total)} ${total === 1 ? 'picture' : 'pictures'}` : '';
      more.replaceChildren();
      if (!total) {
        more.append(filter
          ? el('p', `No title mentions “${filter}”.`)
          : emptyState('The catalogue is on its way', 'Items are being read, checked and embedded. Pictures appear here within seconds of their arrival, and can be searched at once, first with an untrained network, then with what it learns from them.'));
        if (!filter) timer = setTimeout(() => load(true), 1500);
      }
    } catch (e) {
      if (e.name !== 'AbortError') more.replaceChildren(el('p', `This could not be loaded: ${e.message}.`));
    }
    busy = false;
    if (loaded && loaded < total && more.getBoundingClientRect().top < innerHeight + 500) load(false);
  }

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => { filter = field.value.trim(); changed.hidden = Boolean(filter) || !changed.childElementCount; load(true); }, 180);
  });
  main.append(
    el('div.lead', el('h1', 'Pick a picture'), el('p', 'See what looks like it: to the network as it was before it learned anything, and as it sees now. Or drop a picture of your own.')),
    el('div.bar', field,
      el('button.button', { type: 'button', id: 'shuffle', onclick: () => { seed = Math.floor(Math.random() * 2 ** 31); load(true); } }, icon(SHUFFLE), 'Shuffle'),
      picker(), el('span.grow'), found),
    changed, wall, more);
  const observer = new IntersectionObserver((entries) => { if (entries[0].isIntersecting && loaded && loaded < total) load(false); }, { rootMargin: '600px' });
  observer.observe(more);
  // While not even one page is full, the catalogue is still streaming in: the wall grows as one looks.
  const growing = setInterval(async () => {
    if (!loaded || total >= PAGE || filter || busy || document.hidden) return;
    const page = await get('items', { count: 1 }, abort.signal).catch(() => ({ total }));
    if (page.total > total) load(true);
  }, 2500);
  load(true);
  return () => { abort.abort(); observer.disconnect(); clearTimeout(timer); clearInterval(growing); };
}

function resultView(main, query) {
  const abort = new AbortController();
  const body = el('div');
  const toggle = el('input', { type: 'checkbox', id: 'cross', checked: crossDomain, onchange: () => { crossDomain = toggle.checked; load(); } });
  const crossSwitch = el('label.switch', { hidden: true }, toggle, 'Other styles only');
  main.append(el('div.bar', el('a.button', { href: '#/search', id: 'back' }, icon(BACK), 'All pictures'), picker(), el('span.grow'), crossSwitch), body);
  body.append(el('div.result', el('div.query', el('div.skeleton')), skeletonSide(), skeletonSide()));

  async function load() {
    try {
      const answer = query.id
        ? await get('neighbours', { id: query.id, k: 12, crossDomain }, abort.signal)
        : await searchByPicture(query.upload.file, abort.signal);
      crossSwitch.hidden = !(answer.query && answer.query.domain);
      body.replaceChildren(el('div.result', queryCard(answer, query), side(answer, 'before'), side(answer, 'after')), legend());
    } catch (e) {
      if (e.name === 'AbortError') return;
      body.replaceChildren(el('div.empty', el('h2', query.upload ? 'This file can’t be searched for' : 'No result'), el('p', explained(e.message, query))));
    }
  }
  // A newly completed generation answers at once: one can watch a query get better.
  addEventListener('generationchange', load);
  load();
  return () => { abort.abort(); removeEventListener('generationchange', load); };
}

/** The first bytes of a file that is no picture help who calls the API, not who dropped the file. */
function explained(message, query) {
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/; they begin with [0-9a-f]+/, '')}.`;
  return query.upload && text.includes('no PNG') ? `${text} Its name may end in .png, but its content is something else: save it as PNG or JPEG and try again.` : text;
}

const skeletonSide = () => el('section.card.side', el('div.hits', Array.from({ length: 12 }, () => el('div.skeleton'))));

function queryCard(answer, query) {
  const item = answer.query;
  const name = item ? item.title || item.id : query.upload.file.name || 'Your picture';
  const facts = item
    ? [['Style', item.domain], ['Category', item.category], ['Label', labelName(item.label)], ['Training', item.holdout ? 'never trained on' : null]]
    : [['Query', 'your own picture; it is not stored']];
  return el('aside.query',
    el('div.picture', el('img', { src: item ? pictureOf(item.id) : query.upload.url, alt: name })),
    el('div', el(item?.title ? 'h1.titled' : 'h1', name), verdict(answer), el('dl', facts.filter(([, v]) => v).map(([k, v]) => [el('dt', k), el('dd', v)]))));
}

/** What learning changed for this query, in one line. */
function verdict(answer) {
  if (!answer.query || !answer.relevant || !answer.before || !answer.after || answer.same) return null;
  const [before, after] = [answer.before, answer.after].map((part) => part.hits.filter(isSame).length);
  const text = after > before ? `Learning found ${after - before} more` : after < before ? `${before - after} fewer than before learning` : 'As many as before learning';
  return el('p.verdict', el('b.then', before), el('span', { 'aria-label': 'then' }, '→'), el(`b.since${after < before ? '.fewer' : ''}`, after), el('span', text));
}

const legend = () => el('p.legend', 'Below each picture: its cosine distance from the query (smaller is nearer), the model version that embedded it, and # with the weak label that its text got.');

function isSame(hit) {
  return hit.sameProduct === null || hit.sameProduct === undefined ? hit.sameLabel : hit.sameProduct;
}

/** What the first trained version still lacks. */
async function waiting(root) {
  const p = await get('pipeline').catch(() => null);
  const left = p?.stepsToVersion;
  const filling = p && p.promotedVersion > 0;
  const steps = filling ? `Version ${p.promotedVersion} is promoted and embeds every item again.`
    : left ? `${count(p.steps)} training ${p.steps === 1 ? 'step was' : 'steps were'} taken, the next version comes after ${count(left)} more. ${p.lag.train || p.lag.label ? 'They are under way.' : 'New items bring them; a small catalogue needs train.steps-per-version lower.'}`
    : 'Training begins once enough items share a label.';
  root.replaceChildren(emptyState('Not yet', `The network is still untrained. ${steps} The answer of the first trained version will stand here beside the old one.`, filling || p?.lag?.train > 0 || p?.lag?.label > 0));
}

/** An index that lacks items which the other has says so. */
function sizeOf(part, { before, after }) {
  const most = Math.max(before?.size || 0, after?.size || 0);
  return part.size < most ? `${count(part.size)} of ${count(most)}` : count(part.size);
}

function side(answer, which) {
  const part = answer[which];
  const before = which === 'before';
  const section = el(`section.card.side.is-${which}`, { 'aria-label': before ? 'First generation' : 'Generation in service' });
  section.append(el('header', el('span.dot'), el('h2', before ? 'Before learning' : 'Now'),
    part ? el('span.faint.small', `${before ? 'untrained network' : `model v${part.modelVersion}`} · generation ${part.generation} · ${sizeOf(part, answer)} items`) : ''));
  if (!part) {
    section.append(el('p.soft.small', 'The network behind this generation is not loaded yet. Try again in a moment.'));
    return section;
  }
  if (!before && answer.same) {
    const still = el('div');
    section.append(still);
    waiting(still);
    return section;
  }
  const judged = answer.query && (answer.relevant || part.hits.some((h) => h.sameLabel));
  if (judged) {
    const correct = part.hits.filter(isSame).length;
    const of = answer.relevant ? Math.min(answer.relevant, part.hits.length) : part.hits.length;
    section.append(el('p.score', el('b', correct), el('span', answer.relevant ? `of ${of} other drawings of it among the nearest ${part.hits.length}` : `of the nearest ${part.hits.length} have its label`),
      answer.relevant ? el('span.pips', { 'aria-hidden': 'true' }, Array.from({ length: of }, (_, i) => el(i < correct ? 'i.on' : 'i'))) : null));
  } else {
    section.append(el('p.score', el('span', `the nearest ${part.hits.length}`)));
  }
  section.append(el(judged ? 'ol.hits.judged' : 'ol.hits', part.hits.map((hit) => hitCard(hit))));
  return section;
}

function hitCard(hit) {
  const same = isSame(hit);
  return el(`li.hit${same ? '.same' : ''}`,
    tile(hit, `${hit.title || hit.id}, distance ${hit.distance.toFixed(3)}${same ? ', same product' : ''}`),
    el(`p.name${hit.title ? '.titled' : ''}`, { title: hit.title || hit.id }, hit.title || hit.id),
    hit.domain ? el('p.style', hit.domain) : null,
    el('p.facts',
      el('span', { title: `Cosine distance from the query, smaller is nearer; embedded by model version ${hit.modelVersion}` }, `${hit.distance.toFixed(3)} · v${hit.modelVersion}`),
      el(`span.chip${hit.sameLabel ? '.same' : ''}`, { title: hit.label >= 0 ? `Weak label ${labelName(hit.label)}: what its text was taken to name${hit.sameLabel ? ', as the query\u2019s' : ''}` : 'No usable text' }, labelName(hit.label))));
}
