// npm run callgate -- <command>: the management API from a shell or from CI. Needs Node and nothing else.
import { CliError, EXIT, parseCommand, usage } from './cli/arguments.mjs';
import { createClient } from './cli/client.mjs';

const COMMANDS = {
  'policy pull': () => import('./cli/policy-pull.mjs'),
  'policy diff': () => import('./cli/policy-diff.mjs'),
  'policy apply': () => import('./cli/policy-apply.mjs'),
  'policy test': () => import('./cli/policy-test.mjs'),
  'policy convert': () => import('./cli/policy-convert.mjs'),
  'audit export': () => import('./cli/audit-export.mjs'),
  'server list': () => import('./cli/server-list.mjs'),
};

try {
  const { name, flags, operands } = parseCommand(process.argv.slice(2), Object.keys(COMMANDS));
  if (name === null) process.stdout.write(`${usage()}\n`);
  else {
    const { run } = await COMMANDS[name]();
    const client = createClient({ url: flags.url ?? process.env.CALLGATE_URL, key: flags.key ?? process.env.CALLGATE_KEY });
    process.exitCode = await run({
      client,
      flags,
      operands,
      print: (text) => process.stdout.write(`${text}\n`),
      warn: (text) => process.stderr.write(`${text}\n`),
    });
  }
} catch (error) {
  // Only what was foreseen is a sentence; anything else is a bug and keeps its trace.
  process.stderr.write(`callgate: ${error instanceof CliError ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = error instanceof CliError ? error.exitCode : EXIT.error;
}
