// What PouchDB does with the same work: beside ours in one run of the bench.
// peer.mjs initial DOCUMENTS.json   a first replication into an empty replica, best batch size
// peer.mjs push SECONDS             20 writers, one document each at a time
// DOCUMENTS.json is an array of objects with "id"; prints one line of JSON.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const PouchDB = require("pouchdb");
const BATCHES = [500, 1000, 2500, 5000];
const WRITERS = 20;

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // a certificate made for this run, on loopback
process.removeAllListeners("warning");

const dir = mkdtempSync(join(tmpdir(), "uchastok-peer-"));
const agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });

async function startServer() {
  const certificate = join(dir, "cert.pem"), key = join(dir, "key.pem");
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
  const here = dirname(fileURLToPath(import.meta.url));
  const server = spawn(process.execPath, [join(here, "server.mjs"), dir, certificate, key],
    { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    server.stdout.once("data", (data) => resolve(String(data).trim()));
    server.once("exit", (code) => reject(new Error(`the peer's store ended with ${code}`)));
  });
  return { server, url: `https://127.0.0.1:${port}/office` };
}

const remote = (url) => new PouchDB(url, { fetch: (u, o) => PouchDB.fetch(u, { ...o, agent }) });

async function initial(url, file) {
  const documents = JSON.parse(readFileSync(file, "utf8")).map(({ id, ...rest }) => ({ _id: id, ...rest }));
  const source = remote(url);
  for (let i = 0; i < documents.length; i += 2500) await source.bulkDocs(documents.slice(i, i + 2500));
  const runs = [];
  for (const batch of BATCHES) {
    const local = new PouchDB(join(dir, `replica-${batch}`));
    const start = performance.now();
    const result = await local.replicate.from(source, { batch_size: batch, batches_limit: 10 });
    const seconds = (performance.now() - start) / 1000;
    if (result.docs_written !== documents.length) throw new Error(`only ${result.docs_written} arrived`);
    runs.push({ batch, seconds });
    await local.destroy();
  }
  runs.sort((a, b) => a.seconds - b.seconds);
  return { documents: documents.length, batch: runs[0].batch, seconds: runs[0].seconds };
}

async function push(url, seconds) {
  const latencies = [];
  const end = performance.now() + seconds * 1000;
  await remote(url).info();
  await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
    const db = remote(url);
    for (let i = 0; performance.now() < end; i++) {
      const start = performance.now();
      await db.put({ _id: `w${writer}-${i}`, engineer_id: "e1", state: "assigned" });
      latencies.push(performance.now() - start);
    }
  }));
  latencies.sort((a, b) => a - b);
  return { per_second: latencies.length / seconds, p99_ms: latencies[Math.floor(latencies.length * 0.99)] };
}

const [what, argument] = process.argv.slice(2);
const { server, url } = await startServer();
try {
  console.log(JSON.stringify(what === "initial" ? await initial(url, argument) : await push(url, Number(argument))));
} finally {
  server.kill();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
