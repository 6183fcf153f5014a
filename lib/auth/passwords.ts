import { hash, verify } from '@node-rs/argon2';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 25 ms a hash. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const PARAMETERS_TEXT = 'm=19456,t=2,p=1';
/** Memory and cores that guessing may take from everything else. */
const CONCURRENT_MAX = 2;
/** A longer password would make hashing itself the attack. */
const PASSWORD_CHARS_MAX = 1_024;

export interface Passwords {
  /** PHC string. */
  hash(password: string): Promise<string>;
  /** false also for a hash that is none; never throws for what was typed. */
  verify(phc: string, password: string): Promise<boolean>;
  /** The same work as `verify`, for accounts that do not exist: both must take the same time. Always false. */
  verifyNothing(password: string): Promise<false>;
  /** true when a hash was made with other parameters than today's. */
  isOutdated(phc: string): boolean;
}

/** argon2id, at most two at a time in this process. */
export function createPasswords(): Passwords {
  const limited = limit(CONCURRENT_MAX);
  let dummy: Promise<string> | null = null;
  const check = (phc: string, password: string) =>
    limited(async () => {
      try {
        return password.length <= PASSWORD_CHARS_MAX && (await verify(phc, password));
      } catch {
        return false;
      }
    });
  return {
    hash: (password) => limited(() => hash(password, PARAMETERS)),
    verify: check,
    async verifyNothing(password) {
      dummy ??= limited(() => hash('nobody has this password', PARAMETERS));
      await check(await dummy, password);
      return false;
    },
    isOutdated: (phc) => !phc.includes(PARAMETERS_TEXT),
  };
}

function limit(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place is handed on rather than given up, so that nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
