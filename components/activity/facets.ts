import { VERDICTS, verdictOf } from '@/components/shared/decision-chip';
import type { Facet } from '@/components/shared/filter-bar';
import { EVENT_DECISIONS } from '@/lib/domain/audit-event';

const title = (value: string) => value.charAt(0).toUpperCase() + value.slice(1);

export const OUTCOME_WORDS: Record<string, string> = {
  ok: 'Succeeded',
  tool_error: 'Tool reported an error',
  upstream_error: 'Upstream failed',
  cancelled: 'Cancelled',
  unknown: 'Outcome unknown',
  not_sent: 'Not sent',
  none: 'Not settled',
};

export const FIXED_FACETS: readonly Facet[] = [
  {
    id: 'decision',
    label: 'Decision',
    options: EVENT_DECISIONS.map((value) => {
      const { verdict, observed } = verdictOf(value);
      return { value, label: observed ? `Would be ${VERDICTS[verdict].word.toLowerCase()}` : VERDICTS[verdict].word };
    }),
  },
  { id: 'risk', label: 'Risk', options: ['critical', 'high', 'medium', 'low'].map((value) => ({ value, label: title(value) })) },
  { id: 'outcome', label: 'Outcome', options: Object.entries(OUTCOME_WORDS).map(([value, label]) => ({ value, label })) },
];

/** A filter that comes from a link, such as one tool: shown as a chip that can be removed. */
export function referenceFacet(id: string, label: string, value: string | null): Facet[] {
  return value ? [{ id, label, options: value.split(',').map((one) => ({ value: one, label: one })) }] : [];
}
