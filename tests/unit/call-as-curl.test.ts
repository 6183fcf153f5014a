import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { callAsCurl } from '@/components/activity/call-as-curl';

const CALL = {
  method: 'tools/call',
  server: 'shop',
  tool: 'refund',
  target: null,
  arguments: { shown: true as const, value: { amount: 5 } },
};

/** The words that a shell makes of the command, with `curl` put in place of one that prints them. */
function words(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync('/bin/sh', ['-c', script], { env: { ...process.env, CALLGATE_TOKEN: 'cg_token' }, encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

describe('a call as a command', () => {
  it.each(["it's", '$(touch /tmp/x) `id`', '"; rm -rf / #', "a'\"'b", 'line\nbreak\\', '\u0000\u001b[31m', '日本 🙂'])(
    'gives the shell exactly what was called with %j',
    (text) => {
      const command = callAsCurl({ ...CALL, tool: text, arguments: { shown: true, value: { text } } }, 'https://gate.example.com') ?? '';
      const said = words(command);
      expect(said[1]).toBe('https://gate.example.com/mcp/shop');
      expect(said).toContain('Authorization: Bearer cg_token');
      expect(JSON.parse(said.at(-1) ?? '')).toEqual({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: text, arguments: { text } },
      });
    },
  );

  it('says what it does not know, and is there for what can be called again', () => {
    const hidden = callAsCurl({ ...CALL, arguments: { shown: false, why: 'no' } }, 'https://g') ?? '';
    expect(hidden).toContain(": 'The arguments are not known here");
    expect(JSON.parse(words(hidden).at(-1) ?? '').params).toEqual({ name: 'refund', arguments: {} });
    const read = { ...CALL, method: 'resources/read', tool: null, target: 'file:///a b' };
    expect(JSON.parse(words(callAsCurl(read, 'https://g') ?? '').at(-1) ?? '').params).toEqual({ uri: 'file:///a b' });
    expect(callAsCurl({ ...CALL, server: null }, 'https://g')).toBeNull();
    expect(callAsCurl({ ...CALL, method: 'initialize', tool: null }, 'https://g')).toBeNull();
  });
});
