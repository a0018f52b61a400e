// Where a person writes: lines with commands typed in them, or an input whose `/` opens the list of commands.

import { button, el, language, refill, say } from './dom.js';
import { act, parts } from './state.js';
import { quoted } from './messages.js';

let count = 0;

/** The composer of one screen. `screen` is {who, address, reply, replyTo, all}. */
export function makeComposer(screen) {
  const id = `write-${count += 1}`;
  const place = el('div', { class: 'composer' });
  const state = { screen, place, id, open: false, at: 0, found: [], draft: '' };
  drawWriting(state);
  return { place, refresh: () => refresh(state), focus: () => state.input?.focus() };
}

const forms = (state) => state.screen.who.style === 'forms';
const inRoom = (state) => !state.screen.address.startsWith('direct/');

function refresh(state) {
  const mode = [state.screen.who.account, state.screen.who.language, state.screen.address, state.screen.reply, language].join('|');
  if (state.mode !== mode && !state.asking) drawWriting(state);
  state.mode = mode;
}

// -- writing ---------------------------------------------------------------------------------------------------------

function drawWriting(state) {
  const { screen, id } = state;
  state.asking = null;
  state.draft = state.input?.value ?? state.draft;
  const hint = forms(state) ? say('write_forms') : say(inRoom(state) ? 'write_room' : 'write_lines');
  const list = `${id}-list`;
  const common = { id, 'aria-label': hint, placeholder: hint, autocomplete: 'off', 'data-key': 'write', role: 'combobox',
    'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list, value: state.draft };
  state.input = forms(state) ? el('input', { ...common, type: 'text', maxlength: 2000 })
    : el('textarea', { ...common, rows: 1, maxlength: 20000 });
  state.input.addEventListener('input', () => { look(state); grow(state.input); });
  state.input.addEventListener('keydown', (event) => key(event, state));
  state.input.addEventListener('blur', () => setTimeout(() => close(state), 150));
  state.list = el('ul', { id: list, role: 'listbox', class: 'palette', 'aria-label': say('commands'), hidden: true });
  refill(state.place,
    screen.reply && el('p', { class: 'replying' }, say('replying', { text: quoted(screen, screen.reply) }),
      button('×', () => screen.replyTo(null), { class: 'small', 'aria-label': say('reply_stop'), 'data-key': 'unreply' })),
    state.list,
    el('form', { class: 'write', onsubmit: (event) => { event.preventDefault(); send(state); } },
      button(forms(state) ? '/' : '!', () => openAll(state),
        { class: 'slash', 'aria-label': say('commands'), title: say('commands'), 'data-key': 'slash' }),
      state.input,
      el('button', { type: 'submit', class: 'send', 'data-key': 'send' }, say('send'))));
  grow(state.input);
}

function grow(input) {
  if (input.tagName !== 'TEXTAREA') return;
  input.style.height = 'auto';
  input.style.height = `${Math.min(input.scrollHeight + 2, 160)}px`;
}

function openAll(state) {
  state.input.value = forms(state) ? '/' : '';
  state.input.focus();
  look(state, true);
}

async function send(state) {
  const text = state.input.value.trim();
  if (!text) return;
  if (forms(state) && text.startsWith('/')) {
    if (state.found.length > 0) pick(state, state.found[state.at]);
    return;
  }
  close(state);
  const { who, address, reply } = state.screen;
  const done = await act('write', { account: who.account, channel: address, text, reply: reply ?? '' });
  if (!done) return;
  state.input.value = state.draft = '';
  grow(state.input);
  if (reply) state.screen.replyTo(null);
}

// -- the list of commands ----------------------------------------------------------------------------------------------

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function typedWords(state, command) {
  return command.typed[state.screen.who.language];
}

function look(state, all = false) {
  const value = state.input.value;
  const prefix = forms(state) ? '/' : '!';
  if (!all && !value.startsWith(prefix)) {
    close(state);
    return;
  }
  const typed = plain(value.replace(prefix, '').split('\n')[0]).trim();
  const fits = (one) => Object.values(one.typed).some((word) => plain(word).includes(typed) || typed.startsWith(`${plain(word)} `));
  state.found = parts.commands.filter(fits);
  if (!forms(state) && state.found.length === 0) {
    close(state);
    return;
  }
  state.at = 0;
  state.open = true;
  drawList(state);
}

function drawList(state) {
  const options = state.found.map((one, at) => el('li', {
    role: 'option', id: `${state.id}-${at}`, 'aria-selected': String(at === state.at),
    onpointerdown: (event) => { event.preventDefault(); pick(state, one); },
  }, el('b', {}, `${forms(state) ? '/' : inRoom(state) ? '!' : ''}${typedWords(state, one)}`), ' ',
  el('span', {}, one.about[state.screen.who.language])));
  state.list.replaceChildren(...(options.length ? options : [el('li', { class: 'none' }, say('no_command'))]));
  state.list.hidden = false;
  state.input.setAttribute('aria-expanded', 'true');
  if (options.length) state.input.setAttribute('aria-activedescendant', `${state.id}-${state.at}`);
  state.list.children[state.at]?.scrollIntoView({ block: 'nearest' });
}

function close(state) {
  if (!state.open) return;
  state.open = false;
  state.list.hidden = true;
  state.input.setAttribute('aria-expanded', 'false');
  state.input.removeAttribute('aria-activedescendant');
}

function key(event, state) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (state.open && event.key in steps && state.found.length > 0) {
    event.preventDefault();
    state.at = (state.at + steps[event.key] + state.found.length) % state.found.length;
    drawList(state);
  } else if (state.open && event.key === 'Escape') {
    event.preventDefault();
    close(state);
  } else if (state.open && event.key === 'Tab' && !event.shiftKey && state.found.length > 0) {
    event.preventDefault();
    pick(state, state.found[state.at]);
  } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const chosen = state.open && state.found.length > 0 && !hasMore(state);
    if (chosen) pick(state, state.found[state.at]);
    else send(state);
  }
}

