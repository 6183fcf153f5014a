/** What is known of a call, in the order of an export. The list on the screen is made of the same, some of them together in one column. */
export const CALL_COLUMNS = [
  'id',
  'at',
  'decision',
  'agent',
  'server',
  'tool',
  'innerTool',
  'method',
  'target',
  'category',
  'risk',
  'reason',
  'rule',
  'message',
  'policy',
  'policyVersion',
  'grant',
  'outcome',
  'httpStatus',
  'upstreamMs',
  'gatewayMs',
  'policyMs',
  'admissionMs',
  'argumentsBytes',
  'resultBytes',
  'flags',
  'client',
  'clientVersion',
  'session',
  'sourceIp',
  'arguments',
] as const;
export type CallColumn = (typeof CALL_COLUMNS)[number];

/** Shown to readers of payloads only, and never without being asked for. */
export const PAYLOAD_COLUMNS: readonly CallColumn[] = ['arguments'];

/** The columns of the list of calls: their headings, and what of a call each of them shows. */
export const SCREEN_COLUMNS = {
  at: { header: 'Time', shows: ['at'] },
  decision: { header: 'Decision', shows: ['decision'] },
  agent: { header: 'Agent', shows: ['agent'] },
  tool: { header: 'Server / tool', shows: ['server', 'tool', 'innerTool', 'method', 'target'] },
  risk: { header: 'Risk', shows: ['risk'] },
  rule: { header: 'Rule', shows: ['rule', 'message'] },
  outcome: { header: 'Outcome', shows: ['outcome'] },
  ms: { header: 'Upstream', shows: ['upstreamMs'] },
} as const satisfies Record<string, { header: string; shows: readonly CallColumn[] }>;

const SHOWN = new Set<CallColumn>(Object.values(SCREEN_COLUMNS).flatMap(({ shows }) => shows));

/** What the list shows of a call, with the id that names it, in the order of an export. */
export const CALL_COLUMNS_ON_SCREEN: readonly CallColumn[] = CALL_COLUMNS.filter((column) => column === 'id' || SHOWN.has(column));
/** Everything but payloads. */
export const CALL_COLUMNS_OPEN: readonly CallColumn[] = CALL_COLUMNS.filter((column) => !PAYLOAD_COLUMNS.includes(column));

export const CHANGE_COLUMNS = [
  'id',
  'at',
  'actorKind',
  'actorId',
  'actorName',
  'action',
  'entity',
  'entityId',
  'entityName',
  'requestId',
  'before',
  'after',
] as const;
export type ChangeColumn = (typeof CHANGE_COLUMNS)[number];

export const CALL_FORMATS = ['ndjson', 'csv', 'ocsf'] as const;
export type CallFormat = (typeof CALL_FORMATS)[number];
