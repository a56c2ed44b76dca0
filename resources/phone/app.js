// The page: what it holds, when it asks the store, and which view is shown. Views are drawn anew from the day and the
// outbox whenever one of them changes; nothing else is kept.
import { say, sayIf, language } from './words.js';
import * as db from './db.js';
import { ask, isPassing, Live, StoreError } from './net.js';
import { Outbox } from './outbox.js';
import { Day, compareDays } from './day.js';
import { Position } from './position.js';
import { h, icon, midnight, whenOf, clockOf, toast } from './ui.js';
import { dayList, zoneList } from './list.js';
import { ticketPage } from './ticket.js';
import { morePage, shiftBlock } from './more.js';
import { signPage } from './sign.js';

const POLL_MS = 30_000, RETRY_MS = 5000;

class App {
  #reading = null;
  #again = false;
  #drawn = 0;
  #retry = 0;

  constructor() {
    this.day = null;
    this.limits = { yellow_after: Infinity, orange_before: 0 };
    this.offset = 0;
    this.revealed = new Map(); // of this visit to the page alone
    this.pictures = new Map(); // SHA-256 → address for <img>, likewise
    this.online = false;
    this.readAt = 0;
    this.outbox = new Outbox({ onChange: () => this.changed(), onVerdict: op => this.#refused(op) });
    this.live = new Live({ onNews: () => this.refresh(), onState: open => { this.online = open; this.changed(); if (open) this.send(); },
      onSignedOut: () => this.signedOut() });
    this.position = new Position(this);
    this.now = () => Date.now() + this.offset;
  }

  async start() {
    document.documentElement.lang = language;
    this.#listen();
    if (!localStorage.getItem('in') && this.route[0] !== 'in')
      this.showSignIn(); // at once: neither the phone's database nor the store need be asked
    if (localStorage.getItem('leaving'))
      await this.#leave();
    await this.outbox.load();
    const saved = await db.get('day');
    if (saved) {
      Object.assign(this, { saved, readAt: saved.readAt, offset: saved.offset });
      this.#lay();
    }
    if (this.route[0] === 'in')
      await this.#enter(this.route[1]);
    else if (localStorage.getItem('leaving'))
      this.showSignIn();
    else
      await this.refresh().catch(error => this.#failed(error));
    if (this.day)
      this.live.start();
    navigator.serviceWorker?.register('sw.js').catch(() => {});
  }

  /** A dispatcher's link: good once. Its secret leaves the address as soon as the store has spoken about it. */
  async #enter(secret) {
    try {
      await ask('POST', '/v1/phone/entry', { secret, device: navigator.userAgentData?.platform || 'phone' });
    } catch (error) {
      if (!isPassing(error))
        history.replaceState(null, '', '#/');
      this.showSignIn(isPassing(error) ? say('sign.offline') : say('sign.link'));
      return;
    }
    history.replaceState(null, '', '#/');
    localStorage.removeItem('leaving');
    await this.refresh().catch(error => this.#failed(error));
  }

  #listen() {
    addEventListener('hashchange', () => { this.route[0] === 'in' ? this.#enter(this.route[1]) : this.#draw(true); });
    addEventListener('online', () => { this.live.hurry(); this.send(); });
    addEventListener('offline', () => { this.online = false; this.changed(); });
    addEventListener('beforeinstallprompt', event => { event.preventDefault(); this.installPrompt = event; });
    document.addEventListener('visibilitychange', () => {
      this.position.update();
      if (document.visibilityState === 'visible' && this.day) {
        this.live.hurry();
        this.refresh().catch(error => this.#failed(error));
      }
    });
    navigator.serviceWorker?.addEventListener('message', event => { if (event.data?.open) location.hash = event.data.open; });
    setInterval(() => { if (this.day && !this.live.open && document.visibilityState === 'visible') this.refresh().catch(error => this.#failed(error)); }, POLL_MS);
  }

  /** Reads the day; questions that come meanwhile share one more. */
  refresh() {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = (async () => { do { this.#again = false; await this.#read(); } while (this.#again); })().finally(() => { this.#reading = null; });
    return this.#reading;
  }

  async #read() {
    const acked = this.outbox.acked, before = this.day, wasOnline = this.online;
    const { status, headers, body } = await ask('GET', `/v1/phone/day?since=${midnight(Date.now())}`, undefined, this.saved?.etag ? { 'If-None-Match': this.saved.etag } : {});
    this.online = true;
    this.readAt = Date.now();
    this.offset = Number(headers.get('X-Uchastok-Time')) - Date.now() || 0;
    if (Math.abs(this.offset) < 1500)
      this.offset = 0; // within the time that the answer took
    if (status !== 304) {
      const owner = await db.get('owner');
      if (owner && owner !== body.me)
        await this.#forget(); // somebody else has signed in: what his predecessor left unsent is not his to send
      if (owner !== body.me)
        await db.put('owner', body.me);
      localStorage.setItem('in', 'yes');
      this.saved = { etag: headers.get('ETag'), body, offset: this.offset };
    }
    this.saved.readAt = this.readAt;
    await db.put('day', this.saved);
    await this.outbox.settle(acked);
    if (status !== 304 || !before || acked.length || !wasOnline) // else nothing is drawn under a finger
      this.#lay();
    if (before)
      this.#tell(before);
    this.live.start();
    this.send();
  }

  /** The day with what is on its way above it. */
  #lay() {
    this.limits = this.saved.body.promise;
    this.day = new Day(this.saved.body, this.outbox.overlay);
    this.position.update();
    this.#draw();
  }

  /** Something was noted, sent or decided: everything is laid anew. */
  changed() {
    if (this.saved && this.day)
      this.#lay();
  }

  #tell(before) {
    const { came, changed, went } = compareDays(before, this.day);
    const what = came.length ? ['new.visit', came[0], this.day] : changed.length ? ['changed.visit', changed[0], this.day] : went.length ? ['gone.visit', went[0], before] : null;
    const own = what && this.outbox.ops.some(op => op.about?.ticket === what[1] && this.now() - op.at < 60_000);
    if (!what || own)
      return;
    const [word, id, day] = what, address = day.get('ticket', id)?.address ?? '';
    toast(`${say(word)}: ${address}`, word === 'gone.visit' ? undefined : say('show'), () => { location.hash = `#/t/${id}`; });
    navigator.vibrate?.([200, 100, 200]);
    this.#beep();
    if (window.Notification?.permission === 'granted')
      navigator.serviceWorker?.ready.then(registration => registration.showNotification(say(word), { body: address, tag: id, icon: 'icon-192.png', data: `#/t/${id}` })).catch(() => {});
  }

  #beep() {
    if (!navigator.userActivation?.hasBeenActive)
      return;
    this.audio ??= new AudioContext();
    const tone = this.audio.createOscillator(), gain = this.audio.createGain();
    gain.gain.value = 0.2;
    tone.frequency.value = 880;
    tone.connect(gain).connect(this.audio.destination);
    tone.start();
    tone.stop(this.audio.currentTime + 0.25);
  }

  /** Notes an act and sends it when it can be; resolves to the op, or to undefined when the phone cannot keep it. */
  async act(type, args, about, picture) {
    try {
      const op = await this.outbox.add(type, args, about, Math.round(this.now()), picture);
      this.position.report();
      this.send();
      return op;
    } catch (error) {
      toast(say('full'));
      console.error(error);
      return undefined;
    }
  }

  async undo(op) {
    if (await this.outbox.drop(op))
      return;
    await this.act('act.undo', { event: op.id }, op.about);
  }

  async send() {
    if (!this.saved)
      return;
    clearTimeout(this.#retry);
    try {
      if (this.outbox.waiting.length) {
        await this.outbox.send(this.saved.body.store);
        await this.refresh();
      }
      this.position.send();
    } catch (error) {
      this.#failed(error);
      if (isPassing(error) && this.outbox.waiting.length)
        this.#retry = setTimeout(() => this.send(), error.retryAfter ? error.retryAfter * 1000 : RETRY_MS);
    }
  }

  #failed(error) {
    if (error instanceof StoreError && error.code === 'epoch') {
      this.saved.etag = null;
      this.refresh().catch(other => this.#failed(other));
    } else if (error instanceof StoreError && (error.status === 401 || error.status === 403))
      this.signedOut();
    else if (isPassing(error)) {
      this.online = false;
      this.day ? this.changed() : this.showSignIn(this.saved ? undefined : say('sign.offline'));
    } else {
      console.error(error);
      toast(say('failed'));
    }
  }

  #refused(op) {
    navigator.vibrate?.(400);
    toast(`${say('refused')}: ${say(`act.${op.type}`)}`, say('show'), () => { location.hash = op.about?.ticket ? `#/t/${op.about.ticket}` : '#/more'; });
  }

  /** A bar that says what was not accepted and why, until it has been read. */
  refusal(op) {
    return h('div.refusal', { role: 'alert', 'data-refused': op.type }, h('div', {},
      h('div.strong', {}, `${say('refused')}: ${say(`act.${op.type}`)}, ${clockOf(op.at)}`), h('div', {}, sayIf(`refusal.${op.code}`) ?? say('refusal.other'))),
    h('button.small', { type: 'button', onclick: () => this.outbox.read(op) }, say('refused.ok')));
  }

  /** The session has ended elsewhere: clients are forgotten, what was not sent waits for the same person. */
  async signedOut() {
    this.live.stop();
    const had = this.day;
    localStorage.removeItem('in');
    await db.remove('day');
    this.day = this.saved = null;
    this.#forgetSights();
    this.position.update();
    const left = this.outbox.waiting.length;
    this.showSignIn(left ? `${say('sign.ended')} ${say('sign.pending', { n: left })}` : had ? say('sign.ended') : undefined);
  }

  /** He signs out: nothing of a client stays. Without a network the session is ended when there is one again. */
  async signOut() {
    this.live.stop();
    localStorage.removeItem('in');
    localStorage.setItem('leaving', 'yes');
    await this.#leave();
    await this.#forget();
    this.position.forget();
    this.day = this.saved = null;
    location.hash = '';
    this.showSignIn();
  }

  async #leave() {
    try {
      await ask('DELETE', '/v1/phone/session');
    } catch (error) {
      if (isPassing(error))
        return;
    }
    localStorage.removeItem('leaving');
  }

  /** What was looked at is not seen by whoever signs in next. */
  #forgetSights() {
    this.revealed.clear();
    this.pictures.forEach(url => URL.revokeObjectURL(url));
    this.pictures.clear();
  }

  async #forget() {
    this.#forgetSights();
    await db.wipe();
    await this.outbox.load();
    for (const notification of await (await navigator.serviceWorker?.getRegistration())?.getNotifications() ?? [])
      notification.close();
  }

  showSignIn(reason) {
    if (!reason && document.getElementById('login'))
      return; // he may be typing
    document.getElementById('nav').hidden = true;
    document.getElementById('top').replaceChildren();
    document.getElementById('toast').replaceChildren();
    document.querySelectorAll('dialog').forEach(dialog => dialog.close());
    document.getElementById('main').replaceChildren(signPage(reason, async () => {
      localStorage.removeItem('leaving');
      await this.refresh();
    }));
    document.title = say('title');
  }

  get route() { return location.hash.slice(2).split('/'); }

  #sync() {
    const waiting = this.outbox.waiting.length;
    const state = waiting ? 'waiting' : this.online ? 'live' : 'offline';
    const text = waiting ? `${this.online ? '' : `${say('sync.offline')}. `}${say('sync.waiting', { n: waiting })}` : this.online ? say('sync.live') : say('sync.since', { t: whenOf(this.readAt, Date.now()) });
    return h('a.sync', { href: '#/more', 'data-state': state, 'data-offline': !this.online }, icon(waiting ? 'wait' : this.online ? 'live' : 'offline'), h('span', { role: 'status' }, text));
  }

  /** Draws the view, keeping the place where one has scrolled to and what is focused. */
  #draw(moved = false) {
    if (!this.day)
      return;
    const [name = '', id] = this.route, main = document.getElementById('main'), top = document.getElementById('top');
    const focused = document.activeElement?.closest('#main [data-act], #main [data-ticket]');
    const views = { t: () => ticketPage(this, id), zone: () => zoneList(this), more: () => morePage(this) };
    const titles = { zone: say('zone.title'), more: say('more.title') };
    const ticket = name === 't' && this.day.get('ticket', id);
    const title = name === 't' ? ticket?.number ? say('ticket.no', { n: ticket.number }) : say('ticket.fresh') : titles[name] ?? say('day.title');
    top.replaceChildren(...[name === 't' && h('a.round', { href: '#/', 'aria-label': say('back'), onclick: event => { if (history.length > 1 && this.#drawn > 1) { event.preventDefault(); history.back(); } } }, icon('back')),
      h('span.title', {}, title), this.#sync()].filter(Boolean));
    const general = name === 't' ? [] : this.outbox.refused.map(op => this.refusal(op));
    const content = [general, name === '' && !this.day.shiftAt(this.now()) && shiftBlock(this), views[name]?.() ?? dayList(this)].flat(Infinity).filter(Boolean);
    const scrolled = scrollY;
    main.replaceChildren(...content);
    main.className = name || 'day';
    this.#nav(name);
    document.title = `${title} · ${say('app')}`;
    this.#drawn += moved ? 1 : 0;
    scrollTo(0, moved ? 0 : scrolled);
    if (moved)
      main.focus({ preventScroll: true });
    else if (focused)
      main.querySelector(focused.dataset.act ? `[data-act="${focused.dataset.act}"]` : `[data-ticket="${focused.dataset.ticket}"]`)?.focus({ preventScroll: true });
  }

  #nav(name) {
    const nav = document.getElementById('nav'), waiting = this.outbox.waiting.length + this.outbox.refused.length;
    const tab = (key, href, symbol, count) => h('a', { href, 'aria-current': (name || 'day') === key ? 'page' : undefined }, h('span.tab-icon', {}, icon(symbol), count > 0 && h('span.count', {}, String(count))), say(`nav.${key}`));
    nav.hidden = name === 't';
    nav.setAttribute('aria-label', say('nav.label'));
    nav.replaceChildren(tab('day', '#/', 'day', this.day.visits.open.length), tab('zone', '#/zone', 'zone', this.day.freeTickets.length), tab('more', '#/more', 'menu', waiting));
  }
}

const app = new App();
app.start().catch(error => {
  console.error(error);
  toast(say('failed'));
});
