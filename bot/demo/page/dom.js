// Small helpers: making elements, the page's words, and message text from the server.

let words = {};
export let language = 'en';

export async function loadWords() {
  words = await (await fetch('words')).json();
  language = localStorage.getItem('causeway.language') || (navigator.language.startsWith('es') ? 'es' : 'en');
  return Object.keys(words);
}

export function setLanguage(next) {
  language = next;
  localStorage.setItem('causeway.language', next);
}

/** A sentence of the page; `{name}` places are filled from `values`. */
export function say(key, values = {}) {
  const found = words[language]?.[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** `el('button', {class: 'x', onclick: f, 'aria-label': 'y'}, 'text', node)`; false, null and undefined are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'value') made.value = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export function button(label, onclick, attributes = {}) {
  return el('button', { type: 'button', onclick, ...attributes }, label);
}

// The server builds message text from escaped parts; what is not in this list is shown as its text all the same.
const TAGS = new Set(['P', 'BR', 'STRONG', 'EM', 'CODE', 'A', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'H3', 'H4']);

export function rich(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return [...template.content.childNodes].map(copy);
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  const inside = [...node.childNodes].map(copy);
  if (!TAGS.has(node.tagName)) return el('span', {}, inside);
  const attributes = {};
  if (node.tagName === 'OL' && /^\d+$/.test(node.getAttribute('start') ?? '')) attributes.start = node.getAttribute('start');
  if (node.tagName === 'A' && node.getAttribute('href')?.startsWith('https://')) {
    Object.assign(attributes, { href: node.getAttribute('href'), target: '_blank', rel: 'noopener noreferrer' });
  }
  return el(node.tagName.toLowerCase(), attributes, inside);
}

/** Puts `children` into `parent` and keeps the focus on whatever carries the same `data-key`. */
export function refill(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.replaceChildren(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Draws into `parent` only when `key`, all that the drawing depends on, is not what it was. */
export function redraw(parent, key, draw) {
  const packed = JSON.stringify([language, key]);
  if (parent.drawn === packed) return;
  parent.drawn = packed;
  parent.lang = language;
  refill(parent, draw());
}

let clearing;

/** One sentence at the bottom of the page, read aloud too. */
export function toast(text) {
  const place = document.getElementById('toast');
  place.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => { place.textContent = ''; }, 6000);
}
