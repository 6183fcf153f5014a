import { describe, expect, it } from 'vitest';
import {
  findJoined,
  findTool,
  innerId,
  innerTask,
  matchesTemplate,
  outerId,
  outerTask,
  toolName,
  unwrapUri,
  wrapUri,
} from '@/lib/gateway/aggregate/names';
import { namedAnswer } from '@/lib/gateway/aggregate/pass-event';
import { asModernResponse, readEventId, rewriteEvent, rewriteMessage } from '@/lib/gateway/aggregate/rewrite';
import { innerRelatedTask, joinedTasks, mayNameTask } from '@/lib/gateway/aggregate/tasks';
import type { ServerView } from '@/lib/gateway/snapshot-port';
import { catalogueOf } from './gateway-world';

const server = (slug: string, tools: readonly string[]): ServerView =>
  ({ id: `srv_${slug}`, slug, catalogue: catalogueOf(tools.map((name) => ({ name }))) }) as unknown as ServerView;
const LONG = 'a_tool_with_a_name_that_is_much_longer_than_what_any_model_takes';

describe('the name of a tool', () => {
  it('is the slug, two underscores and the own name, and leads back', () => {
    const servers = [server('git', ['read', 'b__c', 'files.read/one']), server('git-hub', ['read'])];
    for (const [slug, tool] of [
      ['git', 'read'],
      ['git', 'b__c'],
      ['git', 'files.read/one'],
      ['git-hub', 'read'],
    ] as const) {
      expect(toolName(slug, tool)).toBe(`${slug}__${tool}`);
      const found = findTool(toolName(slug, tool), servers);
      expect([found?.server.slug, found?.name]).toEqual([slug, tool]);
    }
    expect(findTool('git__nothing', servers)?.name).toBe('nothing');
    for (const name of ['read', 'other__read', '__read', '']) expect(findTool(name, servers)).toBeNull();
  });

  it('is cut at 64 characters and marked, the same at all times', () => {
    const servers = [server('shop', [LONG, `${LONG}_too`]), server('x'.repeat(63), ['list'])];
    const names = [toolName('shop', LONG), toolName('shop', `${LONG}_too`), toolName('x'.repeat(63), 'list')];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^.{55}_[0-9a-f]{8}$/);
    expect(names.map((name) => findTool(name, servers)?.name)).toEqual([LONG, `${LONG}_too`, 'list']);
    expect(findTool(`shop__${LONG}`, servers)).toBeNull();
  });

  it('leads nowhere when two tools would have it', () => {
    const cut = toolName('shop', LONG);
    expect(findTool(cut, [server('shop', [LONG, cut.slice('shop__'.length)])])).toBeNull();
    expect(findTool(cut, [server('shop', [LONG])])?.name).toBe(LONG);
  });
});

it('a prompt is found at the first separator', () => {
  expect(findJoined('git__a__b', [server('git', [])])?.name).toBe('a__b');
  expect(findJoined('git_a', [server('git', [])])).toBeNull();
});

it('a URI carries its server and comes back unchanged', () => {
  for (const uri of ['file:///a b?c=d#e', 'demo://r/1', 'cg+x:y:z', 'a\nb', '']) {
    expect(unwrapUri(wrapUri('git-hub', uri))).toEqual({ slug: 'git-hub', uri });
  }
  expect(unwrapUri('CG+git:demo://r/1')).toEqual({ slug: 'git', uri: 'demo://r/1' });
  expect(new URL(wrapUri('git', 'demo://r/1')).href).toBe('cg+git:demo://r/1');
  expect(unwrapUri('demo://r/1')).toBeNull();
});

it('a template has the URIs whose literal parts it has', () => {
  expect(matchesTemplate('demo://r/{id}', 'demo://r/17')).toBe(true);
  expect(matchesTemplate('demo://{a}/x/{b}.md', 'demo://1/x/2.md')).toBe(true);
  for (const uri of ['demo://1/y/2.md', 'demo://1/x/2.txt', 'other://1/x/2.md'])
    expect(matchesTemplate('demo://{a}/x/{b}.md', uri)).toBe(false);
  expect(matchesTemplate('demo://r', 'demo://r')).toBe(true);
});

