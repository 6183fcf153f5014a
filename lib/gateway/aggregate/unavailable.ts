import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import type { Asked } from './aggregate-call';

/** A server that an answer had to be given without. */
export interface Unavailable {
  readonly server: string;
  /** `slow`: it may still answer; `failed`: it answered with an error, or not at all. */
  readonly reason: 'slow' | 'failed';
  readonly message: string;
}

const META = 'dev.callgate/unavailable';
/** Levels at which a client of the stateless revision hears a warning. */
const HEARD = new Set(['debug', 'info', 'notice', 'warning']);

/** The member of a result that names them; nothing when all have answered. */
export function unavailableMeta(unavailable: readonly Unavailable[]): { readonly _meta?: JsonObject } {
  if (unavailable.length === 0) return {};
  return { _meta: { [META]: unavailable.map(({ server, reason, message }) => ({ server, reason, message })) } };
}

/** Whether this client wants to hear of it in a log message as well. */
export function hearsWarnings({ facts, session, params }: Asked): boolean {
  if (facts.era === 'legacy') return session !== null && HEARD.has(session.level ?? 'warning');
  const meta = isJsonObject(params._meta) ? params._meta : {};
  return HEARD.has(String(meta['io.modelcontextprotocol/logLevel'] ?? ''));
}

/** The texts of the log messages. */
export function warningsOf(unavailable: readonly Unavailable[]): readonly string[] {
  return unavailable.map(({ server, reason, message }) =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'warning', logger: 'callgate', data: { server, reason, message: `The server ${server} is left out: ${message}` } },
    }),
  );
}

export const answerText = (id: RpcId, result: JsonObject): string => JSON.stringify({ jsonrpc: '2.0', id, result });
