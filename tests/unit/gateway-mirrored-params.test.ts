import { describe, expect, it } from 'vitest';
import { type Answer, newWorld, type World } from './gateway-world';

const schema = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    count: { type: 'integer', 'x-mcp-header': 'Count' },
    deep: { type: 'object', properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry' } } },
    price: { type: 'number', 'x-mcp-header': 'Price' },
    one: { type: 'string', 'x-mcp-header': 'Twice' },
    two: { type: 'string', 'x-mcp-header': 'twice' },
  },
};
const TOOLS = [
  { name: 'move', description: 'Moves.', inputSchema: schema },
  { name: 'wire', description: 'Sends money.', inputSchema: schema },
];
const POLICY = { version: '1', default: 'deny', tools: { move: {}, wire: { approval: { approvers: ['role:approver'] } } } };
const ARGS = { region: 'eu', count: 3, deep: { dry: true } };

let id = 0;
const call = (world: World, name: string, args: unknown, params: Record<string, string>): Promise<Answer> =>
  world.send({
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name, ...params },
    body: {
      jsonrpc: '2.0',
      id: ++id,
      method: 'tools/call',
      params: {
        name,
        arguments: args,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
          'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
        },
      },
    },
  });
const newOne = (): World => newWorld({ tools: TOOLS, policy: POLICY });
const sentHeaders = (world: World) =>
  Object.fromEntries(Object.entries(world.upstreams.posts.at(-1)?.headers ?? {}).filter(([name]) => name.startsWith('mcp-param-')));

describe('headers that repeat arguments', () => {
  it('are written from the arguments, encoded where a header needs it; what the client left out is left to the server to refuse', async () => {
    const world = newOne();
    await call(world, 'move', { ...ARGS, region: 'Zürich' }, { 'mcp-param-count': '3', 'mcp-param-region': '=?base64?WsO8cmljaA==?=' });
    expect(sentHeaders(world)).toEqual({ 'mcp-param-region': '=?base64?WsO8cmljaA==?=', 'mcp-param-count': '3' });
    await call(world, 'move', { region: '=?base64?odd' }, { 'mcp-param-region': '=?base64?odd' });
    expect(sentHeaders(world)).toEqual({ 'mcp-param-region': '=?base64?PT9iYXNlNjQ/b2Rk?=' });
    await call(world, 'move', { region: 'us' }, {});
    expect(sentHeaders(world)).toEqual({});
  });

  it.each([
    ['another value', { 'mcp-param-region': 'us' }],
    ['another case', { 'mcp-param-region': 'EU' }],
    ['another number', { 'mcp-param-count': '3.0' }],
    ['another truth', { 'mcp-param-dry': 'false' }],
    ['a broken encoding', { 'mcp-param-region': '=?base64?!?=' }],
    ['an encoding without its padding', { 'mcp-param-region': '=?base64?ZXU?=' }],
  ])('are refused with -32020 and sent nowhere when they say %s', async (_what, headers) => {
    const world = newOne();
    for (const tool of ['move', 'wire']) {
      const answer = await call(world, tool, ARGS, headers);
      expect([answer.status, (await answer.json()).error.code]).toEqual([400, -32020]);
    }
    expect(world.upstreams.posts).toEqual([]);
    expect(world.approvals.all).toEqual([]);
  });

  it('are refused for an argument that is not there', async () => {
    const world = newOne();
    expect((await call(world, 'move', { count: 3 }, { 'mcp-param-region': 'eu' })).status).toBe(400);
    expect((await call(world, 'move', { region: null }, { 'mcp-param-region': 'null' })).status).toBe(400);
  });

  it('that the tool does not declare are passed on, and a person who approves is shown them: others are another call', async () => {
    const world = newOne();
    const odd = { 'mcp-param-tenant': 'a', 'mcp-param-price': '1.5', 'mcp-param-twice': 'x' };
    await call(world, 'wire', ARGS, odd);
    const asked = world.approvals.all[0];
    expect(asked?.ask.inputs).toEqual({ 'Mcp-Param headers': odd });
    world.approvals.approve(asked?.id ?? '', 'Ben');
    await call(world, 'wire', ARGS, { ...odd, 'mcp-param-tenant': 'b' });
    await call(world, 'wire', ARGS, {});
    expect(world.upstreams.posts).toEqual([]);
    await call(world, 'wire', ARGS, { ...odd, 'mcp-param-region': 'eu' });
    expect(sentHeaders(world)).toEqual({ ...odd, 'mcp-param-region': 'eu' });
  });

  it('never carry on where to resume a stream, and nothing of this to a server of the earlier revisions', async () => {
    const world = newOne();
    const body = { jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name: 'move', arguments: ARGS } };
    await world.send({ body, headers: { 'mcp-param-region': 'us', 'last-event-id': 'anything at all' } });
    expect(Object.keys(world.upstreams.posts.at(-1)?.headers ?? {}).filter((name) => /param|last-event/.test(name))).toEqual([]);
  });
});
