/** What an unsaved text was typed over. */
export interface DraftBase {
  readonly text: string;
  readonly etag: string;
}

/** Unsaved text as this browser keeps it, with its base, so that saving it later still meets what others saved since. */
export interface DraftBackup {
  readonly text: string;
  readonly base: DraftBase;
}

const keyOf = (id: string) => `callgate.draft.${id}`;

/** null when nothing is kept, or when what is kept cannot be read. */
export function readBackup(storage: Pick<Storage, 'getItem'>, id: string): DraftBackup | null {
  const kept = storage.getItem(keyOf(id));
  if (kept === null) return null;
  try {
    const value: unknown = JSON.parse(kept);
    return isBackup(value) ? value : null;
  } catch {
    return null;
  }
}

/** A full storage is no reason to stop somebody who types: the text is then kept by its tab alone. */
export function writeBackup(storage: Pick<Storage, 'setItem'>, id: string, backup: DraftBackup): void {
  try {
    storage.setItem(keyOf(id), JSON.stringify(backup));
  } catch {}
}

export function dropBackup(storage: Pick<Storage, 'removeItem'>, id: string): void {
  storage.removeItem(keyOf(id));
}

function isBackup(value: unknown): value is DraftBackup {
  if (typeof value !== 'object' || value === null) return false;
  const { text, base } = value as { text?: unknown; base?: unknown };
  if (typeof text !== 'string' || typeof base !== 'object' || base === null) return false;
  const from = base as { text?: unknown; etag?: unknown };
  return typeof from.text === 'string' && typeof from.etag === 'string';
}
