import { describe, expect, it } from 'vitest';
import { wordToType } from '@/components/approvals/approval-words';
import { listEntries } from '@/components/approvals/list-entries';
import type { Approval } from '@/components/shared/api/wire';
import { latestExpiryMs, snoozedUntilMs } from '@/lib/domain/approval/teamwork-terms';

const row = (id: string, tool = 'pay', agent = 'bot'): Approval =>
  ({ id, tool, innerTool: null, risk: 'low', agent: { id: agent }, server: { id: 'srv' } }) as unknown as Approval;
const shape = (rows: readonly Approval[], open: readonly string[] = [], selected: string | null = null): string[] =>
  listEntries(rows, new Set(open), selected).map((entry) => (entry.kind === 'fold' ? `+${entry.count}` : entry.row.id));
const MANY = [row('a'), row('x', 'other'), row('b'), row('c'), row('d'), row('y', 'pay', 'another')];

describe('the list of requests', () => {
  it('folds four and more of an agent for a tool behind the most urgent one, and nothing else', () => {
    expect(shape(MANY)).toEqual(['a', '+3', 'x', 'y']);
    expect(shape(MANY.slice(0, 4))).toEqual(['a', 'x', 'b', 'c']);
  });

  it('shows those of an open fold together, and opens it for the one that is looked at', () => {
    const fold = listEntries(MANY, new Set(), null).find((entry) => entry.kind === 'fold');
    expect(shape(MANY, [fold?.kind === 'fold' ? fold.key : ''])).toEqual(['a', '+3', 'b', 'c', 'd', 'x', 'y']);
    expect(shape(MANY, [], 'c')).toEqual(['a', '+3', 'b', 'c', 'd', 'x', 'y']);
    expect(shape(MANY, [], 'a')).toEqual(['a', '+3', 'x', 'y']);
  });
});

describe('times of a request', () => {
  it('extend to three times what the rule gives, and to 7 days', () => {
    expect(latestExpiryMs(1_000, 61_000)).toBe(181_000);
    expect(latestExpiryMs(0, 6 * 86_400_000)).toBe(7 * 86_400_000);
  });

  it('let it be put aside until a minute before the end', () => {
    expect(snoozedUntilMs(0, 5, 3_600_000)).toBe(300_000);
    expect(snoozedUntilMs(0, 30, 600_000)).toBe(540_000);
    expect(snoozedUntilMs(0, 5, 60_000)).toBeNull();
  });
});

describe('what is typed for a critical call', () => {
  it('is the name of the tool where it reads as it is, else the end of the id', () => {
    expect(wordToType({ id: 'apr_012345abcdef', tool: 'dispatch', innerTool: 'delete_all' })).toBe('delete_all');
    for (const tool of ['gnp\u202e.exe', 'a'.repeat(41), '<b>', ''])
      expect(wordToType({ id: 'apr_012345abcdef', tool, innerTool: null })).toBe('abcdef');
  });
});
