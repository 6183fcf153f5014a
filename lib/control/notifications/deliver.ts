import type { Prisma } from '@/lib/db/generated/client';
import {
  type AccessFacts,
  type AnomalyFacts,
  type ApprovalNotification,
  type DeliveryStatus,
  isAccessEvent,
  type Notification,
  type NotificationFacts,
} from '@/lib/domain/notification/notification-event';
import type { SendResult } from '@/lib/domain/notification/outgoing-message';
import { ATTEMPTS_MAX, nextAttemptMs } from '@/lib/domain/notification/retry-plan';
import { toldArguments } from '@/lib/domain/notification/told-arguments';
import { isTimeZone } from '@/lib/kernel/zoned-time';
import type { ControlContext } from '../context';
import { storableText } from '../storable';
import { readWorkspace } from '../workspace/workspace';
import type { ChannelRow } from './channel-answer';
import { openChannelSecrets } from './channel-secrets';
import type { ClaimedDelivery } from './claim-due';
import { composeMessage } from './compose-message';

const DETAIL_CHARACTERS_MAX = 500;
const PARTS = { channel: { include: { secrets: true } }, approval: true } as const;

export interface DeliveryOutcome {
  readonly delivery: string;
  readonly status: DeliveryStatus;
  readonly detail: string;
}

export type DeliverContext = Pick<ControlContext, 'prisma' | 'services'> & { readonly random: () => number };

/**
 * One attempt of a claimed delivery, and what follows from it: done, again later, or given up. Rejects only when the database
 * does; the lease lets another attempt be made then.
 */
export async function deliver(ctx: DeliverContext, claimed: ClaimedDelivery): Promise<DeliveryOutcome> {
  const row = await ctx.prisma.notificationDelivery.findUnique({ where: { id: claimed.id }, include: PARTS });
  if (row === null) return { delivery: claimed.id, status: 'skipped', detail: 'It is gone.' };
  const pointless = pointlessBecause(row, claimed.now);
  if (pointless !== null) return finish(ctx, claimed, 'skipped', { code: null, detail: pointless });
  if (claimed.attempt > ATTEMPTS_MAX)
    return finish(ctx, claimed, 'failed', { code: null, detail: 'Each process that tried ended before it knew.' });
  const result = await attempt(ctx, row, claimed);
  if (result.ok) return finish(ctx, claimed, 'delivered', result);
  const waitMs = row.event === 'test' ? null : nextAttemptMs(claimed.attempt, ctx.random(), result.retryAfterMs);
  if (waitMs === null) return finish(ctx, claimed, 'failed', result);
  await ctx.prisma.$executeRaw`
    UPDATE notification_deliveries SET status = 'waiting', due_at = clock_timestamp() + ${waitMs}::float8 * interval '1 millisecond',
      response_code = ${result.code}, detail = ${short(result.detail)}
    WHERE id = ${claimed.id} AND attempts = ${claimed.attempt} AND status = 'sending'`;
  return { delivery: claimed.id, status: 'waiting', detail: result.detail };
}

type Row = Prisma.NotificationDeliveryGetPayload<{ include: typeof PARTS }>;

/** Why nothing is to be sent any more, or null. */
function pointlessBecause({ channel, approval, event, channelKind }: Row, now: Date): string | null {
  if (channel === null) return 'The channel was deleted.';
  if (!channel.enabled && event !== 'test') return 'The channel was switched off.';
  const over = approval !== null && (approval.status !== 'pending' || approval.expiresAt <= now);
  if (event === 'escalated' && over) return 'The request was over before its time.';
  // A person is not called to what cannot be decided any more; a program may want to have heard of it.
  if (event === 'requested' && channelKind !== 'webhook' && over) return 'The request was over before this could be sent.';
  return null;
}

async function attempt(ctx: DeliverContext, row: Row, claimed: ClaimedDelivery): Promise<SendResult> {
  try {
    const channel = row.channel as NonNullable<Row['channel']>;
    const told = notificationOf(ctx, row, channel, { now: claimed.now, timeZone: await knownZone(ctx) });
    return await ctx.services.notifications.send(composeMessage(channel, openSecrets(ctx, channel), told));
  } catch (error) {
    return { ok: false, code: null, detail: (error as Error).message, retryAfterMs: null };
  }
}

/** The zone of the workspace; UTC where this process does not know it, as while another one is newer. */
async function knownZone(ctx: DeliverContext): Promise<string> {
  const { timeZone } = await readWorkspace(ctx.prisma);
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}

function openSecrets(ctx: DeliverContext, channel: NonNullable<Row['channel']>) {
  try {
    return openChannelSecrets(ctx, channel.secrets);
  } catch {
    throw new Error('The secrets of the channel cannot be opened with the current CALLGATE_SECRET_KEY. Set them again.');
  }
}

function notificationOf(
  ctx: DeliverContext,
  row: Row,
  channel: Pick<ChannelRow, 'name' | 'servers' | 'minimumRisk' | 'includeArguments'>,
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): Notification {
  const { approval } = row;
  const told = {
    id: row.messageId,
    at: row.createdAt.toISOString(),
    now: now.toISOString(),
    timeZone,
    channel: { name: channel.name, servers: channel.servers, minimumRisk: channel.minimumRisk as NotificationFacts['risk'] },
  };
  const { publicUrl } = ctx.services;
  if (isAccessEvent(row.event)) {
    const facts = row.facts as unknown as AccessFacts;
    const url = row.event === 'access_requested' ? `${publicUrl}/approvals` : `${publicUrl}/agents/${encodeURIComponent(facts.agent)}`;
    return {
      ...told,
      event: row.event,
      facts,
      arguments: { included: false, why: 'No call belongs to this, so there are no arguments.' },
      url,
    };
  }
  if (row.event === 'anomaly') {
    const facts = row.facts as unknown as AnomalyFacts;
    return {
      ...told,
      event: row.event,
      facts,
      arguments: { included: false, why: 'An alert is about many calls.' },
      url: `${publicUrl}/alerts?sel=${facts.id}`,
    };
  }
  return {
    ...told,
    event: row.event as ApprovalNotification['event'],
    facts: row.facts as unknown as NotificationFacts,
    arguments: toldArguments(
      { includeArguments: channel.includeArguments && approval !== null, keepArguments: approval?.keepArguments ?? false },
      () => argumentsText(ctx, approval),
    ),
    url: approval === null ? `${publicUrl}/approvals` : `${publicUrl}/approvals/${approval.id}`,
  };
}

/** As the policy redacted them; null when they cannot be opened. */
function argumentsText(ctx: DeliverContext, approval: Row['approval']): string | null {
  if (approval === null || approval.argumentsEnvelope === null) return null;
  try {
    return ctx.services.openApprovalArguments({ id: approval.id, envelope: approval.argumentsEnvelope })[0] ?? null;
  } catch {
    return null;
  }
}

async function finish(
  ctx: DeliverContext,
  claimed: ClaimedDelivery,
  status: 'delivered' | 'failed' | 'skipped',
  { code, detail }: Pick<SendResult, 'code' | 'detail'>,
): Promise<DeliveryOutcome> {
  await ctx.prisma.$executeRaw`
    UPDATE notification_deliveries SET status = ${status}, finished_at = clock_timestamp(), response_code = ${code}, detail = ${short(detail)}
    WHERE id = ${claimed.id} AND attempts = ${claimed.attempt} AND status = 'sending'`;
  return { delivery: claimed.id, status, detail };
}

const short = (detail: string): string => storableText(detail).slice(0, DETAIL_CHARACTERS_MAX);
