import { fail, ok, type Result } from '@/lib/kernel/result';
import type { AllowedUpstream } from './egress-guard';

/** What CALLGATE_ALLOW_PRIVATE_UPSTREAMS permits. */
export interface AllowedUpstreams {
  readonly allowPrivate: readonly AllowedUpstream[];
  readonly allowLoopback: boolean;
}

/**
 * Reads a comma-separated list of `host`, `host:port`, `[ipv6]`, `[ipv6]:port` or `loopback`. Fails with one sentence
 * for each entry that is none of these; a list with a mistake permits nothing.
 */
export function parseAllowedUpstreams(text: string): Result<AllowedUpstreams, readonly string[]> {
  const allowPrivate: AllowedUpstream[] = [];
  const problems: string[] = [];
  let allowLoopback = false;
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    if (entry.toLowerCase() === 'loopback') {
      allowLoopback = true;
      continue;
    }
    const allowed = parseEntry(entry);
    if (allowed === null) problems.push(`${JSON.stringify(entry)} is not host, host:port or loopback (no scheme, no path, no wildcard).`);
    else allowPrivate.push(allowed);
  }
  return problems.length > 0 ? fail(problems) : ok({ allowPrivate, allowLoopback });
}

function parseEntry(entry: string): AllowedUpstream | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(entry);
  if (match === null) return null;
  const port = match[2] === undefined ? null : Number(match[2]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  try {
    // The URL parser writes an address the way a request's URL will have it (127.1 becomes 127.0.0.1).
    return { host: new URL(`http://${match[1]}`).hostname, port };
  } catch {
    return null;
  }
}
