// "More": what waits to be sent, the position and its honest limits, notifications, signing out.
import { say, language, setLanguage } from './words.js';
import { h, icon, confirm, clockOf, toast } from './ui.js';
import { ask } from './net.js';
import { switchShift } from './acts.js';

const section = (title, ...content) => h('section.block', {}, h('h2', {}, title), ...content);

function toggle(label, checked, onchange) {
  return h('label.switch', {}, h('span', {}, label), h('input', { type: 'checkbox', role: 'switch', checked, onchange: event => onchange(event.target.checked) }));
}

export function shiftBlock(app) {
  const shift = app.day.shiftAt(app.now());
  return h('section.shift', { 'data-on': shift ? 'yes' : 'no' },
    h('div', {}, h('div.strong', {}, say(shift ? 'shift.on' : 'shift.off')), h('div.dim', {}, shift ? say('shift.until', { t: clockOf(shift.ends_at) }) : say('shift.hint'))),
    h(shift ? 'button.small' : 'button.small.filled', { type: 'button', 'data-act': 'shift', onclick: () => switchShift(app) }, say(shift ? 'shift.end' : 'shift.start')));
}

function queueBlock(app) {
  const waiting = app.outbox.waiting;
  return section(say('queue'), waiting.length
    ? [h('p.hint', {}, say('queue.hint')), h('ul.talk', {}, waiting.map(op => h('li', { 'data-op': op.type },
      h('div.strong', {}, say(`act.${op.type}`)), h('div.dim', {}, [op.about?.address, clockOf(op.at)].filter(Boolean).join(' · ')),
      op.state === 'waiting' && h('button.small', { type: 'button', onclick: () => app.outbox.drop(op) }, say('queue.drop')))))]
    : h('p.hint', {}, say('queue.none')));
}

async function makeTracker(place) {
  try {
    const { body } = await ask('POST', '/v1/phone/tracker', {});
    const image = h('img.qr', { alt: say('tracker.alt'), src: URL.createObjectURL(new Blob([body.svg], { type: 'image/svg+xml' })) });
    place.replaceChildren(h('p.hint', {}, say('tracker.hint')), image, h('button.small', { type: 'button', onclick: async () => {
      await navigator.clipboard.writeText(body.url);
      toast(say('tracker.copied'));
    } }, say('tracker.copy')));
  } catch (error) {
    toast(error.message);
  }
}

function positionBlock(app) {
  const { position } = app, place = h('div', {});
  const state = position.denied ? 'position.denied' : !position.allowed ? 'position.off' : app.day.shiftAt(app.now()) ? 'position.on' : 'position.shift';
  place.append(h('button.small', { type: 'button', 'data-act': 'tracker', onclick: () => makeTracker(place) }, say('tracker.make')));
  return section(say('position'),
    toggle(say('position.allow'), position.allowed, yes => { position.allowed = yes; app.changed(); }),
    h('p.hint', {}, say(state)), h('p.hint', {}, say('position.truth')), place);
}

function noticeBlock(app) {
  const permission = window.Notification?.permission ?? 'denied';
  return section(say('notice'), permission === 'default'
    ? [h('p.hint', {}, say('notice.off')), h('button.small', { type: 'button', onclick: async () => { await Notification.requestPermission(); app.changed(); } }, say('notice.allow'))]
    : h('p.hint', {}, say(permission === 'granted' ? 'notice.on' : 'notice.denied')));
}

async function signOut(app) {
  const left = app.outbox.waiting.length;
  if (await confirm(say('out.title'), left ? say('out.lost', { n: left }) : say('out.sure'), say('out'), left > 0))
    await app.signOut();
}

export function morePage(app) {
  return [
    shiftBlock(app), queueBlock(app), positionBlock(app), noticeBlock(app),
    section(say('language'), h('div.pair', {}, [['ru', 'Русский'], ['en', 'English']].map(([code, name]) =>
      h(code === language ? 'button.small.filled' : 'button.small', { type: 'button', lang: code, 'data-language': code, 'aria-pressed': String(code === language), onclick: () => setLanguage(code) }, name)))),
    app.installPrompt && section(say('install'), h('button.small', { type: 'button', onclick: () => app.installPrompt.prompt() }, say('install'))),
    h('section.block', {}, h('div.dim', {}, say('me')), h('div.strong', {}, app.day.get('staff', app.day.me)?.name ?? app.day.body.login),
      h('button.plain.danger', { type: 'button', 'data-act': 'out', onclick: () => signOut(app) }, icon('out'), say('out'))),
  ];
}
