import { Pool } from 'undici';
import type { EgressGuard } from '../egress-guard';
import { EgressRefused } from '../egress-guard';
import { createPinnedConnector } from '../pinned-connector';
import { OAuthProblem } from './oauth-problem';

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 256 * 1024;

interface FetchInit {
  readonly method?: string;
  readonly headers?: Record<string, string> | Headers;
  readonly body?: unknown;
}

/** As much of fetch as authorization needs. */
export type OAuthFetch = (url: string | URL, init?: FetchInit) => Promise<Response>;

/**
 * A fetch that reaches only what the guard permits, for addresses that a stranger names: discovery, registration, tokens.
 * No redirect is followed, since it would be the way around every check, and answers are bounded in time and size.
 */
export function createOAuthFetch(guard: EgressGuard, timeoutMs = TIMEOUT_MS): OAuthFetch {
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const checked = await guard.check(url);
    if (!checked.ok) throw new EgressRefused(checked.error);
    const pool = new Pool(url.origin, { connect: createPinnedConnector(guard, url, timeoutMs), connections: 1, pipelining: 0 });
    try {
      const answer = await pool.request({
        method: (init.method ?? 'GET') as 'GET',
        path: `${url.pathname}${url.search}`,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: init.body === undefined || init.body === null ? null : String(init.body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { statusCode: status } = answer;
      if (status >= 300 && status < 400) {
        await answer.body.dump();
        throw new OAuthProblem(
          `${url.host} redirects (HTTP ${status}). Redirects are not followed: credentials would go where they lead.`,
          false,
        );
      }
      if (status >= 500) {
        await answer.body.dump();
        throw new OAuthProblem(`${url.host} answers HTTP ${status}.`, false);
      }
      const text = await bounded(answer.body, url.host);
      const headers = new Headers();
      for (const [name, value] of Object.entries(answer.headers))
        for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
      return new Response(status === 204 || text === '' ? null : text, { status, headers });
    } catch (error) {
      if ((error as Error).name === 'TimeoutError')
        throw new OAuthProblem(`${url.host} gave no whole answer within ${timeoutMs / 1000} s.`, false);
      throw error;
    } finally {
      await pool.destroy().catch(() => undefined);
    }
  };
}

async function bounded(body: AsyncIterable<Buffer>, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > BYTES_MAX) throw new OAuthProblem(`The answer of ${host} is larger than ${BYTES_MAX} bytes.`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}
