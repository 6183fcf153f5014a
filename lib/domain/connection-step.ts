/** What a client does on its first connection, in this order. A stateless client may begin with the list. */
export const CONNECTION_STEPS = ['introduced', 'listed', 'called'] as const;
export type ConnectionStep = (typeof CONNECTION_STEPS)[number];

const STEP_OF: Readonly<Record<string, ConnectionStep>> = {
  initialize: 'introduced',
  'server/discover': 'introduced',
  'tools/list': 'listed',
  'tools/call': 'called',
};

/** The step that a request of this method is; null for the others. */
export function stepOf(method: string): ConnectionStep | null {
  return Object.hasOwn(STEP_OF, method) ? (STEP_OF[method] ?? null) : null;
}
