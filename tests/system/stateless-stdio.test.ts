import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { UpstreamRequest } from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import {
  call,
  childrenOf,
  fixtureFile,
  handshake,
  messagesOf,
  openSession,
  openUpstreams,
  request,
  stdioTarget,
  streamed,
  textOf,
} from '../fixtures/upstreams/harness';
import { eventually } from './support/eventually';

const FIXTURE = 'tests/fixtures/conformance/stdio-server.mjs';
const META = 'io.modelcontextprotocol/';
const both = stdioTarget([FIXTURE]);
const opened: ManagedUpstreams[] = [];
const open = (...args: Parameters<typeof openUpstreams>): ManagedUpstreams => {
  const upstreams = openUpstreams(...args);
  opened.push(upstreams);
  return upstreams;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstreams) => upstreams.stopAll()));
  for (const name of ['stdio-server.mjs', 'nervous-upstream', 'puppet-upstream']) expect(childrenOf(process.pid, name)).toEqual([]);
});

/** A message of the stateless revision as the gateway hands it over. */
function stateless(message: JsonObject, more: { meta?: JsonObject; signal?: AbortSignal } = {}): UpstreamRequest {
  const params = (message.params ?? {}) as JsonObject;
  const _meta: JsonObject = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientInfo`]: { name: 'test', version: '1' },
    [`${META}clientCapabilities`]: { elicitation: {} },
    ...((params._meta as JsonObject | undefined) ?? {}),
    ...more.meta,
  };
  const given = request({ ...message, params: { ...params, _meta } }, null, more.signal);
  return { ...given, headers: { ...given.headers, 'mcp-protocol-version': '2026-07-28', 'mcp-method': String(message.method) } };
}

const resultOf = (answer: JsonObject | undefined): JsonObject => (answer?.result ?? {}) as JsonObject;

const ask = async (upstreams: ManagedUpstreams, message: JsonObject, meta: JsonObject = {}): Promise<JsonObject[]> =>
  messagesOf(await upstreams.post(both, stateless(message, { meta })));

describe('a stdio server of 2026-07-28', () => {
  it('is asked in its own revision, by one child for all', async () => {
    const upstreams = open();
    expect(await upstreams.speaksStateless?.(both)).toBe(true);
    const [discovered] = await ask(upstreams, { jsonrpc: '2.0', id: 'd', method: 'server/discover' });
    expect(discovered).toMatchObject({ id: 'd', result: { supportedVersions: expect.arrayContaining(['2026-07-28']) } });
    // The same id of everybody: only the renaming keeps the answers apart.
    const names = ['test_simple_text', 'test_error_handling', 'test_simple_text', 'test_image_content'];
    const answers = await Promise.all(names.map((name) => ask(upstreams, call('same', name))));
    expect(answers.map(([answer]) => answer?.id)).toEqual(['same', 'same', 'same', 'same']);
    expect(answers.map(([answer]) => resultOf(answer).isError ?? false)).toEqual([false, true, false, false]);
    expect(childrenOf(process.pid, 'stdio-server.mjs')).toHaveLength(1);
  });

  it('serves the stateful revisions from a child of its own at the same time', async () => {
    const upstreams = open();
    const session = openSession();
    expect(await handshake(upstreams, both, session)).toMatchObject({ protocolVersion: '2025-11-25' });
    await ask(upstreams, call(1, 'test_simple_text'));
    const [old] = await messagesOf(await upstreams.post(both, request(call(1, 'test_simple_text'), session)));
    expect(textOf(old)).toBe('This is a simple text response for testing.');
    expect(resultOf(old).resultType).toBeUndefined();
    expect(childrenOf(process.pid, 'stdio-server.mjs')).toHaveLength(2);
  });

  it('answers with the statuses that Streamable HTTP has for errors', async () => {
    const upstreams = open();
    const statusOf = async (message: JsonObject, meta: JsonObject = {}) => {
      const reply = await upstreams.post(both, stateless(message, { meta }));
      const [answer] = await messagesOf(reply);
      return [reply.status, (answer?.error as JsonObject | undefined)?.code];
    };
    expect(await statusOf({ jsonrpc: '2.0', id: 1, method: 'no/such' })).toEqual([404, -32601]);
    expect(await statusOf(call(2, 'test_input_required_result_sampling'))).toEqual([400, -32021]);
    expect((await statusOf(call(3, 'no_such_tool')))[0]).toBe(200);
  });

  it('brings progress to the token of the caller, and log lines where one request has asked for any', async () => {
    const upstreams = open();
    const progress = await ask(upstreams, call(1, 'test_tool_with_progress', {}, { progressToken: 'mine' }));
    expect(progress.slice(0, -1).map(({ params }) => (params as JsonObject).progressToken)).toEqual(['mine', 'mine', 'mine']);
    const logs = { [`${META}logLevel`]: 'debug' };
    expect(await ask(upstreams, call(2, 'test_tool_with_logging'), logs)).toHaveLength(4);
    const [one, two] = await Promise.all([
      ask(upstreams, call(3, 'test_tool_with_logging'), logs),
      ask(upstreams, call(4, 'test_tool_with_logging'), logs),
    ]);
    // Nobody can tell whose the lines are: as long as both run, nobody sees them.
    expect((one?.length ?? 0) + (two?.length ?? 0)).toBeLessThan(8);
  });

  it('passes on what it asks inside of its results, and takes the answer in a request of its own', async () => {
    const upstreams = open();
    const [first] = await ask(upstreams, call(1, 'test_input_required_result_elicitation'));
    const { resultType, inputRequests, requestState } = resultOf(first);
    expect(resultType).toBe('input_required');
    const [key] = Object.keys(inputRequests as JsonObject);
    const next = call(2, 'test_input_required_result_elicitation');
    const inputResponses = { [String(key)]: { action: 'accept', content: { name: 'Ada' } } };
    const params = { ...(next.params as JsonObject), inputResponses, ...(requestState === undefined ? {} : { requestState }) };
    const [second] = await ask(upstreams, { ...next, params });
    expect(textOf(second)).toBe('Hello, Ada!');
  });

  it('tells each subscription what it listens for under its own id, until its reader leaves', async () => {
    const upstreams = open();
    const stop = new AbortController();
    const listen = (id: string, signal: AbortSignal) =>
      upstreams.post(
        both,
        stateless(
          { jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } } },
          { signal },
        ),
      );
    const one = streamed(await listen('sub', stop.signal));
    const two = streamed(await listen('sub', new AbortController().signal));
    const idOf = ({ params }: JsonObject) => ((params as JsonObject)._meta as JsonObject)[`${META}subscriptionId`];
    for (const stream of [one, two]) {
      const { value } = await stream.next();
      expect([value?.method, idOf(value as JsonObject)]).toEqual(['notifications/subscriptions/acknowledged', 'sub']);
    }
    await ask(upstreams, call(1, 'test_trigger_tool_change'));
    for (const stream of [one, two]) {
      const { value } = await stream.next();
      expect([value?.method, idOf(value as JsonObject)]).toEqual(['notifications/tools/list_changed', 'sub']);
    }
    stop.abort();
    await expect(one.next()).rejects.toThrow();
    await ask(upstreams, call(2, 'test_trigger_tool_change'));
    expect((await two.next()).value?.method).toBe('notifications/tools/list_changed');
    await two.return(undefined);
  });

  it('is told when a caller leaves, and starts anew when it has died', async () => {
    const upstreams = open();
    const puppet = stdioTarget([fixtureFile('puppet-upstream.mjs'), '--stateless']);
    const leave = new AbortController();
    const left = upstreams.post(puppet, stateless(call('a', 'silent'), { signal: leave.signal }));
    await eventually('the child runs', () => childrenOf(process.pid, 'puppet-upstream').length === 1);
    await messagesOf(await upstreams.post(puppet, stateless(call('b', 'seen'))));
    leave.abort();
    await expect(left).rejects.toMatchObject({ sent: true });
    const seen = await messagesOf(await upstreams.post(puppet, stateless(call('c', 'seen'))));
    expect(textOf(seen[0])).toContain('notifications/cancelled');
    await expect(upstreams.post(puppet, stateless(call('d', 'exit', { code: 1 })))).rejects.toMatchObject({ sent: true });
    expect(textOf((await messagesOf(await upstreams.post(puppet, stateless(call('e', 'seen')))))[0])).not.toContain('cancelled');
  });
});

describe('a stdio server of the stateful revisions', () => {
  it('is asked once, in a process of its own, and serves its sessions undisturbed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cg-starts-'));
    const starts = () => readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length;
    try {
      const upstreams = open({ headers: {}, env: { STARTS: join(folder, 'starts') } });
      const nervous = stdioTarget([fixtureFile('nervous-upstream.mjs')]);
      const session = openSession();
      await handshake(upstreams, nervous, session);
      expect(await Promise.all([1, 2, 3].map(() => upstreams.speaksStateless?.(nervous)))).toEqual([false, false, false]);
      expect(await upstreams.speaksStateless?.(nervous)).toBe(false);
      expect(starts()).toBe(2);
      expect(textOf((await messagesOf(await upstreams.post(nervous, request(call(1, 'any'), session))))[0])).toBe('calm');
      expect(childrenOf(process.pid, 'nervous-upstream')).toHaveLength(1);
      // Another configuration of the server is another question.
      expect(await upstreams.speaksStateless?.({ ...nervous, revision: '2' })).toBe(false);
      expect(starts()).toBe(3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
