import { Pool } from 'undici';
import type { EgressGuard } from './egress-guard';
import { createPinnedConnector } from './pinned-connector';

export interface GuardedFetchOptions {
  readonly guard: EgressGuard;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
}

const TIMEOUT_MS = 5_000;
const BYTES_MAX = 256 * 1024;

/**
 * Reads a small document from an address of the configuration: connects only to what the guard has checked, follows no
 * redirect, sends nothing of ours. Rejects with a sentence for anything but a whole 200 answer within time and size.
 */
export async function guardedFetch(url: string, options: GuardedFetchOptions): Promise<string> {
  const { guard, timeoutMs = TIMEOUT_MS, bytesMax = BYTES_MAX } = options;
  const address = new URL(url);
  const checked = await guard.check(address);
  if (!checked.ok) throw new Error(`${checked.error.message} ${checked.error.fix}`);
  const pool = new Pool(address.origin, { connect: createPinnedConnector(guard, address, timeoutMs), connections: 1, pipelining: 0 });
  try {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: `${address.pathname}${address.search}`,
      headers: { accept: 'application/json, application/jwk-set+json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    if (statusCode !== 200) throw new Error(`The address answered HTTP ${statusCode}.`);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bytesMax) throw new Error(`The answer is larger than ${bytesMax} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length).toString('utf8');
  } catch (error) {
    throw new Error(sentenceOf(error as Error, timeoutMs), { cause: error });
  } finally {
    await pool.destroy().catch(() => {});
  }
}

function sentenceOf(error: Error, timeoutMs: number): string {
  if (error.name === 'TimeoutError') return `There was no whole answer within ${timeoutMs / 1000} s.`;
  return error.message;
}
