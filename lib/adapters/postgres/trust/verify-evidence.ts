import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TrailFault, TrailReport } from '@/lib/domain/trail/trail-report';
import { ChangesCheck } from './check-changes';
import { CHANGES_CHAIN, CheckpointsCheck } from './check-checkpoints';
import { WriterCheck, type WriterFacts } from './check-writer';
import { type CheckpointFileReading, CheckpointsBeside } from './checkpoints-beside';
import { EVIDENCE_FORMAT, signedEnd } from './evidence';
import { FaultList } from './fault-list';
import { keyIdOf, verifyText } from './signing-key';
import { readChainRow } from './trail-reader';
import { addLostWriters, followersOf } from './verify-trail';

/** The file is no evidence at all, so that nothing can be said about it. */
export class EvidenceUnreadable extends Error {
  override readonly name = 'EvidenceUnreadable';
}

export interface EvidenceOptions {
  readonly checkpoints: CheckpointFileReading | null;
  /** Public keys (PEM) that are trusted; null trusts those of the file itself. */
  readonly publicKeys: readonly string[] | null;
}

const text = z.string();
const headerSchema = z.object({ kind: z.literal('evidence'), format: z.literal(EVIDENCE_FORMAT), version: z.int(), at: text, by: text });
const lineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key'), id: text, publicKey: text }),
  z.object({
    kind: z.literal('writer'),
    id: text,
    node: text,
    previousWriter: text.nullable(),
    previousHash: text.nullable(),
    lastSeq: z.number(),
    lastHash: text,
  }),
  z.object({
    kind: z.literal('checkpoint'),
    checkpoint: z.object({ number: z.int(), key: text, hash: text, signature: text, body: text }),
  }),
  z.object({ kind: z.literal('row'), table: z.enum(['audit_events', 'audit_outcomes']), row: z.record(text, z.unknown()) }),
  z.object({
    kind: z.literal('change'),
    seq: z.number(),
    id: text,
    previousHash: text,
    hash: text,
    fields: z.array(text.nullable()).nullable(),
  }),
  z.object({ kind: z.literal('end'), lines: z.int(), digest: text, key: text, signature: text }),
]);
type Line = z.output<typeof lineSchema>;
/** The order of the parts; a part that is over does not come again. */
const PARTS: readonly Line['kind'][] = ['key', 'writer', 'checkpoint', 'row', 'change', 'end'];

/**
 * Verifies an export of evidence line by line, in bounded memory, without a database. Throws `EvidenceUnreadable` for what is no
 * such export; everything else that is wrong is a fault of the report.
 */
export async function verifyEvidence(lines: AsyncIterable<string>, options: EvidenceOptions): Promise<TrailReport> {
  const check = new EvidenceCheck(options);
  for await (const line of lines) await check.line(line);
  return check.report();
}

class EvidenceCheck {
  readonly #found = new FaultList();
  readonly #digest = createHash('sha256');
  readonly #keys = new Map<string, { publicKey: string; trusted: boolean }>();
  readonly #checkpoints = new CheckpointsCheck(this.#keys);
  readonly #writers: WriterFacts[] = [];
  readonly #checks = new Map<string, WriterCheck>();
  readonly #trusted: ReadonlySet<string> | null;
  #beside: CheckpointsBeside | null = null;
  #changes: ChangesCheck | null = null;
  #part = -1;
  #lines = 0;
  #rows = 0;
  #changeCount = 0;
  #fileLines: number | null = null;
  #ended = false;

  constructor(private readonly options: EvidenceOptions) {
    this.#trusted = options.publicKeys && new Set(options.publicKeys.map((pem) => keyIdOf(pem)));
  }

