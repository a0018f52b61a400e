// The page: the bar at the top, which screens are open, and what is read aloud.

import { button, el, language, loadWords, refill, say, setLanguage, toast } from './dom.js';
import { act, listen, messages, now, parts, person } from './state.js';
import { anyUnread, makeScreen } from './screen.js';
import { short } from './messages.js';
import { showForm } from './form.js';
import { actingSeat, showStory, story, storyButtons, telling } from './story.js';

const $ = (id) => document.getElementById(id);
const phone = matchMedia('(max-width: 760px)');
const MEMORY = 'causeway.screens';
const FIRST = 3; // screens at the beginning
const MOST = 4;

let screens = [];
let front = 0; // which one a phone shows
let heard = new Set(); // ids of messages that were there already

const page = {
  many: () => screens.length > 1,
  remember: () => !telling() && localStorage.setItem(MEMORY, JSON.stringify(screens.map((one) => [one.account, one.address]))),
  replace(screen, account) {
    const fresh = makeScreen(account, null, page);
    screens[screens.indexOf(screen)] = fresh;
    show();
    fresh.place.querySelector('select')?.focus();
  },
  close(screen) {
    screens = screens.filter((one) => one !== screen);
    front = Math.min(front, screens.length - 1);
    show();
    $('add').focus();
  },
};

// -- screens -----------------------------------------------------------------------------------------------------------

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(MEMORY) ?? '[]').filter(([account]) => person(account)).slice(0, MOST);
  } catch {
    return [];
  }
}

function openFirst() {
  const kept = remembered();
  const moderators = (style) => parts.people.filter((one) => one.style === style);
  const usual = [moderators('forms')[0], moderators('lines')[0], moderators('forms')[3]].map((one) => [one.account, null]);
  screens = (kept.length ? kept : usual.slice(0, FIRST)).map(([account, address]) => makeScreen(account, address, page));
  show();
}

function add() {
  const open = new Set(screens.map((one) => one.account));
  const next = parts.people.find((one) => !open.has(one.account));
  if (screens.length >= MOST || !next) return;
  screens.push(makeScreen(next.account, null, page));
  front = screens.length - 1;
  show();
  screens[front].place.querySelector('select').focus();
}

function show() {
  $('screens').replaceChildren(...screens.map((one) => one.place));
  $('screens').dataset.count = String(screens.length);
  page.remember();
  refresh();
}

function refresh() {
  for (const one of screens) one.refresh();
  tabs();
  $('add').disabled = screens.length >= MOST;
  showForm(telling() ? [] : screens.map((one) => ({ ...one.who, at: one.address })));
}

/** The three screens of the story; who stays seated keeps theirs. */
function takeSeats() {
  const { seats } = story();
  const was = front;
  front = actingSeat(front);
  const same = screens.length === seats.length && seats.every(([account], at) => screens[at].account === account);
  if (!same) {
    screens = seats.map(([account, address]) => screens.find((one) => one.account === account) ?? makeScreen(account, address, page));
    $('screens').replaceChildren(...screens.map((one) => one.place));
    $('screens').dataset.count = String(screens.length);
  }
  seats.forEach(([, address], at) => turn(screens[at], address));
  refresh();
  if (front !== was) screens[front].list.scrollTop = screens[front].list.scrollHeight;
}

function turn(screen, address) {
  if (screen.address === address) return;
  screen.address = address;
  screen.list.replaceChildren();
}

let told; // whether the story was on at the last change

/** Everything on the page, told or free. */
function draw() {
  showStory();
  $('intro').hidden = telling() || localStorage.getItem('causeway.intro') === 'seen';
  if (telling()) takeSeats();
  else if (told || screens.length === 0) openFree();
  else refresh();
  told = telling();
}

/** From the story into the free rehearsal: once it has begun, the same people stay on the screens. */
function openFree() {
  if (told) screens = story().at > 0 ? screens.map((one) => makeScreen(one.account, one.address, page)) : [];
  if (screens.length === 0) openFirst();
  else show();
  if (told) $('screens').focus();
}

function tabs() {
  const narrow = phone.matches;
  $('tabs').hidden = !narrow;
  screens.forEach((one, at) => {
    one.place.id = `screen-${at}`;
    one.place.hidden = narrow && at !== front;
    if (narrow) one.place.setAttribute('role', 'tabpanel');
    else one.place.removeAttribute('role');
  });
  refill($('tabs'), narrow ? screens.map(tab) : []);
}

