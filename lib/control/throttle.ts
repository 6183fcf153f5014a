import type { Database } from './context';
import { ControlError } from './control-error';

const FREE_ATTEMPTS = 5;
const WAIT_SECONDS_MAX = 900;
/** A bucket without failures for this long starts anew. */
const FORGET_SECONDS = 86_400;

/**
 * Takes one attempt from every bucket, before the secret is looked at: parallel guesses, in whatever process, each count.
 * Five are free; after each further one the bucket is closed for 1, 2, 4 … seconds, 15 minutes at most, by the database's
 * clock. Throws 429 with the time to wait; a closed bucket is not made worse by knocking, so nobody is locked out for good.
 */
export async function takeAttempt(db: Database, keys: readonly string[]): Promise<void> {
  let waitSeconds = 0;
  for (const key of keys) {
    const taken = await db.$queryRaw<{ failures: number }[]>`
      INSERT INTO sign_in_throttle AS t (key, failures, updated_at) VALUES (${key}, 1, clock_timestamp())
      ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN t.updated_at < clock_timestamp() - make_interval(secs => ${FORGET_SECONDS}::int) THEN 1 ELSE t.failures + 1 END,
        blocked_until = CASE
          WHEN t.updated_at < clock_timestamp() - make_interval(secs => ${FORGET_SECONDS}::int) OR t.failures + 1 < ${FREE_ATTEMPTS}::int THEN NULL
          ELSE clock_timestamp() + make_interval(secs => least(${WAIT_SECONDS_MAX}::int, power(2, least(t.failures + 1 - ${FREE_ATTEMPTS}::int, 20))::int)) END,
        updated_at = clock_timestamp()
      WHERE t.blocked_until IS NULL OR t.blocked_until <= clock_timestamp()
      RETURNING failures`;
    if (taken.length > 0) continue;
    const [blocked] = await db.$queryRaw<{ seconds: number }[]>`
      SELECT greatest(1, ceil(extract(epoch FROM blocked_until - clock_timestamp())))::int AS seconds FROM sign_in_throttle WHERE key = ${key}`;
    waitSeconds = Math.max(waitSeconds, blocked?.seconds ?? 1);
  }
  if (waitSeconds > 0) throw tooMany(waitSeconds);
}

/** The secret was right: the account's bucket is emptied, the source gets its attempt back and keeps its other failures. */
export async function attemptSucceeded(db: Database, accountKey: string, sourceKey: string): Promise<void> {
  await db.$executeRaw`DELETE FROM sign_in_throttle WHERE key = ${accountKey}`;
  await db.$executeRaw`UPDATE sign_in_throttle SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = ${sourceKey}`;
}

function tooMany(seconds: number): ControlError {
  return new ControlError(429, 'auth.throttled', `Too many attempts. Try again in ${seconds} s.`, [], { 'retry-after': String(seconds) });
}