/** Behind a typed command stands something already: then Enter sends it as it is. */
function hasMore(state) {
  if (forms(state)) return false;
  const typed = plain(state.input.value.slice(1)).trim();
  return state.found.some((one) => Object.values(one.typed).some((word) => typed === plain(word) || typed.startsWith(`${plain(word)} `)));
}

async function pick(state, command) {
  close(state);
  if (!forms(state)) {
    state.input.value = `${inRoom(state) ? '!' : ''}${typedWords(state, command)} `;
    state.input.focus();
    return;
  }
  state.input.value = state.draft = '';
  if (command.options.length > 0) await ask(state, command);
  else await run(state, command, {});
}

async function run(state, command, values) {
  const { who, address } = state.screen;
  return act('command', { account: who.account, channel: address, name: command.name, values });
}

// -- the options of a command ------------------------------------------------------------------------------------------

async function ask(state, command) {
  const { who, address } = state.screen;
  state.asking = command.name;
  const lists = await Promise.all(command.options.map((one) => one.completes
    ? act('complete', { account: who.account, channel: address, name: command.name, key: one.key }) : null));
  const fields = command.options.map((one, at) => option(state, one, lists[at]?.result ?? []));
  const cancel = () => { drawWriting(state); state.input.focus(); };
  const form = el('form', { class: 'options', onsubmit: async (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    if (await run(state, command, values)) cancel();
  } },
  el('fieldset', {}, el('legend', {}, `/${typedWords(state, command)}`), fields,
    el('div', { class: 'end' }, button(say('cancel'), cancel, { class: 'quiet' }),
      el('button', { type: 'submit', class: 'main' }, say('run')))));
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') cancel(); });
  refill(state.place, form);
  form.querySelector('input, select')?.focus();
}

function option(state, one, list) {
  const id = `${state.id}-${one.key}`;
  const common = { id, name: one.key, required: one.required };
  const label = el('label', { for: id }, one.label[state.screen.who.language], ' ',
    el('span', { class: 'need' }, say(one.required ? 'required' : 'optional')));
  const field = list.length > 0
    ? el('select', common, el('option', { value: '' }, say('choose')), list.map((found) => el('option', { value: found.value },
      found.hint ? `${found.label} · ${found.hint}` : found.label)))
    : el('input', { ...common, type: 'text', autocomplete: 'off' });
  return el('div', { class: 'blank' }, label, field);
}
