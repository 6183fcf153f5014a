'use client';

import { InertText } from '@/components/shared/unverified-text';
import { Select } from '@/components/ui/select';
import type { ArgumentBound, ChosenBounds } from '@/lib/domain/approval/argument-scope';
import type { ShownBound } from '@/lib/domain/approval/scope-words';
import type { ArgumentRow } from './argument-rows';

const BOUND_WORDS: Record<ArgumentBound, string> = {
  equal: 'exactly this',
  at_most: 'this or less, not below 0',
  any: 'any text',
};

export interface Scopable {
  readonly path: string;
  readonly bounds: readonly ArgumentBound[];
}

interface ScopeChooserProps {
  rows: readonly ArgumentRow[];
  scopable: readonly Scopable[];
  chosen: ChosenBounds;
  onChange: (chosen: ChosenBounds) => void;
}

/** Every argument stays exactly what was shown until somebody loosens it, one by one. */
export function ScopeChooser({ rows, scopable, chosen, onChange }: ScopeChooserProps) {
  if (scopable.length === 0) return null;
  const texts = new Map(rows.map(({ name, text }) => [name, text]));
  const fixed = rows.length - scopable.length;
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium text-base text-ink">Later calls may have</legend>
      <ul className="mt-1 max-h-56 divide-y divide-line-soft overflow-y-auto rounded-control border border-line-soft bg-surface">
        {scopable.map(({ path, bounds }) => (
          <li key={path} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
            <span className="min-w-0 flex-1 basis-40 font-mono text-meta">
              <span className="text-ink-2">
                <InertText text={path} max={120} />
              </span>{' '}
              <span className="text-ink">
                <InertText text={texts.get(path) ?? ''} max={120} />
              </span>
            </span>
            <Select
              size="sm"
              label={`What ${path} may be`}
              className={isLoose(chosen, path) ? 'text-limited' : undefined}
              value={boundOf(chosen, path)}
              onChange={(bound) => onChange({ ...chosen, [path]: bound as ArgumentBound })}
              options={bounds.map((bound) => ({ value: bound, label: BOUND_WORDS[bound] }))}
            />
          </li>
        ))}
      </ul>
      {fixed > 0 ? (
        <p className="mt-1 text-ink-3 text-meta">
          {fixed === 1 ? 'One other argument stays' : `${fixed} other arguments stay`} exactly as shown: lists, flags, redacted and the
          like.
        </p>
      ) : null}
    </fieldset>
  );
}

const boundOf = (chosen: ChosenBounds, path: string): ArgumentBound => (Object.hasOwn(chosen, path) ? (chosen[path] ?? 'equal') : 'equal');
const isLoose = (chosen: ChosenBounds, path: string): boolean => boundOf(chosen, path) !== 'equal';

/** What the sentence says of the choice; empty as long as nothing is loosened. */
export function shownBounds(rows: readonly ArgumentRow[], chosen: ChosenBounds): ShownBound[] {
  if (!rows.some(({ name }) => isLoose(chosen, name))) return [];
  return rows.map(({ name, text }) => ({ path: name, bound: boundOf(chosen, name), value: text }));
}