it('an id of a server keeps its type among those of all', () => {
  for (const id of [7, '7', 'a~b', '']) expect(innerId(outerId('git', id))).toEqual({ slug: 'git', id });
  for (const id of [7, '7', 'git~x~7']) expect(innerId(id)).toBeNull();
});

it('a task carries its server, whatever its id looks like, and no two servers have one in common', () => {
  for (const id of ['786512e2', 'git~t~1', '~', 'a\nb', '']) expect(innerTask(outerTask('git-hub', id))).toEqual({ slug: 'git-hub', id });
  for (const id of ['1', 'git~n~1', '~t~1', 'git~t1', outerId('git', '1')]) expect(innerTask(id)).toBeNull();
});

describe('the tasks of several servers', () => {
  const legacy = (tasks?: object) => ({ era: 'legacy' as const, capabilities: (tasks === undefined ? { tools: {} } : { tasks }) as never });
  const modern = { era: 'modern' as const, capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {}, other: {} } } };

  it('are offered in the words of the client, as far as a server of its era has them', () => {
    const calls = { requests: { tools: { call: {} } } };
    expect(joinedTasks([legacy(), modern], 'legacy')).toEqual({});
    expect(joinedTasks([legacy(calls), modern], 'legacy')).toEqual({ tasks: calls });
    expect(joinedTasks([legacy({ list: {} }), legacy({ ...calls, cancel: {} })], 'legacy')).toEqual({
      tasks: { list: {}, cancel: {}, ...calls },
    });
    expect(joinedTasks([legacy(calls)], 'modern')).toEqual({});
    expect(joinedTasks([legacy(calls), modern], 'modern')).toEqual({ extensions: { 'io.modelcontextprotocol/tasks': {} } });
  });

  it('are looked for in answers to those who asked for one', () => {
    const declared = { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } } };
    expect([mayNameTask('tools/call', { task: {} }), mayNameTask('tools/call', { _meta: declared }), mayNameTask('tasks/get', {})]).toEqual(
      [true, true, true],
    );
    expect([mayNameTask('tools/call', {}), mayNameTask('prompts/get', { task: {} })]).toEqual([false, false]);
  });

  it('go to a server under its own ids, and to no other', () => {
    const related = (taskId: string) => ({ a: 1, _meta: { b: 2, 'io.modelcontextprotocol/related-task': { taskId } } });
    expect(innerRelatedTask(related('git~t~7'), 'git')).toEqual(related('7'));
    for (const id of ['7', 'shop~t~7']) expect(innerRelatedTask(related(id), 'git')).toEqual(related(id));
    const plain = { _meta: { progressToken: 'git~t~7' } };
    expect(innerRelatedTask(plain, 'git')).toBe(plain);
  });
});

