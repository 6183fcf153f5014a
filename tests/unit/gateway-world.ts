import { createHash, randomBytes } from 'node:crypto';
import { JwksSource } from '@/lib/adapters/jwt/jwks-source';
import { JoseVerifier } from '@/lib/adapters/jwt/jwt-verifier';
import { MemoryApprovals } from '@/lib/adapters/memory/memory-approvals';
import { MemoryLedger, type RecordedEvent } from '@/lib/adapters/memory/memory-ledger';
import { MemorySnapshots } from '@/lib/adapters/memory/memory-snapshots';
import { MemoryTaskOwnership } from '@/lib/adapters/memory/memory-task-ownership';
import { MemoryTokenUses } from '@/lib/adapters/memory/memory-token-uses';
import { MemoryUpstreams } from '@/lib/adapters/memory/memory-upstreams';
import type { CatalogueTool } from '@/lib/domain/decision';
import type { ToolDefinition } from '@/lib/domain/risk';
import { createEnvelope } from '@/lib/env/envelope';
import { createGateway, type Gateway } from '@/lib/gateway/gateway';
import type { HoldTimes } from '@/lib/gateway/held-calls';
import type { GatewayPorts, Tracing } from '@/lib/gateway/ports';
import type { GatewayRequest, GatewayResponse } from '@/lib/gateway/request';
import type { AgentView, GrantView, ServerView } from '@/lib/gateway/snapshot-port';
import type { Upstreams, UpstreamTarget } from '@/lib/gateway/upstream-port';
import { gatewaySeals } from '@/lib/hosts/gateway-seals';
import type { JsonObject } from '@/lib/kernel/json';
import { makeToken } from '@/lib/kernel/token';
import { compilePolicy } from '@/lib/policy/compile';
import { definitionDigest } from '@/lib/risk/definition-digest';

export const PUBLIC_URL = 'https://gate.example.com';
export const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

export type ToolSpec = ToolDefinition & Partial<Pick<CatalogueTool, 'category' | 'risk' | 'status' | 'dispatch'>>;

export function catalogueOf(specs: readonly ToolSpec[]): Map<string, CatalogueTool> {
  return new Map(
    specs.map(({ category, risk, status, dispatch, ...definition }) => [
      definition.name,
      {
        name: definition.name,
        category: category ?? 'write',
        risk: risk ?? 'medium',
        status: status ?? 'active',
        dispatch: dispatch ?? null,
        digest: definitionDigest(definition),
        inputSchema: definition.inputSchema ?? null,
        outputSchema: (definition.outputSchema as JsonObject | undefined) ?? null,
      },
    ]),
  );
}

const TOOLS: readonly ToolSpec[] = [
  { name: 'list', description: 'Lists.', inputSchema: { type: 'object', properties: { page: { type: 'number' } } } },
  {
    name: 'refund',
    description: 'Refunds.',
    inputSchema: { type: 'object', properties: { amount: { type: 'number' }, note: { type: 'string' } } },
  },
  { name: 'remove', description: 'Removes.', inputSchema: { type: 'object' } },
  { name: 'secret', description: 'Hidden by policy.', inputSchema: { type: 'object' } },
  { name: 'fresh', description: 'Not approved yet.', status: 'pending' },
  { name: 'changed', description: 'Changed since.', status: 'quarantined' },
  { name: 'wire', description: 'Needs a person.', inputSchema: { type: 'object', properties: { amount: { type: 'number' } } } },
  { name: 'run', description: 'Runs tools.', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
];

const POLICY = {
  version: '1',
  default: 'deny',
  hide: ['secret'],
  tools: {
    list: { limits: [{ counter: 'lists', window: 'minute', max: 3, on_deny: 'Three lists a minute.' }] },
    refund: {
      deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 500 }], on_deny: 'Refunds above 500 need manual processing.' }],
    },
    remove: { action: 'deny', reason: 'Nothing is removed here.' },
    fresh: {},
    changed: {},
    wire: { approval: { approvers: ['role:approver'] } },
    run: {},
  },
};

