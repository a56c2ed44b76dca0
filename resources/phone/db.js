// What stays on the phone: the last day that was read, and the acts that are on their way. One database; signing out
// deletes it whole.
const NAME = 'uchastok', VERSION = 2;
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = event => {
      if (event.oldVersion < 1) {
        request.result.createObjectStore('kv');
        request.result.createObjectStore('ops', { keyPath: 'n', autoIncrement: true });
      }
      request.result.createObjectStore('pictures'); // by their SHA-256, as long as an act needs them
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
    request.onerror = () => { opened = null; reject(request.error); };
  });
  return opened;
}

/** Runs `work(store, …)` in one transaction; resolves to the result of the request it returns, once all is durable. */
async function transact(names, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: 'strict' });
    const request = work(...[names].flat().map(name => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const get = key => transact('kv', 'readonly', store => store.get(key));
export const put = (key, value) => transact('kv', 'readwrite', store => store.put(value, key));
export const remove = key => transact('kv', 'readwrite', store => store.delete(key));
export const listOps = () => transact('ops', 'readonly', store => store.getAll());
export const putOps = ops => transact('ops', 'readwrite', store => { ops.forEach(op => store.put(op)); });
export const getPicture = name => transact('pictures', 'readonly', store => store.get(name));

/** An act, and the picture it names: both or neither. */
export const addOp = (op, picture) => transact(['ops', 'pictures'], 'readwrite', (ops, pictures) => {
  if (picture)
    pictures.put(picture, op.args.sha256);
  return ops.add(op);
});
export const dropOps = (ns, pictures) => transact(['ops', 'pictures'], 'readwrite', (store, kept) => {
  ns.forEach(n => store.delete(n));
  pictures.forEach(name => kept.delete(name));
});

/** Nothing of a client stays: the database and every cache are deleted. */
export async function wipe() {
  const db = await opened?.catch(() => null);
  db?.close();
  opened = null;
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
  });
  for (const name of await caches.keys())
    await caches.delete(name);
}

/** A UUID version 7 (RFC 9562): sorts by time, like the ids of the desks. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--, now = Math.floor(now / 256))
    bytes[i] = now % 256;
  bytes[6] = bytes[6] & 0x0f | 0x70;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
