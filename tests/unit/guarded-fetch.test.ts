import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { guardedFetch } from '@/lib/adapters/upstream/guarded-fetch';

const open = createEgressGuard({ allowPrivate: [], allowLoopback: true });
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('a guarded fetch', () => {
  it('reads a small document and sends nothing of ours', async () => {
    let seen: object = {};
    const origin = await serve((req, res) => {
      seen = req.headers;
      res.end('{"keys":[]}');
    });
    expect(await guardedFetch(`${origin}/keys?v=1`, { guard: open })).toBe('{"keys":[]}');
    expect(Object.keys(seen).sort()).toEqual(['accept', 'connection', 'host']);
  });

  it('does not go where the guard does not let it, and follows no redirect', async () => {
    let reached = 0;
    const origin = await serve((_, res) => {
      reached += 1;
      res.writeHead(302, { location: '/elsewhere' }).end();
    });
    const closed = createEgressGuard({ allowPrivate: [], allowLoopback: false });
    await expect(guardedFetch(origin, { guard: closed })).rejects.toThrow(/CALLGATE_ALLOW_PRIVATE_UPSTREAMS/);
    expect(reached).toBe(0);
    await expect(guardedFetch(origin, { guard: open })).rejects.toThrow('The address answered HTTP 302.');
    expect(reached).toBe(1);
  });

  it('gives up on what is too large, too slow, or not there', async () => {
    const endless = await serve((_, res) => {
      const more = (): void => {
        if (!res.destroyed && res.write('x'.repeat(10_000))) setImmediate(more);
      };
      res.on('drain', more);
      more();
    });
    await expect(guardedFetch(endless, { guard: open, bytesMax: 50_000 })).rejects.toThrow('larger than 50000 bytes');
    const silent = await serve(() => {});
    await expect(guardedFetch(silent, { guard: open, timeoutMs: 100 })).rejects.toThrow('no whole answer within 0.1 s');
    const trickling = await serve((_, res) => void res.write('{'));
    await expect(guardedFetch(trickling, { guard: open, timeoutMs: 100 })).rejects.toThrow('no whole answer within 0.1 s');
    await expect(guardedFetch('http://127.0.0.1:1/', { guard: open })).rejects.toThrow(/ECONNREFUSED/);
  });
});
