import { PASSED_DECISIONS } from '@/lib/domain/audit-event';

/** Condition on a column with decisions: the call was let through. */
export const isPassed = (column: string): string => `${column} IN (${PASSED_DECISIONS.map((decision) => `'${decision}'`).join(', ')})`;

/** What calls are counted by; columns of `audit_events` and of `call_profiles` under the same names. */
export const EVENT_DIMENSIONS = [
  'method',
  'decision',
  'reason',
  'rule',
  'server_id',
  'server_slug',
  'agent_id',
  'agent_slug',
  'grant_id',
  'policy_id',
  'policy_slug',
  'tool',
  'inner_tool',
  'category',
  'risk',
] as const;

/** `outcome` comes from `audit_outcomes` and is `none` where there is no row. */
export const PROFILE_COLUMNS = [...EVENT_DIMENSIONS, 'outcome'] as const;

export const dimensionsOf = (alias: string): string => EVENT_DIMENSIONS.map((name) => `${alias}.${name}`).join(', ');
export const profileOf = (alias: string): string => PROFILE_COLUMNS.map((name) => `${alias}.${name}`).join(', ');

/** The key of a profile: a row's text keeps absent, empty and quoted fields apart. */
export const profileKey = (alias: string): string => `md5(ROW(${profileOf(alias)})::text)`;

/** The tables of counts, finest first, with the length of their buckets. */
export const COUNT_TABLES = [
  { table: 'call_counts_5m', ms: 300_000, bin: (at: string) => `date_bin('5 minutes', ${at}, 'epoch')` },
  { table: 'call_counts_hour', ms: 3_600_000, bin: (at: string) => `date_bin('1 hour', ${at}, 'epoch')` },
  { table: 'call_counts_day', ms: 86_400_000, bin: (at: string) => `date_bin('1 day', ${at}, 'epoch')` },
] as const;
