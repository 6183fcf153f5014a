import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@/lib/db/project-root';

/** The version of this product, from its package.json. */
export function productVersion(): string {
  return String((JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version?: unknown }).version ?? 'unknown');
}
