import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import type { ResultRules } from '@/lib/domain/result-flags';
import type { Upstreams } from '@/lib/gateway/upstream-port';
import { SECRET_MARKER, secretFilter } from '@/lib/kernel/secret-filter';
import { newWorld, type ToolSpec, type World } from './gateway-world';

const SECRET = 'Bearer sk-test-0123456789/abc+def';
const KEY = 'sk-test-0123456789/abc+def';
const tools: readonly ToolSpec[] = [
  { name: 'plain', inputSchema: { type: 'object' } },
  {
    name: 'shaped',
    inputSchema: { type: 'object' },
    outputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
  },
];

function world(results?: Partial<ResultRules>): World {
  const made = newWorld({ tools, policy: { version: '1', default: 'allow', ...(results === undefined ? null : { results }) } });
  (made.upstreams as Upstreams).secretsIn = async () => secretFilter([SECRET]);
  return made;
}

const result = (value: object) => ({ jsonrpc: '2.0', id: 1, result: value });
const text = (...texts: string[]) => ({ content: texts.map((one) => ({ type: 'text', text: one })) });

/** In small pieces; large texts in about a thousand. */
function pieces(whole: string): string[] {
  const size = Math.max(5, Math.ceil(whole.length / 1000));
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
}

/** One call of a server that answers with this text: as JSON, and as a stream in small pieces. */
async function both(
  make: () => World,
  raw: string,
  tool = 'plain',
): Promise<{ form: string; made: World; body: string; message: string }[]> {
  const answers = [];
  for (const form of ['json', 'stream'] as const) {
    const made = make();
    const event = `event: message\nid: 7\ndata: ${raw}\n\n`;
    made.upstreams.scripts.set('tools/call', () =>
      form === 'json'
        ? { ...streamReply([raw.slice(0, 9), raw.slice(9)]), contentType: 'application/json' }
        : streamReply([': hi\n\n', ...pieces(event)]),
    );
    const body = await (await made.call(tool, {})).text();
    const data = body.split('\n').find((line) => line.startsWith('data: '));
    answers.push({ form, made, body, message: form === 'json' ? body : (data ?? '').slice('data: '.length) });
  }
  return answers;
}

describe('a result without a finding', () => {
  it('keeps its bytes, whatever the rules', async () => {
    const raw = '{"jsonrpc":"2.0",  "id":1,"result":{"n":12345678901234567890.10,"content":[{"type":"text","text":"ü \\n \\"ok\\""}]}}';
    for (const rules of [undefined, { control: 'strip', schema: 'block' }] as const)
      for (const { form, body, made } of await both(() => world(rules), raw)) {
        expect(body).toBe(form === 'json' ? raw : `: hi\n\nevent: message\nid: 7\ndata: ${raw}\n\n`);
        expect(made.last().settlement).toMatchObject({ outcome: 'ok', note: null });
        expect(made.last().settlement?.flags).toBeUndefined();
      }
  });
});

describe('a secret of ours in a result', () => {
  it.each([
    ['as it is', KEY],
    ['with its scheme', SECRET],
    ['in Base64', btoa(KEY)],
    ['in URL-safe Base64', btoa(KEY).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
    ['percent-encoded', encodeURIComponent(KEY)],
  ])('is taken out %s', async (_how, spelling) => {
    for (const { message, made } of await both(world, JSON.stringify(result(text(`before ${spelling} after`))))) {
      expect(JSON.parse(message).result.content[0].text).toMatch(/^before .*removed by Callgate\]=* after$/);
      expect(message).not.toContain(KEY);
      expect(made.last().settlement).toMatchObject({ outcome: 'ok', flags: ['secret'] });
    }
  });

  it('is found behind escapes of JSON and in the names of members, and nothing else changes', async () => {
    const escaped = [...KEY].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const raw = `{"jsonrpc":"2.0","id":1,"result":{"big":9007199254740993,"a":"${escaped}","${KEY.replace('/', '\\/')}":1.0}}`;
    for (const { message } of await both(world, raw))
      expect(message).toBe(`{"jsonrpc":"2.0","id":1,"result":{"big":9007199254740993,"a":"${SECRET_MARKER}","${SECRET_MARKER}":1.0}}`);
  });

  it('is taken out of errors and of what comes before the result', async () => {
    const made = world();
    made.upstreams.scripts.set('tools/call', () =>
      streamReply([
        `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: KEY } })}\n\n`,
        `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -1, message: KEY } })}\n\n`,
      ]),
    );
    const body = await (await made.call('plain', {})).text();
    expect(body).not.toContain(KEY);
    expect(body.split(SECRET_MARKER)).toHaveLength(3);
    expect(made.last().settlement).toMatchObject({ outcome: 'upstream_error', flags: ['secret'] });
  });

  it("is also the caller's own token, and what other methods answer", async () => {
    const made = world();
    made.upstreams.scripts.set('tools/call', () => jsonReply(result(text(made.token))));
    expect(await (await made.call('plain', {})).text()).not.toContain(made.token);
    made.upstreams.scripts.set('resources/list', () => jsonReply(result({ resources: [{ uri: 'a:b', name: KEY }] })));
    const listed = await made.send({ body: { jsonrpc: '2.0', id: 1, method: 'resources/list' } });
    expect(await listed.text()).not.toContain(KEY);
  });
});

