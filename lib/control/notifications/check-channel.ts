import type { ChannelEvent } from '@/lib/domain/notification/notification-event';
import type { MailServer } from '@/lib/domain/notification/outgoing-message';
import type { ControlContext, Reader } from '../context';
import { ControlError } from '../control-error';

/** Throws 422 when the time of escalation and the event do not go together. */
export function checkEscalation(events: readonly ChannelEvent[], afterMinutes: number): void {
  const escalates = events.includes('escalated');
  if (escalates === afterMinutes > 0) return;
  throw new ControlError(
    422,
    'channel.escalation',
    escalates
      ? 'Say after how many minutes a request that nobody decided escalates (`afterMinutes`).'
      : '`afterMinutes` is the time of the event `escalated`, which this channel does not hear of. Add the event, or set 0.',
    [{ path: '/afterMinutes', message: escalates ? 'at least 1 with the event escalated' : '0 without the event escalated' }],
  );
}

/** Throws 422 for a slug that no server has: it would keep the channel silent without anybody knowing. */
export async function checkServers(db: Reader, slugs: readonly string[]): Promise<void> {
  if (slugs.length === 0) return;
  const known = new Set(
    (await db.server.findMany({ where: { slug: { in: [...slugs] } }, select: { slug: true } })).map(({ slug }) => slug),
  );
  const unknown = slugs.filter((slug) => !known.has(slug));
  if (unknown.length === 0) return;
  throw new ControlError(
    422,
    'channel.servers',
    `There is no server ${unknown.map((slug) => `\`${slug}\``).join(', ')}.`,
    unknown.map((slug) => ({ path: `/servers/${slugs.indexOf(slug)}`, message: 'no such server' })),
  );
}

/** The host of an address that may be posted to from here, now. Throws 422 with what to do. */
export async function checkUrl(ctx: ControlContext, url: string): Promise<string> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    throw refused('/url', 'Write the address in full, such as https://hooks.example.com/callgate.', 'not an http(s) URL');
  if (parsed.hash !== '') throw refused('/url', 'An address has no part after #; leave it out.', 'has a fragment');
  const verdict = await ctx.services.egressCheck(url);
  if (!verdict.ok) throw refused('/url', `${verdict.error.message} ${verdict.error.fix}`, verdict.error.message);
  return parsed.host;
}

/** Throws 422 with what to do. */
export async function checkMailServer(ctx: ControlContext, server: MailServer): Promise<void> {
  const verdict = await ctx.services.notifications.checkMailServer(server);
  if (!verdict.ok) throw refused('/smtp/host', `${verdict.error.message} ${verdict.error.fix}`, verdict.error.message);
}

/** A user without a password, or the other way round, is a mistake that only shows at the first mail. Throws 422. */
export function checkLogin(user: string | null, hasPassword: boolean): void {
  if ((user !== null) === hasPassword) return;
  throw user === null
    ? refused('/smtp/user', 'There is a password but no user. Give both or none.', 'required with a password')
    : refused('/smtp/password', 'There is a user but no password. Give both or none.', 'required with a user');
}

const refused = (path: string, sentence: string, message: string): ControlError =>
  new ControlError(422, 'channel.address', sentence, [{ path, message }]);
