// One ticket: the clock, how to get there and to whom, what was said, and the next step at the thumb.
import { say } from './words.js';
import { h, icon, addressOf, categoryOf, phoneOf, reasonOf, nameOf, whenOf, clockOf, sheet, toast } from './ui.js';
import { clock } from './clock.js';
import { chip } from './list.js';
import { perform } from './acts.js';
import { ask, fetchPhoto, isPassing } from './net.js';
import * as db from './db.js';

// The order in which steps are offered; the first that is possible is the big button.
const NEXT = ['visit.assign', 'visit.arrive', 'visit.finish', 'visit.accept', 'visit.plan', 'visit.depart'];
const OTHERS = ['visit.plan', 'call.log', 'visit.move', 'visit.depart', 'photo.add', 'note.add', 'ticket.create', 'ticket.resolve', 'ticket.hold', 'ticket.wake', 'ticket.take', 'visit.fail', 'visit.decline'];

const row = (label, ...value) => h('div.row', {}, h('span.label', {}, label), h('span.value', {}, ...value));
const section = (title, ...content) => content.flat(Infinity).some(Boolean) && h('section.block', {}, h('h2', {}, title), ...content);

/** A masked text: shown for this once, after the look has been logged. */
function secret(app, label, table, id, field, value) {
  if (!value)
    return null;
  const place = h('span.value'), known = app.revealed.get(`${table} ${id} ${field}`);
  const show = text => { app.revealed.set(`${table} ${id} ${field}`, text); place.replaceChildren(h('b.secret', { 'data-field': field }, text)); };
  const button = h('button.small', { type: 'button', 'data-reveal': field, title: say('look'), onclick: async () => {
    button.disabled = true;
    try {
      const { body } = await ask('POST', '/v1/reveal', { table, id, field });
      show(body.value);
    } catch (error) {
      toast(isPassing(error) ? say('reveal.offline') : error.message);
    }
    button.disabled = false;
  } }, icon('eye'), say('show'));
  known === undefined ? place.append(button) : show(known);
  return h('div.row', {}, h('span.label', {}, label), place);
}

function findEntrance(day, house, ticket) {
  const flat = Number.parseInt(ticket.apartment, 10);
  return day.ofHouse('entrance', house?.id).find(one => String(one.number) === ticket.entrance
    || (!ticket.entrance && flat >= one.apartment_from && flat <= one.apartment_to));
}

function placeBlock(app, ticket, house) {
  const entrance = findEntrance(app.day, house, ticket);
  return section(say('place'),
    row(say('flat'), ticket.apartment ?? '—'),
    row(say('entrance'), ticket.entrance ?? (entrance ? String(entrance.number) : '—')),
    row(say('floor'), [ticket.floor ?? '—', house?.floors && `${say('of')} ${house.floors}`].filter(Boolean).join(' ')),
    entrance && secret(app, say('intercom'), 'entrance', entrance.id, 'intercom', entrance.intercom),
    entrance?.riser && row(say('riser'), entrance.riser), entrance?.box && row(say('box'), entrance.box),
    house && secret(app, say('access'), 'house', house.id, 'access', house.access),
    house && secret(app, say('access_holder'), 'house', house.id, 'access_holder', house.access_holder),
    house && secret(app, say('access_phone'), 'house', house.id, 'access_phone', house.access_phone),
    house?.technology && row(say('technology'), house.technology), house?.switches && row(say('switches'), house.switches));
}

function callButton(number, label) {
  return h('a.button', { href: `tel:${number.replace(/[^+\d]/g, '')}`, 'data-act': 'tel', 'aria-label': say('call') }, icon('call'), label);
}

function clientBlock(ticket) {
  const number = ticket.phone ?? ticket.phone_raw;
  return section(say('client'),
    h('div.person', {}, h('div', {}, h('div.strong', {}, ticket.client_name ?? say('client.none')),
      h('div.phone', {}, number ? phoneOf(number) : say('phone.none'))), number && callButton(number)));
}

function talkBlock(day, ticket, house, now) {
  const talk = [...day.ofTicket('note', ticket.id).map(one => ({ ...one, kind: 'note' })),
    ...day.ofTicket('call', ticket.id).map(one => ({ ...one, kind: 'call' })),
    ...(house ? day.ofHouse('note', house.id).map(one => ({ ...one, kind: 'house' })) : [])].sort((a, b) => b.created_at - a.created_at);
  return section(say('talk'), talk.length ? h('ul.talk', {}, talk.map(one => h('li', {},
    h('div.strong', {}, one.kind === 'call' ? h('span', {}, icon('call'), ' ', say(`outcome.${one.outcome}`)) : one.text),
    one.kind === 'call' && one.text && h('div', {}, one.text),
    h('div.dim', {}, [one.kind === 'house' && say('house.note'), nameOf(day, one.created_by), whenOf(one.created_at, now), one.waits && say('pending')].filter(Boolean).join(' · ')))))
    : h('p.hint', {}, say('talk.none')));
}

/** The picture of a photo as an address for <img>: what this phone took, or what the store has shown already. */
async function urlOf(app, photo, mayAsk) {
  const known = app.pictures.get(photo.sha256);
  if (known)
    return known;
  const picture = await db.getPicture(photo.sha256) ?? (mayAsk ? await fetchPhoto(photo.id) : undefined);
  if (!picture)
    return undefined;
  if (!app.pictures.has(photo.sha256))
    app.pictures.set(photo.sha256, URL.createObjectURL(picture));
  return app.pictures.get(photo.sha256);
}

