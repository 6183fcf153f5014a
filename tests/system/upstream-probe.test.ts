import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { type ProbeReport, probe } from '@/lib/adapters/upstream/probe';
import type { ProbeStep } from '@/lib/adapters/upstream/probe-step';
import { readCatalogue } from '@/lib/adapters/upstream/read-catalogue';
import type { UpstreamSecrets } from '@/lib/adapters/upstream/secret-source';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import {
  childrenOf,
  EVERYTHING,
  fixtureFile,
  freePort,
  keepingLog,
  loopbackGuard,
  NO_SECRETS,
  openUpstreams,
  type StartedUpstream,
  startServer,
  stdioTarget,
  urlTarget,
} from '../fixtures/upstreams/harness';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  closers.push(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function tried(
  target: UpstreamTarget,
  secrets: UpstreamSecrets = NO_SECRETS,
): Promise<{ report: ProbeReport; failed: ProbeStep | undefined; states: string }> {
  const report = await probe(target, { guard: loopbackGuard, log: keepingLog(), secrets });
  const letter = { ok: '+', failed: '!', skipped: '-' };
  return {
    report,
    failed: report.steps.find(({ status }) => status === 'failed'),
    states: report.steps.map(({ step, status }) => letter[status] + step).join(' '),
  };
}

describe('probe of a command', () => {
  it('starts server-everything, reads its tools and leaves nothing running', async () => {
    const { report, states } = await tried(stdioTarget([EVERYTHING, 'stdio']));
    expect(states).toBe('+command +start +initialize +tools/list');
    expect(report.catalogue?.tools.map(({ name }) => name)).toContain('echo');
    expect(report.catalogue?.protocolVersion).toBe('2025-11-25');
    expect(childrenOf(process.pid, 'server-everything')).toEqual([]);
  });

  it('reads the seven tools of a dispatcher', async () => {
    const { report } = await tried(stdioTarget([fixtureFile('dispatcher-upstream.mjs'), '--stdio']));
    expect(report.catalogue?.tools.map(({ name }) => name)).toEqual([
      'register_manual',
      'deregister_manual',
      'call_tool',
      'search_tools',
      'list_tools',
      'get_required_keys_for_tool',
      'tool_info',
    ]);
  });

  it('says that a command is missing, and what one that ended said', async () => {
    const missing = await tried(stdioTarget([], { command: 'no-such-command-anywhere' }));
    expect(missing.states).toBe('!command -start -initialize -tools/list');
    expect(missing.failed?.fix).toContain('PATH');
    const ended = await tried(stdioTarget([fixtureFile('puppet-upstream.mjs'), '--refuse']), {
      headers: {},
      env: { PUPPET_TOKEN: 'tok_very_secret' },
    });
    expect(ended.states).toBe('+command !start -initialize -tools/list');
    expect(ended.failed?.detail).toMatch(/exited with code 3.*TOKEN •+ is not valid/s);
  });

  it('says that a program does not speak MCP', async () => {
    const echoing = await tried(
      stdioTarget(['-e', 'process.stdin.resume(); console.log("Server ready"); setTimeout(() => process.exit(0), 400)']),
    );
    expect(echoing.failed).toMatchObject({ step: 'start', detail: expect.stringContaining('Server ready') });
  });
});

describe('probe of a URL', () => {
  let everything: StartedUpstream;
  beforeAll(async () => {
    everything = await startServer([EVERYTHING, 'streamableHttp']);
  });
  afterAll(() => everything.stop());

  it('passes server-everything', async () => {
    const { report, states } = await tried(urlTarget(`http://127.0.0.1:${everything.port}/mcp`));
    expect(states).toBe('+dns +connect -tls +authenticate +initialize +tools/list');
    expect(report.catalogue?.tools.length).toBeGreaterThan(5);
  });

  it('explains a wrong path, also to the other transport', async () => {
    const { states, failed } = await tried(urlTarget(`http://127.0.0.1:${everything.port}/wrong`));
    expect(states).toBe('+dns +connect -tls +authenticate !initialize -tools/list');
    expect(failed?.fix).toContain('transport sse');
    const legacy = await tried(urlTarget(`http://127.0.0.1:${everything.port}/sse`, 'sse'));
    expect(legacy.failed).toMatchObject({ step: 'initialize', fix: expect.stringContaining('transport http') });
  });

  it('explains names, ports, private addresses', async () => {
    const closed = await tried(urlTarget(`http://127.0.0.1:${await freePort()}/mcp`));
    expect(closed.states).toBe('+dns !connect -tls -authenticate -initialize -tools/list');
    expect(closed.failed?.detail).toContain('ECONNREFUSED');
    const unknown = await tried(urlTarget('https://mcp.invalid/mcp'));
    expect(unknown.failed).toMatchObject({ step: 'dns', detail: expect.stringContaining('mcp.invalid') });
    const inside = await tried(urlTarget('https://192.168.1.1/mcp'));
    expect(inside.failed).toMatchObject({
      step: 'dns',
      fix: expect.stringContaining('add 192.168.1.1:443 to CALLGATE_ALLOW_PRIVATE_UPSTREAMS'),
    });
  });

  it('explains credentials, with secrets that are not saved anywhere', async () => {
    const url = await serve((incoming, response) => {
      if (incoming.headers.authorization === undefined) return void response.writeHead(401).end();
      if (incoming.headers.authorization !== 'Bearer right') return void response.writeHead(403).end();
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        const message = JSON.parse(text) as JsonObject;
        if (message.id === undefined) return void response.writeHead(202).end();
        const result =
          message.method === 'initialize'
            ? { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }
            : { tools: [] };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
      });
    });
    expect((await tried(urlTarget(url))).states).toBe('+dns +connect -tls !authenticate -initialize -tools/list');
    expect((await tried(urlTarget(url), { headers: { Authorization: 'Bearer wrong' }, env: {} })).failed?.detail).toContain('403');
    const right = await tried(urlTarget(url), { headers: { Authorization: 'Bearer right' }, env: {} });
    expect(right.report.ok).toBe(true);
    expect(right.report.steps.find(({ step }) => step === 'authenticate')?.detail).toBe('Accepted with Authorization.');
  });

  it('explains what is no MCP server', async () => {
    const page = await tried(
      urlTarget(await serve((_incoming, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))),
    );
    expect(page.failed).toMatchObject({ step: 'initialize', detail: expect.stringContaining('text/html') });
    const broken = await tried(urlTarget(await serve((_incoming, response) => void response.writeHead(502).end('bad gateway'))));
    expect(broken.failed).toMatchObject({ step: 'initialize', detail: 'The server answers 502 and says "bad gateway".' });
    const moved = await tried(
      urlTarget(await serve((_incoming, response) => void response.writeHead(301, { location: 'https://new.example/mcp' }).end())),
    );
    expect(moved.failed?.detail).toContain('redirects to https://new.example/mcp');
  });
});

