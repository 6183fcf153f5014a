import type { RunningCallgate } from './callgate';

// What a script does before an agent can call: everything through the management API, nothing past it.

export interface SyncResult {
  readonly ok: boolean;
  readonly error: string | null;
  readonly fix: string | null;
  readonly added: string[];
  readonly changed: string[];
  readonly removed: string[];
  readonly pending: string[];
  readonly quarantined: string[];
}

export interface RegisteredServer {
  readonly id: string;
  readonly slug: string;
  readonly gatewayUrl: string;
  readonly lastSyncError: string | null;
  readonly tools: { readonly total: number };
  readonly sync: SyncResult;
}

/** Where an agent calls, and with what. */
export interface Access {
  readonly url: string;
  readonly token: string;
  readonly grant: string;
  readonly agent: string;
  readonly server: string;
}

type Api = Pick<RunningCallgate, 'api' | 'url'>;

/** The answer's body; fails with it when the status is another. */
export async function must<T>(callgate: Api, status: number, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await callgate.api<T>(method, path, body);
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export function register(callgate: Api, server: { slug: string } & Record<string, unknown>): Promise<RegisteredServer> {
  return must(callgate, 201, 'POST', '/servers', { name: server.slug, ...server });
}

/** A stdio server run by this Node. */
export const stdioServer = (slug: string, args: readonly string[], env: Record<string, string> = {}) => ({
  slug,
  transport: 'stdio',
  command: process.execPath,
  args,
  env,
});

export const httpServer = (slug: string, port: number, path = '/mcp') => ({
  slug,
  transport: 'http',
  url: `http://127.0.0.1:${port}${path}`,
});

/** Saves the text (or the document) as a draft and publishes it; gives the version. */
export async function publish(callgate: Api, server: string, policy: string, document: unknown): Promise<number> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  await must(callgate, 200, 'PUT', `/servers/${server}/policies/${policy}`, { text });
  return (await must<{ version: number }>(callgate, 200, 'POST', `/servers/${server}/policies/${policy}/publish`, {})).version;
}

let agents = 0;
function newAgent(): string {
  agents += 1;
  return `agent-${agents}`;
}

/** An agent of its own with a grant. */
export async function grantAccess(
  callgate: Api,
  server: string,
  policy: string | null,
  change: Record<string, unknown> & { agent?: string } = {},
): Promise<Access> {
  const agent = change.agent ?? newAgent();
  if (change.agent === undefined) await must(callgate, 201, 'POST', '/agents', { slug: agent, name: agent, owner: 'ana@example.com' });
  const { grant, token } = await must<{ grant: { id: string }; token: string }>(callgate, 201, 'POST', '/grants', {
    ...change,
    agent,
    server,
    policy,
  });
  return { url: `${callgate.url}/mcp/${server}`, token, grant: grant.id, agent, server };
}

/** Registers, publishes and grants in one go. */
export async function provision(callgate: Api, server: { slug: string } & Record<string, unknown>, document: unknown): Promise<Access> {
  await register(callgate, server);
  await publish(callgate, server.slug, 'main', document);
  return grantAccess(callgate, server.slug, 'main');
}