export interface World {
  readonly gateway: Gateway;
  readonly ports: GatewayPorts;
  readonly ledger: MemoryLedger;
  readonly approvals: MemoryApprovals;
  readonly snapshots: MemorySnapshots;
  readonly upstreams: MemoryUpstreams;
  readonly clock: { now: number };
  readonly token: string;
  readonly log: string[];
  readonly clients: string[];
  send(options?: Partial<SendOptions>): Promise<Answer>;
  call(tool: string, args?: unknown, options?: Partial<SendOptions>): Promise<Answer>;
  initialize(options?: Partial<SendOptions>): Promise<string>;
  putGrant(token: string, change?: Partial<GrantView>, agent?: Partial<AgentView>): void;
  putServer(change?: Partial<ServerView>): void;
  /** The policy of `shop`, published once more. */
  nextVersion(): ServerView['policies'];
  /** The catalogue of `shop` with another definition of this tool. */
  changedTool(name: string, status?: CatalogueTool['status']): ServerView['catalogue'];
  last(): RecordedEvent;
}

export interface SendOptions {
  method: string;
  path: string;
  query: string;
  token: string | null;
  headers: Record<string, string>;
  rawHeaders: readonly string[];
  body: unknown;
  raw: Uint8Array | string | { tooLarge: true } | null;
  signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: GatewayResponse;
  /** The whole body, read at the first use. */
  text(): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  json(): Promise<any>;
}

