/** What a pipeline can tell apart; `--help` and docs/gitops.md say the same. */
export const EXIT = { ok: 0, no: 1, error: 2, waits: 3 };

/** What went wrong, why, and what to do, for the person at the shell. */
export class CliError extends Error {
  constructor(message, exitCode = EXIT.error) {
    super(message);
    this.exitCode = exitCode;
  }
}

const FLAGS = {
  url: { takes: 'URL', about: 'where Callgate is; CALLGATE_URL, else http://127.0.0.1:3000' },
  key: { takes: 'KEY', about: 'a management key; CALLGATE_KEY is better: arguments are seen by other users' },
  file: { takes: 'FILE', about: 'this one file instead of a folder; - is standard input, for pull and export standard output' },
  dir: { takes: 'FOLDER', about: 'where policies are kept as <server>/<policy>.jsonc; policies unless told' },
  comment: { takes: 'TEXT', about: 'kept with the version' },
  'managed-by': { takes: 'TEXT', about: 'marks the policies as kept elsewhere, so that the console only reads them' },
  'replace-drafts': { takes: null, about: 'replaces drafts that somebody left in the console' },
  draft: { takes: null, about: 'writes the draft where there is one, instead of what is live' },
  'dry-run': { takes: null, about: 'checks everything, changes nothing' },
  server: { takes: 'SERVER', about: 'compares the tools that a policy names with those of this server' },
  format: { takes: 'FORMAT', about: 'ndjson, csv or ocsf (calls only); ndjson unless told' },
  columns: { takes: 'COLUMNS', about: 'names with commas between them, in this order' },
  from: { takes: 'TIME', about: 'inclusive, such as 2026-11-20T12:00:00Z' },
  to: { takes: 'TIME', about: 'exclusive' },
  filter: {
    takes: 'QUERY',
    about: "filters of GET /api/v1/audit (or /changes), such as 'agent=bot&decision=denied'; the time is --from and --to",
  },
  json: { takes: null, about: 'prints JSON for scripts' },
};

const COMMANDS = {
  'policy pull': { operands: '[SERVER[/POLICY] …]', flags: ['dir', 'file', 'draft', 'json'], about: 'writes the live policies to files' },
  'policy diff': {
    operands: '[SERVER[/POLICY] …]',
    flags: ['dir', 'file', 'json'],
    about: 'shows what the files would change; 0 nothing, 1 something',
  },
  'policy apply': {
    operands: '[SERVER[/POLICY] …]',
    flags: ['dir', 'file', 'comment', 'managed-by', 'replace-drafts', 'dry-run', 'json'],
    about: 'publishes the files; 0 done or nothing to do, 1 a test fails, 3 waits for a second person or its time',
  },
  'policy test': {
    operands: '[SERVER[/POLICY] …]',
    flags: ['dir', 'file', 'json'],
    about: 'runs the tests in the files; 0 all pass, 1 a test fails',
  },
  'policy convert': {
    operands: 'FILE',
    flags: ['server', 'json'],
    about:
      'prints a PolicyLayer, Intercept or YAML file (- is standard input) in this language; 0 it decides the same, 1 look at the report',
  },
  'audit export': {
    operands: '[calls|changes]',
    flags: ['format', 'columns', 'from', 'to', 'filter', 'file'],
    about: 'writes what a filter leaves, newest first, to --file or standard output',
  },
  'server list': { operands: '', flags: ['json'], about: 'lists the servers' },
};
const COMMON = ['url', 'key'];

/** `{ name, flags, operands }`; `name` is null when help was asked for. */
export function parseCommand(words, known) {
  if (words.length === 0 || words.includes('--help') || words.includes('-h') || words[0] === 'help')
    return { name: null, flags: {}, operands: [] };
  const name = `${words[0]} ${words[1] ?? ''}`.trim();
  if (!known.includes(name))
    throw new CliError(`There is no command \`${name}\`. Known: ${known.join(', ')}. \`--help\` shows how to use them.`);
  const allowed = [...COMMON, ...COMMANDS[name].flags];
  const flags = {};
  const operands = [];
  const rest = words.slice(2);
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i];
    if (!word.startsWith('--')) {
      operands.push(word);
      continue;
    }
    const [flag, ...inline] = word.slice(2).split('=');
    if (!allowed.includes(flag))
      throw new CliError(`\`${name}\` has no option --${flag}. It has ${allowed.map((one) => `--${one}`).join(', ')}.`);
    if (FLAGS[flag].takes === null) {
      if (inline.length > 0) throw new CliError(`--${flag} takes no value.`);
      flags[flag] = true;
      continue;
    }
    if (inline.length === 0) i += 1;
    const value = inline.length > 0 ? inline.join('=') : rest[i];
    if (value === undefined || value === '') throw new CliError(`--${flag} needs a value: --${flag} ${FLAGS[flag].takes}.`);
    flags[flag] = value;
  }
  return { name, flags, operands };
}

export function usage() {
  const lines = ['usage: npm run --silent callgate -- <command> [options]', ''];
  for (const [name, command] of Object.entries(COMMANDS)) lines.push(`  ${`${name} ${command.operands}`.trim()}`, `      ${command.about}`);
  lines.push('', 'options');
  for (const [name, flag] of Object.entries(FLAGS))
    lines.push(`  ${`--${name}${flag.takes === null ? '' : ` ${flag.takes}`}`.padEnd(22)} ${flag.about}`);
  lines.push('', 'exit codes', '  0 yes: the same, applied, all tests pass', '  1 no: there is a difference, or a test fails');
  lines.push(
    '  2 it could not be done: usage, key, connection, conflict, a file with errors',
    '  3 what was applied waits for a second person or its time',
  );
  return lines.join('\n');
}