describe('what a server sends', () => {
  const message = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value });

  it('gets the name of the server where it is about that server, and is otherwise untouched', () => {
    const asked = rewriteMessage(
      message({ id: 3, method: 'sampling/createMessage', params: { a: 1, _meta: { progressToken: 't' } } }),
      'git',
    );
    expect(JSON.parse(asked ?? '')).toMatchObject({ id: 'git~n~3', params: { a: 1, _meta: { progressToken: 'git~s~t' } } });
    const cancelled = rewriteMessage(message({ method: 'notifications/cancelled', params: { requestId: 3 } }), 'git');
    expect(JSON.parse(cancelled ?? '').params).toEqual({ requestId: 'git~n~3' });
    const updated = rewriteMessage(message({ method: 'notifications/resources/updated', params: { uri: 'demo://1' } }), 'git');
    expect(JSON.parse(updated ?? '').params).toEqual({ uri: 'cg+git:demo://1' });
    expect(rewriteMessage(message({ id: 3, result: { method: 1 } }), 'git')).toBeNull();
    expect(rewriteMessage(message({ method: 'notifications/progress', params: { progressToken: 1 } }), 'git')).toBeNull();
    const raw = 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"n":1e400}}\n\n';
    const text = new TextDecoder().decode(
      rewriteEvent({ data: '{"jsonrpc":"2.0","id":1,"result":{"n":1e400}}', id: null, event: 'message', raw }, 'git', 'p'),
    );
    expect(text).toBe(raw);
  });

  it('names its tasks wherever it speaks of them, and everything else keeps its bytes', () => {
    const named = (text: string) => rewriteMessage(text, 'git');
    expect(named('{"id":1,"result":{"task":{"taskId":"7","status":"working","ttl":1.50},"n":1e400}}')).toBe(
      '{"id":1,"result":{"task":{"taskId":"git~t~7","status":"working","ttl":1.50},"n":1e400}}',
    );
    expect(named('{"id":1,"result":{ "status":"working", "taskId" : "7" }}')).toBe(
      '{"id":1,"result":{ "status":"working", "taskId" :"git~t~7"}}',
    );
    expect(
      named('{"result":{"content":[{"taskId":"7"}],"taskId":"7","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"7"}}}}'),
    ).toBe('{"result":{"content":[{"taskId":"7"}],"taskId":"7","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"git~t~7"}}}}');
    for (const same of ['{"id":1,"result":{"content":[],"task":{"taskId":"7"}}}', '{"id":1,"error":{"code":1,"message":"taskId"}}'])
      expect(named(same)).toBeNull();
    const _meta = { 'io.modelcontextprotocol/related-task': { taskId: '7' } };
    const outer = { 'io.modelcontextprotocol/related-task': { taskId: 'git~t~7' } };
    const told = (value: object) => JSON.parse(named(message(value)) ?? 'null');
    expect(told({ id: 3, method: 'elicitation/create', params: { _meta } })).toMatchObject({ id: 'git~n~3', params: { _meta: outer } });
    expect(told({ method: 'notifications/progress', params: { progressToken: 1, _meta } }).params).toEqual({
      progressToken: 1,
      _meta: outer,
    });
    for (const method of ['notifications/tasks/status', 'notifications/tasks'])
      expect(told({ method, params: { taskId: '7', status: 'working' } }).params).toEqual({ taskId: 'git~t~7', status: 'working' });
    // What a server asks about is a task of the client's.
    expect(told({ id: 3, method: 'tasks/get', params: { taskId: '7' } }).params).toEqual({ taskId: '7' });
  });

  it('names a task in an answer of JSON, and is read no further than asked', async () => {
    let reads = 0;
    let left = false;
    const source: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => source,
      next: async () => {
        reads++;
        return { done: false, value: new TextEncoder().encode('{"id":1,"result":{"task":{"taskId":"7"}}}') };
      },
      return: async () => {
        left = true;
        return { done: true, value: undefined };
      },
    };
    const answer = namedAnswer(source, 'git')[Symbol.asyncIterator]();
    expect(new TextDecoder().decode((await answer.next()).value)).toBe('{"id":1,"result":{"task":{"taskId":"git~t~7"}}}');
    expect([reads, left]).toEqual([1, false]);
    await answer.return?.();
    expect([reads, left]).toEqual([1, true]);
  });

  it('can be resumed at the server that it came from', () => {
    const raw = 'id: 5_x\nretry: 100\ndata: \n\n';
    const text = new TextDecoder().decode(rewriteEvent({ data: '', id: '5_x', event: null, raw }, 'git', 'g'));
    expect(text).toBe('id: git~g~5_x\nretry: 100\ndata: \n\n');
    expect(readEventId('git~g~5_x')).toEqual({ slug: 'git', kind: 'g', id: '5_x' });
    expect(readEventId('5_x')).toBeNull();
  });

  it('is a complete result to a client of the stateless revision, the rest of its text unchanged', () => {
    expect(asModernResponse('{"jsonrpc":"2.0","id":1,"result":{"n":1.50}}', 'tools/call')).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","n":1.50}}',
    );
    expect(asModernResponse('{"result": { },"id":1}', 'resources/read')).toBe(
      '{"result": {"resultType":"complete","ttlMs":0,"cacheScope":"private" },"id":1}',
    );
    const whole = '{"id":1,"result":{"resultType":"input_required"}}';
    expect(asModernResponse(whole, 'tools/call')).toBe(whole);
    expect(JSON.parse(asModernResponse('{"id":1,"error":{"code":-32002,"message":"m"}}', 'resources/read')).error.code).toBe(-32602);
  });
});
