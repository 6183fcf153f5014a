import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, publish, register, stdioServer } from './support/provision';

const BRIDGE = fileURLToPath(new URL('../../scripts/stdio/callgate-stdio.mjs', import.meta.url));
const FIXTURE = 'tests/fixtures/conformance/fixture-server.mjs';
const RULES = { version: '1', default: 'allow', tools: { 'get-env': { action: 'deny', reason: 'Nobody reads the environment.' } } };

let callgate: RunningCallgate;
let fixture: StartedUpstream;
let access: Access;
let dual: Access;

beforeAll(async () => {
  fixture = await startServer([FIXTURE]);
  callgate = await startCallgate();
  await register(callgate, stdioServer('everything', [EVERYTHING, 'stdio']));
  await register(callgate, httpServer('dual', fixture.port));
  await publish(callgate, 'everything', 'main', RULES);
  await publish(callgate, 'dual', 'main', { version: '1', default: 'allow' });
  access = await grantAccess(callgate, 'everything', 'main');
  dual = await grantAccess(callgate, 'dual', 'main');
});
afterAll(async () => {
  await callgate?.remove();
  await fixture?.stop();
});

const envOf = ({ url, token }: Pick<Access, 'url' | 'token'>) => ({ CALLGATE_URL: url, CALLGATE_TOKEN: token });
const command = (at: Access) => ({ command: process.execPath, args: [BRIDGE], env: envOf(at), stderr: 'pipe' as const });

/** The bridge by itself, spoken to in lines. */
function openBridge(env: Record<string, string>): {
  child: ChildProcessWithoutNullStreams;
  say(line: string): void;
  next(): Promise<string>;
  said(): string;
} {
  const child = spawn(process.execPath, [BRIDGE], { env: env as NodeJS.ProcessEnv });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return {
    child,
    say: (line) => void child.stdin.write(`${line}\n`),
    next: async () => (await lines.next()).value as string,
    said: () => said,
  };
}

describe('the stdio bridge', () => {
  it('lists, calls, is denied and is asked, with SDK 1', async () => {
    const client = new Client({ name: 'one', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' }));
    const logged: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, async (notice) => void logged.push(notice));
    const transport = new StdioClientTransport(command(access));
    await client.connect(transport);
    const { pid } = transport;
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('echo');
    const text = 'Grüße “to” \\ 日本 🙂\n\u2028end';
    expect(await client.callTool({ name: 'echo', arguments: { message: text } })).toEqual({
      content: [{ type: 'text', text: `Echo: ${text}` }],
    });
    const large = 'x'.repeat(900_000);
    expect(await client.callTool({ name: 'echo', arguments: { message: large } })).toEqual({
      content: [{ type: 'text', text: `Echo: ${large}` }],
    });
    const denied = await client.callTool({ name: 'get-env', arguments: {} });
    expect(denied).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('Nobody reads the environment.') }] });
    const seen: number[] = [];
    await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 3 } }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    });
    // This SDK drops the last one where it comes in one piece with the answer.
    expect(seen.slice(0, 2)).toEqual([1, 2]);
    if (names.includes('trigger-elicitation-request'))
      expect(JSON.stringify(await client.callTool({ name: 'trigger-elicitation-request', arguments: {} }))).toContain('decline');
    // What the server says by itself comes over a stream that stays open.
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    await eventually('a second line of the log', async () => logged.length >= 2);
    await client.close();
    await eventually('the bridge has gone', async () => !isRunning(pid));
  });

  it.each(['legacy', 'modern'] as const)('speaks the %s era with SDK 2', async (era) => {
    const versionNegotiation = era === 'legacy' ? { mode: 'legacy' as const } : { mode: { pin: '2026-07-28' } };
    const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation } as never);
    await client.connect(new Stdio2(command(dual)));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('test_simple_text');
    expect(await client.callTool({ name: 'test_simple_text', arguments: {} })).toMatchObject({
      content: [{ type: 'text', text: 'This is a simple text response for testing.' }],
    });
    expect((await client.readResource({ uri: 'test://static-text' })).contents).toHaveLength(1);
    await client.close();
  });

  it('goes on in a session of its own making when the gateway forgot the first', async () => {
    const bridge = openBridge(envOf(access));
    bridge.say(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
      }),
    );
    expect(JSON.parse(await bridge.next())).toMatchObject({ id: 1, result: { protocolVersion: '2025-06-18' } });
    bridge.say('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    await callgate.kill();
    callgate = await callgate.restart();
    bridge.say('{"jsonrpc":"2.0","id":"two","method":"tools/call","params":{"name":"echo","arguments":{"message":"3"}}}');
    const answer = await answerTo('two', bridge.next);
    expect(answer.result?.content).toEqual([{ type: 'text', text: expect.stringContaining('3') }]);
    expect(bridge.said()).toContain('another one was opened');
    bridge.child.stdin.end();
    expect(await once(bridge.child, 'exit')).toEqual([0, null]);
  });

  it('answers what cannot be sent with an error that says why, and goes on', async () => {
    const bridge = openBridge({ CALLGATE_URL: 'http://127.0.0.1:9/mcp/x', CALLGATE_TOKEN: 'cg_none' });
    bridge.say('this is no JSON');
    expect(JSON.parse(await bridge.next())).toMatchObject({ id: null, error: { code: -32700 } });
    bridge.say('{"jsonrpc":"2.0","id":7,"method":"ping"}');
    expect(JSON.parse(await bridge.next())).toMatchObject({
      id: 7,
      error: { code: -32000, message: expect.stringContaining('cannot be reached (ECONNREFUSED)') },
    });
    bridge.child.kill('SIGTERM');
    expect(await once(bridge.child, 'exit')).toEqual([0, null]);
    expect(bridge.said()).toContain('cannot be reached');
  });

  it('passes on why the gateway refuses a token, under the id of the request', async () => {
    const bridge = openBridge({ ...envOf(access), CALLGATE_TOKEN: 'cg_live_nothing' });
    bridge.say(
      '{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}',
    );
    const { id, error } = JSON.parse(await bridge.next());
    expect(id).toBe('a');
    expect(error.data.reason).toBe('identity.malformed');
    expect(bridge.said()).not.toContain('cg_live_nothing');
    bridge.child.kill('SIGTERM');
    await once(bridge.child, 'exit');
  });

  it.each([
    [{}, 'CALLGATE_URL'],
    [{ CALLGATE_URL: 'ftp://x' }, 'no http(s) address'],
    [{ CALLGATE_URL: 'http://localhost/mcp' }, 'CALLGATE_TOKEN'],
  ])('ends with code 2 and a sentence with %j', async (env, words) => {
    const bridge = openBridge(env as Record<string, string>);
    expect(await once(bridge.child, 'exit')).toEqual([2, null]);
    expect(bridge.said()).toContain(words);
  });
});

async function answerTo(
  id: unknown,
  next: () => Promise<string>,
): Promise<{ readonly id: unknown; readonly result?: { readonly content: unknown } }> {
  for (;;) {
    const message = JSON.parse(await next());
    if (message.id === id && message.method === undefined) return message;
  }
}

function isRunning(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
