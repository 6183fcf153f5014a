import { mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

const SAFE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,150}$/;

export interface ScheduledFile {
  readonly folder: string;
  readonly name: string;
  /** Names the writer among those of other nodes: each has an unfinished file of its own. */
  readonly writer: string;
}

/**
 * Writes a file into a folder directly below `base`, for the owner of the process alone, under its name only once it is whole and safe on
 * the disk, and `stillOurs` says that nobody else has taken it over. Rejects when somebody has, and when the folder leads out of `base` by a
 * link or cannot be written.
 */
export async function writeScheduledFile(
  base: string,
  { folder, name, writer }: ScheduledFile,
  pieces: AsyncIterable<string>,
  stillOurs: () => Promise<boolean>,
): Promise<void> {
  if (!SAFE.test(folder) || !SAFE.test(name)) throw new Error('The name of the folder is not allowed.');
  const root = await realpath(base);
  const wanted = join(root, folder);
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (relative(root, await realpath(wanted)) !== folder) throw new Error(`The folder ${folder} leads out of CALLGATE_EXPORT_DIR.`);
  const target = join(wanted, name);
  const part = `${target}.${writer.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(-80)}.part`;
  await rm(part, { force: true });
  const file = await open(part, 'wx', 0o600);
  try {
    try {
      for await (const piece of pieces) await file.writeFile(piece, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await stillOurs())) throw new Error('It was paused, or another node took it over.');
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await forgetUnfinished(wanted, name);
}

/** What writers of the same file left that died or lost it. */
async function forgetUnfinished(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((one) => one.startsWith(`${name}.`) && one.endsWith('.part'));
  await Promise.all(left.map((one) => rm(join(folder, one), { force: true })));
}
