import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { makeToken } from '@/lib/kernel/token';
import { newWorld, type World } from './gateway-world';

const POLICY = {
  version: '1',
  default: 'allow',
  resources: {
    default: 'deny',
    hide: ['file:///secret/*'],
    rules: {
      'file:///docs/*': {},
      'file:///docs/old/*': { action: 'deny', reason: 'Old documents are closed.' },
      'db://rows/*': { rate_limit: '2/minute' },
    },
  },
  prompts: {
    default: 'allow',
    hide: ['internal_*'],
    rules: { review: { deny_if: [{ path: 'args.depth', op: 'eq', value: 'full' }] } },
  },
  server: { sampling: { action: 'deny', reason: 'No sampling here.' }, elicitation: { rate_limit: '1/minute' } },
};

const MODERN = { 'mcp-protocol-version': '2026-07-28' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { sampling: {}, elicitation: {}, roots: {} },
};

async function ask(made: World, method: string, params: object, era: 'legacy' | 'modern' = 'legacy') {
  const name = method === 'resources/read' ? (params as { uri: string }).uri : (params as { name?: string }).name;
  const headers = {
    ...MODERN,
    'mcp-method': method,
    ...(name === undefined || method === 'completion/complete' ? null : { 'mcp-name': name }),
  };
  const body = { jsonrpc: '2.0', id: 5, method, params: era === 'modern' ? { ...params, _meta: META } : params };
  const answer = await made.send({ body, ...(era === 'modern' ? { headers } : null) });
  return { status: answer.status, event: answer.headers['x-callgate-event'], message: await answer.json() };
}

const eras = ['legacy', 'modern'] as const;

describe.each(eras)('a resource in the %s era', (era) => {
  const read = (made: World, uri: string) => ask(made, 'resources/read', { uri }, era);

  it('that the policy allows is in the record before it is sent, with its address and its outcome', async () => {
    const made = newWorld({ policy: POLICY });
    const { event, message } = await read(made, 'file:///docs/a.md');
    expect(message.result).toBeDefined();
    expect(event).toBe(made.last().id);
    expect(made.last().intent).toMatchObject({
      method: 'resources/read',
      target: 'file:///docs/a.md',
      tool: null,
      decision: 'allowed',
      reason: 'policy.allowed',
      rule: '/resources/rules/file:~1~1~1docs~1*',
    });
    expect(made.last().settlement).toMatchObject({ outcome: 'ok' });
  });

  it('that it denies is an error with code 403, and nothing is sent', async () => {
    const made = newWorld({ policy: POLICY });
    const { status, message, event } = await read(made, 'file:///docs/old/b.md');
    expect([status, message.error.code, message.error.message]).toEqual([200, 403, 'Old documents are closed.']);
    expect(message.error.data).toMatchObject({ reason: 'policy.action_deny', event });
    expect(made.last().intent).toMatchObject({ decision: 'denied', target: 'file:///docs/old/b.md' });
    expect((await read(made, 'other:x')).message.error).toMatchObject({ code: 403, data: { reason: 'policy.default_deny' } });
    expect(made.upstreams.count('resources/read')).toBe(0);
  });

  it.each([
    'file:///docs/../secret/a',
    'file:///docs/%2e%2e/secret/a',
    'file:///docs/..%2fsecret',
    'file:///docs\\x',
    'file:///docs/%252e',
    'file:///docs/a\u0000',
    '',
  ])('that can be read in two ways is denied: %j', async (uri) => {
    const made = newWorld({ policy: POLICY });
    const headers = { ...MODERN, 'mcp-method': 'resources/read', 'mcp-name': `=?base64?${btoa(uri)}?=` };
    const body = { jsonrpc: '2.0', id: 5, method: 'resources/read', params: era === 'modern' ? { uri, _meta: META } : { uri } };
    const message = await (await made.send({ body, ...(era === 'modern' ? { headers } : null) })).json();
    expect(message.error.code).toBe(403);
    expect(made.upstreams.count('resources/read')).toBe(0);
  });

  it('is matched as the server opens it', async () => {
    const made = newWorld({ policy: POLICY });
    expect((await read(made, 'FILE:///docs/%6Fld/c.md')).message.error.message).toBe('Old documents are closed.');
    expect((await read(made, 'file:///docs/a%20b.md')).message.result).toBeDefined();
  });

  it('is denied under another spelling of what a rule denies', async () => {
    const made = newWorld({
      policy: { version: '1', default: 'allow', resources: { default: 'allow', rules: { 'file:///etc/*': { action: 'deny' } } } },
    });
    for (const uri of ['file:///etc/passwd', 'file:/etc/passwd', 'file://localhost/etc/passwd', 'file:////etc/passwd'])
      expect((await read(made, uri)).message.error?.code).toBe(403);
    expect(made.upstreams.count('resources/read')).toBe(0);
  });

  it('that is hidden is not there', async () => {
    const made = newWorld({ policy: POLICY });
    expect((await read(made, 'file:///secret/x')).message.error).toEqual({
      code: -32602,
      message: 'Resource not found',
      data: { uri: 'file:///secret/x' },
    });
    expect(made.last().intent).toMatchObject({ decision: 'hidden', target: 'file:///secret/x' });
  });

  it('has limits of its own', async () => {
    const made = newWorld({ policy: POLICY });
    await read(made, 'db://rows/1');
    await read(made, 'db://rows/1');
    const { message } = await read(made, 'db://rows/1');
    expect(message.error).toMatchObject({ code: 429, data: { reason: 'limit.exhausted', retryAfterSeconds: expect.any(Number) } });
    expect(made.last().intent).toMatchObject({ decision: 'limited', target: 'db://rows/1' });
  });

  it('passes where the policy says nothing, and is in the record', async () => {
    const made = newWorld();
    expect((await read(made, 'file:///a/../b')).message.result).toBeDefined();
    expect(made.last().intent).toMatchObject({ decision: 'allowed', reason: 'request.ungoverned', target: 'file:///a/../b' });
    made.ledger.available = false;
    expect((await read(made, 'file:///a')).status).toBe(503);
    expect(made.upstreams.count('resources/read')).toBe(1);
  });
});

