import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDataDir } from '@/lib/db/data-dir';
import { fail, ok, type Result } from '@/lib/kernel/result';

const KEY_BYTES = 32;

/** Reads base64 or base64url of exactly 32 bytes; anything else is null. */
export function decodeSecretKey(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : null;
}

/**
 * The key kept in `DATA_DIR/secret.key`, made on the first call. Fails with a sentence when the file is readable by others or holds something else:
 * it is never replaced, since everything that was encrypted with it would be lost.
 */
export function keptSecretKey(dataDir: string): Result<Buffer, string> {
  const file = join(dataDir, 'secret.key');
  try {
    ensureDataDir(dataDir);
    return ok(makeOnce(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') return fail(`DATA_DIR: the secret key cannot be kept in ${file}: ${message}`);
  }
  return read(file);
}

function read(file: string): Result<Buffer, string> {
  try {
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      return fail(
        `CALLGATE_SECRET_KEY: ${file} can be read by other accounts (mode ${mode.toString(8).padStart(4, '0')}). Run: chmod 600 ${file}`,
      );
    }
    const key = decodeSecretKey(readFileSync(file, 'utf8').trim());
    return key
      ? ok(key)
      : fail(
          `CALLGATE_SECRET_KEY: ${file} does not hold 32 bytes in base64. Restore it from your backup; a new key cannot read what the old one encrypted.`,
        );
  } catch (error) {
    return fail(`CALLGATE_SECRET_KEY: ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Linked into place whole, so that of two processes that start together both use the key of one. */
function makeOnce(file: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(own, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(own, file);
    return key;
  } finally {
    rmSync(own, { force: true });
  }
}
