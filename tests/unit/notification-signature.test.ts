import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { webhookHeaders } from '@/lib/adapters/notify/webhook-signature';
import { ATTEMPTS_MAX, nextAttemptMs, RETRY_MS_MAX } from '@/lib/domain/notification/retry-plan';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

type Verify = (secret: string, headers: Record<string, string>, body: string, nowSeconds: number) => unknown;
/** The example of the documentation, as it stands there. */
async function documentedVerify(): Promise<Verify> {
  const page = readFileSync('docs/notifications.md', 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as { verifyWebhook: Verify };
  return module.verifyWebhook;
}

describe('the signature of a webhook', () => {
  it('is the one of the published vector of Standard Webhooks', () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md and its libraries' tests
    expect(webhookHeaders(SECRET, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is accepted by the example of the documentation, and nothing else is', async () => {
    const verify = await documentedVerify();
    const body = JSON.stringify({ id: 'ntf_1', note: 'ü — 1.0' });
    for (const secret of [SECRET, 'a plain text of twenty-four bytes or more']) {
      const headers = webhookHeaders(secret, 'ntf_1', 1_800_000_000, body);
      expect(verify(secret, headers, body, 1_800_000_010)).toEqual(JSON.parse(body));
      expect(() => verify(secret, headers, `${body} `, 1_800_000_010)).toThrow('does not fit');
      expect(() => verify(secret, { ...headers, 'webhook-id': 'ntf_2' }, body, 1_800_000_010)).toThrow('does not fit');
      expect(() => verify(secret.replace('a', 'b'), headers, body, 1_800_000_010)).toThrow();
      expect(() => verify(secret, headers, body, 1_800_000_301)).toThrow('too old');
    }
  });
});

describe('the plan of attempts', () => {
  it('waits longer each time, spread by a fifth, and ends after eight attempts and about four hours', () => {
    const plan = Array.from({ length: ATTEMPTS_MAX }, (_, index) => nextAttemptMs(index + 1, 0.5));
    expect(plan).toEqual([5_000, 20_000, 80_000, 320_000, 1_280_000, 5_120_000, RETRY_MS_MAX, null]);
    expect([nextAttemptMs(1, 0), nextAttemptMs(1, 1)]).toEqual([4_000, 6_000]);
    expect(plan.reduce<number>((sum, ms) => sum + (ms ?? 0), 0) / 3_600_000).toBeCloseTo(3.9, 1);
  });

  it('leaves a receiver alone that asks for it, within bounds', () => {
    expect(nextAttemptMs(1, 0.5, 60_000)).toBe(60_000);
    expect(nextAttemptMs(4, 0.5, 60_000)).toBe(320_000);
    expect(nextAttemptMs(1, 0.5, 86_400_000)).toBe(RETRY_MS_MAX);
  });
});
