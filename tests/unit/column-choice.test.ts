import { describe, expect, it } from 'vitest';
import { columnChoice, columnsText, moved, toggled } from '@/components/activity/column-choice';
import { USUAL_SCREEN_COLUMNS } from '@/lib/domain/call-columns';

describe('the columns in the address', () => {
  it('are the usual ones where it says nothing, or says just those', () => {
    for (const text of [null, '', ',', USUAL_SCREEN_COLUMNS.join()])
      expect(columnChoice(text)).toEqual({ shown: USUAL_SCREEN_COLUMNS, unknown: [], chosen: false });
  });

  it('are those it names, in its order, each once', () => {
    expect(columnChoice('node,at,agent,node')).toEqual({ shown: ['node', 'at', 'agent'], unknown: [], chosen: true });
  });

  it('always have the time', () => {
    expect(columnChoice('agent').shown).toEqual(['at', 'agent']);
    expect(toggled(['at', 'agent'], 'at')).toEqual(['at', 'agent']);
  });

  it('leave out names that there are not, and say which', () => {
    expect(columnChoice('at,secret,agent,toString')).toEqual({ shown: ['at', 'agent'], unknown: ['secret', 'toString'], chosen: true });
    expect(columnChoice('secret')).toEqual({ shown: USUAL_SCREEN_COLUMNS, unknown: ['secret'], chosen: false });
    expect(columnChoice('a,b,c,d,e,f,g').unknown).toHaveLength(5);
  });

  it('are read as they were written', () => {
    const shown = moved(toggled(toggled(USUAL_SCREEN_COLUMNS, 'node'), 'risk'), 'agent', -1);
    expect(columnChoice(columnsText(shown)).shown).toEqual(shown);
    expect(columnsText(USUAL_SCREEN_COLUMNS)).toBeNull();
  });
});

describe('moving a column', () => {
  it('exchanges it with its neighbour, and does nothing where there is none', () => {
    expect(moved(['at', 'agent', 'tool'], 'tool', -1)).toEqual(['at', 'tool', 'agent']);
    expect(moved(['at', 'agent', 'tool'], 'at', 1)).toEqual(['agent', 'at', 'tool']);
    expect(moved(['at', 'agent'], 'at', -1)).toEqual(['at', 'agent']);
    expect(moved(['at', 'agent'], 'agent', 1)).toEqual(['at', 'agent']);
    expect(moved(['at', 'agent'], 'node', -1)).toEqual(['at', 'agent']);
  });
});
