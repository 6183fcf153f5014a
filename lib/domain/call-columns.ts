/** What is known of a call, in the order of a whole export. The list on the screen is made of the same, some of them together in one column. */
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
  'rpcId',
  'node',
  'arguments',
] as const;
export type CallColumn = (typeof CALL_COLUMNS)[number];

/** Shown to readers of payloads only, and never without being asked for. */
export const PAYLOAD_COLUMNS: readonly CallColumn[] = ['arguments'];

/** The columns that the list of calls can have: their headings, and what of a call each of them shows. */
export const SCREEN_COLUMNS = {
  at: { header: 'Time', shows: ['at'] },
  decision: { header: 'Decision', shows: ['decision'] },
  agent: { header: 'Agent', shows: ['agent'] },
  tool: { header: 'Server / tool', shows: ['server', 'tool', 'innerTool', 'method', 'target'] },
  risk: { header: 'Risk', shows: ['risk'] },
  rule: { header: 'Rule', shows: ['rule', 'message'] },
  outcome: { header: 'Outcome', shows: ['outcome'] },
  upstream: { header: 'Upstream', shows: ['upstreamMs'] },
  reason: { header: 'Reason', shows: ['reason'] },
  message: { header: 'Message', shows: ['message'] },
  policy: { header: 'Policy', shows: ['policy', 'policyVersion'] },
  category: { header: 'Category', shows: ['category'] },
  grant: { header: 'Grant', shows: ['grant'] },
  session: { header: 'Session', shows: ['session'] },
  client: { header: 'Client', shows: ['client', 'clientVersion'] },
  source: { header: 'From', shows: ['sourceIp'] },
  gateway: { header: 'Gateway', shows: ['gatewayMs'] },
  deciding: { header: 'Policy time', shows: ['policyMs'] },
  admission: { header: 'Admission', shows: ['admissionMs'] },
  http: { header: 'HTTP', shows: ['httpStatus'] },
  sent: { header: 'Arguments size', shows: ['argumentsBytes'] },
  back: { header: 'Result size', shows: ['resultBytes'] },
  flags: { header: 'Noticed', shows: ['flags'] },
  node: { header: 'Node', shows: ['node'] },
  request: { header: 'Request id', shows: ['rpcId'] },
  event: { header: 'Event', shows: ['id'] },
} as const satisfies Record<string, { header: string; shows: readonly CallColumn[] }>;
export type ScreenColumn = keyof typeof SCREEN_COLUMNS;

/** What the list has unless somebody chooses otherwise. */
export const USUAL_SCREEN_COLUMNS: readonly ScreenColumn[] = ['at', 'decision', 'agent', 'tool', 'risk', 'rule', 'outcome', 'upstream'];

/** What columns of the list show of a call, in their order, each once. */
export const callColumnsOn = (screen: readonly ScreenColumn[]): CallColumn[] => [
  ...new Set(screen.flatMap((column): readonly CallColumn[] => SCREEN_COLUMNS[column].shows)),
];
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
