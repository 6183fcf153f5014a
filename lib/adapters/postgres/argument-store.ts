import { createHmac } from 'node:crypto';
import { argumentShape, keptShape } from '@/lib/domain/argument-shape';
import type { AuditIntent } from '@/lib/domain/audit-event';
import { argumentsAad } from '@/lib/domain/sealed-value';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { JsonObject } from '@/lib/kernel/json';
import type { StoredArguments } from './audit-row';
import { type TraceValues, traceValues } from './trace-content';

/** Seals and opens texts; the environment's envelope is handed in, so that the database code holds no key of its own. */
export interface TextSealer {
  seal(plaintext: string, aad: string): string;
  open(envelope: string, aad: string): string;
}

/** Replaces the values at `paths` before anything is stored. */
export type Redact = (args: JsonObject, paths: readonly string[]) => JsonObject;

export interface ArgumentKeys {
  readonly envelope: TextSealer;
  readonly hmacKey: Buffer;
  readonly redact: Redact;
}

/** Arguments made ready on arrival, before any lock is held; only sealing waits for the event's id. */
export interface PreparedArguments {
  readonly bytes: number | null;
  readonly hmac: string | null;
  /** Canonical JSON after redaction and the values of the trace, to be sealed; null when nothing is kept. */
  readonly plaintext: string | null;
  /** Names and types; null for what is no call of a tool that goes on. */
  readonly shape: string | null;
}

/** Longer arguments are not kept; their HMAC and length still are. */
export const KEPT_CHARACTERS_MAX = 1_000_000;

const NO_ARGUMENTS: PreparedArguments = { bytes: null, hmac: null, plaintext: null, shape: null };

/** HMAC-SHA256 of the canonical arguments always; the redacted text when they are to be kept. Throws on what is not JSON. */
export function prepareArguments(intent: AuditIntent, keys: ArgumentKeys): PreparedArguments {
  if (intent.args === null) return NO_ARGUMENTS;
  const canonical = canonicalJson(intent.args);
  const hmac = createHmac('sha256', keys.hmacKey).update(canonical, 'utf8').digest('hex');
  const shape = intent.declaredArguments === undefined ? null : shapeOf(intent.args, intent.declaredArguments, keys.hmacKey);
  const bytes = Buffer.byteLength(canonical, 'utf8');
  if (!intent.keepArguments || canonical.length > KEPT_CHARACTERS_MAX) return { bytes, hmac, plaintext: null, shape };
  const kept = intent.redact.length === 0 ? canonical : canonicalJson(keys.redact(intent.args, intent.redact));
  const values = traceValues(intent.trace);
  // One envelope for both: canonical JSON has no line feed of its own.
  return { bytes, hmac, plaintext: values.length === 0 ? kept : `${kept}\n${JSON.stringify(values)}`, shape };
}

/** The shape as it is kept: what the tool does not declare only as a keyed digest. */
export function shapeOf(args: JsonObject, declared: readonly string[], hmacKey: Buffer): string {
  const shape = argumentShape(args, declared);
  const digest = shape.rest === null ? null : createHmac('sha256', hmacKey).update(shape.rest, 'utf8').digest('hex').slice(0, 16);
  return keptShape(shape, digest);
}

export function storeArguments(prepared: PreparedArguments, eventId: string, sealer: TextSealer): StoredArguments {
  const envelope = prepared.plaintext === null ? null : sealer.seal(prepared.plaintext, argumentsAad(eventId));
  return { bytes: prepared.bytes, hmac: prepared.hmac, envelope, shape: prepared.shape };
}

/** Opens the arguments of an event as canonical JSON text (redacted values stay redacted). */
export function openArguments(envelope: string, eventId: string, sealer: TextSealer): string {
  const text = sealer.open(envelope, argumentsAad(eventId));
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** The values that rules found in these arguments. */
export function openTraceValues(envelope: string, eventId: string, sealer: TextSealer): TraceValues {
  const text = sealer.open(envelope, argumentsAad(eventId));
  const end = text.indexOf('\n');
  return end < 0 ? [] : (JSON.parse(text.slice(end + 1)) as TraceValues);
}
