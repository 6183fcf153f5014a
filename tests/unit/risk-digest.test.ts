import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '@/lib/domain/risk';
import { sha256Hex, sha256HexOfBytes } from '@/lib/kernel/digest';
import { definitionDigest, definitionText } from '@/lib/risk/definition-digest';

const reference = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const parsed = (json: string) => JSON.parse(json) as ToolDefinition;

describe('sha256Hex', () => {
  it('agrees with the platform for every length around the block borders', () => {
    for (let length = 0; length <= 200; length++) {
      const text = 'a'.repeat(length);
      expect(sha256Hex(text), `length ${length}`).toBe(reference(text));
    }
  });

  it('agrees with the platform on random bytes and on text of every plane', () => {
    for (let i = 0; i < 300; i++) {
      const bytes = randomBytes(i * 7);
      expect(sha256HexOfBytes(bytes)).toBe(reference(bytes));
    }
    for (const text of ['', 'é', '漢字', '😀🏴', '\u0000', '\uFFFE', 'x'.repeat(100_003)]) expect(sha256Hex(text)).toBe(reference(text));
  });

  it('matches the published test vector', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('definitionDigest', () => {
  const tool = parsed('{"name":"t","description":"d","inputSchema":{"type":"object","properties":{"a":{"type":"string"}}}}');

  it('does not depend on the order of keys', () => {
    const reordered = parsed('{"inputSchema":{"properties":{"a":{"type":"string"}},"type":"object"},"description":"d","name":"t"}');
    expect(definitionDigest(reordered)).toBe(definitionDigest(tool));
  });

  it('changes with every pinned member, and not with icons', () => {
    const changes: Partial<ToolDefinition>[] = [
      { name: 'u' },
      { title: 'T' },
      { description: 'd ' },
      { inputSchema: {} },
      { outputSchema: {} },
      { annotations: { readOnlyHint: true } },
      { execution: { taskSupport: 'optional' } },
      { _meta: { a: 1 } },
    ];
    const digests = [tool, ...changes.map((change) => ({ ...tool, ...change }))].map(definitionDigest);
    expect(new Set(digests).size).toBe(changes.length + 1);
    expect(definitionDigest({ ...tool, icons: [{ src: 'https://example.test/a.png?sig=1' }] })).toBe(definitionDigest(tool));
  });

  it('is the SHA-256 of the canonical text', () => {
    expect(definitionText(tool)).toBe(
      '{"description":"d","inputSchema":{"properties":{"a":{"type":"string"}},"type":"object"},"name":"t"}',
    );
    expect(definitionDigest(tool)).toBe(reference(definitionText(tool)));
  });

  it('tells texts with lone surrogates apart, from each other and from their look-alikes', () => {
    const descriptions = [
      '"\\ud800"',
      '"\\udc00"',
      '"\\\\ud800"',
      '"\ufffd"',
      '"\\ud800\\\\ud800"',
      '"\\\\ud800\\ud800"',
      '"\\ufffe\\ud800"',
      '"\\\\\\\\ud800"',
    ];
    const digests = descriptions.map((text) => definitionDigest(parsed(`{"name":"t","description":${text}}`)));
    expect(new Set(digests).size).toBe(descriptions.length);
    const keys = ['\\ud800', '\\\\ud800', '\\udfff'].map((key) => definitionDigest(parsed(`{"name":"t","inputSchema":{"${key}":1}}`)));
    expect(new Set(keys).size).toBe(3);
    expect(JSON.parse(definitionText(parsed('{"name":"t","description":"\\ud800"}')))).toEqual({
      illFormed: { name: 't', description: '\\ud800' },
    });
  });

  it('keeps a key named __proto__', () => {
    const hostile = definitionText(parsed('{"name":"t","inputSchema":{"__proto__":{"x":"\\ud800"}}}'));
    expect(hostile).toContain('__proto__');
    expect(definitionDigest(parsed('{"name":"t","inputSchema":{"__proto__":1}}'))).not.toBe(
      definitionDigest(parsed('{"name":"t","inputSchema":{}}')),
    );
  });
});