async function showPhoto(app, photo, tile) {
  tile.disabled = true;
  try {
    const src = await urlOf(app, photo, true);
    tile.replaceChildren(h('img', { src, alt: '' }));
    sheet(photo.text || say('photo'), () => [h('img.preview', { src, alt: photo.text || say('photo.alt') }),
      h('p.dim', {}, [nameOf(app.day, photo.created_by), whenOf(photo.created_at, app.now()), photo.waits && say('pending')].filter(Boolean).join(' · '))]);
  } catch (error) {
    toast(isPassing(error) ? say('photo.offline') : error.message);
  }
  tile.disabled = false;
}

/** Tiles: what this phone took is seen at once, the rest when it is asked for, for the store notes who looks. */
function photoBlock(app, ticket) {
  const photos = app.day.ofTicket('photo', ticket.id).sort((a, b) => a.created_at - b.created_at);
  return section(say('photos'), photos.length > 0 && h('div.photos', {}, photos.map((photo, n) => {
    const tile = h('button.photo', { type: 'button', 'data-photo': photo.id, 'aria-label': `${say('photo')} ${n + 1}${photo.text ? `: ${photo.text}` : ''}`,
      onclick: () => showPhoto(app, photo, tile) }, icon('photo'));
    urlOf(app, photo, false).then(src => src && tile.replaceChildren(h('img', { src, alt: '' }), photo.waits && h('span.waits', {}, icon('wait')) || ''))
      .catch(error => console.error(error));
    return tile;
  })));
}

function historyBlock(day, ticket, house, now) {
  const past = day.history.filter(one => house && one.house_id === house.id && one.id !== ticket.id);
  const same = one => one.apartment && one.apartment === ticket.apartment;
  past.sort((a, b) => same(b) - same(a) || b.created_at - a.created_at);
  return past.length > 0 && section(say('history'), h('ul.talk', {}, past.map(one => h('li', {},
    h('div.strong', {}, categoryOf(one.category)),
    one.description && h('div', {}, one.description),
    h('div.dim', {}, [same(one) ? say('same.flat') : one.apartment && say('flat.no', { n: one.apartment }), say(`ticket.${one.state ?? 'new'}`).toLowerCase(),
      one.resolution_code && reasonOf(day, 'resolution', one.resolution_code), whenOf(one.created_at, now)].filter(Boolean).join(' · '))))));
}

function companyBlock(day, house) {
  const company = day.get('company', house?.company_id), number = company?.phones?.split(/[,;]/)[0];
  return company && section(say('company'), h('div.person', {}, h('div', {}, h('div.strong', {}, company.name),
    h('div.dim', {}, [company.contact, company.hours].filter(Boolean).join(' · ')), number && h('div.phone', {}, phoneOf(number))), number && callButton(number)));
}

function routeButtons(house) {
  if (!house?.latitude || !house?.longitude)
    return null;
  const { latitude: lat, longitude: lon } = house;
  return [h('a.button', { href: `geo:${lat},${lon}?q=${lat},${lon}`, 'data-act': 'geo' }, icon('route'), say('route')),
    h('a.button', { href: `yandexnavi://build_route_on_map?lat_to=${lat}&lon_to=${lon}`, 'data-act': 'yandex' }, icon('navigate'), say('yandex'))];
}

function refusals(app, ticketId) {
  return app.outbox.refused.filter(op => op.about?.ticket === ticketId).map(op => app.refusal(op));
}

/** The act that the big button offers, and the others. */
export function actsOf(day, ticket) {
  const possible = day.commandsFor(ticket), visit = day.visitOf(ticket);
  possible.add('ticket.create');
  if (visit?.mode)
    possible.delete('visit.plan');
  let first = NEXT.find(command => possible.has(command));
  if (!first && !['resolved', 'closed', 'cancelled', 'rejected'].includes(ticket.state))
    first = 'call.log';
  return { first, others: OTHERS.filter(command => possible.has(command) && command !== first) };
}

export function ticketPage(app, id) {
  const { day } = app, ticket = day.get('ticket', id);
  if (!ticket)
    return h('div.empty', {}, icon('done'), h('p.empty-title', {}, say('nothing')), h('p.hint', {}, say('nothing.hint')));
  const visit = day.visitOf(ticket), house = day.get('house', ticket.house_id), number = ticket.phone ?? ticket.phone_raw;
  const { first, others } = actsOf(day, ticket), waits = day.pending.has(id), now = app.now();
  return [
    h('div.hero', {},
      h('div.hero-top', {}, visit && day.isMine(visit) ? chip('visit', visit.state, waits) : chip('ticket', ticket.state, waits), h('span.dim', {}, categoryOf(ticket.category))),
      visit?.mode && (day.isOpen(visit) || visit.arrived_at) && clock(visit, app.now, app.limits, 'huge'),
      visit?.mode === 'time' && day.isOpen(visit) && now >= visit.agreed_from && h('p.dim', {}, say('clock.agreed', { t: clockOf(visit.agreed_from) })),
      h('h1.address', {}, addressOf(ticket)),
      h('div.buttons', {}, number && callButton(number, say('call')), routeButtons(house))),
    refusals(app, id),
    ticket.description && section(say('wants'), h('p.said', {}, ticket.description)),
    clientBlock(ticket), placeBlock(app, ticket, house), photoBlock(app, ticket), talkBlock(day, ticket, house, now),
    companyBlock(day, house), historyBlock(day, ticket, house, now),
    h('div.bar', {},
      first && h('button.primary', { type: 'button', 'data-act': first, onclick: () => perform(app, first, ticket) }, say(`act.${first}`)),
      h('button.round.large', { type: 'button', 'aria-label': say('more'), 'data-act': 'more', onclick: () => perform(app, 'more', ticket, others) }, icon('more'))),
  ];
}
