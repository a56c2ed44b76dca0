// The store: questions, and the live connection that says when there is news.
const PATIENCE_MS = 30_000, PICTURE_PATIENCE_MS = 180_000; // a megabyte over a thin line
const SILENCE_MS = 45_000, RETRY_MIN_MS = 1000, RETRY_MAX_MS = 30_000;

export class StoreError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `HTTP ${status}`);
    Object.assign(this, { status, code: problem?.code, problem, retryAfter });
  }
}

/** One exchange; `read(answer)` takes what came. */
async function exchange(method, path, { headers, body, patience = PATIENCE_MS }, read) {
  const options = { method, headers: { 'X-Uchastok': '1', ...headers }, body, credentials: 'same-origin', cache: 'no-store' };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  try {
    const answer = await fetch(path, { ...options, signal: controller.signal });
    if (answer.ok || answer.status === 304)
      return { status: answer.status, headers: answer.headers, body: await read(answer) };
    let problem = null;
    try { problem = JSON.parse(await answer.text()); } catch { /* a proxy answered, not the store */ }
    throw new StoreError(answer.status, problem, Number(answer.headers.get('Retry-After')) || 0);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks the store. Rejects with StoreError when it refuses, with TypeError when it cannot be reached. */
export const ask = (method, path, body, headers = {}) => exchange(method, path,
  { headers: { ...method !== 'GET' && { 'Content-Type': 'application/json' }, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) },
  async answer => JSON.parse(await answer.text() || 'null'));

/** Sends a picture under its name; the same again does no harm. */
export const sendPicture = (name, picture) => exchange('PUT', `/v1/pictures/${name}`,
  { headers: { 'Content-Type': picture.type }, body: picture, patience: PICTURE_PATIENCE_MS }, () => null);

/** A photo to look at; the store notes who looked. */
export const fetchPhoto = async id => (await exchange('GET', `/v1/photos/${id}`, { patience: PICTURE_PATIENCE_MS }, answer => answer.blob())).body;

/** Whether an error says that the store could not be reached or asks to come again: nothing is lost, try later. */
export const isPassing = error => !(error instanceof StoreError) || error.status >= 500 || error.status === 429;

/** Keeps a WebSocket open while `wanted`; calls `onNews(head)`, `onState(open)`, `onSignedOut()`. */
export class Live {
  #socket = null;
  #retry = RETRY_MIN_MS;
  #timer = 0;
  #silence = 0;

  constructor(handlers) { this.handlers = handlers; this.wanted = false; }

  start() {
    this.wanted = true;
    if (!this.#socket)
      this.#connect();
  }

  stop() {
    this.wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  get open() { return this.#socket?.readyState === WebSocket.OPEN; }

  /** Tries at once instead of waiting for the next attempt: the network is said to be back. */
  hurry() {
    this.#retry = RETRY_MIN_MS;
    if (this.wanted && !this.open) {
      this.#socket?.close();
      this.#socket = null;
      this.#connect();
    }
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(`wss://${location.host}/v1/live`);
    this.#socket = socket;
    socket.onopen = () => { this.#retry = RETRY_MIN_MS; this.#hear(socket); this.handlers.onState(true); };
    socket.onmessage = async event => {
      this.#hear(socket);
      const message = JSON.parse(event.data);
      if (message.type !== 'poke' && message.type !== 'chg')
        return; // a page of the office's feed says no more than a poke: the day is asked for whole
      await this.handlers.onNews(message.head);
      if (socket.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ type: 'at', seq: message.head }));
    };
    socket.onclose = event => {
      clearTimeout(this.#silence);
      if (this.#socket !== socket)
        return;
      this.#socket = null;
      this.handlers.onState(false);
      if (event.code === 4401)
        this.handlers.onSignedOut();
      else if (this.wanted) {
        this.#timer = setTimeout(() => this.#connect(), this.#retry * (0.5 + Math.random() / 2));
        this.#retry = Math.min(this.#retry * 2, RETRY_MAX_MS);
      }
    };
  }

  /** A network that swallows everything closes nothing: without heartbeats the connection is given up. */
  #hear(socket) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.close(), SILENCE_MS);
  }
}
