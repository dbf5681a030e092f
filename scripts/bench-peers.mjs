// Runs other sync engines on the same work as ours and prints how many times better or worse we are.
//
//   node scripts/bench-peers.mjs target/bench.jsonl PEERS
//
// Only ratios from one run on one machine mean anything.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [ownLines, peers] = process.argv.slice(2);
const rows = process.env.N ?? "50000";

const own = new Map();
for (const line of readFileSync(ownLines, "utf8").split("\n")) {
  if (!line.startsWith("{")) continue;
  const { name, value, unit } = JSON.parse(line);
  own.set(name, { value, unit });
}

const IN_MS = { s: 1000, ms: 1, us: 0.001, "µs": 0.001, ns: 0.000001 };
const milliseconds = (line) => line && line.value * (IN_MS[line.unit] ?? 1);

// What is compared: ours, the place in the peer's report, and whether more is better.
const MEASURES = [
  ["sync_rows_per_s", own.get("sync_rows_per_s")?.value, (peer) => peer.rows_per_s, true],
  ["sync_push_bytes", own.get("sync_push_bytes")?.value, (peer) => peer.push_bytes_in ?? peer.push_bytes, false],
  ["sync_pull_bytes", own.get("sync_pull_bytes")?.value, (peer) => peer.pull_bytes_out ?? peer.pull_bytes, false],
  [
    "one_row_round_trip_p50",
    milliseconds(own.get("one_row_round_trip_p50")),
    (peer) => (peer.one_row_oneshot_ms ?? peer.one_row_ms)?.p50,
    false,
  ],
];

function must(command, args, options) {
  const run = spawnSync(command, args, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", ...options });
  if (run.error || run.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${run.error ?? `status ${run.status}`}`);
  return run.stdout;
}

/** A copy under target/, so that nothing is installed into somebody else's folder. */
function copied(name) {
  const folder = resolve("target/peers", name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(peers, name), folder, { recursive: true });
  return folder;
}

function pouchdb() {
  const cwd = copied("pouchdb");
  if (!existsSync(join(cwd, "node_modules"))) must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd });
  return must("node", ["bench.js"], { cwd, env: { ...process.env, N: rows, DIR: resolve("target/peers/data-pouchdb") } });
}

function anki() {
  const cwd = copied("anki");
  const python = join(cwd, "v/bin/python");
  if (!existsSync(join(cwd, "v/lib"))) must("python3", ["-m", "venv", "v"], { cwd });
  must(python, ["-m", "pip", "install", "--quiet", "anki==26.9.3"], { cwd });
  const env = { ...process.env, N: rows, COUNT: "1", DIR: resolve("target/peers/data-anki") };
  return must(python, ["bench.py"], { cwd, env });
}

let failed = false;
for (const [name, run] of [["pouchdb", pouchdb], ["anki", anki]]) {
  if (!existsSync(join(peers, name))) continue;
  console.error(`bench-peers: ${name}, ${rows} rows…`);
  let peer;
  try {
    peer = JSON.parse(run());
  } catch (error) {
    console.error(`bench-peers: ${name} could not be run: ${error.message}`);
    failed = true;
    continue;
  }
  for (const [measure, ours, find, moreIsBetter] of MEASURES) {
    const theirs = find(peer);
    const both = ours > 0 && theirs > 0;
    const times = both ? Number((moreIsBetter ? ours / theirs : theirs / ours).toFixed(2)) : null;
    // Above 1: Neem does better.
    console.log(JSON.stringify({ name: `${measure}_against_${name}`, value: times, unit: "times", ours: ours ?? null, theirs: theirs ?? null }));
  }
}
process.exit(failed ? 1 : 0);
