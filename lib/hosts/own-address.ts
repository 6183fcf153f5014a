import type { Env } from '@/lib/env/env';

/**
 * The `Host` values that are ours. Anything else is a page elsewhere whose name was made to point here (DNS rebinding).
 * Without `PUBLIC_URL` these are the loopback names, and the address that the operator chose to listen on.
 */
export function allowedHosts(env: Env, publicUrl: string): string[] {
  const url = new URL(publicUrl);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const hosts = [url.host.toLowerCase(), `${url.hostname}:${port}`.toLowerCase()];
  const listenPort = env.publicUrl ? env.port : Number(port);
  for (const name of ['localhost', '127.0.0.1', '[::1]']) hosts.push(`${name}:${listenPort}`);
  if (!isWildcard(env.host)) hosts.push(`${env.host.includes(':') ? `[${env.host}]` : env.host}:${listenPort}`.toLowerCase());
  return [...new Set(hosts)];
}

/** The browser origins that may write: our own, and the loopback names of it while no `PUBLIC_URL` is set. */
export function allowedOrigins(env: Env, publicUrl: string): string[] {
  if (env.publicUrl) return [publicUrl];
  return allowedHosts(env, publicUrl).map((host) => `http://${host}`);
}

/** Exactly one `Host` header, and one of ours. */
export function hostIsAllowed(rawHeaders: readonly string[], hosts: readonly string[]): boolean {
  let host: string | null = null;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'host') continue;
    if (host !== null) return false;
    host = rawHeaders[i + 1]?.toLowerCase() ?? '';
  }
  return host !== null && hosts.includes(host);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The origin under which people and agents reach this process. `port` is the one that was really taken (PORT may be 0). */
export function publicUrlOf(env: Env, port: number): string {
  if (env.publicUrl) return env.publicUrl;
  const host = env.host === '127.0.0.1' || env.host === '::1' || env.host === '0.0.0.0' || env.host === '::' ? 'localhost' : env.host;
  return `http://${host}:${port}`;
}
