import { type buildConnector, Pool } from 'undici';
import { inertLine } from '@/lib/domain/notification/inert-line';
import type { OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import { webhookHeaders } from './webhook-signature';

/** What the world gives: a connector that connects to guarded addresses only, and sentences for its errors. */
export interface PostParts {
  connectorFor(origin: URL, connectTimeoutMs: number): buildConnector.connector;
  explain(error: unknown): string;
}

const TIMEOUT_MS = 10_000;
/** More of an answer is not read: only its beginning is shown. */
const ANSWER_BYTES_MAX = 16 * 1024;
const ANSWER_CHARACTERS_MAX = 200;

/** One POST, without following redirects, over in 10 s. Never rejects. */
export async function postMessage(message: Extract<OutgoingMessage, { kind: 'http' }>, parts: PostParts): Promise<SendResult> {
  const url = new URL(message.url);
  const pool = new Pool(url.origin, { connect: parts.connectorFor(url, TIMEOUT_MS), connections: 1, maxHeaderSize: 16 * 1024 });
  const { signing, body } = message;
  try {
    const answer = await pool.request({
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Callgate',
        ...(signing === null ? {} : webhookHeaders(signing.secret, signing.id, signing.atSeconds, body)),
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = inertLine((await beginningOf(answer.body)).trim(), ANSWER_CHARACTERS_MAX);
    const code = answer.statusCode;
    const ok = code >= 200 && code < 300;
    const redirect = code >= 300 && code < 400 ? ' Redirects are not followed; use the address that it leads to.' : '';
    return {
      ok,
      code,
      detail: `HTTP ${code}${text === '' ? '.' : `: ${text}`}${redirect}`,
      retryAfterMs: ok ? null : retryAfter(answer.headers),
    };
  } catch (error) {
    const late = (error as Error).name === 'TimeoutError';
    return { ok: false, code: null, detail: late ? 'No answer within 10 s.' : parts.explain(error), retryAfterMs: null };
  } finally {
    void pool.destroy().catch(() => undefined);
  }
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString('utf8');
}

/** `Retry-After` in seconds; its other form, a date, depends on two clocks and is passed over. */
function retryAfter(headers: Record<string, string | string[] | undefined>): number | null {
  const text = headers['retry-after'];
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null;
}
