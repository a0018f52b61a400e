// The messages of one channel on one person's screen.

import { button, el, language, rich, say } from './dom.js';
import { act, person } from './state.js';
import { story, telling } from './story.js';

const drawn = new WeakMap(); // list item -> what it was drawn from
const drawnText = new WeakMap();

/** Brings the list to `wanted`, touching only what changed. `screen` is {who, address, replyTo}. */
export function showMessages(list, wanted, screen) {
  const low = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const standing = new Map([...list.children].map((one) => [one.dataset.id, one]));
  const turned = telling() && standing.size === 0; // to another room: all of it was there before
  const items = wanted.map((one) => item(one, standing.get(one.id), screen, turned));
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const kept = new Set(items);
  for (const old of [...list.children]) if (!kept.has(old)) old.remove();
  items.forEach((one, at) => { if (list.children[at] !== one) list.insertBefore(one, list.children[at] ?? null); });
  if (focused && !list.contains(document.activeElement)) {
    (list.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? list).focus({ preventScroll: true });
  }
  const changed = telling() && !items.at(-1)?.classList.contains('fresh') && items.find((one) => one.classList.contains('changed'));
  if (changed) look(list, changed);
  else if (low) settle(list, items.at(-1));
}

/** While the story is told one looks at what was changed, and at a picture. */
function look(list, one) {
  const picture = one.querySelector('.picture');
  const end = (picture ?? one).offsetTop + (picture ?? one).offsetHeight - list.offsetTop + 10;
  list.scrollTop = Math.max(0, end - list.clientHeight);
}

/** At the newest message; at its beginning when it is taller than the screen. */
function settle(list, last) {
  list.scrollTop = list.scrollHeight;
  if (telling() && last?.querySelector('.picture')) look(list, last);
  else if (last && last.offsetHeight > list.clientHeight) list.scrollTop = last.offsetTop - list.offsetTop - 8;
}

function item(message, old, screen, turned) {
  const pressed = telling() && message.choices?.some((one) => one.token === story().acting.token) && story().acting;
  const from = JSON.stringify([message, language, screen.who.language, screen.address, screen.who.manages, telling(),
    pressed?.account === screen.account && pressed]);
  if (old && drawn.get(old) === from) return old;
  const made = draw(message, screen);
  made.classList.toggle('fresh', !old && !turned);
  made.classList.toggle('changed', Boolean(old) && drawnText.get(old) !== message.html);
  drawnText.set(made, message.html);
  drawn.set(made, from);
  return made;
}

function draw(message, screen) {
  const bot = message.author === 'bot';
  const name = bot ? say('brand') : message.name;
  const kinds = ['message', bot && 'from-bot', message.private && 'private', message.removed && 'gone'].filter(Boolean);
  return el('li', { class: kinds.join(' '), 'data-id': message.id },
    bot ? el('img', { class: 'face', src: 'mark.svg', alt: '', width: 34, height: 34 })
      : el('span', { class: `face tint-${tint(name)}`, 'aria-hidden': 'true' }, name[0]),
    el('div', { class: 'said' },
      el('p', { class: 'by' },
        el('b', {}, name), bot && el('span', { class: 'tag' }, say('bot_tag')),
        el('time', { datetime: message.at }, time(message.at, screen.who.zone)), marks(message)),
      message.removed ? el('p', { class: 'note' }, say(`removed_${message.removed}`)) : body(message, screen)));
}

function marks(message) {
  return [message.edited && 'edited', message.silent && message.author === 'bot' && !message.private && 'quiet']
    .filter(Boolean).map((one) => el('span', { class: 'mark' }, say(one)));
}

function body(message, screen) {
  const text = message.html ? rich(message.html) : message.text;
  return [
    message.reply && el('p', { class: 'note' }, say('replying', { text: quoted(screen, message.reply) })),
    el('div', { class: message.html ? 'text' : 'text plain' }, text),
    message.picture && el('img', { class: 'picture', onload: pictureIsThere, src: `data:image/png;base64,${message.picture}`, alt: message.alt }),
    message.files.length > 0 && el('ul', { class: 'files' }, message.files.map((one) => el('li', {},
      el('a', { href: one.address, download: one.name }, one.name), ` ${one.about}`))),
    message.choices.length > 0 && choices(message, screen),
    message.code && el('p', { class: 'code' }, message.code),
    below(message, screen),
  ];
}