const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('probe of a certificate', () => {
  it('names a self-signed certificate and what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        '-subj',
        '/CN=localhost',
      ],
      { stdio: 'ignore' },
    );
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_incoming, response) => void response.end());
    closers.push(() => server.close().closeAllConnections());
    rmSync(folder, { recursive: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { states, failed } = await tried(urlTarget(`https://127.0.0.1:${port}/mcp`));
    expect(states).toBe('+dns +connect !tls -authenticate -initialize -tools/list');
    expect(failed?.fix).toContain('NODE_EXTRA_CA_CERTS');
    // What the probe shows is what a call gets.
    const upstreams = openUpstreams();
    const reading = await readCatalogue(urlTarget(`https://127.0.0.1:${port}/mcp`), upstreams);
    expect(!reading.ok && reading.failed.detail).toContain('self-signed');
    await upstreams.stopAll();
  });
});

describe('reading a catalogue', () => {
  /** A server whose tools/list is `pages[cursor]`. */
  async function paged(pages: Record<string, JsonObject>): Promise<{ url: string; ended: string[] }> {
    const ended: string[] = [];
    const url = await serve((incoming, response) => {
      if (incoming.method === 'DELETE') {
        ended.push(String(incoming.headers['mcp-session-id']));
        return void response.writeHead(200).end();
      }
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        const message = JSON.parse(text) as JsonObject;
        if (message.id === undefined) return void response.writeHead(202).end();
        const opens = message.method === 'initialize';
        const result = opens
          ? {
              protocolVersion: '2025-11-25',
              capabilities: { tools: {} },
              serverInfo: { name: 'paged', version: '1' },
              instructions: 'Be kind.',
            }
          : pages[String((message.params as JsonObject).cursor ?? '')];
        // The answer as a stream with something before it, like servers that send events do.
        response.writeHead(200, { 'content-type': 'text/event-stream', ...(opens ? { 'mcp-session-id': 'abc' } : {}) });
        response.write(
          'id: 0\ndata:\n\n: comment\n\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n',
        );
        response.end(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n\n`);
      });
    });
    return { url, ended };
  }

  it('reads every page, keeps the first of two same names, ends its session', async () => {
    const { url, ended } = await paged({ '': { tools: [{ name: 'a' }, { title: 'nameless' }], nextCursor: '' } });
    const loop = await read(url);
    expect(loop.catalogue.tools.map(({ name }) => name)).toEqual(['a']);
    expect(loop.catalogue.findings).toEqual(
      expect.arrayContaining([
        expect.stringContaining('without a name'),
        expect.stringContaining('listed twice'),
        expect.stringContaining('repeats its cursor'),
      ]),
    );
    expect(loop.catalogue).toMatchObject({ instructions: 'Be kind.', serverInfo: { name: 'paged' } });
    expect(ended).toEqual(['abc']);
    const three = await paged({
      '': { tools: [{ name: 'a' }], nextCursor: '2' },
      '2': { tools: [{ name: 'b', description: 'first' }], nextCursor: '3' },
      '3': { tools: [{ name: 'b', description: 'second' }, { name: 'c' }] },
    });
    const { catalogue, steps } = await read(three.url);
    expect(catalogue.tools).toEqual([{ name: 'a' }, { name: 'b', description: 'first' }, { name: 'c' }]);
    expect(steps.map(({ detail }) => detail)).toEqual(['paged 1, protocol 2025-11-25', '3 tools on 3 pages']);
  });

  it('stops at 100 pages and at 5,000 tools', async () => {
    const endless: Record<string, JsonObject> = {};
    for (let page = 0; page < 150; page += 1)
      endless[page === 0 ? '' : String(page)] = { tools: [{ name: `t${page}` }], nextCursor: String(page + 1) };
    const pages = await read((await paged(endless)).url);
    expect(pages.catalogue.tools).toHaveLength(100);
    expect(pages.catalogue.findings[0]).toContain('more than 100 pages');
    const many = await read(
      (await paged({ '': { tools: Array.from({ length: 6_000 }, (_, index) => ({ name: `t${index}` })), nextCursor: 'x' } })).url,
    );
    expect(many.catalogue.tools).toHaveLength(5_000);
    expect(many.catalogue.findings[0]).toContain('more than 5000 tools');
  });

  async function read(url: string): Promise<Extract<Awaited<ReturnType<typeof readCatalogue>>, { ok: true }>> {
    const upstreams = openUpstreams();
    const reading = await readCatalogue(urlTarget(url), upstreams);
    await upstreams.stopAll();
    if (!reading.ok) throw new Error(reading.failed.detail);
    return reading;
  }

  it('refuses a guard that refuses', async () => {
    const guard = createEgressGuard({ allowPrivate: [], allowLoopback: false });
    const report = await probe(urlTarget('http://127.0.0.1:1/mcp'), { guard, log: keepingLog(), secrets: NO_SECRETS });
    expect(report.ok).toBe(false);
  });
});
