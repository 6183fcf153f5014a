import type { Classification, ToolDefinition, ToolStatus } from '@/lib/domain/risk';
import { classify } from '@/lib/risk/classify';
import { definitionDigest } from '@/lib/risk/definition-digest';
import { storableText } from '../storable';
import type { SyncResult } from './contract';

/** What the catalogue holds of a tool, as far as a sync needs it. */
export interface KnownTool {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly changedDigest: string | null;
  readonly status: string;
  readonly removedAt: Date | null;
  readonly definition: unknown;
}

export interface NewTool {
  readonly definition: ToolDefinition;
  readonly digest: string;
  readonly classification: Classification;
  readonly status: ToolStatus;
}

/** A row that changes. `replace` takes a definition over; `hold` keeps it beside the approved one. */
export type ToolUpdate =
  | { readonly kind: 'seen'; readonly id: string; readonly status: ToolStatus; readonly classification: Classification }
  | {
      readonly kind: 'replace';
      readonly id: string;
      readonly status: ToolStatus;
      readonly definition: ToolDefinition;
      readonly digest: string;
      readonly classification: Classification;
    }
  | { readonly kind: 'hold'; readonly id: string; readonly definition: ToolDefinition; readonly digest: string };

export interface SyncPlan {
  readonly added: readonly NewTool[];
  readonly updates: readonly ToolUpdate[];
  readonly removedIds: readonly string[];
  readonly result: SyncResult;
}

export interface SyncFacts {
  readonly server: string;
  /** No reading of this server has succeeded before: its tools are trusted as they are, but for high findings. */
  readonly first: boolean;
  readonly existing: readonly KnownTool[];
  readonly announced: readonly ToolDefinition[];
}

const NAME_LENGTH_MAX = 512;
const DEFINITION_BYTES_MAX = 512 * 1024;
const TOOLS_MAX = 10_000;

/**
 * What a reading of tools/list means for the catalogue. Pure. First sync: active, but pending with a high finding. Later:
 * new tools are pending; a changed definition quarantines, and the approved one stays in force as the definition of
 * record; a tool that was never approved simply takes its newer text. A tool that returns to its approved definition is
 * active again.
 */
export function reconcileTools(facts: SyncFacts): SyncPlan {
  const known = new Map(facts.existing.map((tool) => [tool.name, tool]));
  const { usable, skipped } = sift(facts.announced);
  const added: NewTool[] = [];
  const updates: ToolUpdate[] = [];
  const changed: string[] = [];
  let unchanged = 0;
  for (const [name, definition] of usable) {
    const digest = definitionDigest(definition);
    const before = known.get(name);
    if (!before) {
      added.push(newTool(facts, definition, digest));
      continue;
    }
    const update = compare(facts.server, before, definition, digest);
    if (update.kind === 'seen') unchanged++;
    else if (before.changedDigest !== digest) changed.push(name);
    updates.push(update);
  }
  const removed = facts.existing.filter((tool) => tool.removedAt === null && !usable.has(tool.name));
  return {
    added,
    updates,
    removedIds: removed.map((tool) => tool.id),
    result: summarise({ known, added, updates, changed, unchanged, removed, skipped }),
  };
}

function newTool(facts: SyncFacts, definition: ToolDefinition, digest: string): NewTool {
  const classification = classify({ server: facts.server, tool: definition });
  const suspicious = classification.findings.some((finding) => finding.severity === 'high');
  return { definition, digest, classification, status: facts.first && !suspicious ? 'active' : 'pending' };
}

function compare(server: string, before: KnownTool, definition: ToolDefinition, digest: string): ToolUpdate {
  const classification = classify({ server, tool: definition });
  if (digest === before.digest) {
    // Quarantined means that it was approved once, with exactly this definition.
    return {
      kind: 'seen',
      id: before.id,
      status: before.status === 'quarantined' ? 'active' : (before.status as ToolStatus),
      classification,
    };
  }
  if (before.status === 'pending') return { kind: 'replace', id: before.id, status: 'pending', definition, digest, classification };
  return { kind: 'hold', id: before.id, definition, digest };
}

function sift(announced: readonly ToolDefinition[]): { usable: Map<string, ToolDefinition>; skipped: { name: string; reason: string }[] } {
  const usable = new Map<string, ToolDefinition>();
  const skipped: { name: string; reason: string }[] = [];
  const skip = (name: unknown, reason: string) => skipped.length < 100 && skipped.push({ name: printable(name), reason });
  for (const definition of announced) {
    const { name } = definition;
    if (typeof name !== 'string' || name === '') skip(name, 'it has no name');
    else if (name.length > NAME_LENGTH_MAX) skip(name, `its name is longer than ${NAME_LENGTH_MAX} characters`);
    // Which of two equal names a call would run is the server's secret, so neither can be decided on.
    else if (usable.has(name)) skip(name, 'another tool has the same name; only the first is kept');
    else if (usable.size >= TOOLS_MAX) skip(name, `more than ${TOOLS_MAX} tools`);
    else if (!isStorable(definition)) skip(name, 'its definition holds a NUL character or a lone surrogate, or is larger than 512 KiB');
    else usable.set(name, definition);
  }
  return { usable, skipped };
}

function isStorable(definition: ToolDefinition): boolean {
  const text = JSON.stringify(definition);
  // JSON.stringify escapes both, and a literal backslash before is doubled, so an odd number of them marks an escape.
  return text.length <= DEFINITION_BYTES_MAX && !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(text);
}

const printable = (name: unknown): string => storableText(String(name)).slice(0, 100);

function summarise(facts: {
  known: ReadonlyMap<string, KnownTool>;
  added: readonly NewTool[];
  updates: readonly ToolUpdate[];
  changed: string[];
  unchanged: number;
  removed: readonly KnownTool[];
  skipped: { name: string; reason: string }[];
}): SyncResult {
  const nameOf = new Map([...facts.known.values()].map((tool) => [tool.id, tool.name]));
  const updatedTo = (status: ToolStatus) =>
    facts.updates
      .filter((update) => (update.kind === 'hold' ? status === 'quarantined' : update.status === status))
      .map((update) => nameOf.get(update.id) ?? update.id);
  return {
    ok: true,
    error: null,
    fix: null,
    added: facts.added.map((tool) => tool.definition.name),
    changed: facts.changed,
    removed: facts.removed.map((tool) => tool.name),
    unchanged: facts.unchanged,
    pending: [...facts.added.filter((tool) => tool.status === 'pending').map((tool) => tool.definition.name), ...updatedTo('pending')],
    quarantined: updatedTo('quarantined'),
    skipped: facts.skipped,
    notes: [],
  };
}
