import { chmodSync, mkdirSync, statSync } from 'node:fs';

/**
 * Makes the data folder when it is missing and returns whether it was made.
 * As root it may be passed through but not listed by others (mode 0711), because the embedded PostgreSQL runs as an unprivileged
 * account and has to reach its own folder in there; otherwise nobody else may enter (0700).
 * Throws the file system's error when it cannot be made.
 */
export function ensureDataDir(dataDir: string): boolean {
  const isRoot = process.getuid?.() === 0;
  const made = mkdirSync(dataDir, { recursive: true, mode: isRoot ? 0o711 : 0o700 }) !== undefined;
  if (isRoot) {
    const mode = statSync(dataDir).mode & 0o7777;
    if ((mode & 0o001) === 0) chmodSync(dataDir, mode | 0o001);
  }
  return made;
}
