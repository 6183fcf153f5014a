import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The folder that holds this product's package.json, found upwards from the running script and then from the working folder.
 * Not taken from `import.meta.url`: bundlers move modules elsewhere.
 * Throws when neither lies inside the product.
 */
export function projectRoot(): string {
  for (const start of [process.argv[1], process.cwd()]) {
    const found = start ? upwards(resolve(start)) : null;
    if (found) return found;
  }
  throw new Error(`Callgate's own files were not found from ${process.cwd()}. Start it from the folder that holds its package.json.`);
}

function upwards(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && isOurs(manifest)) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function isOurs(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name === 'callgate';
  } catch {
    return false;
  }
}
