// The day as the store told it, with the acts on their way laid above: no rule of the office stands here. Which steps
// there are, and what they lead to, the store says in the same answer.
import { say } from './words.js';

const FIRST = { visit: { state: 'planned' }, ticket: { state: 'new' }, call: { outcome: 'talked' }, shift: { kind: 'work' },
  followup: { kind: 'quality', state: 'open' } };

export class Day {
  /** `body` of GET /v1/phone/day, `overlay` the ops that lie above it. */
  constructor(body, overlay = []) {
    this.body = body;
    this.me = body.me;
    this.tables = {};
    for (const [table, , id, row] of [...body.rows, ...body.free])
      this.#add(table, { id, ...FIRST[table], ...row }); // the wire leaves out what stands first in its list
    this.free = body.free.map(([, , id]) => id);
    this.history = body.history.map(([, , id, row]) => ({ id, ...row }));
    this.pending = new Map();
    overlay.forEach(op => this.#lay(op));
  }

  get(table, id) { return this.tables[table]?.get(id); }
  list(table) { return [...this.tables[table]?.values() ?? []]; }
  ofTicket(table, id) { return this.list(table).filter(row => row.ticket_id === id); }
  ofHouse(table, id) { return this.list(table).filter(row => row.house_id === id && !row.ticket_id); }

  /** The visit of a ticket that counts: its open or last one. */
  visitOf(ticket) { return ticket.visit_id ? this.get('visit', ticket.visit_id) : undefined; }
  isMine(visit) { return visit?.engineer_id === this.me; }
  isOpen(visit) { return Boolean(visit) && !visit.ended_at; }

  /** My visits: open ones in the order of the day, then those that have ended. */
  get visits() {
    const mine = this.list('visit').filter(visit => this.isMine(visit) && this.get('ticket', visit.ticket_id));
    const start = visit => ['on_site', 'en_route'].includes(visit.state) ? 0 : visit.agreed_from || visit.due_at || Infinity;
    return {
      open: mine.filter(visit => this.isOpen(visit)).sort((a, b) => start(a) - start(b) || (a.id < b.id ? -1 : 1)),
      ended: mine.filter(visit => !this.isOpen(visit) && visit.state !== 'cancelled').sort((a, b) => b.ended_at - a.ended_at),
    };
  }

  get freeTickets() {
    const weight = { urgent: 0, high: 1 };
    return this.free.map(id => this.get('ticket', id)).filter(ticket => ticket && ['new', 'in_work'].includes(ticket.state))
      .sort((a, b) => (weight[a.priority] ?? 2) - (weight[b.priority] ?? 2) || a.created_at - b.created_at);
  }

  /** Clients whom he asks whether all works, the most pressing first. */
  get checks() { return this.list('followup').filter(check => check.state === 'open').sort((a, b) => a.deadline_at - b.deadline_at); }

  /** The shift that holds at `now`, with what is on its way. */
  shiftAt(now) {
    return this.list('shift').find(shift => shift.staff_id === this.me && shift.kind === 'work'
      && shift.starts_at <= now && shift.ends_at > now);
  }

  /** Commands that the store would take for the ticket now. */
  commandsFor(ticket) {
    const visit = this.visitOf(ticket), found = new Set();
    if (this.canTake(ticket, visit))
      found.add('visit.assign');
    if (this.isMine(visit) && this.isOpen(visit))
      this.#steps('visit').filter(([from]) => from === (visit.state)).forEach(([, command]) => found.add(command));
    this.#steps('ticket').filter(([from]) => from === (ticket.state)).forEach(([, command]) => found.add(command));
    if (!['resolved', 'closed', 'cancelled', 'rejected'].includes(ticket.state)) {
      found.add('call.log');
      if (!this.isOpen(visit) || !visit.mode)
        found.add('visit.plan');
      else if (!this.isMine(visit))
        found.add('visit.move');
    }
    if (found.has('visit.move') && !visit?.mode)
      found.delete('visit.move');
    return found.add('note.add').add('photo.add');
  }

  /** Whether nobody has it, and somebody must go there. */
  canTake(ticket, visit) {
    return this.free.includes(ticket.id) && ['new', 'in_work'].includes(ticket.state) && !(this.isOpen(visit) && visit.engineer_id)
      && this.body.categories.some(([code, needsVisit]) => code === ticket.category && needsVisit);
  }

  #steps(kind) { return this.body.steps[kind]; }

  #mark(id, op) { if (id) this.pending.set(id, [...this.pending.get(id) ?? [], op]); }

  #edit(table, id, fields) {
    const row = this.get(table, id);
    if (row)
      this.tables[table].set(id, { ...row, ...fields });
    return row;
  }

  #add(table, row) { (this.tables[table] ??= new Map()).set(row.id, row); }

