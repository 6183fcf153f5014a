import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REASONS } from '@/lib/domain/reasons';
import { ROLES, rolesWith } from '@/lib/domain/roles';

const root = path.resolve(import.meta.dirname, '../..');

describe('every reason of a refusal', () => {
  it('has a section in docs/failure-modes.md, and no section is without a reason', () => {
    const sections = [...readFileSync(path.join(root, 'docs/failure-modes.md'), 'utf8').matchAll(/^### (\S+)$/gm)].map((match) => match[1]);
    expect(sections.sort()).toEqual(Object.keys(REASONS).sort());
  });

  it('has words that end as a sentence and name no secret', () => {
    for (const [reason, { words }] of Object.entries(REASONS)) {
      if (words === 'Unknown tool') continue; // The wire text of MCP; the tool's name follows it.
      expect(words, reason).toMatch(/^[A-Z].*[.…]$/);
    }
  });

  it('is shaped so that a client can act on it', () => {
    for (const [reason, { wire, http, rpc }] of Object.entries(REASONS)) {
      if (wire === 'http') expect([http >= 400, rpc !== undefined], reason).toEqual([true, true]);
      else expect(http, reason).toBe(200);
      if (wire === 'unknown_tool' || wire === 'invalid_params') expect(rpc, reason).toBe(-32602);
    }
  });
});

describe('roles', () => {
  it('can all read, and only an admin changes members', () => {
    expect(rolesWith('read')).toEqual([...ROLES]);
    expect(rolesWith('member.write')).toEqual(['admin']);
  });
});
