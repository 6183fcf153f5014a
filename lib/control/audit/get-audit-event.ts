import { withRaises } from '@/lib/domain/counters/raise-words';
import { mayRole } from '@/lib/domain/roles';
import { idTimeMs } from '@/lib/kernel/ids';
import type { Json } from '@/lib/kernel/json';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { readableTrace, withValues } from '../readable-trace';
import { LATEST_OUTCOME } from './audit-filter';
import { AUDIT_COLUMNS, type AuditRecord, auditRow, flagsOf } from './audit-row';
import type { getAuditEvent as contract } from './contract';
import { raisedLimits } from './raised-limits';

type Answer = AnswerOf<typeof contract>;

interface EventRecord extends AuditRecord {
  readonly definition_digest: string | null;
  readonly arguments_shape: string | null;
  readonly trace: Answer['trace'];
  readonly charges: Answer['charges'];
  readonly arguments_envelope: string | null;
  readonly writer: string;
  readonly seq: bigint;
  readonly hash: string;
  readonly previous_hash: string;
}

/** One event. Whoever may read payloads gets the arguments, and that they did is recorded before they get them. */
export async function getAuditEvent(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<Answer> {
  const atMs = idTimeMs(params.event, 'evt');
  if (atMs === null) throw notFound('event', params.event);
  const [row] = await ctx.prisma.$queryRawUnsafe<EventRecord[]>(
    `SELECT ${AUDIT_COLUMNS}, e.definition_digest, e.arguments_shape, e.trace, e.charges, e.arguments_envelope, e.writer, e.seq, e.hash, e.previous_hash
       FROM audit_events e ${LATEST_OUTCOME} WHERE e.id = $1 AND e.at = $2::timestamptz LIMIT 1`,
    params.event,
    new Date(atMs),
  );
  if (!row) throw notFound('event', params.event);
  const raises = raisedLimits(row.charges);
  const settlements = await ctx.prisma.auditOutcome.findMany({
    where: { eventId: row.id, eventAt: row.at },
    orderBy: [{ at: 'asc' }, { seq: 'asc' }],
  });
  const args = await argumentsOf(ctx, row);
  return {
    ...auditRow(row),
    definitionDigest: row.definition_digest,
    argumentsShape: row.arguments_shape,
    elevation: await elevationAt(ctx, row),
    trace: withRaises(readableTrace(ctx, args.shown ? withValues(row.trace, valuesOf(ctx, row)) : row.trace), (rule) => raises.get(rule)),
    charges: row.charges,
    arguments: args,
    settlements: settlements.map((one) => ({
      at: one.at.toISOString(),
      outcome: one.outcome as Answer['settlements'][number]['outcome'],
      httpStatus: one.httpStatus,
      upstreamMs: one.upstreamMs,
      gatewayMs: one.gatewayMs,
      policyMs: one.policyMs,
      admissionMs: one.admissionMs,
      note: one.note,
      flags: flagsOf(one.flags),
    })),
    integrity: { writer: row.writer, seq: String(row.seq), hash: row.hash, previousHash: row.previous_hash },
  };
}

/** What rules found in the arguments; whoever is shown those is shown these. */
function valuesOf(ctx: ControlContext, { id, arguments_envelope: envelope }: EventRecord): readonly (readonly [number, Json])[] {
  return envelope === null ? [] : ctx.services.openTraceValues({ id, envelope });
}

/** The elevation under which the grant was used with this policy at that time; null when it was its own. */
async function elevationAt(ctx: ControlContext, row: EventRecord): Promise<Answer['elevation']> {
  if (row.grant_id === null || row.policy_slug === null) return null;
  const elevation = await ctx.prisma.grantElevation.findFirst({
    where: {
      grantId: row.grant_id,
      policy: { slug: row.policy_slug },
      startsAt: { lte: row.at },
      untilAt: { gt: row.at },
      OR: [{ endedAt: null }, { endedAt: { gt: row.at } }],
    },
  });
  if (elevation === null || elevation.untilAt === null) return null;
  const { id, reason, requestedBy, decidedBy, untilAt } = elevation;
  return { id, reason, requestedBy, decidedBy, until: untilAt.toISOString() };
}

async function argumentsOf(ctx: ControlContext, row: EventRecord): Promise<Answer['arguments']> {
  const envelope = row.arguments_envelope;
  if (envelope === null) {
    return {
      shown: false,
      why:
        row.arguments_bytes === null
          ? 'The call had no arguments.'
          : 'The arguments were not kept: the policy or the server says so, or they were too large. Their HMAC is in the trail.',
    };
  }
  if (ctx.actor.role === null || !mayRole(ctx.actor.role, 'payload.read')) {
    return { shown: false, why: 'Arguments are shown to readers of payloads only (roles Approver and Admin).' };
  }
  let value: Extract<Answer['arguments'], { shown: true }>['value'];
  try {
    value = ctx.services.openArguments({ id: row.id, envelope }) as typeof value;
  } catch {
    return { shown: false, why: 'The arguments cannot be opened with the current CALLGATE_SECRET_KEY.' };
  }
  await change(ctx, async (_tx, record) => {
    await record({
      action: 'payload.read',
      entity: 'event',
      entityId: row.id,
      entityName: [row.server_slug, row.tool].filter(Boolean).join('/') || null,
    });
  });
  return { shown: true, value };
}
