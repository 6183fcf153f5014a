import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyAddress } from '@/lib/adapters/upstream/address-class';
import { parseAllowedUpstreams } from '@/lib/adapters/upstream/allowed-upstreams';
import { createEgressGuard, EgressRefused, type ResolvedAddress } from '@/lib/adapters/upstream/egress-guard';
import { createPinnedConnector } from '@/lib/adapters/upstream/pinned-connector';

const names: Record<string, readonly ResolvedAddress[]> = {
  'mcp.example.com': [
    { address: '93.184.215.14', family: 4 },
    { address: '2606:2800:21f:cb07:6820:80da:af6b:8b2c', family: 6 },
  ],
  'rebind.example': [{ address: '10.0.0.5', family: 4 }],
  'half.example': [
    { address: '93.184.215.14', family: 4 },
    { address: 'fd00::5', family: 6 },
  ],
  'metadata.google.internal': [{ address: '169.254.169.254', family: 4 }],
  localhost: [{ address: '127.0.0.1', family: 4 }],
  'trap.example': [{ address: '127.0.0.1', family: 4 }],
  'intranet.example': [{ address: '10.1.2.3', family: 4 }],
};

async function resolve(hostname: string): Promise<readonly ResolvedAddress[]> {
  const found = names[hostname];
  if (found === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return found;
}

const strict = createEgressGuard({ allowPrivate: [], allowLoopback: false, resolve });

interface Vector {
  readonly id: string;
  readonly cat: string;
  readonly name: string;
  readonly input: { readonly url: string };
  readonly expect: { readonly outcome: 'reject' | 'allow'; readonly reason: string };
}

const vectorsFile = '../shared/data/gateway_vectors.dev.json';
const vectors = existsSync(vectorsFile)
  ? (JSON.parse(readFileSync(vectorsFile, 'utf8')) as Vector[]).filter(({ cat }) => cat === 'SSRF')
  : [];

describe.skipIf(vectors.length === 0)('egress vectors', () => {
  for (const vector of vectors.filter((one) => one.expect.reason !== 'ssrf_connect')) {
    it(`${vector.id} ${vector.name}`, async () => {
      const checked = await strict.check(vector.input.url);
      expect(checked.ok).toBe(vector.expect.outcome === 'allow');
      if (!checked.ok) expect(`${checked.error.message} ${checked.error.fix}`).toMatch(/\S+\. \S+/);
      if (!checked.ok && vector.expect.reason === 'ssrf_dns') expect(checked.error.code).toBe('resolved_address_refused');
    });
  }
});

describe('egress guard', () => {
  it.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'https://[fe80::1]/',
    'https://[ff02::1]/',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
    'https://half.example/',
    'https://metadata.google.internal/',
    'https://localhost/',
    'https://localhost./',
    'https://mcp.example.com:22/',
    'https://user@mcp.example.com/',
    'http://mcp.example.com/',
    'mcp.example.com',
    '',
  ])('refuses %s', async (url) => {
    const checked = await strict.check(url);
    expect(checked.ok).toBe(false);
  });

  it('names the entry that would permit a private server', async () => {
    const checked = await strict.check('http://10.1.2.3:9000/mcp');
    expect(!checked.ok && checked.error.fix).toContain('add 10.1.2.3:9000 to CALLGATE_ALLOW_PRIVATE_UPSTREAMS');
  });

  it('permits a listed host on its port only, with http', async () => {
    const guard = createEgressGuard({ allowPrivate: [{ host: 'intranet.example', port: 9000 }], allowLoopback: false, resolve });
    expect((await guard.check('http://intranet.example:9000/mcp')).ok).toBe(true);
    expect((await guard.check('https://INTRANET.example.:9000/mcp')).ok).toBe(true);
    expect((await guard.check('http://intranet.example:9001/mcp')).ok).toBe(false);
    expect((await guard.check('https://rebind.example/')).ok).toBe(false);
  });

  it('permits loopback by name and literal, never through another name', async () => {
    const guard = createEgressGuard({ allowPrivate: [], allowLoopback: true, resolve });
    for (const url of [
      'http://127.0.0.1:4000/',
      'http://[::1]:4000/',
      'http://localhost:4000/',
      'http://LOCALHOST./',
      'http://[::ffff:127.0.0.1]/',
    ]) {
      expect((await guard.check(url)).ok, url).toBe(true);
    }
    for (const url of ['https://trap.example/', 'http://10.0.0.1/', 'http://0.0.0.0:4000/', 'http://[::]:4000/']) {
      expect((await guard.check(url)).ok, url).toBe(false);
    }
  });

  it('keeps unspecified and multicast refused even when listed', async () => {
    const guard = createEgressGuard({
      allowPrivate: [
        { host: '0.0.0.0', port: null },
        { host: '224.0.0.1', port: null },
      ],
      allowLoopback: true,
    });
    expect((await guard.check('http://0.0.0.0:80/')).ok).toBe(false);
    expect((await guard.check('http://224.0.0.1/')).ok).toBe(false);
  });

  it('classifies scoped and mapped addresses', () => {
    expect(classifyAddress('fe80::1%eth0')).toBe('private');
    expect(classifyAddress('::ffff:127.0.0.1')).toBe('loopback');
    expect(classifyAddress('::ffff:0.0.0.0')).toBe('never');
    expect(classifyAddress('8.8.8.8')).toBe('public');
    expect(classifyAddress('2606:4700::1111')).toBe('public');
    for (const address of ['::ffff:0:127.0.0.1', '64:ff9b:1::1', '5f00::1', 'fec0::1', '::7f00:1', '2001:10::1', '3fff::1'])
      expect(classifyAddress(address), address).toBe('private');
    expect(classifyAddress('nonsense')).toBe('never');
  });
});