  /** What an act will most likely come to; the store decides. */
  #lay(op) {
    const { type, args, at } = op, ticketId = op.about?.ticket;
    this.#mark(ticketId, op);
    if (type === 'note.add')
      this.#add('note', { id: args.note, ticket_id: args.ticket, house_id: args.house, text: args.text, created_at: at, created_by: this.me, waits: true });
    else if (type === 'call.log')
      this.#add('call', { id: args.call, ticket_id: args.ticket, outcome: args.outcome, text: args.text, call_back_at: args.call_back_at, created_at: at, created_by: this.me, waits: true });
    else if (type === 'photo.add')
      this.#add('photo', { ...args, id: args.photo, ticket_id: args.ticket, created_at: at, created_by: this.me, waits: true });
    else if (type === 'followup.record')
      this.#edit('followup', args.followup, { state: 'done' });
    else if (type === 'ticket.create')
      this.#layCreate(op);
    else if (type === 'visit.assign')
      this.#layTaking(op);
    else if (type === 'row.put' && args.table === 'shift')
      this.#add('shift', { kind: 'work', ...this.get('shift', args.id), id: args.id, ...args.fields });
    else if (type === 'visit.plan' || type === 'visit.move')
      this.#layTime(op);
    else if (type.startsWith('visit.'))
      this.#layVisit(type, args, at);
    else if (type.startsWith('ticket.'))
      this.#layTicket(type, args, at);
  }

  #layCreate(op) {
    const { args, at } = op;
    const house = this.get('house', args.fields.house_id);
    this.#add('ticket', { id: args.ticket, state: 'new', ...args.fields, zone_id: house?.zone_id, created_at: at, created_by: this.me, waits: true,
      address: [op.about?.address, args.fields.apartment && say('flat.no', { n: args.fields.apartment })].filter(Boolean).join(', ') });
    this.free.push(args.ticket);
  }

  #layTaking({ args, at }) {
    const taken = { engineer_id: args.engineer, state: 'accepted', accepted_at: at, waits: true };
    if (!this.#edit('visit', args.visit, taken))
      this.#add('visit', { id: args.visit, ticket_id: args.ticket, ...taken });
    this.#edit('ticket', args.ticket, { visit_id: args.visit, state: 'in_work' });
    this.free = this.free.filter(id => id !== args.ticket);
  }

  #layTime({ type, args, at, about }) {
    const times = { mode: args.mode, agreed_at: at, agreed_from: args.from_at ?? at, agreed_to: args.to_at ?? args.from_at ?? at, due_at: 0, waits: true };
    if (type === 'visit.plan') {
      if (!this.#edit('visit', args.visit, times))
        this.#add('visit', { id: args.visit, ticket_id: args.ticket, state: 'planned', ...times });
      this.#edit('ticket', args.ticket, { visit_id: args.visit, state: 'in_work' });
      return;
    }
    const old = this.#edit('visit', args.visit, { state: 'cancelled', ended_at: at });
    this.#add('visit', { ...old, id: args.next, state: old?.engineer_id ? 'assigned' : 'planned', rev: undefined, ...times });
    this.#edit('ticket', about.ticket, { visit_id: args.next });
  }

  #layVisit(type, args, at) {
    const visit = this.get('visit', args.visit);
    const step = this.#steps('visit').find(([from, command]) => from === (visit?.state) && command === type);
    if (!visit || !step)
      return;
    const state = type === 'visit.finish' ? args.result : step[2];
    const fields = { state, waits: true };
    if (['done', 'incomplete', 'failed'].includes(state))
      fields.ended_at = at;
    if (state === 'on_site')
      fields.arrived_at = at;
    if (type === 'visit.decline')
      fields.engineer_id = undefined;
    this.#edit('visit', args.visit, fields);
    if (state === 'done')
      this.#edit('ticket', visit.ticket_id, { state: 'resolved' });
  }

  #layTicket(type, args, at) {
    const ticket = this.get('ticket', args.ticket);
    const step = this.#steps('ticket').find(([from, command]) => from === (ticket?.state) && command === type);
    if (!ticket || !step)
      return;
    this.#edit('ticket', args.ticket, { state: step[2], waits: true });
    if (['resolved', 'on_hold'].includes(step[2]) && ticket.visit_id)
      this.#edit('visit', ticket.visit_id, { state: 'cancelled', ended_at: at });
  }
}

/** What is new between two days, for the person: ids of tickets whose visit came, changed its time, or went. */
export function compareDays(before, after) {
  const open = day => new Map(day.visits.open.map(visit => [visit.ticket_id, visit]));
  const old = open(before), fresh = open(after);
  return {
    came: [...fresh.keys()].filter(id => !old.has(id)),
    changed: [...fresh].filter(([id, visit]) => old.has(id) && (old.get(id).agreed_from !== visit.agreed_from || old.get(id).mode !== visit.mode)).map(([id]) => id),
    went: [...old.keys()].filter(id => !fresh.has(id) && !after.visits.ended.some(visit => visit.ticket_id === id)),
  };
}
