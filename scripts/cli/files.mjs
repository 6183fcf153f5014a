import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './arguments.mjs';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const EXTENSIONS = ['.jsonc', '.json'];

/** The policies kept in a folder as `<server>/<policy>.jsonc`, by name; `only` keeps those of `SERVER` or `SERVER/POLICY`. */
export function policyFiles(dir, only = []) {
  const found = [];
  for (const server of entries(dir, true)) {
    for (const file of entries(path.join(dir, server), false)) {
      const extension = path.extname(file);
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

/** One file by its path; server and policy are its folder and name. */
export function policyFileAt(file) {
  const policy = path.basename(file, path.extname(file));
  const server = path.basename(path.dirname(path.resolve(file)));
  if (!EXTENSIONS.includes(path.extname(file))) throw new CliError(`${file} is no policy file: it ends in .jsonc or .json.`);
  if (!SLUG.test(server) || !SLUG.test(policy))
    throw new CliError(`${file} does not say which policy it is. Keep it as <server>/<policy>.jsonc.`);
  return readPolicyFile(file, server, policy);
}

/** Writes a policy; true when the file changed. */
export function writePolicyFile(dir, server, policy, text) {
  if (!SLUG.test(server) || !SLUG.test(policy))
    throw new CliError(`The server sent the name ${JSON.stringify(`${server}/${policy}`)}, which is no file name.`);
  const file = path.join(dir, server, `${policy}.jsonc`);
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
  try {
    return { file, server, policy, name: `${server}/${policy}`, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${error.message}.`);
  }
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
