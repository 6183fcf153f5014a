import type { AuditFilters } from '../audit/contract';

/** The times of a filter in epoch milliseconds; null where it is open. */
export function rangeOf(query: Pick<AuditFilters, 'from' | 'to'>): { fromMs: number | null; toMs: number | null } {
  return { fromMs: query.from ? Date.parse(query.from) : null, toMs: query.to ? Date.parse(query.to) : null };
}
