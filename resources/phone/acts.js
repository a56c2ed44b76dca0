// What the engineer does: asks the few things that an act needs, and puts it into the outbox. What is allowed and what
// it leads to is decided by the store.
import { say } from './words.js';
import { h, choose, sheet, confirm, toast, reasonsOf, midnight, dayOf } from './ui.js';
import { newId } from './db.js';
import { pickPicture, shrink, nameOf } from './photo.js';

const DAY_MS = 86_400_000, QUARTER_MS = 900_000;

/** Keeps a form's button from doing nothing: says which field is missing. */
function need(...fields) {
  const missing = fields.find(field => !field.value.trim());
  if (missing) {
    missing.setCustomValidity(say('need'));
    missing.reportValidity();
    missing.addEventListener('input', () => missing.setCustomValidity(''), { once: true });
  }
  return !missing;
}

let fieldCount = 0;
function field(label, input) {
  input.id = `field-${++fieldCount}`;
  return h('div.field', {}, h('label', { for: input.id }, label), input);
}
const submit = (text = say('save')) => h('button.primary', { type: 'submit' }, text);
const form = (onsubmit, ...content) => h('form', { novalidate: true, onsubmit: event => { event.preventDefault(); onsubmit(); } }, ...content);
const textarea = (props = {}) => h('textarea', { rows: '3', maxlength: '4000', ...props });

/** Day and time by two native wheels; `value()` in milliseconds, or NaN. */
function timeFields(now, start) {
  const pad = number => String(number).padStart(2, '0'), at = new Date(start);
  const days = h('select', {}, Array.from({ length: 8 }, (_, n) => h('option', { value: String(midnight(now + n * DAY_MS + DAY_MS / 24)) }, dayOf(now + n * DAY_MS, now))));
  const time = h('input', { type: 'time', step: '300', required: true, value: `${pad(at.getHours())}:${pad(at.getMinutes())}` });
  days.value = String(midnight(start));
  return { nodes: [h('div.pair', {}, field(say('plan.day'), days), field(say('plan.time'), time))],
    time, value: () => {
      const [hours, minutes] = time.value.split(':').map(Number), day = new Date(Number(days.value));
      return day.setHours(hours, minutes, 0, 0);
    } };
}

const nextQuarter = now => Math.ceil((now + 2 * QUARTER_MS) / QUARTER_MS) * QUARTER_MS;

const askTime = (title, now) => sheet(title, close => {
  const times = timeFields(now, nextQuarter(now));
  const wrong = h('p.error', { role: 'alert' });
  return form(() => {
    const at = times.value();
    if (!need(times.time))
      return;
    if (at < now)
      wrong.textContent = say('past');
    else
      close(at);
  }, times.nodes, wrong, submit());
});

/** Now, or at a time: { mode, from_at, to_at }. */
async function askAgreement(app) {
  const mode = await choose(say('plan.title'), [['now', say('plan.now'), say('plan.now.hint')], ['time', say('plan.at')]]);
  if (mode !== 'time')
    return mode && { mode };
  const at = await askTime(say('plan.title'), app.now());
  return at && { mode, from_at: at, to_at: at };
}