function tab(screen, at) {
  const fresh = at !== front && anyUnread(screen);
  return button([screen.who.name, fresh ? el('span', { class: 'dot' }, el('span', { class: 'hidden' }, ` ${say('unread', { n: '' })}`)) : ''], () => choose(at), {
    role: 'tab', id: `tab-${at}`, 'aria-selected': String(at === front), 'aria-controls': `screen-${at}`,
    tabindex: at === front ? '0' : '-1', 'data-key': `tab-${at}`,
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose((at + step + screens.length) % screens.length);
      $(`tab-${front}`).focus();
    },
  });
}

function choose(at) {
  front = at;
  refresh();
  const list = screens[front].list;
  list.scrollTop = list.scrollHeight;
}

// -- the bar -----------------------------------------------------------------------------------------------------------

function bar() {
  for (const one of document.querySelectorAll('[data-say]')) one.textContent = say(one.dataset.say);
  for (const one of document.querySelectorAll('[data-name]')) one.setAttribute('aria-label', say(one.dataset.name));
  for (const one of document.querySelectorAll('[data-language]')) {
    one.setAttribute('aria-pressed', String(one.dataset.language === language));
  }
  document.documentElement.lang = language;
  document.title = say('title');
  stage();
  clock();
}

function stage() {
  for (const one of document.querySelectorAll('[data-style]')) {
    const down = parts.stage.down.includes(one.dataset.style);
    one.setAttribute('aria-pressed', String(!down));
    refill(one, el('b', {}, say(one.dataset.style)), ' ', el('span', {}, say(down ? 'is_down' : 'is_up')));
  }
  $('bot').textContent = `${say('bot')}: ${say(parts.stage.alive ? 'bot_on' : 'bot_off')}`;
  $('bot').classList.toggle('off', !parts.stage.alive);
  $('kill').disabled = !parts.stage.alive;
}

function clock() {
  const shown = { weekday: 'short', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZone: 'America/New_York' };
  $('now').textContent = `${now().toLocaleString(language, shown)} ${say('zone')}`;
  $('now').dateTime = now().toISOString();
}

async function move(hours) {
  if (await act('move', { hours })) setTimeout(() => toast(say('moved', { time: $('now').textContent })), 100);
}

async function kill() {
  if (await act('kill')) toast(say('killed'));
}

function buttons() {
  $('hour').addEventListener('click', () => move(1));
  $('day').addEventListener('click', () => move(24));
  $('kill').addEventListener('click', kill);
  $('add').addEventListener('click', add);
  $('controls-button').addEventListener('click', (event) => {
    const open = event.currentTarget.getAttribute('aria-expanded') !== 'true';
    event.currentTarget.setAttribute('aria-expanded', String(open));
  });
  $('intro-close').addEventListener('click', () => { $('intro').hidden = true; localStorage.setItem('causeway.intro', 'seen'); $('screens').focus(); });
  for (const one of document.querySelectorAll('[data-style]')) {
    one.addEventListener('click', () => act('platform', { style: one.dataset.style }));
  }
  for (const one of document.querySelectorAll('[data-language]')) {
    one.addEventListener('click', () => { setLanguage(one.dataset.language); bar(); draw(); });
  }
  phone.addEventListener('change', draw);
  setInterval(clock, 5000);
}

// -- what is read aloud ------------------------------------------------------------------------------------------------

function ids(each) {
  for (const screen of screens) {
    for (const message of screen.all()) each(screen, message);
  }
}

function announce() {
  const fresh = [];
  ids((screen, message) => {
    const key = `${screen.account} ${message.id}`;
    if (heard.has(key)) return;
    heard.add(key);
    if (telling() || message.author === screen.account || (phone.matches && screens[front] !== screen)) return;
    const author = message.author === 'bot' ? say('brand') : message.name;
    const values = { screen: say('screen_of', { name: screen.who.name }), author, text: short(message.text ?? '', 160) };
    fresh.push(say(message.private ? 'news_private' : 'news', values));
  });
  if (fresh.length > 0) $('news').textContent = fresh.slice(-3).join(' ');
}

let run; // which telling this page shows

function changed(names, first) {
  if (run !== undefined && run !== story().run) return location.reload();
  run = story().run;
  const was = !$('kill').disabled;
  draw();
  if (names.includes('stage')) stage();
  if (!first && !was && parts.stage.alive && !telling()) toast(say('back'));
  clock();
  if (first) ids((screen, message) => heard.add(`${screen.account} ${message.id}`));
  else announce();
}

await loadWords();
buttons();
storyButtons();
bar();
listen(changed);
