import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLIENT_SNIPPETS } from '@/components/connect/snippets/all-clients';
import { BRIDGE_PLACEHOLDER, TOKEN_PLACEHOLDER } from '@/components/connect/snippets/file-clients';

const facts = { slug: 'billing', gatewayUrl: 'http://127.0.0.1:3000/mcp/billing', token: 'cg_0123456789abcdef' };
const hostile = { slug: 'billing', gatewayUrl: `http://h/mcp/x'"$(echo pwned)\`id\`\\`, token: `cg_'"\\$(id)` };
const snippetOf = (id: string) => {
  const snippet = CLIENT_SNIPPETS.find((one) => one.id === id);
  if (!snippet) throw new Error(`no snippet ${id}`);
  return snippet;
};
const text = (id: string, token: string | null = facts.token) => snippetOf(id).text({ ...facts, token });
/** What a shell makes of a command: its words, one a line. */
const words = (command: string, env: Record<string, string> = {}) =>
  execFileSync('bash', ['-c', `printf '%s\\n' ${command.replaceAll('\\\n', '').replace(/^\S+ /, '')}`], { env: { ...process.env, ...env } })
    .toString()
    .trimEnd()
    .split('\n');
const hasPython = (() => {
  try {
    return execFileSync('python3', ['--version']).length > 0;
  } catch {
    return false;
  }
})();
const python = (program: string, input: string) => execFileSync('python3', ['-c', program], { input }).toString();

describe('client snippets', () => {
  it('cover the clients that are promised, each with its own place and note', () => {
    expect(CLIENT_SNIPPETS.map(({ client }) => client)).toEqual([
      'Claude Code',
      'Claude Desktop',
      'Cursor',
      'VS Code',
      'Windsurf',
      'Codex',
      'Gemini CLI',
      'curl',
      'TypeScript',
      'Python',
    ]);
    for (const key of ['id', 'label', 'note'] as const) expect(new Set(CLIENT_SNIPPETS.map((one) => one[key])).size).toBe(10);
  });

  it.each(CLIENT_SNIPPETS.map(({ id }) => id))('%s holds the URL, and the token only where it is given', (id) => {
    expect(text(id)).toContain(facts.gatewayUrl);
    expect(text(id)).toContain(facts.token);
    expect(text(id, null)).toContain(facts.gatewayUrl);
    expect(text(id, null)).not.toContain('cg_');
  });

  it.each(CLIENT_SNIPPETS.filter(({ format }) => format === 'json').map(({ id }) => id))('%s is JSON, whatever is in it', (id) => {
    for (const with_ of [facts, { ...facts, token: null }, hostile]) {
      const read = JSON.stringify(JSON.parse(snippetOf(id).text(with_)));
      expect(read).toContain(JSON.stringify(with_.gatewayUrl).slice(1, -1));
    }
  });

  it('gives Claude Code the transport, the name, the URL and the header as one word each', () => {
    expect(words(text('claude-code'))).toEqual([
      'mcp',
      'add',
      '--transport',
      'http',
      'billing',
      facts.gatewayUrl,
      '--header',
      `Authorization: Bearer ${facts.token}`,
    ]);
  });

  it('lets the shell fill in the token when it is not known', () => {
    for (const id of ['claude-code', 'curl'])
      expect(words(text(id, null), { CALLGATE_TOKEN: 'cg_env' })).toContain('Authorization: Bearer cg_env');
  });

  it('gives Claude Desktop the bridge as a command, with address and token in its environment', () => {
    expect(JSON.parse(text('claude-desktop')).mcpServers.billing).toEqual({
      command: 'node',
      args: [BRIDGE_PLACEHOLDER],
      env: { CALLGATE_URL: facts.gatewayUrl, CALLGATE_TOKEN: facts.token },
    });
    expect(JSON.parse(text('claude-desktop', null)).mcpServers.billing.env.CALLGATE_TOKEN).toBe(TOKEN_PLACEHOLDER);
  });

  it.each([
    ['cursor', 'url', '${env:CALLGATE_TOKEN}'],
    ['windsurf', 'serverUrl', '${env:CALLGATE_TOKEN}'],
    ['gemini', 'httpUrl', '${CALLGATE_TOKEN}'],
  ])('gives %s mcpServers with %s and headers', (id, key, variable) => {
    const entry = (token: string) => ({ [key]: facts.gatewayUrl, headers: { Authorization: `Bearer ${token}` } });
    expect(JSON.parse(text(id))).toEqual({ mcpServers: { billing: entry(facts.token) } });
    expect(JSON.parse(text(id, null))).toEqual({ mcpServers: { billing: entry(variable) } });
  });

  it('gives VS Code the key servers, the type, and a password prompt when the token is not known', () => {
    expect(JSON.parse(text('vscode'))).toEqual({
      servers: { billing: { type: 'http', url: facts.gatewayUrl, headers: { Authorization: `Bearer ${facts.token}` } } },
    });
    const prompted = JSON.parse(text('vscode', null));
    expect(prompted.inputs).toMatchObject([{ type: 'promptString', id: 'callgate-token', password: true }]);
    expect(prompted.servers.billing.headers.Authorization).toBe('Bearer ${input:callgate-token}');
  });

  it.runIf(hasPython)('gives Codex TOML with the variable by name, or the header', () => {
    const toml = (source: string) =>
      JSON.parse(python('import json,sys,tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))', source));
    expect(toml(text('codex', null))).toEqual({
      mcp_servers: { billing: { url: facts.gatewayUrl, bearer_token_env_var: 'CALLGATE_TOKEN' } },
    });
    expect(toml(text('codex'))).toEqual({
      mcp_servers: { billing: { url: facts.gatewayUrl, http_headers: { Authorization: `Bearer ${facts.token}` } } },
    });
    expect(toml(snippetOf('codex').text(hostile)).mcp_servers.billing.url).toBe(hostile.gatewayUrl);
  });

  it('gives curl a body that is one JSON-RPC initialize request', () => {
    const all = words(text('curl'));
    const body = JSON.parse(all[all.indexOf('-d') + 1] ?? '');
    expect(body).toMatchObject({ jsonrpc: '2.0', method: 'initialize', params: { clientInfo: { name: 'curl' } } });
    expect(all).toContain('Accept: application/json, text/event-stream');
  });

  it.runIf(hasPython)('gives Python a program that compiles, whatever is in it', () => {
    for (const with_ of [facts, { ...facts, token: null }, hostile])
      python('import sys; compile(sys.stdin.read(), "list_tools.py", "exec")', snippetOf('python').text(with_));
  });

  it('quotes what a URL or token could smuggle into a shell', () => {
    for (const id of ['claude-code', 'curl']) {
      const all = words(snippetOf(id).text(hostile));
      expect(all).toContain(hostile.gatewayUrl);
      expect(all).toContain(`Authorization: Bearer ${hostile.token}`);
    }
  });
});
