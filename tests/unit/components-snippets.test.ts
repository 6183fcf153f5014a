import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLIENT_SNIPPETS } from '@/components/connect/snippets';

const facts = { slug: 'billing', gatewayUrl: 'http://127.0.0.1:3000/mcp/billing', token: 'cg_0123456789abcdef' };
const text = (id: string, token: string | null = facts.token) =>
  CLIENT_SNIPPETS.find((snippet) => snippet.id === id)?.text({ ...facts, token }) ?? '';
/** What a shell makes of a command: its words, one a line. */
const words = (command: string, env: Record<string, string> = {}) =>
  execFileSync('bash', ['-c', `printf '%s\\n' ${command.replace(/^\S+ /, '')}`], { env: { ...process.env, ...env } })
    .toString()
    .trimEnd()
    .split('\n');

describe('client snippets', () => {
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
    expect(words(text('claude-code', null), { CALLGATE_TOKEN: 'cg_env' }).at(-1)).toBe('Authorization: Bearer cg_env');
    expect(words(text('curl', null).replaceAll('\\\n', ''), { CALLGATE_TOKEN: 'cg_env' })).toContain('Authorization: Bearer cg_env');
  });

  it('gives Cursor mcpServers with url and headers', () => {
    expect(JSON.parse(text('cursor'))).toEqual({
      mcpServers: { billing: { url: facts.gatewayUrl, headers: { Authorization: `Bearer ${facts.token}` } } },
    });
    expect(JSON.parse(text('cursor', null)).mcpServers.billing.headers.Authorization).toBe('Bearer ${env:CALLGATE_TOKEN}');
  });

  it('gives VS Code the key servers, the type, and a password prompt when the token is not known', () => {
    expect(JSON.parse(text('vscode'))).toEqual({
      servers: { billing: { type: 'http', url: facts.gatewayUrl, headers: { Authorization: `Bearer ${facts.token}` } } },
    });
    const prompted = JSON.parse(text('vscode', null));
    expect(prompted.inputs).toMatchObject([{ type: 'promptString', id: 'callgate-token', password: true }]);
    expect(prompted.servers.billing.headers.Authorization).toBe('Bearer ${input:callgate-token}');
  });

  it('gives curl a body that is one JSON-RPC initialize request', () => {
    const all = words(text('curl').replaceAll('\\\n', ''));
    const body = JSON.parse(all[all.indexOf('-d') + 1] ?? '');
    expect(body).toMatchObject({ jsonrpc: '2.0', method: 'initialize', params: { clientInfo: { name: 'curl' } } });
    expect(all).toContain('Accept: application/json, text/event-stream');
  });

  it('quotes what a URL could smuggle into a shell', () => {
    const hostile =
      CLIENT_SNIPPETS.find((snippet) => snippet.id === 'claude-code')?.text({ ...facts, gatewayUrl: `http://h/mcp/x'$(echo pwned)` }) ?? '';
    expect(words(hostile)[5]).toBe(`http://h/mcp/x'$(echo pwned)`);
  });
});
