// The promise's clock: the one thing on the screen that counts. Which light it shows follows the limits that the store
// sends; whether a promise was kept the store alone decides.
import { say } from './words.js';
import { h, clockOf, whenOf, durationOf } from './ui.js';

function countdown(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000), minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${minutes}:${String(seconds % 60).padStart(2, '0')}` : durationOf(ms);
}

/** What to show of a visit at `now`: { big, small, light }. */
export function readClock(visit, now, limits, brief) {
  if (!visit?.mode)
    return { big: '—', small: say('clock.none'), light: 'none' };
  const from = visit.mode === 'now' ? visit.agreed_at : visit.agreed_from, due = visit.due_at;
  if (visit.exempt)
    return { big: whenOf(from, now), small: say('clock.exempt'), light: 'none' };
  if (!due)
    return { big: visit.mode === 'now' ? say('clock.now') : whenOf(from, now), small: say('clock.waits'), light: 'none' };
  if (visit.arrived_at) {
    const late = visit.arrived_at - due;
    return { big: clockOf(visit.arrived_at), small: late > 0 ? say('clock.broken', { d: durationOf(late) }) : say('clock.kept'), light: late > 0 ? 'red' : 'kept' };
  }
  if (visit.ended_at)
    return { big: whenOf(from, now), small: '', light: 'none' };
  if (now < from)
    return { big: whenOf(from, now), small: say('clock.in', { d: durationOf(from - now) }), light: 'none' };
  const light = now > due ? 'red' : now >= due - limits.orange_before ? 'orange'
    : now >= from + limits.yellow_after && visit.state !== 'en_route' ? 'yellow' : 'running';
  return { big: (now > due ? '−' : '') + countdown(due - now), small: now > due ? say('clock.over') : say(brief ? 'clock.by.brief' : 'clock.by', { t: clockOf(due) }), light };
}

const shown = new Set();

/** A clock that goes on by itself while it is on the screen. */
export function clock(visit, nowFunc, limits, size = '') {
  const big = h('span.clock-big'), small = h('span.clock-small'), node = h(`div.clock${size && `.${size}`}`, {}, big, small);
  const tick = () => {
    const now = readClock(visit, nowFunc(), limits, !size);
    if (big.textContent !== now.big) big.textContent = now.big;
    if (small.textContent !== now.small) small.textContent = now.small;
    if (node.dataset.light !== now.light) node.dataset.light = now.light;
  };
  tick();
  shown.add({ node: new WeakRef(node), tick });
  return node;
}

setInterval(() => {
  for (const one of shown)
    one.node.deref()?.isConnected ? one.tick() : shown.delete(one);
}, 1000);
