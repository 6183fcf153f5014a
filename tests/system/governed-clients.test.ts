import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import type { JsonObject } from '@/lib/kernel/json';
import {
  EVERYTHING,
  handshake,
  messagesOf,
  openSession,
  openUpstreams,
  request,
  type StartedUpstream,
  startServer,
  stdioTarget,
  urlTarget,
} from '../fixtures/upstreams/harness';
import { newWorld, type ToolSpec, type World } from '../unit/gateway-world';

const SECRET = 'everything-secret-0123456789';
const POLICY = {
  version: '1',
  default: 'allow',
  resources: {
    default: 'deny',
    hide: ['demo://resource/static/document/features.md', 'test://static-binary'],
    rules: {
      'demo://resource/static/document/*': {},
      'test://static-text': {},
      'test://watched-*': { action: 'deny', reason: 'Not this one.' },
    },
  },
  prompts: {
    default: 'allow',
    hide: ['completable-prompt', 'test_prompt_with_image'],
    rules: {
      'args-prompt': { deny_if: [{ path: 'args.city', op: 'eq', value: 'Atlantis' }] },
      test_prompt_with_arguments: { deny_if: [{ path: 'args.arg1', op: 'eq', value: 'Atlantis' }] },
    },
  },
  server: { sampling: { action: 'deny', reason: 'No models here.' } },
};

/** A gateway on a port, in front of a real upstream whose tools were all approved. */
class Front {
  readonly reach = openUpstreams({ headers: {}, env: { EVERYTHING_SECRET: SECRET } });
  private upstream: StartedUpstream | null = null;
  private server: Server | null = null;
  world!: World;
  url!: URL;

