import type { CallColumn } from '@/lib/domain/call-columns';
import type { Json } from '@/lib/kernel/json';
import { AUDIT_COLUMNS, type AuditRecord, auditRow } from '../audit/audit-row';
import type { ControlServices } from '../services';

/** A row of the trail, with its arguments where they are asked for. */
export interface CallRow extends AuditRecord {
  /** Bytes of the sealed arguments, where they are asked for and kept. */
  readonly arguments_size?: number | null;
  readonly arguments_envelope?: string | null;
}

export type CallRecord = Readonly<Record<CallColumn, Json>>;

/** What of the trail is read for an export. Of sealed arguments only their size at first: agents choose how long they are. */
export const columnsToRead = (columns: readonly CallColumn[]): string =>
  `${AUDIT_COLUMNS}${columns.includes('arguments') ? ', octet_length(e.arguments_envelope) AS arguments_size' : ''}`;

/** A call as exports tell of it: the values of the list, flat. Arguments are null where they were not kept or cannot be opened. */
export function callRecord(row: CallRow, services: Pick<ControlServices, 'openArguments'>): CallRecord {
  const { client, ...rest } = auditRow(row);
  return {
    ...rest,
    client: client?.name ?? null,
    clientVersion: client?.version ?? null,
    arguments: argumentsOf(row, services),
  };
}

function argumentsOf({ id, arguments_envelope: envelope }: CallRow, services: Pick<ControlServices, 'openArguments'>): Json {
  if (envelope === undefined || envelope === null) return null;
  try {
    return services.openArguments({ id, envelope });
  } catch {
    return null;
  }
}
