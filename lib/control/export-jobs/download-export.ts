import { type CallColumn, type CallFormat, PAYLOAD_COLUMNS } from '@/lib/domain/call-columns';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { DownloadFile } from '../define-contract';
import { chosenColumns } from '../exports/export-audit';
import { exportFile } from '../exports/export-text';
import { exportName } from '../exports/recorded-export';
import type { downloadExport as contract } from './contract';
import { ownJob } from './export-jobs';

/** The file of a finished export. Whoever may no longer read payloads does not get them from a file either. */
export async function* downloadExport(ctx: ControlContext, { params }: VerbInput<typeof contract>): AsyncGenerator<string | DownloadFile> {
  const job = await ownJob(ctx, params.export);
  const format = job.format as CallFormat;
  if (job.status !== 'done') throw new ControlError(409, 'export.not_done', `There is no file of this export: ${job.status}.`);
  if (job.folder !== ctx.services.exports.folder)
    throw new ControlError(409, 'export.elsewhere', 'The file is on another node. Open the console of the node where the export was made.');
  const payloads = (job.columns as CallColumn[]).filter((column) => PAYLOAD_COLUMNS.includes(column));
  if (payloads.length > 0) chosenColumns(ctx, 'ndjson', payloads);
  await change(ctx, async (_tx, record) => {
    await record({
      action: 'export.download',
      entity: 'export',
      entityId: job.id,
      entityName: exportName({ what: 'calls', format }),
      after: { rows: Number(job.rowsDone), columns: job.columns },
    });
  });
  yield exportFile('calls', format, job.createdAt.getTime());
  yield* ctx.services.exports.read(job.id);
}