describe('control characters', () => {
  const nasty = 'a\u001b[31mred\u001b[0m b\u0007\u009b1mc \u001b]0;title\u0007d\te\nf';

  it.each([
    ['pass', undefined, nasty],
    ['pass', { control: 'pass' }, nasty],
    ['strip', { control: 'strip' }, 'ared bc d\te\nf'],
    ['show', { control: 'show' }, 'a␛[31mred␛[0m b␇‹U+009B›1mc ␛]0;title␇d\te\nf'],
  ] as const)('%s', async (_mode, rules, expected) => {
    for (const { message, made } of await both(() => world(rules), JSON.stringify(result(text(nasty))))) {
      expect(JSON.parse(message).result.content[0].text).toBe(expected);
      expect(made.last().settlement?.flags).toEqual(['control']);
    }
  });
});

describe('what only the record notes', () => {
  it('is links and hidden characters; the answer keeps its bytes', async () => {
    const raw = JSON.stringify(result(text('see https://evil.example/?d=1', 'a\u202eb', 'x\u{E0041}y', 'z\u200b')));
    for (const { message, made } of await both(world, raw)) {
      expect(message).toBe(raw);
      expect([...(made.last().settlement?.flags ?? [])].sort()).toEqual(['hidden_text', 'link']);
    }
    const escaped = raw.replace('\u202e', '\\u202e');
    for (const { message } of await both(world, escaped)) expect(message).toBe(escaped);
  });
});

describe('an answer that is too large', () => {
  it('is withheld as a whole, the agent reads why, and the call counts as executed', async () => {
    for (const { message, made } of await both(() => world({ max_bytes: 2000 }), JSON.stringify(result(text('x'.repeat(3000)))))) {
      const { isError, content, _meta } = JSON.parse(message).result;
      expect([isError, content[0].text]).toEqual([true, expect.stringContaining('EXECUTED')]);
      expect(_meta['dev.callgate/decision']).toMatchObject({ reason: 'result.too_large', rule: '/results/max_bytes' });
      expect(made.last().settlement).toMatchObject({
        outcome: 'tool_error',
        flags: ['too_large'],
        note: expect.stringContaining('larger'),
      });
      expect(made.upstreams.posts.at(-1)?.signal.aborted).toBe(true);
    }
  });

  it('never collects more than allowed: a flood without end is let go of', async () => {
    let made = 0;
    const here = world();
    here.upstreams.scripts.set('tools/call', () => ({
      ...streamReply(
        (async function* () {
          yield '{"jsonrpc":"2.0","id":1,"result":{"x":"';
          for (; ; made++) yield 'y'.repeat(65_536);
        })(),
      ),
      contentType: 'application/json',
    }));
    expect((await (await here.call('plain', {})).json()).result.isError).toBe(true);
    expect(made * 65_536).toBeLessThan(9 * 1024 * 1024);
    expect(here.gateway.load().calls).toBe(0);
  });
});

