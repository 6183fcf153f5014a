import { scopeText } from '@/lib/domain/approval/approval-binding';
import {
  type ArgumentBound,
  type AskedLeaf,
  askedLeaves,
  boundsFor,
  type ChosenBounds,
  type hiddenLeaves,
  isScopable,
  loosened,
  scopeOf,
  tightestOf,
} from '@/lib/domain/approval/argument-scope';
import { exceptionScopeAad } from '@/lib/domain/sealed-value';
import type { Json } from '@/lib/kernel/json';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import { type ApprovalRow, bindingOf } from './approval-answer';

/** Arguments that can be loosened, with the bounds to choose from; exact is the first of each. */
export function scopableArguments(opened: readonly (string | null)[], risk: string): { path: string; bounds: ArgumentBound[] }[] {
  const leaves = leavesIn(opened);
  if (leaves === null || risk === 'critical' || !isScopable(leaves)) return [];
  return leaves.flatMap((leaf) => {
    const bounds = boundsFor(leaf);
    return bounds.length > 1 ? [{ path: leaf.path, bounds: [...bounds] }] : [];
  });
}

/** What this person loosens, checked against what was shown; empty for exactly the shown arguments. Throws 400 naming the path, 422. */
export function chosenBounds(ctx: ControlContext, row: ApprovalRow, scope: ChosenBounds | undefined, reuseMs: number): ChosenBounds {
  const chosen = loosened(scope ?? {});
  if (scope === undefined || Object.keys(scope).length === 0) return chosen;
  const wide = Object.keys(chosen).length > 0;
  if (wide && row.risk === 'critical')
    throw refused(422, 'A critical call is approved with exactly the arguments that were shown.', '/scope');
  if (wide && reuseMs <= 0) throw refused(400, 'A scope is for a time: say `for` how long.', '/scope');
  const leaves = openedLeaves(ctx, row);
  const made = scopeOf(leaves, scope);
  if (!made.ok) throw refused(400, `The argument ${made.error.path}: ${made.error.message}`, `/scope/${pointerPart(made.error.path)}`);
  if (wide && !isScopable(leaves))
    throw refused(422, 'The arguments are too many or too long for a scope. Approve exactly these.', '/scope');
  return chosen;
}

/** The bounds that all who agreed allow: of several people the tightest decides. */
export function boundsOfAll(row: ApprovalRow, own: ChosenBounds): ChosenBounds {
  return tightestOf([...row.votes.map(({ scope }) => scope as ChosenBounds), own]);
}

/** How an exception with these bounds is kept; nulls for one that lets only the very arguments of the request through. */
export function sealedScope(
  ctx: ControlContext,
  row: ApprovalRow,
  exceptionId: string,
  bounds: ChosenBounds,
): { digest: string | null; envelope: string | null } {
  if (Object.keys(bounds).length === 0) return { digest: null, envelope: null };
  const made = scopeOf(openedLeaves(ctx, row), bounds);
  if (!made.ok) throw new Error('bounds that were checked do not fit the arguments any more');
  const { envelope, hashToken } = ctx.services;
  return {
    digest: hashToken(scopeText(bindingOf(row))),
    envelope: envelope.seal(JSON.stringify(made.value), exceptionScopeAad(exceptionId)),
  };
}

function openedLeaves(ctx: ControlContext, row: ApprovalRow): readonly AskedLeaf[] {
  let leaves: readonly AskedLeaf[] | null = null;
  try {
    if (row.argumentsEnvelope !== null)
      leaves = leavesIn(ctx.services.openApprovalArguments({ id: row.id, envelope: row.argumentsEnvelope }));
  } catch {
    // Sealed with a key that is gone.
  }
  if (leaves === null) throw refused(422, 'The arguments cannot be opened, and what cannot be looked at cannot be loosened.', '/scope');
  return leaves;
}

/** null for a request that was kept before hidden arguments were noted: nobody knows what `exactly` would mean for them. */
function leavesIn([text, , , hidden]: readonly (string | null)[]): readonly AskedLeaf[] | null {
  if (typeof text !== 'string' || typeof hidden !== 'string') return null;
  return askedLeaves(JSON.parse(text) as Json, JSON.parse(hidden) as ReturnType<typeof hiddenLeaves>);
}

const refused = (status: 400 | 422, message: string, path: string) =>
  new ControlError(status, 'approval.scope', message, [{ path, message }]);
const pointerPart = (path: string): string => path.replaceAll('~', '~0').replaceAll('/', '~1');