describe('lists', () => {
  it('leave out what is hidden and keep what is denied; they are private then', async () => {
    const made = newWorld({ policy: POLICY });
    const items = ['file:///secret/a', 'file:///docs/a', 'file:///docs/old/b'].map((uri) => ({ uri, name: uri }));
    made.upstreams.scripts.set('resources/list', () =>
      jsonReply({ jsonrpc: '2.0', id: 5, result: { resources: items, ttlMs: 60_000, cacheScope: 'public', nextCursor: 'n' } }),
    );
    made.upstreams.scripts.set('resources/templates/list', () =>
      jsonReply({
        jsonrpc: '2.0',
        id: 5,
        result: { resourceTemplates: [{ uriTemplate: 'file:///secret/{x}' }, { uriTemplate: 'file:///docs/{x}' }] },
      }),
    );
    made.upstreams.scripts.set('prompts/list', () =>
      streamReply([
        `data: ${JSON.stringify({ jsonrpc: '2.0', id: 5, result: { prompts: [{ name: 'review' }, { name: 'internal_x' }] } })}\n\n`,
      ]),
    );
    const { result } = (await ask(made, 'resources/list', {})).message;
    expect(result).toEqual({ resources: items.slice(1), ttlMs: 1000, cacheScope: 'private', nextCursor: 'n' });
    expect((await ask(made, 'resources/templates/list', {})).message.result.resourceTemplates).toHaveLength(1);
    const prompts = await (await made.send({ body: { jsonrpc: '2.0', id: 5, method: 'prompts/list' } })).text();
    expect(prompts).toContain('review');
    expect(prompts).not.toContain('internal_x');
  });

  it('keep their bytes where nothing of their kind is hidden', async () => {
    const made = newWorld();
    const raw = '{"jsonrpc":"2.0",  "id":5,"result":{"resources":[],"cacheScope":"public"}}';
    made.upstreams.scripts.set('resources/list', () => ({ ...streamReply([raw]), contentType: 'application/json' }));
    expect(await (await made.send({ body: { jsonrpc: '2.0', id: 5, method: 'resources/list' } })).text()).toBe(raw);
  });
});

describe.each(eras)('a prompt in the %s era', (era) => {
  it('is decided on its name and arguments, and so is its completion', async () => {
    const made = newWorld({ policy: POLICY });
    const get = (name: string, args?: object) => ask(made, 'prompts/get', { name, arguments: args }, era);
    const complete = (value: string) =>
      ask(made, 'completion/complete', { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'depth', value } }, era);
    expect((await get('review', { depth: 'short' })).message.result).toBeDefined();
    expect((await get('other')).message.result).toBeDefined();
    expect((await get('review', { depth: 'full' })).message.error).toMatchObject({ code: 403, data: { reason: 'argument.denied' } });
    expect((await get('internal_a')).message.error).toEqual({ code: -32602, message: 'Unknown prompt: internal_a' });
    expect((await complete('sh')).message.result).toBeDefined();
    expect((await complete('full')).message.error.code).toBe(403);
    expect(made.ledger.events.map(({ intent }) => [intent.method, intent.target, intent.decision])).toEqual([
      ['prompts/get', 'review', 'allowed'],
      ['prompts/get', 'other', 'allowed'],
      ['prompts/get', 'review', 'denied'],
      ['prompts/get', 'internal_a', 'hidden'],
      ['completion/complete', 'review', 'allowed'],
      ['completion/complete', 'review', 'denied'],
    ]);
  });
});

