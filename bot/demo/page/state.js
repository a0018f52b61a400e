// What the server told, and how to act. The server sends only the parts that changed; a new connection gets all of them.

import { say, toast } from './dom.js';

export const parts = { stage: { alive: true, down: [] }, commands: [], people: [], spaces: [] };
let shift = 0; // the rehearsal's clock minus this machine's

export const now = () => new Date(Date.now() + shift);
export const person = (account) => parts.people.find((one) => one.account === account);
export const space = (address) => parts.spaces.find((one) => one.address === address);
export const directOf = (account) => `direct/${account}`;

export function channelsOf(who) {
  return [...space(who.space).channels.filter((one) => !one.closed || who.manages), ...who.rooms];
}

export function channel(address) {
  return [...parts.spaces.flatMap((one) => one.channels), ...parts.people.flatMap((one) => one.rooms)]
    .find((one) => one.address === address);
}

/** What stands in a channel for somebody: everybody's messages and the answers only they see, by time. */
export function messages(who, address) {
  const standing = parts[`channel:${address}`] ?? [];
  const own = (parts[`screen:${who.account}`]?.private ?? []).filter((one) => one.where === address);
  const all = [...standing, ...own.map((one) => ({ ...one, private: true }))];
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Listens for ever; `changed(names, first)` is called with the names of the parts that are new. */
export function listen(changed) {
  let first = true;
  let missing;
  const source = new EventSource('events');
  source.onmessage = (event) => {
    clearTimeout(missing);
    const news = JSON.parse(event.data);
    shift = new Date(news.now) - Date.now();
    Object.assign(parts, news.parts);
    changed(Object.keys(news.parts), first);
    first = false;
  };
  source.onerror = () => {
    // A new rehearsal on the same port has another path: the front door leads there.
    if (source.readyState === EventSource.CLOSED) location.assign('/');
    clearTimeout(missing);
    missing = setTimeout(() => toast(say('lost')), 2500);
  };
}

/** Does something. Gives the result, or null when the bot was not there or did not understand (it says so). */
export async function act(name, body = {}) {
  try {
    const answer = await fetch('act', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ act: name, ...body }),
    });
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    if (!said.away && !said.busy) return { result: said.result };
    toast(say(said.busy ? 'busy' : 'away'));
  } catch {
    toast(say('wrong'));
  }
  return null;
}
