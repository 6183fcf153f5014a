import type { NotificationChannel } from '@/components/shared/api/wire';

/** A channel as it is typed; secrets that stay as they are, are empty. */
export interface ChannelDraft {
  kind: NotificationChannel['kind'];
  name: string;
  enabled: boolean;
  events: NotificationChannel['events'];
  servers: string[];
  minimumRisk: NotificationChannel['minimumRisk'];
  afterMinutes: string;
  includeArguments: boolean;
  url: string;
  signingSecret: string;
  host: string;
  port: string;
  security: 'tls' | 'starttls' | 'none';
  user: string;
  password: string;
  from: string;
  /** One a line. */
  to: string;
}

export function draftOf(channel: NotificationChannel | null, newSecret: () => string): ChannelDraft {
  return {
    kind: channel?.kind ?? 'webhook',
    name: channel?.name ?? '',
    enabled: channel?.enabled ?? true,
    events: channel?.events ?? ['requested'],
    servers: channel?.servers ?? [],
    minimumRisk: channel?.minimumRisk ?? 'low',
    afterMinutes: String(channel?.afterMinutes || 5),
    includeArguments: channel?.includeArguments ?? false,
    url: '',
    signingSecret: channel === null ? newSecret() : '',
    host: channel?.smtp?.host ?? '',
    port: String(channel?.smtp?.port ?? 587),
    security: channel?.smtp?.security ?? 'starttls',
    user: channel?.smtp?.user ?? '',
    password: '',
    from: channel?.smtp?.from ?? '',
    to: channel?.smtp?.to.join('\n') ?? '',
  };
}

/** The body of POST (`before` null) or PATCH. What the kind does not have, and secrets that stay, are left out. */
export function bodyOf(draft: ChannelDraft, before: NotificationChannel | null): Record<string, unknown> {
  const { kind, name, enabled, events, servers, minimumRisk, includeArguments } = draft;
  const filter = {
    ...{ name, enabled, events, servers, minimumRisk, includeArguments },
    afterMinutes: events.includes('escalated') ? Number(draft.afterMinutes) : 0,
  };
  const start = before === null ? { kind, ...filter } : filter;
  if (kind === 'email') return { ...start, smtp: smtpOf(draft, before) };
  return {
    ...start,
    ...(draft.url !== '' || before === null ? { url: draft.url } : {}),
    ...(kind === 'webhook' && (draft.signingSecret !== '' || before === null) ? { signingSecret: draft.signingSecret } : {}),
  };
}

function smtpOf({ host, port, security, user, password, from, to }: ChannelDraft, before: NotificationChannel | null) {
  const receivers = to
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const login = user.trim() === '' ? null : user.trim();
  // Without a user there is no password either; an empty one beside a user leaves what is stored.
  const secret = login === null ? (before?.smtp?.password ? { password: null } : {}) : password === '' ? {} : { password };
  return { host: host.trim(), port: Number(port), security, user: login, from: from.trim(), to: receivers, ...secret };
}

/** 32 random bytes as Standard Webhooks writes them. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
