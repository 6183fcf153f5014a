import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './arguments.mjs';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const EXTENSIONS = ['.jsonc', '.json'];
const FOREIGN = ['.yaml', '.yml'];
const STDIN = 0;

/** The files that a command is about: one with `--file`, else those of the folder. */
export function chosenFiles(flags, operands) {
  if (flags.file === undefined) return policyFiles(flags.dir ?? 'policies', operands);
  if (flags.dir !== undefined) throw new CliError('--file and --dir exclude each other.');
  return [policyFileAt(flags.file, policyName(operands))];
}

/** The one `SERVER/POLICY` that `--file` is for. */
export function policyName(operands) {
  const [server, policy, ...more] = (operands[0] ?? '').split('/');
  if (operands.length !== 1 || policy === undefined || more.length > 0 || !SLUG.test(server) || !SLUG.test(policy))
    throw new CliError('With --file, say which policy it is: SERVER/POLICY, for example payments/support.');
  return { server, policy };
}

/** A text from a file, or from standard input for `-`. */
export function readText(file) {
  try {
    const text = readFileSync(file === '-' ? STDIN : file, 'utf8');
    if (text.trim() === '') throw new CliError(`${file === '-' ? 'Standard input' : file} is empty.`);
    return text;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file === '-' ? 'Standard input' : file} cannot be read: ${error.message}.`);
  }
}

/** The policies kept in a folder as `<server>/<policy>.jsonc`, by name; `only` keeps those of `SERVER` or `SERVER/POLICY`. */
export function policyFiles(dir, only = []) {
  const found = [];
  for (const server of entries(dir, true)) {
    for (const file of entries(path.join(dir, server), false)) {
      const extension = path.extname(file);
      // Left out in silence, a policy that somebody keeps as YAML would never be applied.
      if (FOREIGN.includes(extension))
        throw new CliError(
          `${path.join(dir, server, file)} is YAML, and policies are kept as JSONC. Convert it: policy convert ${path.join(dir, server, file)} > ${path.join(dir, server, path.basename(file, extension))}.jsonc`,
        );
      if (!EXTENSIONS.includes(extension)) continue;
      const policy = path.basename(file, extension);
      if (!SLUG.test(server) || !SLUG.test(policy))
        throw new CliError(
          `${path.join(dir, server, file)} cannot name a policy: folders and files are lower-case letters, digits and hyphens.`,
        );
      found.push(readPolicyFile(path.join(dir, server, file), server, policy));
    }
  }
  const twice = found.find((one, i) => found.findIndex((other) => other.name === one.name) !== i);
  if (twice !== undefined) throw new CliError(`${twice.name} is there twice, as .json and as .jsonc. Remove one.`);
  const chosen = found.filter((one) => only.length === 0 || only.some((filter) => filter === one.server || filter === one.name));
  for (const filter of only)
    if (!chosen.some((one) => filter === one.server || filter === one.name))
      throw new CliError(`There is no file for ${filter} in ${dir}.`);
  if (chosen.length === 0)
    throw new CliError(`There are no policies in ${dir}. \`policy pull\` writes them; files are <server>/<policy>.jsonc.`);
  return chosen;
}

function policyFileAt(file, { server, policy }) {
  return { file: file === '-' ? '<stdin>' : file, server, policy, name: `${server}/${policy}`, text: readText(file) };
}

/** Writes a policy into the folder. */
export function writePolicyFile(dir, server, policy, text) {
  if (!SLUG.test(server) || !SLUG.test(policy))
    throw new CliError(`The server sent the name ${JSON.stringify(`${server}/${policy}`)}, which is no file name.`);
  return writeText(path.join(dir, server, `${policy}.jsonc`), text);
}

/** Writes a text; `changed` when the file was another. */
export function writeText(file, text) {
  try {
    if (readFileSync(file, 'utf8') === text) return { file, changed: false };
  } catch {}
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError(`${file} cannot be written: ${error.message}.`);
  }
  return { file, changed: true };
}

function readPolicyFile(file, server, policy) {
  return { file, server, policy, name: `${server}/${policy}`, text: readText(file) };
}

function entries(dir, folders) {
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith('.') && statSync(path.join(dir, name)).isDirectory() === folders)
      .sort();
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new CliError(`There is no folder ${dir}. Say where the policies are with --dir, or make it with \`policy pull\`.`);
    throw new CliError(`${dir} cannot be read: ${error.message}.`);
  }
}
