import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readText } from '@/lib/adapters/upstream/read-response';
import type { CatalogueTool } from '@/lib/domain/decision';
import type { UpstreamReply, Upstreams } from '@/lib/gateway/upstream-port';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import type { JsonObject } from '@/lib/kernel/json';
import { openUpstreams, urlTarget } from '../../fixtures/upstreams/harness';
import { catalogueOf, newWorld, type ToolSpec } from '../../unit/gateway-world';

export interface GatewayOpener {
  /** POST an upstream's URL there; the answer is `{url, token}` of a gateway in front of it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens a gateway for every upstream that it is told of, with a policy that allows all. */
export async function startGatewayOpener(): Promise<GatewayOpener> {
  const reach = openUpstreams();
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const open = async (upstream: string): Promise<{ url: string; token: string }> => {
    const catalogue = new Map<string, CatalogueTool>();
    // Another revision is another server to those who keep connections.
    const target = { ...urlTarget(upstream), serverId: 'srv_1', revision: String(servers.length) };
    const world = newWorld({ tools: [], policy: { version: '1', default: 'allow' }, target, reach: approving(reach, catalogue) });
    world.putServer({ catalogue });
    const listener = createGatewayHttpListener(world.gateway, { trustProxy: false });
    return { url: `${await listen(createServer({ requireHostHeader: false }, listener))}/mcp/shop`, token: world.token };
  };
  const opener = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => void open(Buffer.concat(chunks).toString()).then((place) => res.end(JSON.stringify(place))));
  });
  return {
    url: await listen(opener),
    stop: async () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await reach.stopAll();
    },
  };
}

/** An operator who approves every tool at the moment it is first listed: the suite's own servers cannot be asked beforehand, they count. */
function approving(reach: Upstreams, catalogue: Map<string, CatalogueTool>): Upstreams {
  return {
    listen: (target, request) => reach.listen(target, request),
    end: (target, session) => reach.end(target, session),
    async post(target, request): Promise<UpstreamReply> {
      const reply = await reach.post(target, request);
      if (request.method !== 'tools/list' || reply.body === null) return reply;
      const text = await readText(reply.body);
      for (const json of text.match(/^(?:data: )?\{.*\}$/gm) ?? []) {
        const { result } = JSON.parse(json.replace(/^data: /, '')) as { result?: JsonObject };
        for (const [name, tool] of catalogueOf((result?.tools ?? []) as unknown as ToolSpec[])) catalogue.set(name, tool);
      }
      return { ...reply, body: once(Buffer.from(text)) };
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
