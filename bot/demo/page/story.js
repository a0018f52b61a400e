// The story at the top: its buttons, its sentence, the strip of where the call landed, and one's own names.

import { el, language, redraw, say } from './dom.js';
import { act, parts } from './state.js';

const $ = (id) => document.getElementById(id);
const NAMES = 'causeway.names';
const MODES = { ready: ['play', 'next', 'try'], playing: ['next', 'pause', 'try'], pausing: ['play', 'next', 'try'],
  paused: ['play', 'next', 'try'], ended: ['again', 'try'], astray: ['again', 'try'] };
const SHAPES = { sent: 'full', held: 'half', queued: 'half', sending: 'half', failed: 'alarm', unknown: 'alarm',
  outdated: 'alarm', standing: 'alarm' }; // beside the words, for a quick look

export const story = () => parts.story ?? { mode: 'free', seats: [], acting: {}, found: [], chips: [] };
export const telling = () => story().mode !== 'free';

/** Sets up the buttons; once. */
export function storyButtons() {
  for (const name of ['play', 'next', 'pause', 'try']) $(name).addEventListener('click', () => tell(name));
  $('again').addEventListener('click', () => begin());
  $('to-story').addEventListener('click', () => act('story'));
  $('landed-more').addEventListener('click', ({ currentTarget: one }) => {
    one.setAttribute('aria-expanded', String(one.getAttribute('aria-expanded') !== 'true'));
  });
  $('names-field').value = localStorage.getItem(NAMES) ?? '';
  $('names').querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); begin(); });
}

async function tell(name) {
  if (name === 'try') $('try').setAttribute('aria-busy', 'true');
  await act(name, { language });
  $('try').removeAttribute('aria-busy');
}

/** From the beginning, with the names in the field; what is wrong with them is said beside it. */
async function begin() {
  const names = $('names-field').value;
  localStorage.setItem(NAMES, names);
  const answer = await act('anew', { names });
  const wrong = answer?.result?.[language];
  $('names-error').textContent = wrong ?? '';
  $('names-error').hidden = !wrong;
  if (wrong) {
    $('names').open = true;
    $('names-field').focus();
  }
}

/** Draws what is above and below the screens. */
export function showStory() {
  const now = story();
  const on = telling();
  document.body.classList.toggle('telling', on);
  $('story').hidden = $('landed').hidden = !on;
  if (!on) return;
  $('story').dataset.mode = now.mode;
  $('names').hidden = !['ready', 'ended', 'astray'].includes(now.mode);
  buttons(now);
  redraw($('step'), [now.at, now.many, now.mode], () => step(now));
  redraw($('sentence'), [now.scene, now.found, now.mode], () => sentence(now));
  redraw($('landed-list'), now.chips, () => now.chips.map(chip));
  redraw($('landed-sums'), now.chips, () => [sums(now.chips)]);
  redraw($('landed-why'), now.chips, () => troubles(now.chips));
}

function buttons(now) {
  const focused = document.activeElement;
  for (const name of ['play', 'next', 'pause', 'try', 'again']) {
    const shown = MODES[now.mode].includes(name);
    $(name).hidden = !shown && (name === 'again' || ['ended', 'astray'].includes(now.mode));
    $(name).disabled = !shown;
  }
  $('play').classList.toggle('main', !['ended', 'playing'].includes(now.mode));
  const lost = focused?.closest?.('.tell') && (focused.disabled || focused.hidden);
  if (lost) [...document.querySelectorAll('.tell button')].find((one) => !one.disabled && !one.hidden)?.focus();
}

function step(now) {
  if (now.at === 0) return [];
  const words = say(now.mode === 'ended' ? 'story_ended' : now.mode === 'paused' ? 'story_paused' : 'story_step', { at: now.at, of: now.many });
  const bars = Array.from({ length: now.many }, (_, at) => el('i', { class: at < now.at ? 'past' : '' }));
  return [el('span', {}, words), el('span', { class: 'bars', 'aria-hidden': 'true' }, bars)];
}

function sentence(now) {
  if (now.at === 0) return [el('p', {}, say('story_about'))];
  const found = now.found.map((one) => el('p', { class: 'found' }, one[language]));
  return [el('p', {}, say(`scene_${now.scene}`)), ...found, now.mode === 'astray' && el('p', { class: 'error' }, say('story_astray'))];
}

function chip(one) {
  return el('li', { class: `chip ${SHAPES[one.state] ?? 'none'}` }, el('b', {}, one.name), el('span', {}, one.said[language]));
}

/** What did not arrive, why, and what mends it, across the whole strip. */
function troubles(chips) {
  return chips.filter((one) => one.why[language]).map((one) => el('p', { class: 'why' },
    el('b', {}, `${one.name}: ${one.said[language]}.`), ' ', one.why[language]));
}

function sums(chips) {
  const counts = new Map();
  for (const one of chips.filter((found) => found.state !== 'rule' && found.state !== 'waiting')) {
    counts.set(one.said[language], (counts.get(one.said[language]) ?? 0) + 1);
  }
  return counts.size ? [...counts].map(([words, n]) => `${words}: ${n}`).join(' · ') : say('landed_nothing');
}

/** What stands on a screen while the story is told: who acts, what they type, the form they fill in. */
export function showActing(screen) {
  const { acting } = story();
  const acts = acting.account === screen.account;
  const form = parts[`screen:${screen.account}`]?.form;
  screen.place.classList.toggle('acting', acts);
  redraw(screen.acting, [acts && acting, form], () => [
    form && sheet(form), acts && acting.line && el('p', { class: 'typed' }, el('span', { class: 'hidden' }, say('types', { name: screen.who.name })), ' ', acting.line),
  ]);
}

function sheet(form) {
  const filled = form.blanks.filter((one) => one.value || one.required);
  return el('div', { class: 'sheet', role: 'group', 'aria-label': form.title }, el('p', { class: 'sheet-title' }, form.title),
    el('dl', {}, filled.map((one) => [el('dt', {}, one.label), el('dd', {}, shown(one) || ' ')])));
}

const shown = (one) => one.options.find((option) => option.value === one.value)?.label ?? one.value;

/** The badge beside the name of whoever acts. */
export const badge = (screen) => story().acting.account === screen.account && el('span', { class: 'badge' }, say('acts'));

/** The screen that acts, or the one that did. */
export function actingSeat(before) {
  const at = story().seats.findIndex(([account]) => account === story().acting.account);
  return at < 0 ? Math.min(before, story().seats.length - 1) : at;
}
