// One person's screen: who it is, their channels, the messages of the open one, and where they write.

import { button, el, language, redraw, say } from './dom.js';
import { act, channel, channelsOf, directOf, messages, now, parts, person, space } from './state.js';
import { showMessages, tint } from './messages.js';
import { makeComposer } from './composer.js';
import { badge, showActing, telling } from './story.js';

/** Makes a screen. `page` is {replace(screen, account), close(screen), many()}. */
export function makeScreen(account, address, page) {
  const screen = { account, address, page, reply: null, seen: {} };
  Object.defineProperty(screen, 'who', { get: () => person(screen.account) });
  screen.all = () => messages(screen.who, screen.address);
  screen.replyTo = (message) => { screen.reply = message?.id ?? null; screen.refresh(); screen.composer.focus(); };
  screen.place = el('section', { class: 'screen' });
  screen.top = el('header');
  screen.nav = el('nav');
  screen.notes = el('div', { class: 'notes' });
  screen.list = el('ol', { class: 'messages', role: 'log', 'aria-live': 'off', tabindex: '0' });
  screen.empty = el('p', { class: 'empty' });
  if (!screen.address) screen.address = home(screen.who);
  screen.composer = makeComposer(screen);
  screen.acting = el('div', { class: 'about-to' });
  screen.place.append(screen.top, screen.nav, screen.notes, screen.empty, screen.list, screen.acting, screen.composer.place);
  screen.refresh = () => refresh(screen);
  return screen;
}

/** Where somebody is at first: in the channel for calls. */
export const home = (who) => channelsOf(who)[1].address;

function refresh(screen) {
  const { who } = screen;
  if (!addresses(who).includes(screen.address)) screen.address = home(who);
  screen.place.className = `screen ${who.style}`;
  screen.place.setAttribute('aria-label', say('screen_of', { name: who.name }));
  screen.place.lang = who.language;
  const local = now().toLocaleTimeString(language, { timeStyle: 'short', timeZone: who.zone });
  const acts = badge(screen);
  redraw(screen.top, [who, local, screen.page.many(), moderates(screen), screen.moderating, telling(), Boolean(acts)],
    () => (telling() ? seat(screen, local, acts) : top(screen, local)));
  const fresh = addresses(who).map((one) => unread(screen, one));
  redraw(screen.nav, [who, channelsOf(who), screen.address, fresh, telling() && local], () => (telling() ? here(screen, local) : channels(screen)));
  screen.nav.setAttribute('aria-label', say('channels', { name: who.name }));
  redraw(screen.notes, [who, space(who.space), screen.address, screen.moderating, telling()], () => notes(screen));
  const all = screen.all();
  screen.seen[screen.address] = all.length;
  screen.list.setAttribute('aria-label', say('messages', { channel: title(screen.address) }));
  screen.empty.hidden = all.length > 0;
  screen.empty.textContent = say(telling() ? 'nothing' : `nothing_${who.style}`);
  screen.empty.lang = language;
  showMessages(screen.list, all, screen);
  showActing(screen);
  screen.composer.place.hidden = telling();
  if (!telling()) screen.composer.refresh();
}

const addresses = (who) => [...channelsOf(who).map((one) => one.address), directOf(who.account)];
const title = (address) => (address.startsWith('direct/') ? say('direct_about') : `# ${channel(address)?.name ?? ''}`);

// -- who ---------------------------------------------------------------------------------------------------------------

function top(screen, local) {
  const { who } = screen;
  const home = space(who.space);
  return [
    el('div', { class: 'who' },
      el('span', { class: `face tint-${tint(who.name)}`, 'aria-hidden': 'true' }, who.name[0]),
      people(screen),
      el('div', { class: 'pair', role: 'group', 'aria-label': say('speaks', { name: who.name }) },
        ['en', 'es'].map((one) => button(one.toUpperCase(), () => act('speak', { account: who.account, language: one }),
          { 'aria-pressed': String(who.language === one), 'aria-label': say(one === 'en' ? 'english' : 'spanish'),
            'data-key': `speak-${one}` }))),
      moderates(screen) && more(screen),
      screen.page.many() && button('×', () => screen.page.close(screen),
        { class: 'quiet close', 'aria-label': say('close_screen', { name: who.name }), 'data-key': 'close' })),
    el('p', { class: 'about' }, el('span', { class: 'style' }, say(`${who.style}_long`)),
      el('span', {}, [home.name, home.state].filter(Boolean).join(', ')), el('span', {}, local)),
  ];
}

