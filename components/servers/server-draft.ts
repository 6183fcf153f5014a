import type { BodyInput } from '@/lib/control/define-contract';
import type { createServer } from '@/lib/control/servers/contract';

export interface SecretRow {
  name: string;
  value: string;
}
export interface ServerDraft {
  name: string;
  slug: string;
  transport: 'http' | 'sse' | 'stdio';
  url: string;
  bridge: boolean;
  bearer: string;
  headers: SecretRow[];
  command: string;
  args: string;
  env: SecretRow[];
}

export const EMPTY_DRAFT: ServerDraft = {
  name: '',
  slug: '',
  transport: 'http',
  url: '',
  bridge: false,
  bearer: '',
  headers: [],
  command: '',
  args: '',
  env: [],
};

const asRecord = (rows: readonly SecretRow[]) =>
  Object.fromEntries(rows.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value]));

/** One argument a line; empty lines inside are kept out, spaces inside a line stay. */
export function argumentLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What the API takes for this draft: only what the transport uses. */
export function connectionOf(draft: ServerDraft): Omit<BodyInput<typeof createServer>, 'slug' | 'name'> {
  if (draft.transport === 'stdio')
    return {
      transport: 'stdio',
      command: draft.command.trim(),
      args: argumentLines(draft.args),
      env: asRecord(draft.env),
      bridge: draft.bridge,
    };
  const auth = draft.bearer ? { auth: { type: 'bearer' as const, token: draft.bearer } } : {};
  const bridge = draft.transport === 'http' ? { bridge: draft.bridge } : {};
  return { transport: draft.transport, url: draft.url.trim(), headers: asRecord(draft.headers), ...bridge, ...auth };
}

export type ImportResult = { ok: true; servers: ServerDraft[] } | { ok: false; message: string };

interface Entry {
  type?: unknown;
  transport?: unknown;
  url?: unknown;
  serverUrl?: unknown;
  command?: unknown;
  args?: unknown;
  env?: unknown;
  headers?: unknown;
}

const rowsOf = (record: unknown): SecretRow[] =>
  record && typeof record === 'object' ? Object.entries(record).map(([name, value]) => ({ name, value: String(value) })) : [];

function draftOf(name: string, entry: Entry, slugify: (name: string) => string): ServerDraft | null {
  const url = entry.url ?? entry.serverUrl;
  const base = { ...EMPTY_DRAFT, name, slug: slugify(name) };
  if (typeof url === 'string') {
    const sse = entry.type === 'sse' || entry.transport === 'sse';
    const headers = rowsOf(entry.headers);
    const bearer = headers.find((row) => row.name.toLowerCase() === 'authorization' && /^bearer /i.test(row.value));
    return {
      ...base,
      transport: sse ? 'sse' : 'http',
      url,
      bearer: bearer ? bearer.value.slice(7).trim() : '',
      headers: headers.filter((row) => row !== bearer),
    };
  }
  if (typeof entry.command === 'string') {
    const args = Array.isArray(entry.args) ? entry.args.map(String) : [];
    return { ...base, transport: 'stdio', command: entry.command, args: args.join('\n'), env: rowsOf(entry.env) };
  }
  return null;
}

/** Reads `mcpServers` (most clients), `servers` (VS Code) or one bare entry. Says what it could not read. */
export function importMcpJson(text: string, slugify: (name: string) => string): ImportResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    return { ok: false, message: `This is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be read'}.` };
  }
  if (!parsed || typeof parsed !== 'object' || Array.isArray(parsed))
    return { ok: false, message: 'Expected an object with "mcpServers" or "servers".' };
  const root = parsed as { mcpServers?: unknown; servers?: unknown } & Entry;
  const table = root.mcpServers ?? root.servers ?? (root.url || root.command ? { imported: root } : parsed);
  const drafts = Object.entries(table as Record<string, Entry>).flatMap(([name, entry]) =>
    entry && typeof entry === 'object' ? (draftOf(name, entry, slugify) ?? []) : [],
  );
  if (drafts.length === 0) return { ok: false, message: 'No entry has a "url" or a "command".' };
  return { ok: true, servers: drafts };
}
