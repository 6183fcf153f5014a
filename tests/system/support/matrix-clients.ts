import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Access } from './provision';

export type Era = 'stateful' | 'stateless';

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number }) => void;
  readonly meta?: Record<string, unknown>;
}
export interface ToolAnswer {
  readonly isError?: boolean;
  readonly content?: readonly { readonly type: string; readonly text?: string; readonly mimeType?: string }[];
  readonly structuredContent?: unknown;
}

/** What the scenarios do, whichever SDK does it. */
export interface MatrixClient {
  readonly era: Era;
  /** A notification that is read together with the response to its request is lost in the SDK, without a gateway as well. */
  readonly mayLoseLastProgress: boolean;
  /** Log lines, changes of the list of tools, and questions of the server as they came in. */
  readonly logged: unknown[];
  readonly changes: { count: number };
  readonly asked: string[];
  version(): string | undefined;
  serverName(): string | undefined;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolAnswer>;
  tools(): Promise<string[]>;
  read(uri: string): Promise<unknown>;
  prompt(name: string, args: Record<string, string>): Promise<unknown>;
  complete(name: string, argument: { name: string; value: string }): Promise<readonly string[]>;
  setLevel(level: 'info'): Promise<unknown>;
  close(): Promise<void>;
}

const CAPABILITIES = { sampling: {}, elicitation: {} };
const SAMPLED = { model: 'none', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled words' } };
const bearer = ({ token }: Access) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });
const withMeta = (name: string, args: Record<string, unknown>, meta: Record<string, unknown> | undefined) => ({
  name,
  arguments: args,
  ...(meta === undefined ? {} : { _meta: meta }),
});
const heard = () => ({ logged: [] as unknown[], changes: { count: 0 }, asked: [] as string[] });

/** What SDK 1 sends by: the transport of 2024-11-05 at the address with `/sse`, or the one that is current. */
function wireOf(access: Access, transport: 'http' | 'sse') {
  if (transport === 'http') {
    const wire = new StreamableHTTPClientTransport(new URL(access.url), bearer(access));
    return { wire, version: () => wire.protocolVersion, end: () => wire.terminateSession() };
  }
  const wire = new SSEClientTransport(new URL(`${access.url}/sse`), bearer(access));
  let version: string | undefined;
  const told = wire.setProtocolVersion.bind(wire);
  wire.setProtocolVersion = (agreed) => {
    version = agreed;
    told(agreed);
  };
  return { wire, version: () => version, end: async () => undefined };
}

async function sdk1(access: Access, transport: 'http' | 'sse' = 'http'): Promise<MatrixClient> {
  const { logged, changes, asked } = heard();
  const client = new Client({ name: 'one', version: '1' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(CreateMessageRequestSchema, async () => {
    asked.push('sampling');
    return SAMPLED;
  });
  client.setRequestHandler(ElicitRequestSchema, async () => {
    asked.push('elicitation');
    return { action: 'accept' as const, content: { response: 'Ann', name: 'Ann' } };
  });
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes.count += 1;
  });
  const { wire, version, end } = wireOf(access, transport);
  await client.connect(wire);
  return {
    era: 'stateful',
    mayLoseLastProgress: transport === 'sse',
    logged,
    changes,
    asked,
    version,
    serverName: () => client.getServerVersion()?.name,
    call: async (name, args = {}, { meta, ...options } = {}) =>
      (await client.callTool(withMeta(name, args, meta), undefined, options)) as ToolAnswer,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: async (name, argument) => (await client.complete({ ref: { type: 'ref/prompt', name }, argument })).completion.values,
    setLevel: (level) => client.setLoggingLevel(level),
    close: async () => {
      await end();
      await client.close();
    },
  };
}

async function sdk2(access: Access, era: Era): Promise<MatrixClient> {
  const { logged, changes, asked } = heard();
  const client = new Client2(
    { name: 'two', version: '2' },
    {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode: era === 'stateful' ? 'legacy' : { pin: '2026-07-28' } },
      listChanged: {
        tools: {
          autoRefresh: false,
          debounceMs: 0,
          onChanged: () => {
            changes.count += 1;
          },
        },
      },
    },
  );
  client.setRequestHandler('sampling/createMessage', async () => {
    asked.push('sampling');
    return SAMPLED;
  });
  client.setRequestHandler('elicitation/create', async () => {
    asked.push('elicitation');
    return { action: 'accept' as const, content: { response: 'Ann', name: 'Ann' } };
  });
  client.setNotificationHandler('notifications/message', ({ params }) => void logged.push(params.data));
  const wire = new Transport2(new URL(access.url), bearer(access));
  await client.connect(wire);
  return {
    era,
    mayLoseLastProgress: false,
    logged,
    changes,
    asked,
    version: () => client.getNegotiatedProtocolVersion(),
    serverName: () => client.getServerVersion()?.name,
    call: async (name, args = {}, { meta, ...options } = {}) => (await client.callTool(withMeta(name, args, meta), options)) as ToolAnswer,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: async (name, argument) => (await client.complete({ ref: { type: 'ref/prompt', name }, argument })).completion.values,
    setLevel: (level) => client.setLoggingLevel(level),
    close: async () => {
      if (era === 'stateful') await wire.terminateSession();
      await client.close();
    },
  };
}

export const CLIENTS = {
  'SDK 1': { era: 'stateful', connect: (access: Access) => sdk1(access) },
  'SDK 1 over HTTP+SSE': { era: 'stateful', connect: (access: Access) => sdk1(access, 'sse') },
  'SDK 2, stateful': { era: 'stateful', connect: (access: Access) => sdk2(access, 'stateful') },
  'SDK 2, stateless': { era: 'stateless', connect: (access: Access) => sdk2(access, 'stateless') },
} as const satisfies Record<string, { era: Era; connect: (access: Access) => Promise<MatrixClient> }>;

/** A client of SDK 2 that tries the stateless era and takes the other where it is sent back; gives the revision they agreed on. */
export async function fallsBackTo(access: Access): Promise<string | undefined> {
  const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new Transport2(new URL(access.url), bearer(access)));
  const version = client.getNegotiatedProtocolVersion();
  await client.callTool({ name: 'test_simple_text', arguments: {} });
  await client.close();
  return version;
}
