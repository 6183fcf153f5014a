// npm run seed: fills a database with a history of calls that is realistic in shape, to look at the console and to measure at scale.
//
//   DATA_DIR=/path/to/data npm run seed -- --calls 5000000 [--days 90] [--seed 1] [--force]
//
// It reads the same environment as `npm start`. With DATA_DIR it joins the database of a running Callgate, or starts it for as long as it
// needs; the secret key must be the one that Callgate runs with, or arguments cannot be opened. A database that has calls of a real
// gateway is refused without --force, because nothing of this can be taken back: the audit trail is only appended to.
import { pathToFileURL } from 'node:url';
import { bundleEntry, prepare, root } from './prepare.mjs';

process.chdir(root);
await prepare({ build: false });
await import(pathToFileURL(await bundleEntry('scripts/seed/main.ts', 'seed.mjs')).href);
