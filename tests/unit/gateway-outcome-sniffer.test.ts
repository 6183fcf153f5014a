import { describe, expect, it } from 'vitest';
import { OutcomeSniffer } from '@/lib/gateway/wire/outcome-sniffer';

const long = 'a "quoted" \\ text with \n breaks and "isError":true in it '.repeat(40);
const DOCUMENTS: readonly (readonly [string, object])[] = [
  ['ok', { result: { content: [{ type: 'text', text: long }] } }],
  ['tool_error', { result: { content: [{ type: 'text', text: long }], isError: true } }],
  ['ok', { result: { isError: false, structuredContent: { isError: true, [long]: long } } }],
  ['ok', { result: { [long]: { isError: true }, content: [] } }],
  ['rpc_error', { error: { code: -32603, message: long } }],
  ['tool_error', { id: long, result: { content: [long, '\\', '"', '\\"', ''], isError: true } }],
];

function sniff(bytes: Uint8Array, size: number): string {
  const sniffer = new OutcomeSniffer();
  for (let at = 0; at < bytes.length; at += size) sniffer.push(bytes.subarray(at, at + size));
  return sniffer.end();
}

describe('the outcome of a JSON response that flows past', () => {
  it.each(DOCUMENTS)('is %s in document %#, whatever the chunks', (outcome, value) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }));
    for (const size of [1, 2, 3, 7, 64, 1000, bytes.length]) expect([size, sniff(bytes, size)]).toEqual([size, outcome]);
    expect(sniff(bytes.subarray(0, -1), 100)).toBe('incomplete');
  });
});
