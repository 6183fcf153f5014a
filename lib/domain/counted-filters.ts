/** As a value of a filter: nothing was recorded there. No slug, id or word of ours begins so. */
export const NOT_RECORDED = '-';

/** The filters that calls are counted by, with the columns where a value may stand. */
export const COUNTED_FILTERS = {
  server: ['server_slug', 'server_id'],
  agent: ['agent_slug', 'agent_id'],
  grant: ['grant_id'],
  policy: ['policy_slug', 'policy_id'],
  tool: ['tool', 'inner_tool'],
  risk: ['risk'],
  category: ['category'],
  decision: ['decision'],
  method: ['method'],
  reason: ['reason'],
  rule: ['rule'],
  outcome: ['outcome'],
} as const;
export type CountedFilter = keyof typeof COUNTED_FILTERS;
export const COUNTED_FILTER_NAMES = Object.keys(COUNTED_FILTERS) as CountedFilter[];
