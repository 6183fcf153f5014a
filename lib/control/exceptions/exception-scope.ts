import type { ArgumentScope, ScopeLeaf } from '@/lib/domain/approval/argument-scope';
import { argumentsSentence, type ShownBound } from '@/lib/domain/approval/scope-words';
import { mayRole } from '@/lib/domain/roles';
import { exceptionScopeAad } from '@/lib/domain/sealed-value';
import type { ControlContext, Reader } from '../context';
import type { ExceptionAnswer } from './contract';

export type ExceptionRow = Awaited<ReturnType<Reader['approvalException']['findUniqueOrThrow']>>;

type Context = Pick<ControlContext, 'actor' | 'now' | 'services'>;

export const mayReadScopes = ({ actor }: Pick<ControlContext, 'actor'>): boolean =>
  actor.role !== null && mayRole(actor.role, 'payload.read');

/** What an exception lets through: with values for readers of payloads, with names and kinds of bounds for everybody else. */
export function scopeAnswer(ctx: Context, row: ExceptionRow, withValues: boolean): ExceptionAnswer['scope'] {
  const start = `${row.agentSlug} may call ${row.serverSlug}/${row.innerTool ?? row.tool} until ${minuteOf(row.expiresAt)} UTC with`;
  if (row.scopeDigest === null)
    return { loosened: false, sentence: `${start} exactly the arguments of the request.`, arguments: [], redacted: 0 };
  const scope = openScope(ctx, row);
  if (scope === null)
    return { loosened: true, sentence: `${start} arguments within a scope that is not kept any more.`, arguments: [], redacted: 0 };
  const shown = scope.flatMap((leaf) => (leaf.bound === 'redacted' ? [] : [shownBound(leaf, withValues)]));
  const redacted = scope.length - shown.length;
  return { loosened: true, sentence: `${start} ${argumentsSentence(shown, redacted)}.`, arguments: shown, redacted };
}

function shownBound(leaf: Exclude<ScopeLeaf, { bound: 'redacted' }>, withValues: boolean): ShownBound {
  const { path, bound } = leaf;
  return { path, bound, value: bound === 'any' || !withValues ? null : JSON.stringify(leaf.value) };
}

/** null when it was forgotten, or sealed with a key that is gone. */
function openScope({ services }: Pick<ControlContext, 'services'>, { id, scopeEnvelope }: ExceptionRow): ArgumentScope | null {
  if (scopeEnvelope === null) return null;
  try {
    return JSON.parse(services.envelope.open(scopeEnvelope, exceptionScopeAad(id))) as ArgumentScope;
  } catch {
    return null;
  }
}

const minuteOf = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');
