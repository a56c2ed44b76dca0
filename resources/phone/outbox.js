// Acts on their way to the store: durable before they are shown, sent in order, each decided once.
//
// An op waits ("waiting"), gets its mid when it is first sent ("sent": the answer may be lost, so the same mid and id go
// again), and is decided ("ok" or "refused"). It is shown above the day until a day that was read after the verdict has
// come ("settled"). Decided ones are kept for a week: a store restored from a backup asks for them again, by its new uuid.
import * as db from './db.js';
import { ask, isPassing, sendPicture, StoreError } from './net.js';

const BATCH_MAX = 64, KEEP_MS = 7 * 86_400_000;

export class Outbox {
  #sending = null;
  #again = false;

  /** `onChange()` after every change, `onVerdict(op)` when the store refused, `onSignedOut()`. */
  constructor(handlers) { this.handlers = handlers; this.ops = []; this.peer = null; this.busy = false; }

  async load() {
    this.peer = await db.get('peer') ?? null;
    const ops = await db.listOps();
    const old = ops.filter(op => op.settled && !op.unread && Date.now() - op.at > KEEP_MS);
    this.ops = ops.filter(op => !old.includes(op));
    if (old.length)
      await this.#dropOps(old);
  }

  /** Forgets acts, and the pictures that no other act names. */
  #dropOps(ops) {
    const named = new Set(this.ops.map(op => op.args.sha256));
    return db.dropOps(ops.map(op => op.n), ops.map(op => op.args.sha256).filter(name => name && !named.has(name)));
  }

  get waiting() { return this.ops.filter(op => op.state === 'waiting' || op.state === 'sent'); }
  get refused() { return this.ops.filter(op => op.state === 'refused' && op.unread); }
  /** What lies above the day, in order. */
  get overlay() { return this.ops.filter(op => op.state !== 'refused' && !op.settled); }

  /** Notes the act and the picture it names; resolves when both are on the disk. */
  async add(type, args, about, now, picture) {
    const op = { id: db.newId(), type, args, about, at: now, state: 'waiting', mid: 0 };
    op.n = await db.addOp(op, picture);
    this.ops.push(op);
    this.handlers.onChange();
    return op;
  }

  /** Takes an act back that was never sent; false: it may have arrived. */
  async drop(op) {
    if (op.state !== 'waiting')
      return false;
    op.state = 'dropped';
    this.ops = this.ops.filter(other => other !== op);
    await this.#dropOps([op]);
    this.handlers.onChange();
    return true;
  }

  async read(op) {
    op.unread = false;
    await db.putOps([op]);
    this.handlers.onChange();
  }

  /** A day that was asked for after `acked` has come: what it shows already need not lie above it. */
  async settle(acked) {
    const done = acked.filter(op => !op.settled);
    done.forEach(op => { op.settled = true; });
    if (done.length)
      await db.putOps(done);
  }
  get acked() { return this.ops.filter(op => op.state === 'ok' && !op.settled); }

  /** Sends what waits; one sender at a time, also among several windows of the same phone. */
  send(store) {
    if (this.#sending) {
      this.#again = true;
      return this.#sending;
    }
    const locks = navigator.locks;
    const work = async () => { do { this.#again = false; await this.#sendAll(store); } while (this.#again); };
    this.#sending = (locks ? locks.request('uchastok-outbox', work) : work()).finally(() => { this.#sending = null; });
    return this.#sending;
  }

  /** Another window of this phone may have noted or sent acts since. */
  async #refresh() {
    const known = new Map(this.ops.map(op => [op.n, op]));
    this.peer = await db.get('peer') ?? this.peer;
    this.ops = (await db.listOps()).map(op => Object.assign(known.get(op.n) ?? op, op));
  }

  async #sendAll(store) {
    await this.#refresh();
    await this.#join(store);
    while (this.waiting.length) {
      await this.#sendPictures();
      const batch = await this.#number();
      if (!batch.length)
        continue;
      this.busy = true;
      this.handlers.onChange();
      try {
        const ops = batch.map(({ mid, id, type, args, at }) => ({ mid, id, type, args, at }));
        const { body } = await ask('POST', '/v1/push', { store, client: this.peer.client, schema: 1, ops });
        await this.#take(batch, body.acks);
      } catch (error) {
        if (!await this.#recover(error))
          throw error;
      } finally {
        this.busy = false;
        this.handlers.onChange();
      }
    }
  }

  /** A picture goes before the act that names it. One that the store will never take ends its act here. */
  async #sendPictures() {
    const fresh = this.waiting.slice(0, BATCH_MAX).filter(op => op.type === 'photo.add' && op.state === 'waiting');
    for (const op of fresh)
      try {
        const picture = await db.getPicture(op.args.sha256);
        if (!picture)
          throw new StoreError(410);
        await sendPicture(op.args.sha256, picture);
      } catch (error) {
        if (isPassing(error) || [401, 403].includes(error.status))
          throw error;
        Object.assign(op, { state: 'refused', code: 'picture', settled: true, unread: true });
        await db.putOps([op]);
        this.handlers.onVerdict(op);
      }
  }

  /** Counts from 1 for a store that this phone has not met, and sends again what it may not know. */
  async #join(store) {
    if (this.peer?.store === store)
      return;
    const before = this.peer?.store, office = name => name.split('.')[0];
    this.peer = { store, client: db.newId(), mid: 0 };
    if (before && office(before) !== office(store)) {
      const lost = this.waiting; // another office: nothing of the one is for the other
      lost.forEach(op => Object.assign(op, { state: 'refused', code: 'other_office', settled: true, unread: true }));
      await db.putOps(lost);
    } else if (before) {
      const again = this.ops.filter(op => op.state !== 'refused');
      again.forEach(op => { op.state = 'waiting'; op.mid = 0; op.settled = false; });
      await db.putOps(again);
    }
    await db.put('peer', this.peer);
  }

  /** The next batch; its mids are on the disk before it leaves. */
  async #number() {
    const batch = this.waiting.slice(0, BATCH_MAX);
    const fresh = batch.filter(op => op.state === 'waiting');
    if (fresh.length) {
      fresh.forEach(op => { op.mid = ++this.peer.mid; op.state = 'sent'; });
      await db.put('peer', this.peer);
      await db.putOps(fresh);
    }
    return batch;
  }

  async #take(batch, acks) {
    if (!acks.length)
      throw new Error('the store acknowledged nothing');
    for (const [mid, verdict, , why] of acks) {
      const op = batch.find(one => one.mid === mid);
      if (!op)
        continue;
      op.state = verdict === 'ok' ? 'ok' : 'refused';
      if (op.state === 'refused')
        Object.assign(op, { code: why?.code, field: why?.field, settled: true, unread: true });
    }
    await db.putOps(batch);
    batch.filter(op => op.state === 'refused').forEach(this.handlers.onVerdict);
  }

  /** The store counts otherwise: this phone begins a new count. It knows the acts it has by their ids. */
  async #recover(error) {
    if (!(error instanceof StoreError) || error.code !== 'mid_gap')
      return false;
    const again = this.waiting;
    this.peer = { store: this.peer.store, client: db.newId(), mid: 0 };
    again.forEach(op => { op.state = 'waiting'; op.mid = 0; });
    await db.put('peer', this.peer);
    await db.putOps(again);
    return true;
  }
}

export { isPassing };