describe('structured content', () => {
  const wrong = JSON.stringify(result({ content: [], structuredContent: { n: 'three' } }));
  const right = JSON.stringify(result({ content: [], structuredContent: { n: 3 } }));

  it.each([
    ['off', wrong, 'same', undefined],
    ['flag', wrong, 'same', ['schema']],
    ['flag', right, 'same', undefined],
    ['flag', JSON.stringify(result({ content: [] })), 'same', ['schema']],
    ['block', wrong, 'blocked', ['schema']],
    ['block', right, 'same', undefined],
    ['block', JSON.stringify(result({ content: [], isError: true })), 'same', undefined],
  ] as const)('%s of %s: %s', async (schema, raw, what, flags) => {
    for (const { message, made } of await both(() => world({ schema }), raw, 'shaped')) {
      if (what === 'same') expect(message).toBe(raw);
      else
        expect(JSON.parse(message).result).toMatchObject({
          isError: true,
          _meta: { 'dev.callgate/decision': { reason: 'result.invalid' } },
        });
      expect(made.last().settlement?.flags).toEqual(flags);
    }
  });
});

describe('an event that comes in one piece', () => {
  it.each([
    ['in characters', 'x'.repeat(5_000)],
    ['in bytes', 'ü'.repeat(700)],
  ])('is held to the size %s, and what came before it is passed on', async (_, large) => {
    const made = world({ max_bytes: 1024 });
    const progress = 'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n';
    made.upstreams.scripts.set('tools/call', () => streamReply([`${progress}data: ${JSON.stringify(result(text(large)))}\n\n`]));
    const body = await (await made.call('plain', {})).text();
    expect(body.startsWith(progress)).toBe(true);
    expect(body).not.toContain(large);
    expect(body).toContain('"reason":"result.too_large"');
    expect(made.last().settlement).toMatchObject({ outcome: 'tool_error', flags: ['too_large'] });
  });
});

describe('the result of a tool that was run as a task', () => {
  const fetched = async (made: World, value: object, form: 'json' | 'stream') => {
    const raw = JSON.stringify(result(value));
    made.upstreams.scripts.set('tasks/result', () => (form === 'json' ? jsonReply(result(value)) : streamReply([`data: ${raw}\n\n`])));
    const answer = await made.send({ body: { jsonrpc: '2.0', id: 1, method: 'tasks/result', params: { taskId: 't' } } });
    return (await answer.text()).replace(/^.*?\{/s, '{');
  };

  it.each(['json', 'stream'] as const)('is held to the size and the control characters of the policy (%s)', async (form) => {
    expect(await fetched(world({ control: 'strip' }), text('a\u001b[2Jb'), form)).toContain('"ab"');
    const large = JSON.parse(await fetched(world({ max_bytes: 1024 }), text('x'.repeat(5_000)), form));
    expect(large).toMatchObject({ id: 1, error: { code: 403, data: { reason: 'result.too_large' } } });
    expect(await fetched(world(), text('x'.repeat(5_000)), form)).toContain('xxxx');
  });
});

describe('a hostile answer', () => {
  it('that nests a million deep is passed on or refused, and the gateway lives', async () => {
    const deep = `{"jsonrpc":"2.0","id":1,"result":{"a":"https://x.example","b":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`;
    for (const { made } of await both(() => world({ control: 'strip', schema: 'block' }), deep, 'shaped')) {
      expect(made.gateway.load().calls).toBe(0);
      made.upstreams.scripts.delete('tools/call');
      expect((await made.call('plain', {})).status).toBe(200);
    }
  });

  it.each(['utf16le', 'utf16be'])('in %s, in which nothing would be found, is not passed on', async (encoding) => {
    const made = world();
    const bytes = Buffer.from(JSON.stringify(result({ key: KEY })), 'utf16le');
    if (encoding === 'utf16be') bytes.swap16();
    made.upstreams.scripts.set('tools/call', () => ({
      ...jsonReply({}),
      body: (async function* () {
        yield new Uint8Array(bytes);
      })(),
    }));
    const body = await (await made.call('plain', {})).text();
    expect(JSON.parse(body).result).toMatchObject({ isError: true, _meta: { 'dev.callgate/decision': { reason: 'upstream.failed' } } });
    expect(made.last().settlement?.outcome).toBe('unknown');
  });

  it('that is no JSON, or answers another id, ends its own call only', async () => {
    for (const raw of ['nonsense', '{"jsonrpc":"2.0","id":99,"result":{}}', '[]', '"x"', `{"a":"${KEY}`])
      for (const { made, body } of await both(world, raw)) {
        expect(body).not.toContain(KEY);
        expect(made.last().settlement).not.toBeNull();
        expect(made.gateway.load().calls).toBe(0);
      }
  });
});