describe('CALLGATE_ALLOW_PRIVATE_UPSTREAMS', () => {
  it('reads hosts, ports, IPv6 and loopback', () => {
    expect(parseAllowedUpstreams(' loopback, db.internal ,10.0.0.5:9000,[fd00::1]:8443')).toEqual({
      ok: true,
      value: {
        allowLoopback: true,
        allowPrivate: [
          { host: 'db.internal', port: null },
          { host: '10.0.0.5', port: 9000 },
          { host: '[fd00::1]', port: 8443 },
        ],
      },
    });
  });

  it('names every bad entry', () => {
    const parsed = parseAllowedUpstreams('http://x/, a:99999, *.internal, fine');
    expect(!parsed.ok && parsed.error.length).toBe(3);
  });
});

describe('pinned connection', () => {
  let server: Server;
  let port = 0;
  let hits = 0;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      hits += 1;
      response.end('here');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  it('refuses an answer that turns to loopback between registration and connection', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    const guard = createEgressGuard({
      allowPrivate: [],
      allowLoopback: true,
      resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    });
    const url = new URL('https://rebind2.example:8443/');
    expect((await guard.check(url)).ok).toBe(true);
    const pool = new Pool(url.origin, { connect: createPinnedConnector(guard, url, 1_000) });
    await expect(pool.request({ path: '/', method: 'GET' })).rejects.toBeInstanceOf(EgressRefused);
    await pool.destroy();
    expect(hits).toBe(0);
  });

  it('connects to the checked address and looks up nothing else', async () => {
    let resolved = 0;
    const guard = createEgressGuard({
      allowPrivate: [{ host: 'pinned.example', port }],
      allowLoopback: false,
      resolve: async () => {
        resolved += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    const url = new URL(`http://pinned.example:${port}/`);
    const pool = new Pool(url.origin, { connect: createPinnedConnector(guard, url, 1_000) });
    const reply = await pool.request({ path: '/', method: 'GET' });
    expect(await reply.body.text()).toBe('here');
    expect(resolved).toBe(1);
    await pool.destroy();
  });

  it('asks the guard for literal addresses too', async () => {
    const url = new URL(`http://127.0.0.1:${port}/`);
    const pool = new Pool(url.origin, { connect: createPinnedConnector(strict, url, 1_000) });
    await expect(pool.request({ path: '/', method: 'GET' })).rejects.toBeInstanceOf(EgressRefused);
    await pool.destroy();
  });
});
