import { execFile, execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_SNIPPETS } from '@/components/connect/snippets/all-clients';
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
  urlTarget,
} from '../fixtures/upstreams/harness';
import { newWorld, type ToolSpec, type World } from '../unit/gateway-world';
import { ROOT } from './support/callgate';

const PYTHON = process.env.SNIPPET_PYTHON ?? 'python3';
const hasPythonSdk = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import httpx2, mcp; mcp.Client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('snippets, run as they are copied', () => {
  const reach = openUpstreams();
  let upstream: StartedUpstream;
  let server: Server;
  let world: World;
  let url = '';

  beforeAll(async () => {
    upstream = await startServer([EVERYTHING, 'streamableHttp']);
    const target = { ...urlTarget(`http://127.0.0.1:${upstream.port}/mcp`, 'http'), serverId: 'srv_1' };
    const session = openSession();
    await handshake(reach, target, session);
    const [list] = await messagesOf(await reach.post(target, request({ jsonrpc: '2.0', id: 'l', method: 'tools/list' }, session)));
    await reach.end(target, session);
    const tools = (list?.result as JsonObject | undefined)?.tools as unknown as ToolSpec[];
    world = newWorld({ tools, policy: { version: '1', default: 'allow' }, target, reach });
    server = createServer({ requireHostHeader: false }, createGatewayHttpListener(world.gateway, { trustProxy: false }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/shop`;
  });
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    await reach.stopAll();
    await upstream?.stop();
  });

  /** Runs a snippet with the token written into it, and with the token from the environment; gives both outputs. */
  async function run(id: string, command: (text: string) => readonly [string, ...string[]]): Promise<string[]> {
    const snippet = CLIENT_SNIPPETS.find((one) => one.id === id);
    const outputs: string[] = [];
    for (const token of [world.token, null]) {
      const [program, ...args] = command(snippet?.text({ slug: 'shop', gatewayUrl: url, token }) ?? '');
      const env = {
        NODE_ENV: 'production' as const,
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NO_PROXY: '127.0.0.1',
        ...(token ? {} : { CALLGATE_TOKEN: world.token }),
      };
      outputs.push((await promisify(execFile)(program, args, { cwd: ROOT, env })).stdout);
    }
    return outputs;
  }

  it('curl gets the name of the server', async () => {
    for (const output of await run('curl', (text) => ['bash', '-c', text])) expect(output).toContain('serverInfo');
  });

  it('TypeScript lists the tools', async () => {
    for (const output of await run('typescript', (text) => [process.execPath, '--input-type=module', '-e', text]))
      expect(output).toContain('echo');
  });

  it.skipIf(!hasPythonSdk)('Python lists the tools (skipped where its SDK is not installed)', async () => {
    for (const output of await run('python', (text) => [PYTHON, '-c', text])) expect(output).toContain('echo');
  });
});
