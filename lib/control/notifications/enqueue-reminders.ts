import type { ControlContext } from '../context';

/** A grant that lasts longer than this is worth a reminder before it ends. */
const LONG_DAYS = 14;
const BEFORE_DAYS = 7;
/** Reminders written in one go; what is left comes with the next look. */
const AT_ONCE_MAX = 200;

/**
 * Writes what falls due into the outbox: agents whose review is overdue, and grants that end within a week. A channel is told of one thing once;
 * the log forgets after a month, and what is still overdue then is told again. Any node may look at any time.
 */
export async function enqueueReminders(ctx: Pick<ControlContext, 'prisma'>): Promise<number> {
  const reviews = await ctx.prisma.$executeRaw`
    INSERT INTO notification_deliveries (id, message_id, channel_id, channel_name, channel_kind, event, facts, reminder_of)
    SELECT n.id, n.id, n.channel_id, n.channel_name, n.channel_kind, 'review_overdue', n.facts, n.reminder_of FROM (
      SELECT new_notification_id() AS id, c.id AS channel_id, c.name AS channel_name, c.kind AS channel_kind,
        'review ' || a.id || ' ' || extract(epoch FROM a.review_due) AS reminder_of,
        jsonb_build_object('id', a.id, 'agent', a.slug, 'owner', a.owner, 'server', null, 'policy', null, 'currentPolicy', null, 'minutes', null,
          'reason', null, 'requestedBy', null, 'status', 'overdue', 'decidedBy', null, 'decidedReason', null,
          'dueAt', to_char(a.review_due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS facts
      FROM agents a JOIN notification_channels c ON c.enabled AND 'review_overdue' = ANY (c.events)
       AND (c.servers = '{}' OR EXISTS (SELECT 1 FROM grants g JOIN servers s ON s.id = g.server_id WHERE g.agent_id = a.id AND s.slug = ANY (c.servers)))
      WHERE a.status = 'active' AND a.review_due <= clock_timestamp() AND NOT EXISTS (
        SELECT 1 FROM notification_deliveries d WHERE d.channel_id = c.id AND d.reminder_of = 'review ' || a.id || ' ' || extract(epoch FROM a.review_due))
      ORDER BY a.review_due, a.id LIMIT ${AT_ONCE_MAX}) n
    ON CONFLICT (channel_id, reminder_of) WHERE reminder_of IS NOT NULL DO NOTHING`;
  const grants = await ctx.prisma.$executeRaw`
    INSERT INTO notification_deliveries (id, message_id, channel_id, channel_name, channel_kind, event, facts, reminder_of)
    SELECT n.id, n.id, n.channel_id, n.channel_name, n.channel_kind, 'grant_expiring', n.facts, n.reminder_of FROM (
      SELECT new_notification_id() AS id, c.id AS channel_id, c.name AS channel_name, c.kind AS channel_kind,
        'grant ' || g.id || ' ' || extract(epoch FROM g.expires_at) AS reminder_of,
        jsonb_build_object('id', g.id, 'agent', a.slug, 'owner', a.owner, 'server', s.slug, 'policy', p.slug, 'currentPolicy', p.slug, 'minutes', null,
          'reason', null, 'requestedBy', null, 'status', 'expiring', 'decidedBy', null, 'decidedReason', null,
          'dueAt', to_char(g.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS facts
      FROM grants g JOIN agents a ON a.id = g.agent_id JOIN servers s ON s.id = g.server_id LEFT JOIN policies p ON p.id = g.policy_id
        JOIN notification_channels c ON c.enabled AND 'grant_expiring' = ANY (c.events) AND (c.servers = '{}' OR s.slug = ANY (c.servers))
      WHERE g.status = 'active' AND a.status = 'active' AND g.expires_at > clock_timestamp()
        AND g.expires_at <= clock_timestamp() + make_interval(days => ${BEFORE_DAYS}::int)
        AND g.expires_at - g.created_at > make_interval(days => ${LONG_DAYS}::int) AND NOT EXISTS (
        SELECT 1 FROM notification_deliveries d WHERE d.channel_id = c.id AND d.reminder_of = 'grant ' || g.id || ' ' || extract(epoch FROM g.expires_at))
      ORDER BY g.expires_at, g.id LIMIT ${AT_ONCE_MAX}) n
    ON CONFLICT (channel_id, reminder_of) WHERE reminder_of IS NOT NULL DO NOTHING`;
  return reviews + grants;
}
