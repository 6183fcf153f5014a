import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, send } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register, stdioServer } from './support/provision';

const POLICY = {
  version: '1',
  default: 'allow',
  hide: ['test_audio_content'],
  tools: { test_image_content: { action: 'deny', reason: 'No pictures.' } },
  server: { sampling: { action: 'deny' } },
};

const STDIO = 'tests/fixtures/conformance/stdio-server.mjs';
let database: TestDatabase;
let callgate: RunningCallgate;
let modern: StartedUpstream;
let access: Access;

beforeAll(async () => {
  database = await createTestDatabase();
  modern = await startServer(['tests/fixtures/conformance/fixture-server.mjs'], { ERA: 'modern' });
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
});

afterAll(async () => {
  await callgate?.stop();
  await modern?.stop();
  await database?.drop();
});

describe.each(['http', 'stdio'] as const)('a server that speaks only 2026-07-28, over %s', (transport) => {
  const slug = `only-${transport}`;

  it('says what to do as long as it has no bridge', async () => {
    const { sync, tools } = await register(
      callgate,
      transport === 'http' ? httpServer(slug, modern.port) : stdioServer(slug, [STDIO], { ERA: 'modern' }),
    );
    expect(sync).toMatchObject({ ok: false, error: expect.stringContaining('2026-07-28'), fix: expect.stringContaining('bridge') });
    expect(tools.total).toBe(0);
    await publish(callgate, slug, 'main', { version: '1', default: 'allow' });
    const refused = await send(await grantAccess(callgate, slug, 'main'), {
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
    });
    // Over a pipe it was the gateway that asked.
    if (transport === 'http') expect(refused.body.error).toMatchObject({ code: -32022, data: { supported: ['2026-07-28'] } });
    else expect(refused.body.error.code).toBe(-32603);
  });

  it('has its tools read over the bridge, which a server of HTTP+SSE cannot have', async () => {
    const wrong = await callgate.api<{ error: { details: unknown[] } }>('POST', '/servers', {
      slug: `wrong-${transport}`,
      name: 'wrong',
      transport: 'sse',
      url: `http://127.0.0.1:${modern.port}/sse`,
      bridge: true,
    });
    expect(wrong).toMatchObject({ status: 422, body: { error: { details: [{ path: '/bridge' }] } } });
    await must(callgate, 200, 'PATCH', `/servers/${slug}`, { bridge: true });
    const sync = await must<{ ok: boolean; added: string[] }>(callgate, 200, 'POST', `/servers/${slug}/sync`, {});
    expect(sync).toMatchObject({ ok: true, added: expect.arrayContaining(['test_simple_text', 'test_input_required_result_elicitation']) });
    await publish(callgate, slug, 'main', POLICY);
    access = await grantAccess(callgate, slug, 'main');
  });

  it('answers a client of the stateful revisions as if it spoke them', async () => {
    const client = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'callgate-conformance-fixture' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('test_simple_text');
    expect(tools.map(({ name }) => name)).not.toContain('test_audio_content');
    const simple = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(simple).toEqual({ content: [{ type: 'text', text: 'This is a simple text response for testing.' }] });
    expect(await client.callTool({ name: 'test_error_handling', arguments: {} })).toMatchObject({ isError: true });
    expect(await client.callTool({ name: 'test_image_content', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('No pictures.') }],
    });
    expect((await client.readResource({ uri: 'test://static-text' })).contents).toHaveLength(1);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    const prompt = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } });
    expect(prompt.messages[0]?.content).toMatchObject({ text: "Prompt with arguments: arg1='a', arg2='b'" });
    const completion = await client.complete({
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'x' },
    });
    expect(completion.completion.values).toEqual([]);
    await client.ping();
    await client.close();
  });

  it('brings progress, and log lines of the level that the client has asked for once', async () => {
    const client = await connect();
    const seen: number[] = [];
    const lines: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void lines.push(params.data));
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    });
    expect(seen).toEqual([0, 50, 100]);
    await expect(client.setLoggingLevel('loud' as never)).rejects.toThrow('level');
    await client.setLoggingLevel('debug');
    await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
    expect(lines).toHaveLength(3);
    await client.close();
  });

  it('asks the client by requests what the server asks inside of its answers, round after round', async () => {
    const client = await connect({ elicitation: {}, sampling: {}, roots: {} });
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message);
      const fields = Object.keys((params as { requestedSchema: { properties: object } }).requestedSchema.properties);
      return { action: 'accept', content: Object.fromEntries(fields.map((name) => [name, name === 'ok' ? true : `my ${name}`])) };
    });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///srv', name: 'srv' }] }));
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'Paris' },
    }));
    const say = async (name: string): Promise<unknown> => {
      const { content } = (await client.callTool({ name, arguments: {} })) as { content: { text: string }[] };
      return content[0]?.text;
    };
    expect(await say('test_input_required_result_elicitation')).toBe('Hello, my name!');
    expect(await say('test_input_required_result_request_state')).toContain('state-ok');
    expect(await say('test_input_required_result_list_roots')).toContain('file:///srv');
    expect(await say('test_input_required_result_multi_round')).toBe('Multi-round complete: my name likes my color');
    expect(asked).toEqual(['What is your name?', 'Please confirm', 'Step 1: What is your name?', 'Step 2: What is your favorite color?']);
    // What the policy says about questions of the server holds over the bridge.
    await expect(say('test_input_required_result_sampling')).rejects.toThrow();
    await client.close();
  });

  it('does not ask a client what it did not declare', async () => {
    const client = await connect();
    await expect(client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} })).rejects.toThrow();
    await client.close();
  });

  it('tells a session of changes on its own stream', async () => {
    const client = await connect();
    const told: string[] = [];
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told.push('tools'));
    client.setNotificationHandler(PromptListChangedNotificationSchema, () => void told.push('prompts'));
    await eventually('both changes', async () => {
      await client.callTool({ name: 'test_trigger_tool_change', arguments: {} });
      await client.callTool({ name: 'test_trigger_prompt_change', arguments: {} });
      return told.includes('tools') && told.includes('prompts');
    });
    await client.subscribeResource({ uri: 'test://watched-resource' });
    await client.unsubscribeResource({ uri: 'test://watched-resource' });
    await client.close();
  });

  it('serves a client without a session, and passes one through that knows its own revision', async () => {
    expect((await callTool(access, 'test_simple_text')).body.result.content).toHaveLength(1);
    const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new Transport2(new URL(access.url), { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }));
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual(['modern', '2026-07-28']);
    expect(await client.callTool({ name: 'test_simple_text', arguments: {} })).toMatchObject({
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'callgate-conformance-fixture' } },
    });
    await client.close();
  });

  it('is reached over HTTP+SSE as well, which has nothing of the stateless revision', async () => {
    const client = new Client({ name: 'older', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ann' } }));
    await client.connect(
      new SSEClientTransport(new URL(`${access.url}/sse`), { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }),
    );
    expect(await client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} })).toEqual({
      content: [{ type: 'text', text: 'Hello, Ann!' }],
    });
    await client.close();
  });

  it('repeats arguments in headers where the tool declares that, as the server demands', async () => {
    const answer = await callTool(access, 'test_x_mcp_header', { region: 'Köln' });
    expect(answer.body.result.content).toEqual([{ type: 'text', text: 'region=Köln' }]);
  });

  it('cancels what the client cancels', async () => {
    const client = await connect({ elicitation: {} });
    let asked = false;
    client.setRequestHandler(ElicitRequestSchema, () => {
      asked = true;
      return new Promise(() => undefined);
    });
    const stop = new AbortController();
    const call = client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} }, undefined, { signal: stop.signal });
    await eventually('the question', () => asked);
    stop.abort('enough');
    await expect(call).rejects.toThrow('enough');
    await eventually('the end of the call in the trail', async () => {
      const path = `/audit?server=${slug}&method=tools/call&tool=test_input_required_result_elicitation&limit=1`;
      const { items } = await must<{ items: { outcome: unknown }[] }>(callgate, 200, 'GET', path);
      return items[0]?.outcome === 'cancelled';
    });
    expect(await client.callTool({ name: 'test_simple_text', arguments: {} })).toHaveProperty('content');
    await client.close();
  });

  it('records every call with its outcome, and reports a server that is down as such', async () => {
    await eventually('an outcome of every call', async () => {
      const { items } = await must<{ items: { decision: string; outcome: unknown }[] }>(
        callgate,
        200,
        'GET',
        `/audit?server=${slug}&limit=200`,
      );
      return items.length > 10 && items.every(({ decision, outcome }) => decision !== 'allowed' || outcome !== null);
    });
    if (transport === 'http') await modern.stop();
    else await must(callgate, 200, 'PATCH', `/servers/${slug}`, { command: '/no/such/command' });
    const failed = await callTool(access, 'test_simple_text');
    expect(outcomeOf(failed)).toBe('unavailable');
  });
});

async function connect(capabilities: object = {}): Promise<Client> {
  const client = new Client({ name: 'old', version: '1' }, { capabilities });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(access.url), { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }),
  );
  return client;
}