/** While the story is told nobody else is chosen: a name, a role, and whether they act now. */
function seat(screen, local, acts) {
  const { who } = screen;
  const home = space(who.space);
  return [
    el('div', { class: 'who' }, el('span', { class: `face tint-${tint(who.name)}`, 'aria-hidden': 'true' }, who.name[0]),
      el('h3', {}, who.name, ' ', el('small', {}, say(`role_${who.role}`))), acts),
    el('p', { class: 'about' }, el('span', { class: 'style' }, say(`${who.style}_long`)),
      el('span', {}, [home.name, home.state].filter(Boolean).join(', '))),
  ];
}

function people(screen) {
  const groups = parts.spaces.map((one) => el('optgroup', { label: `${one.name}${one.state && ` (${one.state})`} · ${say(one.style)}` },
    parts.people.filter((who) => who.space === one.address).map((who) => el('option', { value: who.account },
      `${who.name} · ${say(`role_${who.role}`)}`))));
  const made = el('select', { 'aria-label': say('whose'), 'data-key': 'who',
    onchange: (event) => screen.page.replace(screen, event.target.value) }, groups);
  made.value = screen.account;
  return made;
}

// -- where -------------------------------------------------------------------------------------------------------------

function channels(screen) {
  const { who } = screen;
  const rooms = channelsOf(who).map((one) => pill(screen, one.address,
    [el('span', { 'aria-hidden': 'true' }, '# '), one.name], one.shared ? say(`shared_${who.style}`) : one.closed ? say('closed') : ''));
  const direct = pill(screen, directOf(who.account),
    [el('img', { src: 'mark.svg', alt: '', width: 16, height: 16 }), ' ', say('direct')], say('direct_about'));
  return [...rooms, direct];
}

const here = (screen, local) => [el('span', { class: 'pill', 'aria-current': 'true' }, title(screen.address)), el('span', { class: 'local' }, local)];

function pill(screen, address, label, about) {
  const fresh = unread(screen, address);
  const made = button('', () => go(screen, address), {
    'aria-current': screen.address === address ? 'true' : null, title: about || null, 'data-key': `go-${address}`,
    class: fresh ? 'pill fresh' : 'pill',
  });
  made.append(...label);
  if (fresh) made.append(el('span', { class: 'count' }, say('unread', { n: fresh })));
  return made;
}

export function unread(screen, address) {
  if (address === screen.address) return 0;
  const there = messages(screen.who, address).length;
  if (screen.seen[address] === undefined) screen.seen[address] = address.startsWith('direct/') ? 0 : there;
  return Math.max(0, there - screen.seen[address]);
}

export const anyUnread = (screen) => addresses(screen.who).some((one) => unread(screen, one) > 0);

function go(screen, address) {
  screen.address = address;
  screen.reply = null;
  screen.list.replaceChildren();
  screen.page.remember();
  screen.refresh();
  screen.list.scrollTop = screen.list.scrollHeight;
}

// -- what is to be known, and what managers can do ---------------------------------------------------------------------

function notes(screen) {
  const { who, address } = screen;
  const home = space(who.space);
  const room = channel(address);
  return [
    room && !home.inside && el('p', { class: 'note warn' }, say('bot_missing')),
    room?.missing.includes('send') && home.inside && el('p', { class: 'note warn' }, say('right_lost')),
    !telling() && (screen.moderating || !home.inside) && el('div', { class: 'moderate', role: 'group', 'aria-label': say('moderate') },
      moderation(screen, home, room)),
  ];
}

const moderates = ({ who, address }) => !channel(address) || (who.manages && space(who.space).inside);

function more(screen) {
  return button('⋯', () => { screen.moderating = !screen.moderating; screen.refresh(); }, {
    class: 'quiet more', 'data-key': 'more', title: say('moderate'), 'aria-label': say('moderate'),
    'aria-expanded': String(Boolean(screen.moderating)),
  });
}

/** The buttons of those who manage the place, and of everybody in their own direct messages; behind `⋯`. */
function moderation(screen, home, room) {
  const { who, address } = screen;
  const one = (key, name, body) => button(say(key), () => act(name, { account: who.account, ...body }),
    { class: 'quiet', 'data-key': name });
  if (!room) return [one(who.closed ? 'doors_open' : 'doors_close', 'doors', {})];
  if (!who.manages) return [];
  if (!home.inside) return [one('bot_in', 'invite', { space: home.address })];
  return [one(room.missing.includes('send') ? 'right_give' : 'right_take', 'forbid', { channel: address }),
    one('bot_out', 'throw_out', { space: home.address })];
}
