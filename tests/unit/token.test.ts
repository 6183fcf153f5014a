import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isWellFormedToken, makeToken } from '@/lib/kernel/token';

describe('grant tokens', () => {
  it('have the announced form and verify', () => {
    for (let round = 0; round < 200; round++) {
      const token = makeToken(randomBytes(32));
      expect(token).toMatch(/^cg_live_[0-9A-Za-z]{38}$/);
      expect(isWellFormedToken(token)).toBe(true);
    }
  });
  it('differ', () => {
    expect(new Set(Array.from({ length: 1000 }, () => makeToken(randomBytes(32)))).size).toBe(1000);
  });
  it('fail their checksum after any change of one character', () => {
    const token = makeToken(new Uint8Array(32).fill(7));
    for (let at = 0; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
      expect(isWellFormedToken(changed)).toBe(false);
    }
  });
  it.each(['', 'cg_live_', `cg_live_${'A'.repeat(38)}`, `gw_live_${'A'.repeat(38)}`, `cg_live_${'é'.repeat(38)}`])('refuses %s', (text) => {
    expect(isWellFormedToken(text)).toBe(false);
  });
  it('takes 32 bytes of randomness or nothing', () => {
    expect(() => makeToken(new Uint8Array(31))).toThrow(RangeError);
  });
});
