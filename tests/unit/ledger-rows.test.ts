import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventContent, outcomeContent } from '@/lib/adapters/postgres/audit-row';
import { orderedRowContent, rowContent } from '@/lib/adapters/postgres/chain';
import { eventTimeMs, newEventId } from '@/lib/adapters/postgres/event-id';
import type { AuditIntent } from '@/lib/domain/audit-event';
import { createEnvelope, EnvelopeError } from '@/lib/env/envelope';
import type { Json } from '@/lib/kernel/json';
import { callIntent, settlementOf } from '../fixtures/ledger/ledger-fixture';

function contentOf(intent: AuditIntent) {
  const finding = {
    decision: intent.decision,
    reason: intent.reason,
    rule: intent.rule,
    message: intent.message,
    charges: [],
    expectsOutcome: true,
  };
  return eventContent(intent, { id: 'evt_1', at: '2026-11-20T00:00:00.000Z', writer: 'wrt_1', seq: 1 }, finding, {
    bytes: 1,
    hmac: 'h',
    envelope: null,
    shape: null,
  });
}

const traced = (actual: Json): AuditIntent =>
  callIntent({
    trace: [
      {
        stage: 'require',
        rule: '/r',
        tool: 't',
        path: 'agent.labels',
        op: 'eq',
        expected: null,
        actual,
        result: 'fail',
        decided: true,
        note: 'n',
      },
    ],
  });

describe('the text of a row', () => {
  it.each([
    ['a plain call', callIntent()],
    [
      'a refusal without anything known',
      callIntent({ server: null, agent: null, grant: null, policy: null, tool: null, client: null, args: null, rpcId: null, trace: [] }),
    ],
    ['keys that JavaScript orders as numbers', traced({ '10': 1, '9': 2, b: { '2': 1, '10': [{ z: 1, a: 2 }] } })],
    ['text with escapes', callIntent({ tool: 'a"b\\c\n\u2028é', message: 'é' })],
  ])('is canonical when written quickly: %s', (_name, intent) => {
    const content = contentOf(intent);
    expect(orderedRowContent(content)).toBe(rowContent(content));
  });

  it.each([
    ['without times', {}, []],
    ['with both times and flags', { policyMs: 0.1, admissionMs: 2, flags: ['secret'] as const }, ['admission_ms', 'policy_ms']],
    ['with one that is no number', { policyMs: 0, admissionMs: Number.POSITIVE_INFINITY }, ['policy_ms']],
  ])('is canonical for an outcome, which names only the times that there are: %s', (_name, change, times) => {
    const place = { at: '2026-11-20T00:00:01.000Z', eventAt: '2026-11-20T00:00:00.000Z', writer: 'wrt_1', seq: 2 };
    const content = outcomeContent({ ...settlementOf('evt_1'), ...change }, place);
    expect(orderedRowContent(content)).toBe(rowContent(content));
    expect(Object.keys(content).filter((name) => name === 'policy_ms' || name === 'admission_ms')).toEqual(times);
  });

  it('holds nothing that PostgreSQL refuses', () => {
    const text = orderedRowContent(
      contentOf(
        callIntent({
          tool: `nul\u0000${'x'.repeat(9000)}`,
          session: '\ud800',
          trace: traced({ 'k\u0000': 'v\u0000', lone: '\udfff' }).trace,
          rpcId: '\u0000',
        }),
      ),
    );
    expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(text.length).toBeLessThan(3000);
  });
});

describe('event ids', () => {
  it('carry the time of the event and sort by arrival', () => {
    const random = randomBytes(8 * 300);
    const ids = Array.from({ length: 300 }, (_, i) => newEventId(1_795_194_767_123, i, random, i * 8));
    expect(eventTimeMs(ids[0] as string)).toBe(1_795_194_767_123);
    expect([...ids].sort()).toEqual(ids);
    expect(eventTimeMs('evt_nonsense')).toBeNull();
  });
});

describe('envelopes', () => {
  const key = randomBytes(32);

  it('open with the same key in the same place, also in another process', () => {
    const sealed = createEnvelope(key).seal('s3cret é', 'servers|1|token|1');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}-[\w-]{22}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(createEnvelope(key).open(sealed, 'servers|1|token|1')).toBe('s3cret é');
    expect(createEnvelope(randomBytes(32), [key]).open(sealed, 'servers|1|token|1')).toBe('s3cret é');
    expect(createEnvelope(key).open(createEnvelope(key).seal('', 'a'), 'a')).toBe('');
  });

  it('refuse another place, another key, a changed byte, a short tag', () => {
    const envelope = createEnvelope(key);
    const sealed = envelope.seal('s3cret', 'servers|1|token|1');
    expect(() => envelope.open(sealed, 'servers|2|token|1')).toThrow(EnvelopeError);
    expect(() => createEnvelope(randomBytes(32)).open(sealed, 'servers|1|token|1')).toThrow(/another secret key/);
    const parts = sealed.split('.');
    const flipped = [...parts];
    flipped[3] = (parts[3] as string).startsWith('A') ? `B${(parts[3] as string).slice(1)}` : `A${(parts[3] as string).slice(1)}`;
    expect(() => envelope.open(flipped.join('.'), 'servers|1|token|1')).toThrow(EnvelopeError);
    const short = [...parts];
    short[4] = (parts[4] as string).slice(0, 6);
    expect(() => envelope.open(short.join('.'), 'servers|1|token|1')).toThrow(EnvelopeError);
    expect(() => envelope.open('v1.x', 'a')).toThrow(EnvelopeError);
  });

  it('seal the same text differently each time and fingerprint it the same', () => {
    const envelope = createEnvelope(key);
    expect(envelope.seal('a', 'b')).not.toBe(envelope.seal('a', 'b'));
    expect(envelope.fingerprint('a')).toBe(createEnvelope(key).fingerprint('a'));
    expect(envelope.fingerprint('a')).not.toBe(envelope.fingerprint('b'));
  });
});
