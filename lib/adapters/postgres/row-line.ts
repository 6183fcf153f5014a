import type { EventContent, OutcomeContent } from './audit-row';

/**
 * How a row travels: fields parted by U+001F, rows by U+001E, and U+001D for what is absent. `safeText` lets none of the
 * three into a field. PostgreSQL takes this apart in about half the time that it needs for the same rows as JSON, and no
 * column name is sent with every row.
 */
export const FIELD_SEPARATOR = '\u001f';
export const ROW_SEPARATOR = '\u001e';
export const ABSENT = '\u001d';

interface Hashes {
  readonly previous_hash: string;
  readonly hash: string;
}

/** Columns of `audit_events` with their types, in the order of a line. */
export const EVENT_COLUMNS: readonly (readonly [Exclude<keyof EventContent, 'table'> | keyof Hashes, string])[] = [
  ['id', 'text'],
  ['at', 'timestamptz'],
  ['writer', 'text'],
  ['seq', 'bigint'],
  ['previous_hash', 'text'],
  ['hash', 'text'],
  ['method', 'text'],
  ['decision', 'text'],
  ['reason', 'text'],
  ['rule', 'text'],
  ['message', 'text'],
  ['server_id', 'text'],
  ['server_slug', 'text'],
  ['agent_id', 'text'],
  ['agent_slug', 'text'],
  ['grant_id', 'text'],
  ['policy_id', 'text'],
  ['policy_slug', 'text'],
  ['policy_version', 'integer'],
  ['tool', 'text'],
  ['inner_tool', 'text'],
  ['category', 'text'],
  ['risk', 'text'],
  ['definition_digest', 'text'],
  ['arguments_hmac', 'text'],
  ['arguments_envelope', 'text'],
  ['arguments_bytes', 'integer'],
  ['session', 'text'],
  ['client_name', 'text'],
  ['client_version', 'text'],
  ['source_ip', 'text'],
  ['rpc_id', 'jsonb'],
  ['trace', 'jsonb'],
  ['charges', 'jsonb'],
  ['expects_outcome', 'boolean'],
  ['target', 'text'],
  ['arguments_shape', 'text'],
];

/** Columns of `audit_outcomes` with their types, in the order of a line. */
export const OUTCOME_COLUMNS: readonly (readonly [Exclude<keyof OutcomeContent, 'table'> | keyof Hashes, string])[] = [
  ['event_id', 'text'],
  ['event_at', 'timestamptz'],
  ['at', 'timestamptz'],
  ['writer', 'text'],
  ['seq', 'bigint'],
  ['previous_hash', 'text'],
  ['hash', 'text'],
  ['outcome', 'text'],
  ['http_status', 'integer'],
  ['upstream_ms', 'float8'],
  ['gateway_ms', 'float8'],
  ['result_bytes', 'integer'],
  ['note', 'text'],
  ['flags', 'jsonb'],
  ['policy_ms', 'float8'],
  ['admission_ms', 'float8'],
];

/** A row as one line for `WRITE_BATCH`. */
export function rowLine(content: EventContent | OutcomeContent, hashes: Hashes): string {
  const row = content as unknown as Record<string, unknown>;
  let line = '';
  for (const [column, type] of content.table === 'audit_events' ? EVENT_COLUMNS : OUTCOME_COLUMNS) {
    if (line !== '') line += FIELD_SEPARATOR;
    if (column === 'hash' || column === 'previous_hash') line += hashes[column];
    else line += field(row[column], type);
  }
  return line;
}

/** The FROM clause and the columns to select that turn lines back into rows. */
export function selectLines(parameter: string, columns: readonly (readonly [string, string])[]): string {
  const fields = columns.map(([, type], index) => (type === 'text' ? `f[${index + 1}]` : `f[${index + 1}]::${type}`));
  return `SELECT ${fields.join(', ')} FROM (
      SELECT string_to_array(line, E'\\x1f', E'\\x1d') AS f FROM string_to_table(${parameter}::text, E'\\x1e') AS line OFFSET 0
    ) AS lines`;
}

function field(value: unknown, type: string): string {
  if (value === null || value === undefined) return ABSENT;
  return type === 'jsonb' ? JSON.stringify(value) : String(value);
}
