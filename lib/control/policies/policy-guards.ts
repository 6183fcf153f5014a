import { mayRole } from '@/lib/domain/roles';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import type { Assessment } from './assess-text';

/** People only read a policy that is kept elsewhere; management keys, which is how it gets here, write. Throws 409. */
export function requireUnmanaged(ctx: Pick<ControlContext, 'actor'>, row: { readonly managedBy: string | null }): void {
  if (row.managedBy === null || ctx.actor.kind !== 'user') return;
  throw new ControlError(
    409,
    'policy.managed',
    `This policy is kept in ${row.managedBy}: change it there. An administrator can take it over in the policy's settings.`,
  );
}

/** Compare-and-set: throws 409 when another version is live than the caller expects. */
export function requireExpected(expected: number | null | undefined, live: number | null): void {
  if (expected === undefined || (expected ?? 0) === (live ?? 0)) return;
  throw new ControlError(
    409,
    'policy.version_conflict',
    `Version ${live ?? 0} is live, not ${expected ?? 0} as you expected. Look at what changed before publishing over it.`,
    [{ path: '/expectedVersion', message: `the live version is ${live ?? 0}` }],
  );
}

/** Throws 422 with every problem when the text does not compile, and with every failing test when it does. */
export function requirePublishable(
  assessment: Assessment,
): asserts assessment is Assessment & { compiled: NonNullable<Assessment['compiled']> } {
  const { compiled, problems, tests } = assessment;
  if (compiled === null) {
    const errors = problems.filter((problem) => problem.severity === 'error');
    throw new ControlError(
      422,
      'policy.invalid',
      `The policy does not compile: ${errors.length === 1 ? '1 error' : `${errors.length} errors`}. The draft is kept; what is live stays live.`,
      problems,
    );
  }
  const failing = tests.filter((test) => !test.passed);
  if (failing.length === 0) return;
  const [first] = failing;
  throw new ControlError(
    422,
    'policy.tests_failed',
    `${failing.length === 1 ? `The test “${first?.name ?? ''}” fails` : `${failing.length} of ${tests.length} tests fail`}. Correct the policy or the test; what is live stays live.`,
    failing.map((test) => ({
      path: test.pointer,
      line: test.line,
      message: `${test.name}: ${test.difference ?? `expected ${test.expected}, got ${test.actual}`}`,
    })),
  );
}

/** Why a publication needs another person; null when it does not. */
export function secondPersonBecause(setting: string, assessment: Pick<Assessment, 'loosening' | 'kind'>): string | null {
  if (setting === 'always') return 'Every publication of this policy needs a second person.';
  if (setting === 'loosening' && assessment.loosening) return 'It opens access, and this policy asks for a second person then.';
  return null;
}

/** Settings that decide who may publish are an administrator's. Throws 403. */
export function requireGovernor(ctx: Pick<ControlContext, 'actor'>): void {
  if (ctx.actor.role !== null && mayRole(ctx.actor.role, 'policy.govern')) return;
  throw new ControlError(
    403,
    'auth.forbidden',
    'Who must agree to a publication, and where a policy is kept, is set by an administrator. Ask one to change it.',
  );
}
