import { CliError, EXIT } from './arguments.mjs';
import { policyName, writePolicyFile, writeText } from './files.mjs';

/** Writes what is live (or the draft) to `<dir>/<server>/<policy>.jsonc`, to the letter. */
export async function run({ client, flags, operands, print, warn }) {
  if (flags.file !== undefined) return pullOne(client, flags, policyName(operands), print);
  const dir = flags.dir ?? 'policies';
  const all = await client.list('/policies');
  const fits = (policy, filter) => filter === policy.server.slug || filter === `${policy.server.slug}/${policy.slug}`;
  for (const filter of operands)
    if (!all.some((policy) => fits(policy, filter))) throw new CliError(`${client.base} has no policy ${filter}. It has ${names(all)}.`);
  const chosen = all.filter((policy) => operands.length === 0 || operands.some((filter) => fits(policy, filter)));
  const written = [];
  for (const policy of chosen) {
    const name = `${policy.server.slug}/${policy.slug}`;
    const version = flags.draft === true && policy.hasDraft ? 'draft' : policy.live === null ? null : 'live';
    if (version === null) {
      warn(`${name}: not published, so nothing was written. --draft takes the draft.`);
      continue;
    }
    const { text, version: which } = await client.call(
      'GET',
      `/servers/${policy.server.slug}/policies/${policy.slug}/export?format=jsonc&version=${version}`,
    );
    const { file, changed } = writePolicyFile(dir, policy.server.slug, policy.slug, text);
    written.push({ name, file, version: which, changed });
    if (flags.json !== true) print(`${file}: ${which === 'draft' ? 'draft' : `version ${which}`}${changed ? '' : ', unchanged'}`);
  }
  if (flags.json === true) print(JSON.stringify({ policies: written }, null, 2));
  else if (chosen.length === 0) warn(`${client.base} has no policies yet.`);
  return EXIT.ok;
}

async function pullOne(client, flags, { server, policy }, print) {
  if (flags.dir !== undefined) throw new CliError('--file and --dir exclude each other.');
  if (flags.file === '-' && flags.json === true) throw new CliError('--json and --file - both write to standard output. Leave one out.');
  const path = `/servers/${server}/policies/${policy}`;
  const draft = flags.draft === true && (await client.call('GET', path)).hasDraft;
  const { text, version } = await client.call('GET', `${path}/export?format=jsonc&version=${draft ? 'draft' : 'live'}`);
  if (flags.file === '-') {
    process.stdout.write(text);
    return EXIT.ok;
  }
  const { file, changed } = writeText(flags.file, text);
  if (flags.json === true) print(JSON.stringify({ policies: [{ name: `${server}/${policy}`, file, version, changed }] }, null, 2));
  else print(`${file}: ${draft ? 'draft' : `version ${version}`}${changed ? '' : ', unchanged'}`);
  return EXIT.ok;
}

const names = (policies) =>
  policies.length === 0
    ? 'none'
    : policies
        .slice(0, 20)
        .map((policy) => `${policy.server.slug}/${policy.slug}`)
        .join(', ');