  async line(whole: string): Promise<void> {
    this.#lines++;
    if (this.#lines === 1) this.#header(whole);
    else {
      const line = this.#read(whole);
      if (this.#ended) this.#fault('inserted', `line ${this.#lines} follows the last line of the export`);
      else if (line) await this.#take(line);
    }
    this.#digest.update(`${whole}\n`, 'utf8');
  }

  report(): TrailReport {
    if (this.#lines === 0) throw new EvidenceUnreadable('The file is empty.');
    if (!this.#ended) {
      const message = `the file ends after line ${this.#lines} without the last line of an export: it was cut, or its download was not finished`;
      this.#fault('missing', message, this.#lines + 1);
    }
    const { last } = this.#checkpoints;
    return {
      ok: this.#found.count === 0,
      rows: this.#rows,
      removedRows: this.#checkpoints.removed.rows,
      writers: this.#writers.length,
      changes: this.#changeCount,
      checkpoints: { count: this.#checkpoints.count, last: last && { number: last.number, at: last.at, rows: last.rows } },
      fileLines: this.#fileLines,
      firstBad: this.#found.firstBad,
      faults: this.#found.faults,
      faultCount: this.#found.count,
    };
  }

  #header(whole: string): void {
    const header = headerSchema.safeParse(parsed(whole));
    if (!header.success)
      throw new EvidenceUnreadable('The first line is not that of an evidence export. Get one with GET /api/v1/audit/evidence.');
    if (header.data.version !== 1)
      throw new EvidenceUnreadable(`The export has version ${header.data.version}; this Callgate reads version 1. Use a newer one.`);
    this.#beside = new CheckpointsBeside(this.#checkpoints, this.options.checkpoints, this.#found, header.data.at);
  }

  #read(whole: string): Line | null {
    const line = lineSchema.safeParse(parsed(whole));
    if (line.success) return line.data;
    this.#fault('changed', `line ${this.#lines} is not a line of an evidence export${whole === '' ? ': it is empty' : ''}`);
    return null;
  }

  async #take(line: Line): Promise<void> {
    if (PARTS.indexOf(line.kind) < this.#part) {
      this.#fault('order', `line ${this.#lines} (${line.kind}) stands behind the part that it belongs to`);
      return;
    }
    await this.#enter(line.kind);
    if (line.kind === 'key') this.#key(line);
    else if (line.kind === 'writer') this.#writers.push(line);
    else if (line.kind === 'checkpoint') await this.#beside?.add(line.checkpoint);
    else if (line.kind === 'row') this.#row(line);
    else if (line.kind === 'change') this.#change(line);
    else this.#last(line);
  }

  /** What has to be done before a part begins, whether or not those before it had any lines. */
  async #enter(kind: Line['kind']): Promise<void> {
    const part = PARTS.indexOf(kind);
    const rows = PARTS.indexOf('row');
    const before = this.#part;
    this.#part = Math.max(part, before);
    if (before >= rows || part < rows) return;
    this.#fileLines = (await this.#beside?.end()) ?? null;
    addLostWriters(this.#writers, this.#checkpoints, this.#found);
    const followers = followersOf(this.#writers);
    const { claims, closed, removed } = this.#checkpoints;
    for (const writer of this.#writers) {
      const check = new WriterCheck(
        writer,
        claims.of(writer.id),
        followers.get(writer.id) ?? [],
        closed.get(writer.id) ?? null,
        removed.of(writer.id),
      );
      this.#found.add(check.start());
      this.#checks.set(writer.id, check);
    }
    this.#changes = new ChangesCheck(claims.of(CHANGES_CHAIN));
  }

  #key({ id, publicKey }: Extract<Line, { kind: 'key' }>): void {
    const own = readableKeyId(publicKey);
    if (own !== id) this.#fault('signature', `line ${this.#lines} is no public key, or not the one that it is called`);
    else this.#keys.set(id, { publicKey, trusted: this.#trusted === null || this.#trusted.has(id) });
  }

  #row({ table, row }: Extract<Line, { kind: 'row' }>): void {
    const read = readChainRow(table, row);
    const { writer, seq } = read.content;
    const check = this.#checks.get(writer);
    this.#rows++;
    if (check) {
      if (!check.broken) this.#found.add(check.row(read));
      return;
    }
    const id = read.content.table === 'audit_events' ? read.content.id : read.content.event_id;
    this.#found.add({
      table,
      writer: String(writer),
      seq,
      since: seq,
      id,
      kind: 'inserted',
      message: 'the row names a writer that never was',
    });
  }

  #change(line: Extract<Line, { kind: 'change' }>): void {
    this.#changeCount++;
    if (this.#changes && !this.#changes.broken) this.#found.add(this.#changes.row(line));
  }

  #last(end: Extract<Line, { kind: 'end' }>): void {
    this.#ended = true;
    for (const check of this.#checks.values()) this.#found.add(check.end());
    this.#found.add(this.#changes?.end());
    const key = this.#keys.get(end.key);
    const genuine = key?.trusted === true && verifyText(signedEnd(end), end.signature, key.publicKey);
    if (!genuine) this.#fault('signature', `the last line is not signed with a key that is ${this.#trusted ? 'given' : 'known'}`);
    if (end.lines !== this.#lines - 1 || end.digest !== this.#digest.copy().digest('hex'))
      this.#fault(
        'changed',
        `the ${this.#lines - 1} lines of the file are not the ${end.lines} lines that were exported: a line was changed, moved, added or removed`,
      );
  }

  #fault(kind: TrailFault['kind'], message: string, line = this.#lines): void {
    this.#found.add({ table: 'evidence_file', writer: null, seq: line, since: line, id: null, kind, message });
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function readableKeyId(publicKey: string): string | null {
  try {
    return keyIdOf(publicKey);
  } catch {
    return null;
  }
}