describe('what a server asks of a client that has a session', () => {
  async function asked(policy: unknown, requests: readonly object[]) {
    const made = newWorld({ policy });
    const session = await made.initialize();
    made.upstreams.scripts.set('tools/call', () =>
      streamReply([
        ...requests.map((request) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...request })}\n\n`),
        `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } })}\n\n`,
      ]),
    );
    const answer = await made.call('list', {}, { headers: { 'mcp-session-id': session } });
    const text = await answer.text();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { made, text, session, posted: made.upstreams.posts.filter((post) => post.method === '').map((post) => JSON.parse(post.body)) };
  }
  const sampling = { id: 's1', method: 'sampling/createMessage', params: { maxTokens: 5, messages: [] } };
  const elicit = (id: number) => ({ id, method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: {} } });

  it('passes without rules, and is in the record', async () => {
    const { made, text, posted, session } = await asked({ version: '1', default: 'allow' }, [sampling, { id: 2, method: 'roots/list' }]);
    expect(text).toContain('sampling/createMessage');
    expect(posted).toEqual([]);
    expect(
      made.ledger.events.slice(1).map(({ intent, settlement }) => [intent.method, intent.target, intent.reason, settlement?.outcome]),
    ).toEqual([
      ['sampling/createMessage', 'sampling', 'request.ungoverned', 'ok'],
      ['roots/list', 'roots', 'request.ungoverned', 'ok'],
    ]);
    const reply = { jsonrpc: '2.0', id: 's1', result: {} };
    expect((await made.send({ body: reply, headers: { 'mcp-session-id': session } })).status).toBe(202);
  });

  it('does not reach it when the policy denies or limits it: the server is answered in its place', async () => {
    const { made, text, posted, session } = await asked(POLICY, [sampling, elicit(1), elicit(2)]);
    expect(text).not.toContain('sampling/createMessage');
    expect(text.match(/elicitation\/create/g)).toHaveLength(1);
    expect(text).toContain('"result":{"content":[]}');
    expect(posted.map(({ id, error }) => [id, error.code])).toEqual([
      ['s1', -1],
      [2, -1],
    ]);
    expect(posted[0].error.message).toBe('Denied by policy: No sampling here.');
    expect(made.ledger.events.slice(1).map(({ intent }) => [intent.method, intent.decision, intent.rule])).toEqual([
      ['sampling/createMessage', 'denied', '/server/sampling/action'],
      ['elicitation/create', 'allowed', '/server/elicitation'],
      ['elicitation/create', 'limited', '/server/elicitation/rate_limit'],
    ]);
    // Nobody can answer what was never asked.
    const reply = { jsonrpc: '2.0', id: 's1', result: {} };
    expect((await made.send({ body: reply, headers: { 'mcp-session-id': session } })).status).toBe(400);
  });

  it('is looked for however its method is spelt in JSON', async () => {
    const made = newWorld({ policy: POLICY });
    const session = await made.initialize();
    made.upstreams.scripts.set('tools/call', () =>
      streamReply([
        'data: {"jsonrpc":"2.0","id":"a","method":"sampling\\/createMessage"}\n\n',
        'data: {"jsonrpc":"2.0","id":"b","\\u006dethod":"\\u0073ampling\\u002FcreateMessage"}\n\n',
        'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n',
      ]),
    );
    const text = await (await made.call('list', {}, { headers: { 'mcp-session-id': session } })).text();
    expect(text).toBe('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  });
});

describe('what is not one message to every reader', () => {
  it.each([
    ['several at once', '[{"jsonrpc":"2.0","id":"a","method":"sampling/createMessage","params":{}}]'],
    [
      'one with a number that JSON does not have',
      '{"jsonrpc":"2.0","id":"a","method":"sampling/createMessage","params":{"temperature":NaN}}',
    ],
  ])('goes no further: %s', async (_, data) => {
    const made = newWorld({ policy: POLICY });
    const session = await made.initialize();
    made.upstreams.scripts.set('tools/call', () => streamReply([`data: ${data}\n\n`, 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n']));
    const text = await (await made.call('list', {}, { headers: { 'mcp-session-id': session } })).text();
    expect(text).toBe('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  });
});

describe('what a server asks inside of a result', () => {
  const requests = {
    s: { method: 'sampling/createMessage', params: { maxTokens: 5, messages: [] } },
    e: { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: {} } },
  };
  const headers = { ...MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'list' };
  const call = async (made: World, inputRequests: object) => {
    made.upstreams.scripts.set('tools/call', () =>
      jsonReply({ jsonrpc: '2.0', id: 1, result: { resultType: 'input_required', inputRequests, requestState: 'x' } }),
    );
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list', arguments: {}, _meta: META } };
    return (await (await made.send({ body, headers })).json()).result;
  };

  it('loses what is denied, and keeps the rest', async () => {
    const made = newWorld({ policy: POLICY });
    expect(await call(made, requests)).toEqual({ resultType: 'input_required', inputRequests: { e: requests.e }, requestState: 'x' });
  });

  it('ends the call when nothing else was asked', async () => {
    const made = newWorld({ policy: POLICY });
    expect(await call(made, { s: requests.s })).toMatchObject({
      resultType: 'complete',
      isError: true,
      _meta: { 'dev.callgate/decision': { reason: 'result.ask_denied', rule: '/server/sampling/action' } },
    });
    expect(made.ledger.events.map(({ intent, settlement }) => [intent.method, intent.decision, settlement?.outcome])).toEqual([
      ['tools/call', 'allowed', 'tool_error'],
      ['sampling/createMessage', 'denied', undefined],
    ]);
    expect(made.ledger.events[0]?.settlement?.flags).toEqual(['server_request']);
  });
});

describe('subscriptions', () => {
  it('are taken only for what may be read', async () => {
    const made = newWorld({ policy: POLICY });
    const uris = ['file:///docs/a', 'file:///secret/b', 'other:c'];
    for (const uri of uris) await ask(made, 'resources/subscribe', { uri });
    expect(made.upstreams.posts.map((post) => JSON.parse(post.body).params.uri)).toEqual(['file:///docs/a']);
    const params = { notifications: { toolsListChanged: true, resourceSubscriptions: uris }, _meta: META };
    const headers = { ...MODERN, 'mcp-method': 'subscriptions/listen' };
    await (await made.send({ body: { jsonrpc: '2.0', id: 9, method: 'subscriptions/listen', params }, headers })).text();
    expect(JSON.parse(made.upstreams.posts.at(-1)?.body ?? '').params.notifications).toEqual({
      toolsListChanged: true,
      resourceSubscriptions: ['file:///docs/a'],
    });
  });
});

describe('a task', () => {
  it.each([
    ['stateful', { task: { taskId: 't1', status: 'working' } }],
    ['modern', { resultType: 'task', taskId: 't1', status: 'working' }],
  ])('that a call made in the %s form is there for its grant alone', async (_form, result) => {
    const made = newWorld({ policy: { version: '1', default: 'allow' } });
    const other = makeToken(randomBytes(32));
    made.putGrant(other, { id: 'grt_2' }, { id: 'agt_2', slug: 'crawler' });
    made.upstreams.scripts.set('tools/call', () => jsonReply({ jsonrpc: '2.0', id: 1, result }));
    made.upstreams.scripts.set('tasks/list', () =>
      jsonReply({ jsonrpc: '2.0', id: 5, result: { tasks: [{ taskId: 't1' }, { taskId: 't2' }] } }),
    );
    await (await made.call('list', {})).text();
    const as = async (token: string, method: string) =>
      (await made.send({ token, body: { jsonrpc: '2.0', id: 5, method, params: { taskId: 't1' } } })).json();
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
      expect((await as(other, method)).error).toMatchObject({ code: -32602, message: 'Task not found' });
      expect(made.upstreams.count(method)).toBe(0);
      expect((await as(made.token, method)).result).toBeDefined();
    }
    expect((await as(other, 'tasks/list')).result.tasks).toEqual([{ taskId: 't2' }]);
    const subscribe = (token: string) => {
      const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
      const params = { notifications: { toolsListChanged: true, taskIds: ['t1', 't2'] }, _meta };
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
      return made.send({ token, headers, body: { jsonrpc: '2.0', id: 6, method: 'subscriptions/listen', params } });
    };
    for (const [token, taskIds] of [
      [other, ['t2']],
      [made.token, ['t1', 't2']],
    ] as const) {
      await subscribe(token);
      expect(JSON.parse(made.upstreams.posts.at(-1)?.body ?? '').params.notifications).toEqual({ toolsListChanged: true, taskIds });
    }
    expect((await as(made.token, 'tasks/list')).result.tasks).toHaveLength(2);
  });
});
