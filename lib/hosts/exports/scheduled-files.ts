import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

const SAFE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,150}$/;

/**
 * Writes a file into a folder directly below `base`, for the owner of the process alone, under its name only once it is whole and safe on
 * the disk. Rejects when the folder leads out of `base` by a link, or cannot be written.
 */
export async function writeScheduledFile(base: string, folder: string, name: string, pieces: AsyncIterable<string>): Promise<void> {
  if (!SAFE.test(folder) || !SAFE.test(name)) throw new Error('The name of the folder is not allowed.');
  const root = await realpath(base);
  const wanted = join(root, folder);
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (relative(root, await realpath(wanted)) !== folder) throw new Error(`The folder ${folder} leads out of CALLGATE_EXPORT_DIR.`);
  const target = join(wanted, name);
  const part = `${target}.part`;
  await rm(part, { force: true });
  const file = await open(part, 'wx', 0o600);
  try {
    for await (const piece of pieces) await file.writeFile(piece, 'utf8');
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
  await file.close();
  await rename(part, target);
}