const handlers = {
  async 'visit.plan'(app, ticket) {
    const times = await askAgreement(app), visit = app.day.visitOf(ticket);
    return times && { ticket: ticket.id, visit: app.day.isOpen(visit) ? visit.id : newId(), ...times };
  },

  async 'visit.move'(app, ticket) {
    const by = await choose(say('move.who'), [['client', say('move.client')], ['us', say('move.us'), say('move.us.hint')]]);
    const times = by && await askAgreement(app);
    return times && { visit: ticket.visit_id, next: newId(), by, ...times };
  },

  /** For himself; whoever is faster has it. */
  'visit.assign'(app, ticket) {
    const visit = app.day.visitOf(ticket), open = app.day.isOpen(visit);
    return { ticket: ticket.id, visit: open ? visit.id : newId(), engineer: app.day.me, ...open && { base: visit.rev } };
  },

  'visit.accept': (app, ticket) => ({ visit: ticket.visit_id }),
  'visit.depart': (app, ticket) => ({ visit: ticket.visit_id }),
  'visit.arrive': (app, ticket) => ({ visit: ticket.visit_id }),

  async 'visit.decline'(app, ticket) {
    const reason = await choose(say('decline.title'), reasonsOf(app.day, 'decline'));
    return reason && { visit: ticket.visit_id, reason };
  },

  async 'visit.fail'(app, ticket) {
    const called = app.day.ofTicket('call', ticket.id).length > 0;
    const reason = await choose(say('fail.title'), reasonsOf(app.day, 'failed'), called ? undefined : say('fail.call'));
    return reason && { visit: ticket.visit_id, reason };
  },

  async 'visit.finish'(app, ticket) {
    const result = await choose(say('finish.title'), [['done', say('finish.done')], ['incomplete', say('finish.incomplete')]]);
    if (!result)
      return undefined;
    const code = result === 'done' ? await choose(say('finish.code'), reasonsOf(app.day, 'resolution')) : undefined;
    if (result === 'done' && !code)
      return undefined;
    return sheet(result === 'done' ? say('finish.text') : say('finish.why'), close => {
      const text = textarea({ 'aria-label': say('finish.text') });
      return form(() => {
        if (result === 'done' || need(text))
          close({ visit: ticket.visit_id, result, ...code && { code }, ...text.value.trim() && { text: text.value.trim() } });
      }, h('div.field', {}, text), submit(say('act.visit.finish')));
    });
  },

  async 'ticket.resolve'(app, ticket) {
    const how = await choose(say('resolve.title'), [['remote', say('resolve.remote')], ['phone', say('resolve.phone')]]);
    const code = how && await choose(say('finish.code'), reasonsOf(app.day, 'resolution'));
    return code && { ticket: ticket.id, how, code };
  },

  async 'ticket.hold'(app, ticket) {
    const reason = await choose(say('hold.title'), reasonsOf(app.day, 'hold'));
    const until = reason && await askTime(say('hold.until'), app.now());
    return until && { ticket: ticket.id, reason, wake_at: until };
  },
  'ticket.take': (app, ticket) => ({ ticket: ticket.id }),
  'ticket.wake': (app, ticket) => ({ ticket: ticket.id }),

  async 'call.log'(app, ticket) {
    const outcome = await choose(say('confirm.call'), app.day.body.outcomes.map(code => [code, say(`outcome.${code}`)]));
    if (outcome !== 'back')
      return outcome && { call: newId(), ticket: ticket.id, outcome };
    const at = await askTime(say('call.back'), app.now());
    return at && { call: newId(), ticket: ticket.id, outcome, call_back_at: at };
  },

  'note.add': (app, ticket) => sheet(say('note.title'), close => {
    const text = textarea({ 'aria-label': say('note.text') });
    const toHouse = h('input', { type: 'checkbox' });
    return form(() => need(text) && close({ note: newId(), ...toHouse.checked ? { house: ticket.house_id } : { ticket: ticket.id }, text: text.value.trim() }),
      h('div.field', {}, text), ticket.house_id && h('label.check', {}, toHouse, h('span', {}, say('note.house'))), submit());
  }),

  async 'photo.add'(app, ticket) {
    const file = await pickPicture(), made = file && await shrink(file).catch(() => null);
    if (!made) {
      if (file)
        toast(say('photo.bad'));
      return undefined;
    }
    const { picture, width, height } = made, url = URL.createObjectURL(picture);
    const text = await sheet(say('photo.title'), close => {
      const note = h('input', { maxlength: '500', autocomplete: 'off' });
      return form(() => close(note.value.trim()), h('img.preview', { src: url, alt: say('photo.alt') }), field(say('photo.text'), note), submit());
    });
    URL.revokeObjectURL(url);
    return text === undefined ? undefined : { picture, photo: newId(), ticket: ticket.id, sha256: await nameOf(picture), mime: picture.type,
      size: picture.size, width, height, taken_at: Math.round(app.now()), ...text && { text } };
  },

  'ticket.create': (app, ticket) => sheet(say('create.title'), close => {
    const house = app.day.get('house', ticket.house_id);
    const place = house ? `${house.street_type ?? ''} ${house.street}, ${house.number}${house.addition ?? ''}`.trim() : '';
    const category = h('select', {}, app.day.body.categories.filter(([code]) => /^(connect|support)\./.test(code)).map(([code]) => h('option', { value: code }, say(`category.${code}`))));
    const flat = h('input', { inputmode: 'numeric', maxlength: '8', autocomplete: 'off' });
    const name = h('input', { maxlength: '100', autocomplete: 'off' });
    const phone = h('input', { type: 'tel', maxlength: '30', autocomplete: 'off' });
    const text = textarea();
    return form(() => {
      const fields = { category: category.value, source: 'engineer', linked_id: ticket.id, house_id: ticket.house_id,
        apartment: flat.value.trim(), entrance: flat.value.trim() === ticket.apartment ? ticket.entrance : undefined,
        client_name: name.value.trim(), phone_raw: phone.value.trim(), description: text.value.trim() };
      for (const key of Object.keys(fields))
        if (!fields[key])
          delete fields[key];
      if (fields.house_id || need(phone))
        close({ ticket: newId(), fields, place });
    }, house && h('p.hint', {}, say('create.house', { a: place })), field(say('create.category'), category),
    h('div.pair', {}, field(say('create.flat'), flat), field(say('create.phone'), phone)), field(say('create.name'), name), field(say('create.text'), text), submit());
  }),
};