  async open(transport: 'http' | 'stdio' | 'fixture'): Promise<void> {
    let target: UpstreamTarget = stdioTarget([EVERYTHING, 'stdio']);
    if (transport !== 'stdio') {
      const args = transport === 'http' ? [EVERYTHING, 'streamableHttp'] : ['tests/fixtures/conformance/fixture-server.mjs'];
      this.upstream = await startServer(args);
      target = urlTarget(`http://127.0.0.1:${this.upstream.port}/mcp`, 'http');
    }
    const session = openSession({ sampling: {}, elicitation: {}, roots: {} });
    await handshake(this.reach, target, session);
    const [list] = await messagesOf(await this.reach.post(target, request({ jsonrpc: '2.0', id: 'l', method: 'tools/list' }, session)));
    await this.reach.end(target, session);
    const tools = (list?.result as JsonObject | undefined)?.tools as unknown as ToolSpec[];
    this.world = newWorld({ tools, policy: POLICY, target: { ...target, serverId: 'srv_1' }, reach: this.reach });
    this.server = createServer({ requireHostHeader: false }, createGatewayHttpListener(this.world.gateway, { trustProxy: false }));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.url = new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp/shop`);
  }

  get requestInit() {
    return { headers: { authorization: `Bearer ${this.world.token}` } };
  }

  recorded(method: string) {
    return this.world.ledger.events.filter((event) => event.intent.method === method).map(({ intent }) => [intent.target, intent.decision]);
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    await this.reach.stopAll();
    await this.upstream?.stop();
  }
}

describe.each(['http', 'stdio'] as const)('SDK 1 in front of server-everything over %s', (transport) => {
  const front = new Front();
  let client: Client;
  let sampled = 0;
  let rooted = 0;
  beforeAll(async () => {
    await front.open(transport);
    client = new Client({ name: 'one', version: '1.0' }, { capabilities: { sampling: {}, elicitation: {}, roots: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, async () => {
      sampled++;
      return { model: 'none', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled' } };
    });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' as const }));
    client.setRequestHandler(ListRootsRequestSchema, async () => {
      rooted++;
      return { roots: [{ uri: 'file:///work', name: 'work' }] };
    });
    await client.connect(new StreamableHTTPClientTransport(front.url, { requestInit: front.requestInit }));
  });
  afterAll(async () => {
    await client?.close();
    await front.close();
  });

  it('reads what it may, and lists what is not hidden', async () => {
    const listed = (await client.listResources()).resources.map(({ uri }) => uri);
    expect(listed).toContain('demo://resource/static/document/architecture.md');
    expect(listed).not.toContain('demo://resource/static/document/features.md');
    const read = await client.readResource({ uri: 'demo://resource/static/document/architecture.md' });
    expect(JSON.stringify(read).length).toBeGreaterThan(100);
    await expect(client.readResource({ uri: 'demo://resource/static/document/features.md' })).rejects.toMatchObject({ code: -32602 });
    await expect(client.readResource({ uri: 'demo://resource/dynamic/text/1' })).rejects.toMatchObject({
      code: 403,
      data: { reason: 'policy.default_deny', event: expect.any(String) },
    });
    expect(front.recorded('resources/read').map(([, decision]) => decision)).toEqual(['allowed', 'hidden', 'denied']);
  });

  it('gets the prompts it may', async () => {
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).not.toContain('completable-prompt');
    expect((await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Oslo' } })).messages.length).toBeGreaterThan(0);
    await expect(client.getPrompt({ name: 'args-prompt', arguments: { city: 'Atlantis' } })).rejects.toMatchObject({ code: 403 });
    await expect(client.getPrompt({ name: 'completable-prompt' })).rejects.toMatchObject({ code: -32602 });
    expect(front.recorded('prompts/get')).toEqual([
      ['args-prompt', 'allowed'],
      ['args-prompt', 'denied'],
      ['completable-prompt', 'hidden'],
    ]);
  });

  it('is asked for what the server may ask, and for nothing else', async () => {
    const answer = await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'p', maxTokens: 5 } });
    expect(sampled).toBe(0);
    expect(JSON.stringify(answer)).toContain('No models here.');
    expect(front.recorded('sampling/createMessage')).toEqual([['sampling', 'denied']]);
    await client.callTool({ name: 'get-roots-list', arguments: {} });
    expect(front.recorded('roots/list').length).toBe(rooted);
    expect(rooted).toBeGreaterThan(0);
  });

  it('never gets a secret of the server', async () => {
    const answer = JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: `x ${SECRET} ${btoa(SECRET)} y` } }));
    expect(answer).not.toContain(SECRET);
    expect(answer.match(/removed by Callgate/g)).toHaveLength(2);
    expect(front.world.last().settlement?.flags).toEqual(['secret']);
  });
});

describe.each(['legacy', 'modern'] as const)('SDK 2 in the %s era in front of the fixture', (era) => {
  const front = new Front();
  let client: ModernClient;
  beforeAll(async () => {
    await front.open('fixture');
    const versionNegotiation = era === 'modern' ? { mode: 'auto' as const } : { mode: 'legacy' as const };
    client = new ModernClient({ name: 'two', version: '2.0' }, { capabilities: { sampling: {}, elicitation: {} }, versionNegotiation });
    client.setRequestHandler('sampling/createMessage', async () => {
      throw new Error('never to be asked');
    });
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept' as const, content: { name: 'Ann' } }));
    await client.connect(new ModernTransport(front.url, { requestInit: front.requestInit }));
  });
  afterAll(async () => {
    await client?.close();
    await front.close();
  });

  it('meets the same rules', async () => {
    expect((await client.listResources()).resources.map(({ uri }) => uri)).not.toContain('test://static-binary');
    expect(JSON.stringify(await client.readResource({ uri: 'test://static-text' }))).toContain('test://static-text');
    await expect(client.readResource({ uri: 'test://watched-resource' })).rejects.toMatchObject({ code: 403 });
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).not.toContain('test_prompt_with_image');
    expect((await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } })).messages).toHaveLength(1);
    await expect(
      client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'Atlantis', arg2: 'b' } }),
    ).rejects.toMatchObject({
      code: 403,
    });
  });

  it('is not asked for what the policy denies', async () => {
    const tool = era === 'modern' ? 'test_input_required_result_sampling' : 'test_sampling';
    const answer = await client.callTool({ name: tool, arguments: era === 'modern' ? {} : { prompt: 'p' } });
    const said = JSON.stringify(answer);
    if (era === 'modern') expect([answer.isError, said]).toEqual([true, expect.stringContaining('result.ask_denied')]);
    else expect(said).toContain('No models here.');
    expect(front.recorded('sampling/createMessage')).toEqual([['sampling', 'denied']]);
  });

  it('is asked for what it allows', async () => {
    const tool = era === 'modern' ? 'test_input_required_result_elicitation' : 'test_elicitation';
    const answer = await client.callTool({ name: tool, arguments: era === 'modern' ? {} : { message: 'm' } });
    expect(answer.isError ?? false).toBe(false);
    expect(front.recorded('elicitation/create')).toEqual([['elicitation', 'allowed']]);
  });
});
