import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import { auditFilter, LATEST_OUTCOME } from './audit-filter';
import { AUDIT_COLUMNS, type AuditRecord, auditRow } from './audit-row';
import type { listAudit as contract } from './contract';

/** Newest first, by time and id: a page is as quick at the end of the trail as at its beginning. */
export async function listAudit(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 2);
  const { where, values } = auditFilter(query, ctx.now);
  const beyond = after ? ` AND (e.at, e.id) < ($${values.push(new Date(Number(after[0])))}::timestamptz, $${values.push(after[1])})` : '';
  const rows = await ctx.prisma.$queryRawUnsafe<AuditRecord[]>(
    `SELECT ${AUDIT_COLUMNS} FROM audit_events e ${LATEST_OUTCOME} WHERE ${where}${beyond} ORDER BY e.at DESC, e.id DESC LIMIT ${query.limit + 1}`,
    ...values,
  );
  return pageOf(rows, query.limit, (row) => [String(row.at.getTime()), row.id], rows.map(auditRow));
}
