// The dialog in which a person of a Discord-like server fills in a form.

import { button, el, language, rich, say } from './dom.js';
import { act, parts } from './state.js';

const dialog = document.getElementById('form');
let shown = ''; // which page of whose form is open, in which language of the page
let back = null; // where the focus returns to

/** Opens, changes or closes the dialog so that it shows `who`'s form. `accounts` are the people whose screens are open. */
export function showForm(people) {
  const who = people.find((one) => parts[`screen:${one.account}`]?.form);
  if (!who) {
    close();
    return;
  }
  const page = parts[`screen:${who.account}`].form;
  const wanted = [who.account, page.token, page.page, page.error, language].join('|');
  if (wanted === shown) return;
  const typed = dialog.open && shown.startsWith(`${who.account}|${page.token}|${page.page}|`) ? values() : {};
  shown = wanted;
  fill(who, page, typed);
  if (!dialog.open) {
    back = document.activeElement;
    dialog.showModal();
  }
  dialog.querySelector('input, textarea, select')?.focus();
}

function close() {
  shown = '';
  if (!dialog.open) return;
  dialog.close();
  if (back?.isConnected) back.focus();
  back = null;
}

function fill(who, page, typed) {
  const form = el('form', { onsubmit: (event) => send(event, who, page), novalidate: true },
    el('p', { class: 'whose' }, say('screen_of', { name: who.name })),
    el('h2', { id: 'form-title' }, page.title),
    page.pages > 1 && el('p', { class: 'note' }, say('page_of', { at: page.page, of: page.pages })),
    page.error && el('div', { class: 'error', role: 'alert' }, rich(page.error)),
    page.blanks.map((one) => blank(one, typed[one.key] ?? one.value)),
    el('p', { class: 'error', role: 'alert', id: 'form-away', hidden: true }, say('away')),
    el('div', { class: 'end' },
      button(say('close_form'), () => act('close_form', { account: who.account }), { class: 'quiet' }),
      el('button', { type: 'submit', class: 'main' }, page.submit)));
  form.lang = who.language;
  form.addEventListener('input', (event) => event.target.removeAttribute('aria-invalid'));
  dialog.oncancel = (event) => { event.preventDefault(); act('close_form', { account: who.account }); };
  dialog.replaceChildren(form);
  dialog.setAttribute('aria-labelledby', 'form-title');
}

function blank(one, value) {
  const id = `blank-${one.key}`;
  const hint = one.hint ? `${id}-hint` : null;
  const common = { id, name: one.key, 'aria-describedby': hint, required: one.required };
  return el('div', { class: 'blank' },
    el('label', { for: id }, one.label, ' ', el('span', { class: 'need' }, say(one.required ? 'required' : 'optional'))),
    hint && el('p', { class: 'hint', id: hint }, one.hint),
    field(one, common, value));
}

function field(one, common, value) {
  if (one.options.length > 0) {
    const made = el('select', common, !one.required || !value ? el('option', { value: '' }, say('choose')) : null,
      one.options.map((option) => el('option', { value: option.value },
        option.hint ? `${option.label} · ${option.hint}` : option.label)));
    made.value = value;
    return made;
  }
  if (one.kind === 'text') return el('textarea', { ...common, rows: 4, maxlength: one.limit, value });
  const digits = one.kind === 'number' ? 'numeric' : null;
  return el('input', { ...common, type: 'text', maxlength: one.limit, inputmode: digits, autocomplete: 'off', value });
}

function values() {
  const given = [...dialog.querySelectorAll('input, textarea, select')];
  return Object.fromEntries(given.map((one) => [one.name, one.value]));
}

async function send(event, who, page) {
  event.preventDefault();
  const empty = [...dialog.querySelectorAll('[required]')].find((one) => !one.value.trim());
  if (empty) {
    empty.setAttribute('aria-invalid', 'true');
    empty.focus();
    return;
  }
  const done = await act('submit', { account: who.account, channel: who.at, form: page.token, values: values() });
  const away = document.getElementById('form-away');
  if (away) away.hidden = Boolean(done);
}
