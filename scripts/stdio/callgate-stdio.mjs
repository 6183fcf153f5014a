#!/usr/bin/env node
// callgate-stdio: MCP over stdin and stdout for clients that only launch commands. Needs Node and nothing else.
import { Bridge } from './bridge.mjs';
import { readLines } from './lines.mjs';

const USAGE = `Usage: callgate-stdio [--url URL]

Relays MCP messages between stdin/stdout and Callgate.

  CALLGATE_URL    address of a server or of all servers, e.g. https://callgate.example.com/mcp/payments
  CALLGATE_TOKEN  token of a grant; never given as an argument, where other users of the machine could read it
`;
const BAD_USAGE = 2;
/** What is still on its way when the client has gone gets this long. */
const LAST_ANSWERS_MS = 2_000;

const warn = (text) => process.stderr.write(`callgate-stdio: ${text}\n`);
const settings = readSettings(process.argv.slice(2), process.env);
if (typeof settings === 'string') {
  warn(settings);
  process.exit(BAD_USAGE);
}

let writable = Promise.resolve();
process.stdout.on('error', () => process.exit(0));
/** One line; waits while the client does not read. */
const write = (line) => {
  writable = writable.then(
    () => new Promise((resolve) => (process.stdout.write(`${line}\n`) ? resolve() : process.stdout.once('drain', resolve))),
  );
  return writable;
};

const bridge = new Bridge({ ...settings, write, warn });
let stopping = false;
const stop = async (graceMs) => {
  if (stopping) return;
  stopping = true;
  await bridge.close(graceMs);
  // A client that no longer reads must not keep the process.
  await Promise.race([writable, new Promise((resolve) => setTimeout(resolve, graceMs))]);
  process.exit(0);
};
process.on('SIGTERM', () => void stop(0));
process.on('SIGINT', () => void stop(0));
try {
  for await (const line of readLines(process.stdin)) bridge.take(line);
} catch (error) {
  // A line without an end cannot be taken, and nothing after it can be read.
  warn(error.message);
  await bridge.close(0);
  process.exit(1);
}
await stop(LAST_ANSWERS_MS);

/** Where to, with what; or a sentence on what is wrong. Prints the usage and ends when that is asked for. */
function readSettings(args, env) {
  let address = env.CALLGATE_URL ?? '';
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--help' || args[at] === '-h') {
      process.stdout.write(USAGE);
      process.exit(0);
    } else if (args[at] === '--url' && args[at + 1] !== undefined) address = args[++at];
    else return `I do not know "${args[at]}". --help says what there is.`;
  }
  if (address === '') return 'Set CALLGATE_URL to the address of the gateway, e.g. https://callgate.example.com/mcp/payments.';
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `CALLGATE_URL is no http(s) address: ${address}`;
  const token = (env.CALLGATE_TOKEN ?? '').trim();
  if (token === '') return 'Set CALLGATE_TOKEN to the token of a grant.';
  return { url, token };
}
