/** Builds an element: el('a.button', {href: '#/x', onclick}, 'text', child). Text is always text, never markup. */
export function el(spec, ...rest) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const part of rest.flat(Infinity)) {
    if (part === null || part === undefined || part === false) continue;
    if (part instanceof Node) node.append(part);
    else if (typeof part === 'object') apply(node, part);
    else node.append(String(part));
  }
  return node;
}

function apply(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(node.style, value);
    else if (value === true) node.setAttribute(name, '');
    else node.setAttribute(name, value);
  }
}

/** What may be wider than its place scrolls inside it, with the keyboard too. */
export const scroller = (name, ...content) => el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': name }, content);

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat());
  return node;
}

export function icon(path) {
  return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: path }));
}

let toastTimer;
export function toast(message) {
  const box = document.getElementById('toast');
  box.textContent = message;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 6000);
}

/** What stands where something will appear later: what is going on, and what will come. Dots move while something does. */
export function emptyState(title, text, moving = true) {
  return el('div.empty', moving && el('div.dots', { 'aria-hidden': 'true' }, el('i'), el('i'), el('i')), el('h2', title), el('p', text));
}
