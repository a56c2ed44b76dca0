// The two lists: my visits in the order of the day, and what nobody has.
import { say } from './words.js';
import { h, icon, addressOf, categoryOf, colorOf, dayOf, durationOf, midnight } from './ui.js';
import { recordCheck } from './acts.js';
import { clock } from './clock.js';

function chip(kind, state, waits) {
  return h(`span.chip.${state}`, {}, say(`${kind}.${state}`), waits && h('span.waits', { title: say('pending') }, icon('wait'), h('span.sr', {}, say('pending'))));
}

function card(app, ticket, visit) {
  const { day } = app, zone = day.get('zone', ticket.zone_id), waits = day.pending.has(ticket.id);
  const node = h('a.card', { href: `#/t/${ticket.id}`, 'data-ticket': ticket.id },
    h('div.card-top', {}, h('span.number', {}, ticket.number ? say('ticket.no', { n: ticket.number }) : say('ticket.fresh')),
      visit?.mode ? clock(visit, app.now, app.limits) : h('div.clock', { 'data-light': 'none' },
        h('span.clock-big', {}, visit ? '—' : durationOf(app.now() - ticket.created_at)), h('span.clock-small', {}, visit ? say('clock.none') : say('clock.waited')))),
    h('div.address', {}, addressOf(ticket)),
    h('div.card-end', {}, visit ? chip('visit', visit.state, waits) : chip('ticket', ticket.state, waits),
      h('span.dim', {}, [categoryOf(ticket.category), ticket.client_name].filter(Boolean).join(' · '))));
  node.style.setProperty('--zone', colorOf(zone));
  return node;
}

const empty = (title, hint) => h('div.empty', {}, icon('done'), h('p.empty-title', {}, title), h('p.hint', {}, hint));

/** "Does everything work?": to call, and one tap for what came of it. */
function checkCard(app, check) {
  const answer = (outcome, kind = 'small') => h(`button.${kind}`, { type: 'button', 'data-outcome': outcome, onclick: () => recordCheck(app, check, outcome) }, say(`check.${outcome}`));
  return h('div.card.check-card', { 'data-check': check.id },
    h('div.card-top', {}, h('span.number', {}, check.number ? say('ticket.no', { n: check.number }) : ''), h('span.dim', {}, say('check.by', { t: dayOf(check.deadline_at, app.now()) }))),
    h('div.person', {}, h('div', {}, h('div.address', {}, addressOf(check)), h('div.dim', {}, [categoryOf(check.category), check.client_name].filter(Boolean).join(' · '))),
      check.phone && h('a.button', { href: `tel:${check.phone.replace(/[^+\d]/g, '')}`, 'data-act': 'tel', 'aria-label': say('call') }, icon('call'))),
    h('div.answers', {}, answer('satisfied'), answer('not_satisfied'), answer('no_answer'), answer('others')));
}

export function dayList(app) {
  const { open, ended } = app.day.visits, tomorrow = midnight(app.now()) + 86_400_000;
  const make = visit => card(app, app.day.get('ticket', visit.ticket_id), visit);
  const soon = open.filter(visit => !visit.agreed_from || visit.agreed_from < tomorrow);
  const later = open.filter(visit => !soon.includes(visit));
  return [
    soon.length ? h('section.cards', { id: 'visits' }, soon.map(make)) : empty(say('day.none'), say('day.none.hint')),
    app.day.checks.length > 0 && h('section.cards', { id: 'checks' }, h('h2', {}, say('check.title')), app.day.checks.map(check => checkCard(app, check))),
    later.length && h('section.cards', {}, h('h2', {}, say('later.title')), later.map(make)),
    ended.length && h('section.cards.ended', {}, h('h2', {}, say('day.done')), ended.map(make)),
  ];
}

export function zoneList(app) {
  const tickets = app.day.freeTickets;
  return tickets.length
    ? [h('p.hint', {}, say('zone.hint')), h('section.cards', { id: 'free' }, tickets.map(ticket => {
      const visit = app.day.visitOf(ticket);
      return card(app, ticket, app.day.isOpen(visit) ? visit : undefined);
    }))]
    : empty(say('zone.none'), say('zone.none.hint'));
}
export { chip };
