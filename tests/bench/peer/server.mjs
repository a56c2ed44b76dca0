// The peer's store: express-pouchdb on LevelDB behind HTTPS, a process of its own.
// server.mjs DIR CERTIFICATE KEY: prints its port once it listens.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const express = require("express");
const expressPouchDB = require("express-pouchdb");
const PouchDB = require("pouchdb");

const [dir, certificate, key] = process.argv.slice(2);
const app = express();
app.use("/", expressPouchDB(PouchDB.defaults({ prefix: `${dir}/` }), {
  mode: "minimumForPouchDB",
  inMemoryConfig: true,
  logPath: `${dir}/log.txt`,
}));
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, app);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
