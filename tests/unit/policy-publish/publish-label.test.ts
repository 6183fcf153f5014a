import { describe, expect, it } from 'vitest';
import { publishLabel } from '@/components/policies/publish/publish-label';

const now = { version: 4, mode: 'enforce', later: false, due: null, secondPerson: false } as const;
const due = '27 Nov 2026, 10:00 UTC';

describe('the button that publishes', () => {
  it.each([
    [now, 'Publish version 4'],
    [{ ...now, mode: 'observe' }, 'Publish version 4, observing only'],
    [{ ...now, later: true, due }, 'Schedule version 4 for 27 Nov 2026, 10:00 UTC'],
    [{ ...now, later: true }, 'Schedule version 4'],
    [{ ...now, later: true, due, mode: 'observe' }, 'Schedule version 4, observing only, for 27 Nov 2026, 10:00 UTC'],
    [{ ...now, secondPerson: true }, 'Ask a second person to publish version 4'],
    [{ ...now, secondPerson: true, mode: 'observe' }, 'Ask a second person to publish version 4, observing only'],
    [{ ...now, secondPerson: true, later: true, due }, 'Ask a second person to schedule version 4 for 27 Nov 2026, 10:00 UTC'],
  ] as const)('says exactly what will happen: %j', (what, words) => {
    expect(publishLabel(what)).toBe(words);
  });
});