/** Asks what the act needs and does it; `others` are what "more" offers. */
export async function perform(app, command, ticket, others = []) {
  if (command === 'more') {
    const chosen = await choose(say('acts'), others.map(code => [code, say(`act.${code}`)]));
    return chosen && perform(app, chosen, ticket);
  }
  const asked = await handlers[command](app, ticket);
  if (!asked)
    return undefined;
  const { place, picture, ...args } = asked;
  const about = { ticket: command === 'ticket.create' ? args.ticket : ticket.id, number: ticket.number, address: place ?? ticket.address };
  const op = await app.act(command, args, about, picture);
  if (op && command !== 'ticket.create')
    toast(say(`did.${command}`), say('undo'), () => app.undo(op));
  else if (op)
    toast(say(`did.${command}`));
  return op;
}

/** What came of a week's call; `others`: one of the rarer outcomes. */
export async function recordCheck(app, check, outcome) {
  if (outcome === 'others')
    outcome = await choose(say('check.others'), ['partly', 'call_back', 'busy', 'wrong_number', 'refused', 'do_not_call'].map(code => [code, say(`check.${code}`)]));
  const at = outcome === 'call_back' ? await askTime(say('call.back'), app.now()) : undefined;
  if (!outcome || (outcome === 'call_back' && !at))
    return;
  const op = await app.act('followup.record', { followup: check.id, outcome, ...at && { call_back_at: at } }, { address: check.address, number: check.number });
  if (op)
    toast(say(`check.${outcome}`), say('undo'), () => app.undo(op));
}

/** Begins or ends the shift. */
export async function switchShift(app) {
  const now = app.now(), shift = app.day.shiftAt(now);
  if (!shift)
    return app.act('row.put', { table: 'shift', id: newId(), fields: { staff_id: app.day.me, kind: 'work', starts_at: now, ends_at: now + 9 * 3_600_000 } }, {});
  if (!await confirm(say('shift.end'), say('shift.sure'), say('shift.end')))
    return undefined;
  return app.act('row.put', { table: 'shift', id: shift.id, fields: { ends_at: app.now() } }, {});
}