/** A gateway with memory behind it: one server `shop`, one grant, one policy. */
export function newWorld(
  options: {
    tools?: readonly ToolSpec[];
    policy?: unknown;
    transport?: 'http' | 'stdio';
    target?: UpstreamTarget;
    reach?: Upstreams;
    hold?: Partial<HoldTimes>;
    tracing?: Tracing;
    /** Hears of each request, as with LOG_LEVEL=debug. */
    onRequest?: (facts: Record<string, unknown>) => void;
    aggregateWaitMs?: number;
    /** Answers for the addresses of key sets. */
    fetchKeys?: (url: string) => Promise<string>;
  } = {},
): World {
  const clock = { now: Date.UTC(2026, 10, 20, 12), mono: 0 };
  const clockPort = { nowMs: () => clock.now, monotonicMs: () => ++clock.mono };
  const snapshots = new MemorySnapshots();
  const approvals = new MemoryApprovals(clockPort, () => snapshots.current()?.version ?? 0);
  const ledger = new MemoryLedger(clockPort, approvals);
  const upstreams = new MemoryUpstreams();
  const log: string[] = [];
  const clients: string[] = [];
  const ports: GatewayPorts = {
    snapshots,
    ledger,
    approvals,
    upstreams: options.reach ?? upstreams,
    clock: clockPort,
    tokens: { hash, sessionId: () => randomBytes(24).toString('base64url') },
    seals: gatewaySeals(createEnvelope(Buffer.alloc(32, 7))),
    jwt: new JoseVerifier(
      new JwksSource({
        fetchText: options.fetchKeys ?? (async () => Promise.reject(new Error('no key set is served here'))),
        monotonicMs: () => clock.now,
        warn: (message) => log.push(message),
      }),
    ),
    tokenUses: new MemoryTokenUses(),
    taskOwnership: new MemoryTaskOwnership(),
    log: {
      ...(options.onRequest && { debug: (_message: string, facts?: Record<string, unknown>) => options.onRequest?.(facts ?? {}) }),
      warn: (message) => log.push(message),
      error: (message, facts) => log.push(`${message} ${JSON.stringify(facts)}`),
    },
    tracing: options.tracing,
    onUse: (grant, client) => {
      const seen = client === null ? null : `${grant} ${client.name} ${client.version}`;
      if (seen !== null && clients.at(-1) !== seen) clients.push(seen);
    },
  };
  const catalogue = catalogueOf(options.tools ?? TOOLS);
  const compiled = compilePolicy(JSON.stringify(options.policy ?? POLICY), catalogue);
  if (compiled.policy === null) throw new Error(JSON.stringify(compiled.problems));
  const live = { id: 'pol_1', slug: 'payments', version: 41, compiled: compiled.policy };
  const server: ServerView = {
    id: 'srv_1',
    slug: 'shop',
    status: 'active',
    catalogue,
    policies: new Map([['pol_1', live]]),
    keepArguments: true,
    target: options.target ?? {
      serverId: 'srv_1',
      slug: 'shop',
      transport: options.transport ?? 'http',
      url: 'http://upstream.example',
      command: null,
      args: [],
      revision: '1',
    },
  };
  const agent: AgentView = {
    id: 'agt_1',
    slug: 'bot',
    name: 'Bot',
    owner: 'ann@example.com',
    ownerActive: true,
    environment: null,
    labels: {},
    status: 'active',
  };
  const grant: GrantView = {
    id: 'grt_1',
    agent,
    serverId: 'srv_1',
    policyId: 'pol_1',
    scopes: [],
    purpose: null,
    elevation: null,
    notBeforeMs: null,
    expiresAtMs: null,
    tokenExpiresAtMs: null,
    status: 'active',
  };
  const token = makeToken(randomBytes(32));
  snapshots.putServer(server);
  snapshots.putServer({ ...server, id: 'srv_2', slug: 'other', target: { ...server.target, serverId: 'srv_2', slug: 'other' } });
  snapshots.putGrant(hash(token), grant);
  const gateway = createGateway(ports, {
    publicUrl: PUBLIC_URL,
    allowedHosts: ['gate.example.com', 'localhost:3000', '127.0.0.1'],
    allowedOrigins: ['https://app.example.com'],
    sessionsPerGrantMax: 3,
    ...(options.aggregateWaitMs === undefined ? {} : { aggregateWaitMs: options.aggregateWaitMs }),
    holdTimes: { holdMs: 0, holdWithProgressMs: 0, ...options.hold },
  });

  const send = async (given: Partial<SendOptions> = {}): Promise<Answer> => {
    const bearer = given.token === undefined ? token : given.token;
    const headers: Record<string, string> = {
      host: 'gate.example.com',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...Object.fromEntries(Object.entries(given.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    };
    const raw = given.raw === undefined ? JSON.stringify(given.body) : given.raw;
    const request: GatewayRequest = {
      method: given.method ?? 'POST',
      path: given.path ?? '/shop',
      query: given.query ?? '',
      headers: given.rawHeaders ?? Object.entries(headers).flat(),
      body: typeof raw === 'string' ? new TextEncoder().encode(raw) : (raw ?? null),
      sourceIp: '192.0.2.7',
      signal: given.signal ?? new AbortController().signal,
    };
    return answerOf(await gateway.handle(request));
  };
  let id = 0;
  return {
    gateway,
    ports,
    ledger,
    approvals,
    snapshots,
    upstreams,
    clock,
    token,
    log,
    clients,
    send,
    call: (tool, args, given) =>
      send({ body: { jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name: tool, arguments: args } }, ...given }),
    initialize: async (given) => {
      const params = { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo: { name: 'tester', version: '1.0' } };
      const answer = await send({ body: { jsonrpc: '2.0', id: 'init', method: 'initialize', params }, ...given });
      await answer.text();
      return answer.headers['mcp-session-id'] ?? '';
    },
    putGrant: (text, change, agentChange) => snapshots.putGrant(hash(text), { ...grant, ...change, agent: { ...agent, ...agentChange } }),
    putServer: (change) => snapshots.putServer({ ...server, ...change }),
    nextVersion: () => new Map([['pol_1', { ...live, version: live.version + 1 }]]),
    changedTool: (name, status = 'active') =>
      new Map([...catalogue].map(([key, tool]) => [key, key === name ? { ...tool, status, digest: 'f'.repeat(64) } : tool])),
    last: () => ledger.events[ledger.events.length - 1] as RecordedEvent,
  };
}

function answerOf(response: GatewayResponse): Answer {
  let whole: Promise<string> | null = null;
  const text = (): Promise<string> => (whole ??= readAll(response.body));
  return { status: response.status, headers: response.headers, response, text, json: async () => JSON.parse(await text()) };
}

async function readAll(body: GatewayResponse['body']): Promise<string> {
  if (body === null || typeof body === 'string') return body ?? '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text;
}
