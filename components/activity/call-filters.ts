import { VERDICTS, verdictOf } from '@/components/shared/decision-chip';
import { EVENT_DECISIONS, type EventDecision } from '@/lib/domain/audit-event';
import { COUNTED_FILTER_NAMES, type CountedFilter, NOT_RECORDED } from '@/lib/domain/counted-filters';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { RESULT_FLAG_WORDS, RESULT_FLAGS, type ResultFlag } from '@/lib/domain/result-flags';
import { CATEGORIES, RISK_LEVELS } from '@/lib/domain/risk';

/** One kind of filter: its name in the query bar and the address, and the words of the rail. */
export interface CallFilter {
  readonly name: CountedFilter | 'session' | 'client' | 'flag';
  readonly label: string;
  /** The only values there are; any text without. */
  readonly values?: readonly string[];
}

export const OUTCOME_WORDS: Record<string, string> = {
  ok: 'Succeeded',
  tool_error: 'Tool reported an error',
  upstream_error: 'Upstream failed',
  cancelled: 'Cancelled',
  unknown: 'Outcome unknown',
  not_sent: 'Not sent',
  none: 'Not settled',
};

/** In the order of the rail. */
export const CALL_FILTERS: readonly CallFilter[] = [
  { name: 'decision', label: 'Decision', values: EVENT_DECISIONS },
  { name: 'outcome', label: 'Outcome', values: Object.keys(OUTCOME_WORDS) },
  { name: 'risk', label: 'Risk', values: [...RISK_LEVELS, NOT_RECORDED] },
  { name: 'server', label: 'Server' },
  { name: 'agent', label: 'Agent' },
  { name: 'tool', label: 'Tool' },
  { name: 'rule', label: 'Rule' },
  { name: 'reason', label: 'Reason' },
  { name: 'policy', label: 'Policy' },
  { name: 'category', label: 'Category', values: [...CATEGORIES, NOT_RECORDED] },
  { name: 'grant', label: 'Grant' },
  { name: 'method', label: 'Method' },
  { name: 'session', label: 'Session' },
  { name: 'client', label: 'Client' },
  { name: 'flag', label: 'Noticed in the answer', values: RESULT_FLAGS },
];

/** What filters the rail shows counts for. */
export const FACETS: readonly CallFilter[] = CALL_FILTERS.filter((filter) =>
  (COUNTED_FILTER_NAMES as readonly string[]).includes(filter.name),
);

/** Every parameter of the address that narrows the list; the order in which they are applied is nobody's business. */
export const FILTER_PARAMETERS = [...CALL_FILTERS.map(({ name }) => name), 'slowerThan', 'fasterThan', 'q'] as const;
export type FilterValues = Partial<Record<(typeof FILTER_PARAMETERS)[number], string | null>>;

const title = (value: string): string => value.charAt(0).toUpperCase() + value.slice(1);

/** A value as people read it. Names that agents and servers chose stay as they are. */
export function valueWords(name: string, value: string): string {
  if (value === NOT_RECORDED) return 'None';
  if (name === 'outcome') return OUTCOME_WORDS[value] ?? value;
  if (name === 'decision') {
    const { verdict, observed } = verdictOf(value as EventDecision);
    const look = VERDICTS[verdict];
    if (!look) return value;
    return observed ? `Would be ${look.word.toLowerCase()}` : look.word;
  }
  if (name === 'risk' || name === 'category') return title(value);
  if (name === 'flag') return RESULT_FLAG_WORDS[value as ResultFlag] ?? value;
  if (name === 'reason') return REASONS[value as Reason]?.words ?? value;
  return value;
}
