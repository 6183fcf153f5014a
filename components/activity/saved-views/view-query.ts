/** Parameters that say where somebody is in a list, not what the list is. */
const PLACE = new Set(['sel', 'live', 'at', 'view']);

/** The part of an address that a view keeps, in an order of its own, so that equal filters are equal texts. */
export function viewQuery(search: string): string {
  const kept = [...new URLSearchParams(search)].filter(([name]) => !PLACE.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return new URLSearchParams(kept).toString();
}

/** Starting points that need no saving. */
export const SUGGESTED_VIEWS = [
  { name: 'Denied today', query: 'decision=denied' },
  { name: 'High risk, approved by a person', query: 'range=7d&reason=approval.granted&risk=high%2Ccritical' },
  { name: 'Outcome unknown', query: 'outcome=unknown&range=30d' },
  { name: 'Upstream failures', query: 'outcome=upstream_error&range=7d' },
] as const;
