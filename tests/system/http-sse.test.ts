import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type SessionUpstream, startSessionUpstream } from '../fixtures/upstreams/session-upstream';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { send } from './support/calls';
import { eventually } from './support/eventually';
import { type NextHost, startNextHost } from './support/next-host';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

let database: TestDatabase;
let callgate: RunningCallgate;
let next: NextHost;
let upstream: SessionUpstream;

beforeAll(async () => {
  database = await createTestDatabase();
  upstream = await startSessionUpstream();
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
  const starting = startNextHost(callgate, { DATABASE_URL: database.url });
  await register(callgate, httpServer('shop', upstream.port));
  await publish(callgate, 'shop', 'main', { version: '1', default: 'allow' });
  next = await starting;
});
afterAll(async () => {
  await next?.stop();
  await callgate?.remove();
  await upstream?.stop();
  await database?.drop();
});

const bearer = ({ token }: Pick<Access, 'token'>) => ({ authorization: `Bearer ${token}` });

/** A client of SDK 1 at its deprecated transport, and whether its stream has broken off. */
async function connect(access: Access) {
  const wire = new SSEClientTransport(new URL(`${access.url}/sse`), { requestInit: { headers: bearer(access) } });
  const client = new Client({ name: 'old', version: '1' });
  const errors: unknown[] = [];
  client.onerror = (error) => void errors.push(error);
  await client.connect(wire);
  return { client, errors, call: (name: string) => client.callTool({ name, arguments: {} }) };
}

/** A stream that is opened by hand, up to the address that it gives. */
async function endpointOf(access: Access, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const answer = await fetch(`${access.url}/sse`, {
    headers: { accept: 'text/event-stream', ...bearer(access), ...headers },
    signal: leaving.signal,
  });
  if (answer.status !== 200) return { status: answer.status, url: '', leave: () => leaving.abort() };
  const first = new TextDecoder().decode((await answer.body?.getReader().read())?.value);
  const url = new URL(/data: (\S+)/.exec(first)?.[1] ?? '', access.url).href;
  return { status: 200, url, leave: () => leaving.abort() };
}

const outcomesOf = async ({ grant }: Access): Promise<(string | null)[]> =>
  (await must<{ items: { outcome: string | null }[] }>(callgate, 200, 'GET', `/audit?grant=${grant}&tool=read_slow`)).items.map(
    ({ outcome }) => outcome,
  );

describe.each(['node', 'next'] as const)('clients of HTTP+SSE at the %s host', (host) => {
  const at = (access: Access): Access => ({
    ...access,
    url: `http://127.0.0.1:${host === 'node' ? callgate.port : next.port}/mcp/shop`,
  });

  async function enter(): Promise<Access> {
    const access = at(await grantAccess(callgate, 'shop', 'main'));
    await eventually('the host knows the grant', async () => (await send(access, { method: 'tools/list' })).status !== 401);
    return access;
  }

  it('leave nothing at the server, neither session nor stream, whenever they go', async () => {
    const access = await enter();
    const before = { sessions: upstream.sessions.size, streams: upstream.streams.size };
    const { client, call } = await connect(access);
    expect((await call('read_fast')).content).toEqual([{ type: 'text', text: 'done' }]);
    await eventually('the server has the stream', () => upstream.streams.size > before.streams);
    expect(upstream.sessions.size).toBe(before.sessions + 1);
    await client.close();
    await eventually('the session has ended', () => upstream.sessions.size === before.sessions && upstream.streams.size === before.streams);
    // With a call at the server, the session goes on until that has come to its outcome.
    const leaving = await connect(access);
    const called = upstream.called.length;
    const lost = leaving.call('read_slow').catch(() => 'lost');
    await eventually('the server has the call', () => upstream.called.length > called);
    await leaving.client.close();
    upstream.release();
    expect(await lost).toBe('lost');
    await eventually('the session has ended', () => upstream.sessions.size === before.sessions && upstream.streams.size === before.streams);
    await eventually('the outcome is in the record', async () => (await outcomesOf(access))[0] === 'ok');
  });

  it('are found by their own grant alone', async () => {
    const [own, other] = [await enter(), await enter()];
    const { url, leave } = await endpointOf(own);
    const initialize = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const message = { method: 'initialize', params: initialize };
    const before = upstream.sessions.size;
    expect((await send({ url, token: other.token }, message)).status).toBe(404);
    expect((await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(401);
    expect(upstream.sessions.size).toBe(before);
    expect((await send({ url, token: own.token }, message, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await endpointOf(own, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send({ url, token: own.token }, message)).status).toBe(202);
    await eventually('a session is open', () => upstream.sessions.size > before);
    leave();
    await eventually('the session has ended', () => upstream.sessions.size === before);
    expect((await send({ url, token: own.token }, message)).status).toBe(404);
  });

  it('are cut off when their grant is revoked', async () => {
    const access = await enter();
    const before = upstream.sessions.size;
    const { client, errors, call } = await connect(access);
    await call('read_fast');
    await must(callgate, 200, 'POST', `/grants/${access.grant}/revoke`, { reason: 'the test says so' });
    await eventually('the session has ended', () => upstream.sessions.size === before);
    await expect(call('read_fast')).rejects.toThrow('401');
    // It tries to open its stream again by itself, once.
    await eventually('the client was turned away', () => errors.some((error) => String(error).includes('401')));
    await client.close();
  });

  it('read why a kill switch stopped their call, and come in no more', async () => {
    const access = await enter();
    const { client, call } = await connect(access);
    const before = upstream.called.length;
    const stopped = call('read_slow');
    await eventually('the server has the call', () => upstream.called.length > before);
    const kill = (engaged: boolean) =>
      must(callgate, 200, 'POST', '/kill-switch', { scope: 'agent', target: access.agent, engaged, reason: 'the test says so' });
    await kill(true);
    expect(JSON.stringify(await stopped)).toContain('kill.cancelled');
    await eventually('nobody comes in', async () => (await endpointOf(access)).status === 403);
    await client.close();
    await kill(false);
    upstream.release();
    await eventually('the door is open', async () => {
      const { status, leave } = await endpointOf(access);
      leave();
      return status === 200;
    });
  });
});

describe('a gateway that stops', () => {
  it('lets the calls of HTTP+SSE come to their answer', async () => {
    const access = await grantAccess(callgate, 'shop', 'main');
    await eventually('the host knows the grant', async () => (await send(access, { method: 'tools/list' })).status !== 401);
    const { client, call } = await connect(access);
    const before = upstream.called.length;
    const answer = call('read_slow');
    await eventually('the server has the call', () => upstream.called.length > before);
    const stopped = callgate.stop();
    await eventually('the gateway drains', async () => (await fetch(`${callgate.url}/readyz`).catch(() => null))?.status !== 200);
    upstream.release();
    expect((await answer).content).toEqual([{ type: 'text', text: 'done' }]);
    expect(await stopped).toBe(0);
    await client.close();
  });
});
