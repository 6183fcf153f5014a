import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, EXIT } from './arguments.mjs';

/** Writes the calls (or changes) that a filter leaves to a file or to standard output, as they come. */
export async function run({ client, flags, operands, warn }) {
  const what = operands[0] ?? 'calls';
  if (operands.length > 1 || (what !== 'calls' && what !== 'changes'))
    throw new CliError('What is exported is `calls` or `changes`: npm run --silent callgate -- audit export changes --format csv.');
  const query = queryOf(flags);
  const body = await client.download(`${what === 'calls' ? '/audit/export' : '/changes/export'}?${query}`);
  const file = flags.file ?? '-';
  try {
    if (file === '-') {
      await pipeline(Readable.fromWeb(body), process.stdout, { end: false });
      return EXIT.ok;
    }
    // Half an export must not pass for a whole one.
    const part = `${file}.part`;
    try {
      await pipeline(Readable.fromWeb(body), createWriteStream(part, { mode: 0o600 }));
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  } catch (error) {
    // Whoever reads our output, such as `head`, has enough.
    if (file === '-' && error?.code === 'EPIPE') return EXIT.ok;
    throw new CliError(`The export broke off and is not complete (${error?.cause?.message ?? error?.message}). Try again.`);
  }
  warn(`${file}: written`);
  return EXIT.ok;
}

function queryOf(flags) {
  const query = new URLSearchParams(flags.filter ?? '');
  for (const name of ['format', 'columns', 'from', 'to']) if (flags[name] !== undefined) query.set(name, flags[name]);
  return query.toString();
}
