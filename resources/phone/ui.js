// Small tools of the views: elements, texts of times, sheets and toasts. Texts only ever become text nodes.
import { say, sayIf, language } from './words.js';

/** An element: h('button.primary', { onclick, 'aria-label': … }, child, …); null children are left out. */
export function h(what, props = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  const node = document.createElement(tag || 'div');
  node.className = classes.join(' ');
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false)
      continue;
    if (name.startsWith('on'))
      node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== 'string')
      node[name] = value;
    else
      node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false && child !== ''));
  return node;
}

/** A symbol of icons.svg, which stands in the page. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

const locale = language === 'ru' ? 'ru-RU' : 'en-GB';
const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });

export const clockOf = at => clockFormat.format(at);

export function midnight(at) {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** "сегодня", "завтра", "22 нояб." */
export function dayOf(at, now) {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  const names = { 0: 'when.today', 1: 'when.tomorrow', '-1': 'when.yesterday' };
  return names[days] ? say(names[days]) : dayFormat.format(at);
}

/** "14:05" today, "завтра 14:05" otherwise. */
export const whenOf = (at, now) => midnight(at) === midnight(now) ? clockOf(at) : `${dayOf(at, now)} ${clockOf(at)}`;

/** "25 мин", "1 ч 05 мин" */
export function durationOf(ms) {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes >= 48 * 60)
    return say('d.day', { n: Math.round(minutes / 1440) });
  return minutes < 60 ? say('d.min', { n: minutes }) : say('d.hour', { h: Math.floor(minutes / 60), n: String(minutes % 60).padStart(2, '0') });
}

/** "+79621234567" as +7 (962) 123-45-67 */
export const phoneOf = text => (text ?? '').replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, '+7 ($1) $2-$3-$4');
/** The address with its short words kept to what they belong to: "ул. Новая", "кв. 7". */
export const addressOf = ticket => (ticket.address ?? '—').replace(/(\S\.) (?=\S)/g, '$1\u00a0');
export const categoryOf = code => sayIf(`category.${code}`) ?? code;

/** As the head named the reason, else the page's own word. */
export function reasonOf(day, kind, code) {
  return day.get('reason', `${kind}.${code}`)?.name ?? sayIf(`reason.${kind}.${code}`) ?? code;
}

/** The reasons of a kind that are offered: [code, name]. */
export function reasonsOf(day, kind) {
  return day.list('reason').filter(reason => (reason.kind ?? 'hold') === kind && !reason.retired)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0)).map(reason => [reason.code, reasonOf(day, kind, reason.code)]);
}

export function nameOf(day, id) {
  const [family, ...given] = (day.get('staff', id)?.name ?? '').split(' ');
  return [family, ...given.map(word => `${word[0]}.`)].join(' ').trim();
}

const ZONES = ['#0072B2', '#009E73', '#E69F00', '#CC79A7', '#D55E00', '#56B4E9', '#F0E442'];
export const colorOf = zone => zone?.color ?? ZONES[((zone?.number ?? 1) - 1) % ZONES.length];

/** A sheet from below: `build(close)` gives its content; resolves to what `close` was given, or undefined. */
export function sheet(title, build) {
  return new Promise(resolve => {
    const opener = document.activeElement, act = opener?.dataset.act;
    const dialog = h('dialog.sheet', { 'aria-labelledby': 'sheet-title' });
    let result;
    const close = value => { result = value; dialog.close(); };
    dialog.append(h('header', {}, h('h2', { id: 'sheet-title' }, title),
      h('button.round', { type: 'button', 'aria-label': say('close'), onclick: () => close() }, icon('close'))),
    h('div.sheet-body', {}, build(close)));
    dialog.addEventListener('click', event => { if (event.target === dialog) close(); });
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (!opener?.isConnected && act) // the view was drawn anew meanwhile
        document.querySelector(`[data-act="${act}"]`)?.focus({ preventScroll: true });
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Large buttons, one below the other; resolves to the code that was chosen. */
export const choose = (title, choices, hint) => sheet(title, close => [
  hint && h('p.hint', {}, hint),
  h('div.choices', {}, choices.map(([code, name, more]) =>
    h('button.choice', { type: 'button', 'data-code': code, onclick: () => close(code) }, name, more && h('small', {}, more)))),
]);

export const confirm = (title, text, yes, danger) => sheet(title, close => [
  h('p', {}, text),
  h(danger ? 'button.primary.danger' : 'button.primary', { type: 'button', onclick: () => close(true) }, yes),
  h('button.plain', { type: 'button', onclick: () => close(false) }, say('cancel')),
]);

let toastTimer = 0;

/** One line above the bottom bar, with an act or without; said aloud too. */
export function toast(text, act, onAct, ms = 6000) {
  const place = document.getElementById('toast');
  clearTimeout(toastTimer);
  const clear = () => place.replaceChildren();
  place.replaceChildren(h('div.toast', {}, h('span', {}, text),
    act && h('button', { type: 'button', onclick: () => { clear(); onAct(); } }, act)));
  toastTimer = setTimeout(clear, ms);
}
