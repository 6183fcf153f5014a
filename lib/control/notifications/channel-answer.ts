import type { Prisma } from '@/lib/db/generated/client';
import type { DeliveryStatus } from '@/lib/domain/notification/notification-event';
import type { MailServer } from '@/lib/domain/notification/outgoing-message';
import type { Reader } from '../context';
import { notFound } from '../control-error';
import { etagOf } from '../etag';
import type { ChannelAnswer } from './contract';

export const CHANNEL_PARTS = {
  secrets: true,
  deliveries: { where: { attempts: { gt: 0 } }, orderBy: { id: 'desc' }, take: 1 },
} as const satisfies Prisma.NotificationChannelInclude;
export type ChannelRow = Prisma.NotificationChannelGetPayload<{ include: typeof CHANNEL_PARTS }>;

/** `settings` of a channel of mail; addresses of other kinds are secrets, only their host is here. */
export interface MailSettings extends MailServer {
  readonly user: string | null;
  readonly from: string;
  readonly to: readonly string[];
}
export interface AddressSettings {
  readonly host: string;
}

/** Throws 404. */
export async function readChannel(db: Reader, id: string): Promise<ChannelRow> {
  const row = await db.notificationChannel.findUnique({ where: { id }, include: CHANNEL_PARTS });
  if (!row) throw notFound('channel', id);
  return row;
}

export const channelEtag = (row: Pick<ChannelRow, 'updatedAt'>): string => etagOf(row.updatedAt);

export function channelAnswer(row: ChannelRow): ChannelAnswer {
  const secret = (name: string) => {
    const found = row.secrets.find((each) => each.name === name);
    if (found === undefined) return null;
    return { set: true as const, setAt: found.setAt.toISOString(), setBy: found.setBy, fingerprint: found.fingerprint };
  };
  const url = secret('url');
  const last = row.deliveries[0];
  return {
    id: row.id,
    ...filterOf(row),
    url: url === null ? null : { ...url, host: (row.settings as unknown as AddressSettings).host },
    signingSecret: secret('signingSecret'),
    smtp: row.kind === 'email' ? { ...mailSettings(row), password: secret('password') } : null,
    lastDelivery: last
      ? {
          at: (last.lastAttemptAt ?? last.createdAt).toISOString(),
          status: last.status as DeliveryStatus,
          detail: last.detail,
        }
      : null,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    updatedAt: row.updatedAt.toISOString(),
    etag: channelEtag(row),
  };
}

/** What a change record keeps of a channel: everything but secrets. */
export function recordedChannel(row: Omit<ChannelRow, 'secrets' | 'deliveries'>): Record<string, unknown> {
  return { ...filterOf(row), settings: row.settings };
}

export function mailSettings(row: Pick<ChannelRow, 'settings'>): MailSettings & { to: string[] } {
  const { host, port, security, user, from, to } = row.settings as unknown as MailSettings;
  return { host, port, security, user, from, to: [...to] };
}

function filterOf(row: Omit<ChannelRow, 'secrets' | 'deliveries'>) {
  return {
    kind: row.kind as ChannelAnswer['kind'],
    name: row.name,
    events: row.events as ChannelAnswer['events'],
    servers: row.servers,
    minimumRisk: row.minimumRisk as ChannelAnswer['minimumRisk'],
    afterMinutes: row.afterMinutes,
    includeArguments: row.includeArguments,
    enabled: row.enabled,
  };
}
