import { get } from './api.js';
import { el } from './dom.js';
import { compact } from './format.js';
import { searchView, searchForFile } from './search.js';
import { learningView } from './learning.js';
import { pipelineView } from './pipeline.js';
import { mapView } from './map.js';

const views = { search: searchView, learning: learningView, pipeline: pipelineView, map: mapView };
const titles = { search: 'Search', learning: 'Learning', pipeline: 'Pipeline', map: 'Map' };
const main = document.getElementById('view');
let close = () => {};
let generation;

/** A view is a function (container, parameters) that draws and returns how to stop. */
function show() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const name = views[path] ? path : 'search';
  close();
  main.replaceChildren();
  main.dataset.view = name;
  for (const tab of document.querySelectorAll('.tabs a')) {
    if (tab.dataset.view === name) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  document.title = `${titles[name]} · Anchorstream`;
  close = views[name](main, new URLSearchParams(query || '')) || (() => {});
}

async function refreshStatus() {
  const now = document.getElementById('now');
  try {
    const s = await get('status');
    if (generation !== undefined && generation !== s.generation) dispatchEvent(new Event('generationchange'));
    generation = s.generation;
    now.replaceChildren(
      el('b', compact(s.items)), s.expected > s.items ? ` of ${compact(s.expected)} items` : ' items',
      ...(s.generation >= 0 && s.indexed < s.items ? [' · ', el('b', compact(s.indexed)), ' searchable'] : []),
      ...(s.generation >= 0 ? [' · generation ', el('b', s.generation)] : [s.versions > 0 ? ' · first generation filling' : ' · waiting for the first network']),
      ...(s.steps > 0 ? [' · step ', el('b', compact(s.steps))] : []));
  } catch {
    now.textContent = 'The service does not answer';
  }
}

// While the demo still draws its pictures nobody is to be credited yet.
async function showCredits(looks = 12) {
  const credits = await get('credits').catch(() => []);
  if (!credits.length) {
    if (looks > 1) setTimeout(() => showCredits(looks - 1), 10_000);
    return;
  }
  document.getElementById('foot').replaceChildren(el('details',
    el('summary', 'Pictures and licences'),
    el('ul', credits.map((c) => el('li',
      /^https?:\/\//.test(c.url) ? el('a', { href: c.url, rel: 'noreferrer noopener' }, c.name) : c.name,
      ` by ${c.author}, ${c.licence} (${compact(c.items)})`)))));
}

document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  try { localStorage.setItem('theme', root.dataset.theme); } catch { /* holds for this visit only */ }
  window.dispatchEvent(new Event('themechange'));
});

const drop = document.getElementById('drop');
let depth = 0;
const hasFiles = (e) => [...(e.dataTransfer?.types || [])].includes('Files');
addEventListener('dragenter', (e) => { if (hasFiles(e)) { depth += 1; drop.hidden = false; } });
addEventListener('dragleave', (e) => { if (hasFiles(e)) { depth -= 1; if (depth <= 0) { depth = 0; drop.hidden = true; } } });
addEventListener('dragover', (e) => { if (hasFiles(e)) e.preventDefault(); });
addEventListener('drop', (e) => {
  if (!hasFiles(e)) return;
  e.preventDefault();
  depth = 0;
  drop.hidden = true;
  searchForFile(e.dataTransfer.files[0]);
});
addEventListener('paste', (e) => {
  const file = [...(e.clipboardData?.files || [])].find((f) => f.type.startsWith('image/'));
  if (file) { e.preventDefault(); searchForFile(file); }
});

addEventListener('hashchange', () => { show(); scrollTo(0, 0); });
addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && location.hash.includes('?') && !e.target.matches('input')) location.hash = '#/search';
});
show();
refreshStatus();
setInterval(() => { if (!document.hidden) refreshStatus(); }, 3000);
showCredits();
