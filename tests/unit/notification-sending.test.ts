import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgressGuard, type ResolvedAddress } from '@/lib/adapters/upstream/egress-guard';
import type { OutgoingMessage } from '@/lib/domain/notification/outgoing-message';
import { createNotificationServices } from '@/lib/hosts/notification-services';

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

async function listen(answer: RequestListener): Promise<number> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return (started.address() as AddressInfo).port;
}
const post = (url: string): OutgoingMessage => ({ kind: 'http', url, body: '{}', signing: null });
const here = createNotificationServices(createEgressGuard({ allowPrivate: [], allowLoopback: true }));
const inPublic = (resolve: (host: string) => readonly ResolvedAddress[]) =>
  createNotificationServices(createEgressGuard({ allowPrivate: [], allowLoopback: false, resolve: async (host) => resolve(host) }));

describe('sending over HTTP', () => {
  it('reads no more than the beginning of an endless answer, and shows a line of it', async () => {
    let written = 0;
    const port = await listen((_req, res) => {
      res.writeHead(200);
      const more = (): void => {
        while (!res.destroyed && written < 64 * 1024 * 1024) {
          written += 16_384;
          if (!res.write('ok\n\u202e'.padEnd(16_384, 'x'))) {
            res.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const result = await here.send(post(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ ok: true, code: 200, detail: expect.stringMatching(/^HTTP 200: ok \[U\+202E\]x+…$/) });
    expect(result.detail.length).toBeLessThan(250);
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('says what a redirect would need, and hears for how long it is to wait', async () => {
    let asked = 0;
    const port = await listen((_req, res) => {
      asked += 1;
      res.writeHead(asked === 1 ? 307 : 429, asked === 1 ? { location: '/other' } : { 'retry-after': '30' }).end();
    });
    expect(await here.send(post(`http://127.0.0.1:${port}/`))).toMatchObject({
      ok: false,
      code: 307,
      detail: expect.stringContaining('not followed'),
    });
    expect(asked).toBe(1);
    expect(await here.send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: false, code: 429, retryAfterMs: 30_000 });
  });

  it('connects to nothing that the guard refuses at that moment, whatever the name resolved to before', async () => {
    let asked = 0;
    const port = await listen((_req, res) => {
      asked += 1;
      res.end();
    });
    const rebound = inPublic(() => [{ address: '127.0.0.1', family: 4 }]);
    const result = await rebound.send(post('https://hooks.example.com/x'));
    expect(result).toMatchObject({ ok: false, code: null, detail: expect.stringContaining('loopback address') });
    expect((await rebound.send(post(`http://127.0.0.1:${port}/`))).ok).toBe(false);
    expect(asked).toBe(0);
  });
});

describe('mail servers', () => {
  const mail = inPublic((host) => [{ address: host === 'inside.example.com' ? '10.0.0.8' : '93.184.215.14', family: 4 }]);
  const check = async (host: string, port: number, security: 'tls' | 'starttls' | 'none') => {
    const verdict = await mail.checkMailServer({ host, port, security });
    return verdict.ok ? 'ok' : verdict.error.message;
  };
  it('are reached on the ports of mail, at public addresses, and with TLS, unless they are listed', async () => {
    expect(await Promise.all([25, 465, 587, 2525].map((port) => check('smtp.example.com', port, 'starttls')))).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    expect(await check('smtp.example.com', 6379, 'tls')).toContain('public mail servers');
    expect(await check('inside.example.com', 587, 'tls')).toContain('private address');
    expect(await check('127.0.0.1', 587, 'tls')).toContain('loopback address');
    expect(await check('smtp.example.com', 25, 'none')).toContain('without TLS');
    const listed = createNotificationServices(createEgressGuard({ allowPrivate: [{ host: '10.0.0.8', port: 25 }], allowLoopback: false }));
    expect((await listed.checkMailServer({ host: '10.0.0.8', port: 25, security: 'none' })).ok).toBe(true);
  });

  it('get nothing when the guard refuses them at that moment', async () => {
    const message: OutgoingMessage = {
      ...{ kind: 'mail', server: { host: 'inside.example.com', port: 587, security: 'starttls' }, login: { user: 'u', password: 'p' } },
      ...{ from: 'a@example.com', to: ['b@example.com'], subject: 's', text: 't', html: '<p>t</p>', messageId: '<m@x>', thread: '<t@x>' },
    };
    expect(await mail.send(message)).toMatchObject({ ok: false, code: null, detail: expect.stringContaining('private address') });
  });
});
