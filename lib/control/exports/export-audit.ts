import { CALL_COLUMNS_OPEN, type CallColumn, type CallFormat, PAYLOAD_COLUMNS } from '@/lib/domain/call-columns';
import { mayRole } from '@/lib/domain/roles';
import type { AuditFilters } from '../audit/contract';
import type { AuditPlace } from '../audit/read-rows';
import type { TrailContext } from '../audit/read-trail';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { DownloadFile } from '../define-contract';
import type { ControlServices } from '../services';
import { type CallRow, callRecord } from './call-record';
import type { exportAudit as contract } from './contract';
import { exportFile, headText, rowText } from './export-text';
import { ocsfEvent } from './ocsf-event';
import { readCalls } from './read-calls';
import { type ExportPiece, recordedExport } from './recorded-export';

/** The rows of the list as a file, as they are read: at most a thousand of them are held. */
export async function* exportAudit(
  ctx: ControlContext,
  { query: { format, columns: wanted, ...filter } }: VerbInput<typeof contract>,
): AsyncGenerator<string | DownloadFile> {
  const columns = chosenColumns(ctx, format, wanted);
  yield exportFile('calls', format, ctx.now.getTime());
  yield* recordedExport(ctx, { what: 'calls', format, columns, filter }, callTexts(ctx, { format, columns, filter }, null));
}

export interface CallExport {
  readonly format: CallFormat;
  readonly columns: readonly CallColumn[];
  readonly filter: AuditFilters;
}

/** With the place of its last row, from which a later reader can go on. */
export interface CallPiece extends ExportPiece {
  readonly place: AuditPlace | null;
}

type Context = TrailContext & { readonly services: Pick<ControlServices, 'openArguments'> };

/** The text of an export from its beginning, or from below `after` on. */
export async function* callTexts(ctx: Context, job: CallExport, after: AuditPlace | null): AsyncGenerator<CallPiece> {
  const { format, columns, filter } = job;
  if (after === null) yield { text: headText(format, columns), rows: 0, place: null };
  for await (const rows of readCalls(ctx, filter, columns, after)) {
    const last = rows.at(-1) as CallRow;
    yield {
      text: rows.map((row) => callText(job, callRecord(row, ctx.services))).join(''),
      rows: rows.length,
      place: { atMs: last.at.getTime(), id: last.id },
    };
  }
}

function callText({ format, columns }: CallExport, record: ReturnType<typeof callRecord>): string {
  return format === 'ocsf' ? `${JSON.stringify(ocsfEvent(record))}\n` : rowText(format, columns, record);
}

/** Throws 422 for columns of a format that has its own, and 403 for payloads of somebody who may not read them. */
export function chosenColumns(
  ctx: Pick<ControlContext, 'actor'>,
  format: CallFormat,
  wanted: readonly CallColumn[] | undefined,
): readonly CallColumn[] {
  if (format === 'ocsf' && wanted !== undefined)
    throw new ControlError(422, 'export.columns', 'OCSF has its own fields. Leave `columns` out.', [
      { path: 'columns', message: 'not with `ocsf`' },
    ]);
  const columns = [...new Set(wanted ?? CALL_COLUMNS_OPEN)];
  const mayPayloads = ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read');
  if (!mayPayloads && columns.some((column) => PAYLOAD_COLUMNS.includes(column)))
    throw new ControlError(
      403,
      'auth.forbidden',
      'Arguments are for readers of payloads only (roles Approver and Admin). Leave the column out.',
    );
  return columns;
}