/** Its height is known only now. */
function pictureIsThere({ target }) {
  const item = target.closest('.message');
  if (telling() && item && item === item.parentElement?.lastElementChild) look(item.parentElement, item);
}

function choices(message, screen) {
  if (telling()) return shownOnly(message, screen);
  return screen.who.style === 'forms' ? pressed(message, screen) : numbered(message, screen);
}

/** While the story is told: what can be chosen, and what somebody is about to choose. */
function shownOnly(message, screen) {
  if (screen.who.style !== 'forms') return el('ol', { class: 'numbers' }, message.choices.map((one) => el('li', {}, one.label)));
  const { acting } = story();
  return el('p', { class: 'choices' }, message.choices.map((one) => {
    const now = acting.token === one.token && acting.account === screen.account;
    return el('span', { class: `choice ${one.weight}${now ? ' pressed' : ''}` }, one.label, now && el('span', { class: 'hidden' }, ` (${say('presses', { name: screen.who.name })})`));
  }));
}

function pressed(message, { who, address }) {
  return el('div', { class: 'choices' }, message.choices.map((one) => button(one.label,
    (event) => waiting(event.currentTarget, () => act('press', { account: who.account, channel: address, token: one.token })),
    { class: `choice ${one.weight}`, 'data-key': `${message.id}.${one.token}` })));
}

function numbered(message, { who, address }) {
  const direct = address.startsWith('direct/');
  const answer = (at) => act('write',
    { account: who.account, channel: address, text: String(at), reply: direct ? '' : message.id });
  return [
    el('ol', { class: 'numbers' }, message.choices.map((one) => el('li', {}, one.label))),
    el('div', { class: 'choices' }, message.choices.map((one, at) => button(String(at + 1),
      (event) => waiting(event.currentTarget, () => answer(at + 1)),
      { class: 'choice number', 'aria-label': say('reply_with', { n: at + 1, label: one.label }),
        title: say('reply_with', { n: at + 1, label: one.label }), 'data-key': `${message.id}.${one.token}` }))),
  ];
}

/** A button that works is not pressed twice, and keeps the focus. */
async function waiting(pressed, work) {
  if (pressed.getAttribute('aria-busy') === 'true') return;
  pressed.setAttribute('aria-busy', 'true');
  await work();
  pressed.removeAttribute('aria-busy');
}

function below(message, { who, address, replyTo }) {
  const key = (name) => ({ 'data-key': `${message.id}.${name}`, class: 'small' });
  const direct = address.startsWith('direct/');
  if (telling()) return message.private && el('p', { class: 'below' }, el('span', {}, say('only_you')));
  if (message.private) {
    return el('p', { class: 'below' }, el('span', {}, say('only_you')), button(say('dismiss'),
      () => act('dismiss', { account: who.account, message: message.id }), key('dismiss')));
  }
  const acts = [];
  if (who.style === 'lines') acts.push(button(say('reply'), () => replyTo(message), key('reply')));
  if (message.author === 'bot' && who.manages && !direct) {
    acts.push(button(say('remove'), () => act('remove', { account: who.account, channel: address, message: message.id }),
      { ...key('remove'), 'aria-label': say('remove_message') }));
  }
  return acts.length > 0 && el('p', { class: 'below' }, acts);
}

export function quoted(screen, id) {
  const found = screen.all().find((one) => one.id === id);
  return found ? short(found.text ?? '', 60) : '…';
}

export function short(text, most) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

export function time(at, zone) {
  return at ? new Date(at).toLocaleTimeString(language, { timeStyle: 'short', timeZone: zone }) : '';
}

/** One of eight quiet colours for a name; it means nothing. */
export function tint(name) {
  return [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 8;
}

export const nameOf = (account) => person(account)?.name ?? account;
