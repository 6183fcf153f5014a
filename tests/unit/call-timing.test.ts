import { describe, expect, it } from 'vitest';
import { timeParts } from '@/components/activity/call-timing';

const SETTLED = { at: '2026-11-20T12:00:00.000Z', outcome: 'ok' as const, httpStatus: 200, note: null, flags: [] };
const partsOf = (times: { gatewayMs: number | null; policyMs: number | null; admissionMs: number | null; upstreamMs: number | null }) =>
  timeParts({ ...SETTLED, ...times }).map(({ label, ms }) => [label, ms]);

describe('the parts of the time of a call', () => {
  it('are four that add up to all of it', () => {
    expect(partsOf({ gatewayMs: 4, policyMs: 0.5, admissionMs: 3, upstreamMs: 90 })).toEqual([
      ['Policy', 0.5],
      ['Admission', 3],
      ['Rest of gateway', 0.5],
      ['Upstream', 90],
    ]);
  });

  it('are two where the gateway was recorded as one', () => {
    expect(partsOf({ gatewayMs: 4, policyMs: null, admissionMs: null, upstreamMs: 90 })).toEqual([
      ['Gateway', 4],
      ['Upstream', 90],
    ]);
  });

  it('are none where nothing was measured, and never less than nothing', () => {
    expect(partsOf({ gatewayMs: null, policyMs: null, admissionMs: null, upstreamMs: null })).toEqual([]);
    expect(partsOf({ gatewayMs: 1, policyMs: 0.6, admissionMs: 0.5, upstreamMs: null }).at(-1)).toEqual(['Rest of gateway', 0]);
  });
});
