// Where the engineer is: only on shift, only while the page is on the screen, only when he allowed it. What cannot be
// sent waits in memory alone, and little of it.
import { ask } from './net.js';

const WAITING_MAX = 60, EVERY_MS = 20_000;

export class Position {
  #watch = 0;
  #points = [];
  #last = 0;
  #sending = false;

  constructor(app) { this.app = app; this.denied = false; this.last = null; }

  get allowed() { return localStorage.getItem('position') === 'yes'; }
  set allowed(yes) { localStorage.setItem('position', yes ? 'yes' : 'no'); this.update(); }

  /** Watches when it should, and not otherwise. */
  update() {
    const should = this.allowed && this.app.day && this.app.day.shiftAt(this.app.now()) && document.visibilityState === 'visible' && navigator.geolocation;
    if (should && !this.#watch)
      this.#watch = navigator.geolocation.watchPosition(place => this.#take(place, false), error => this.#fail(error), { enableHighAccuracy: true, maximumAge: 10_000 });
    else if (!should && this.#watch) {
      navigator.geolocation.clearWatch(this.#watch);
      this.#watch = 0;
    }
  }

  /** An act was done: where he is now matters more than before. */
  report() {
    if (this.#watch)
      navigator.geolocation.getCurrentPosition(place => this.#take(place, true), error => this.#fail(error), { enableHighAccuracy: true, timeout: 10_000 });
  }

  forget() { this.#points = []; this.last = null; localStorage.removeItem('position'); this.update(); }

  #fail(error) {
    this.denied = error.code === error.PERMISSION_DENIED;
    this.app.changed();
  }

  #take(place, important) {
    const { latitude: lat, longitude: lon, accuracy: acc, speed, heading } = place.coords;
    this.denied = false;
    if (!important && Date.now() - this.#last < EVERY_MS)
      return;
    this.#last = Date.now();
    this.last = this.app.now();
    const point = { t: Math.round(place.timestamp + this.app.offset), lat, lon, acc };
    if (speed !== null && speed >= 0) point.spd = speed;
    if (heading !== null && !Number.isNaN(heading)) point.hdg = heading;
    this.#points = [...this.#points, point].slice(-WAITING_MAX);
    this.send();
  }

  async send() {
    if (this.#sending || !this.#points.length)
      return;
    this.#sending = true;
    const points = this.#points;
    try {
      await ask('POST', '/v1/positions', { p: points });
      this.#points = this.#points.filter(point => !points.includes(point));
    } catch { /* they go with the next ones */ }
    this.#sending = false;
  }
}
