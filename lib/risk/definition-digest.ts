import type { ToolDefinition } from '@/lib/domain/risk';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import { sha256Hex } from '@/lib/kernel/digest';

/**
 * Members of a definition that change what a model or a gateway does with the tool. `icons` is left out on purpose:
 * no model reads it and no call depends on it, while servers serve icons from signed or versioned addresses that
 * change daily, so pinning them would quarantine honest tools.
 */
const PINNED_MEMBERS = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'execution',
  '_meta',
] as const satisfies readonly (keyof ToolDefinition)[];

/**
 * The one text of a tool definition: RFC 8785 canonical JSON of its pinned members. Absent members are absent.
 *
 * A lone surrogate is valid in JSON text (`"\ud800"`) but has no canonical form. Refusing it would let one hostile
 * string keep a catalogue from being pinned, and replacing it would give different texts one digest. So a definition
 * holding one anywhere becomes `{"illFormed": …}` (no pinned member has that name) with every backslash doubled and
 * every lone surrogate written out as `\ud800`: still canonical JSON, and still one text per definition.
 *
 * Throws TypeError on values no JSON parser makes (functions, non-finite numbers), RangeError on nesting deeper than
 * the call stack; the wire parser's depth limit keeps both away.
 */
export function definitionText(tool: ToolDefinition): string {
  const pinned: Record<string, unknown> = {};
  for (const member of PINNED_MEMBERS) if (tool[member] !== undefined) pinned[member] = tool[member];
  return canonicalJson(isWellFormed(pinned) ? pinned : { illFormed: escapeSurrogates(pinned) });
}

/** Lower-case hex SHA-256 of {@link definitionText}: equal exactly when the pinned members are equal JSON values. */
export function definitionDigest(tool: ToolDefinition): string {
  return sha256Hex(definitionText(tool));
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWellFormed);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}

function escapeSurrogates(value: unknown): unknown {
  if (typeof value === 'string') return escapeText(value);
  if (Array.isArray(value)) return value.map(escapeSurrogates);
  if (typeof value !== 'object' || value === null) return value;
  // fromEntries defines own properties, so a key named __proto__ stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [escapeText(key), escapeSurrogates(member)]));
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replace(/\p{Surrogate}/gu, (surrogate) => `\\u${surrogate.charCodeAt(0).toString(16)}`);
}
