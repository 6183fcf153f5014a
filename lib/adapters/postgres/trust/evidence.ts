import { createHash } from 'node:crypto';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import { checkpointLine } from './checkpoint';
import { type SigningKey, signText } from './signing-key';
import { changeRows, checkpointsFrom, rawChainRows, readKeys, readWriters, type TrailConnection } from './trail-reader';

export const EVIDENCE_FORMAT = 'callgate audit evidence';

/** The last line without its signature. */
export interface EvidenceEnd {
  readonly kind: 'end';
  /** Lines before this one. */
  readonly lines: number;
  /** SHA-256 (hex) over those lines, each with its line feed. */
  readonly digest: string;
  readonly key: string;
}

/**
 * The whole trail of one snapshot as lines of JSON, each with its line feed: what it is, public keys, writers, checkpoints, then
 * the rows as the database holds them, the changes, and a signed end. `at` is the database's time before the last checkpoint.
 */
export async function* evidenceLines(client: TrailConnection, facts: { at: string; by: string; key: SigningKey }): AsyncGenerator<string> {
  const digest = createHash('sha256');
  let lines = 0;
  const line = (text: string): string => {
    const whole = `${text}\n`;
    digest.update(whole, 'utf8');
    lines++;
    return whole;
  };
  yield line(JSON.stringify({ kind: 'evidence', format: EVIDENCE_FORMAT, version: 1, at: facts.at, by: facts.by }));
  for (const { id, publicKey, createdAt } of await readKeys(client))
    yield line(JSON.stringify({ kind: 'key', id, publicKey, createdAt: createdAt.toISOString() }));
  const writers = await readWriters(client);
  for (const writer of writers) yield line(JSON.stringify({ kind: 'writer', ...writer }));
  for await (const checkpoint of checkpointsFrom(client)) yield line(`{"kind":"checkpoint","checkpoint":${checkpointLine(checkpoint)}}`);
  for (const writer of writers)
    for await (const { table, row } of rawChainRows(client, writer.id)) yield line(`{"kind":"row","table":"${table}","row":${row}}`);
  for await (const change of changeRows(client)) yield line(JSON.stringify({ kind: 'change', ...change }));
  const end: EvidenceEnd = { kind: 'end', lines, digest: digest.digest('hex'), key: facts.key.id };
  yield `${JSON.stringify({ ...end, signature: signText(signedEnd(end), facts.key.privateKey) })}\n`;
}

/** What the signature of the last line is over. */
export const signedEnd = ({ lines, digest, key }: EvidenceEnd): string => `callgate evidence v1\n${canonicalJson({ digest, key, lines })}`;
