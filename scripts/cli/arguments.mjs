/** What went wrong, why, and what to do, for the person at the shell. */
export class CliError extends Error {}

const FLAGS = {
  url: { takes: 'URL', about: 'where Callgate is; CALLGATE_URL, else http://127.0.0.1:3000' },
  key: { takes: 'KEY', about: 'a management key; CALLGATE_KEY is better: arguments are seen by other users' },
  dir: { takes: 'FOLDER', about: 'where policies are kept as <server>/<policy>.jsonc; policies unless told' },
  comment: { takes: 'TEXT', about: 'kept with the version' },
  'managed-by': { takes: 'TEXT', about: 'marks the policies as kept elsewhere, so that the console only reads them' },
  'replace-drafts': { takes: null, about: 'replaces drafts that somebody left in the console' },
  draft: { takes: null, about: 'writes the draft where there is one, instead of what is live' },
  'dry-run': { takes: null, about: 'checks everything, changes nothing' },
  json: { takes: null, about: 'prints JSON for scripts' },
};

const COMMANDS = {
  'policy pull': { operands: '[SERVER[/POLICY] …]', flags: ['dir', 'draft', 'json'], about: 'writes the live policies to files' },
  'policy diff': {
    operands: '[SERVER[/POLICY] …]',
    flags: ['dir', 'json'],
    about: 'shows what the files would change; 0 nothing, 2 something, 1 error',
  },
  'policy apply': {
    operands: '[SERVER[/POLICY] …]',
    flags: ['dir', 'comment', 'managed-by', 'replace-drafts', 'dry-run', 'json'],
    about: 'publishes the files; 0 done or nothing to do, 3 waits for a second person, 1 error',
  },
  'policy test': {
    operands: '[FILE …]',
    flags: ['dir', 'json'],
    about: 'runs the tests in the files; 0 all pass, 1 a failure or an error',
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
  const lines = ['usage: npm run callgate -- <command> [options]', ''];
  for (const [name, command] of Object.entries(COMMANDS)) lines.push(`  ${`${name} ${command.operands}`.trim()}`, `      ${command.about}`);
  lines.push('', 'options');
  for (const [name, flag] of Object.entries(FLAGS))
    lines.push(`  ${`--${name}${flag.takes === null ? '' : ` ${flag.takes}`}`.padEnd(22)} ${flag.about}`);
  return lines.join('\n');
}
