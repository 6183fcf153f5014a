import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { inertLine } from '@/lib/domain/notification/inert-line';
import type { MailServer, OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import type { Result } from '@/lib/kernel/result';

export interface MailParts {
  /** The one address that may be connected to, or why none may. Asked anew for each mail. */
  addressOf(server: MailServer): Promise<Result<{ readonly address: string }, { readonly message: string }>>;
  explain(error: unknown): string;
}

const STEP_MS = 10_000;
const WHOLE_MS = 20_000;

/** One mail to all receivers. Never rejects. What some receivers refused is told, and not sent again to the others. */
export async function sendMail(message: Extract<OutgoingMessage, { kind: 'mail' }>, parts: MailParts): Promise<SendResult> {
  const { server, login } = message;
  const checked = await parts.addressOf(server);
  if (!checked.ok) return { ok: false, code: null, detail: checked.error.message, retryAfterMs: null };
  const transport = createTransport({
    // A literal address: nothing is looked up a second time, so what was checked is what is connected to.
    host: checked.value.address,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(isIP(server.host) === 0 ? { servername: server.host } : {}) },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const late = setTimeout(() => transport.close(), WHOLE_MS);
  try {
    const sending = transport.sendMail({
      from: message.from,
      to: [...message.to],
      subject: message.subject,
      text: message.text,
      html: message.html,
      messageId: message.messageId,
      references: message.thread,
      inReplyTo: message.thread,
      headers: { 'auto-submitted': 'auto-generated' },
    });
    const sent = await Promise.race([sending, tooLate(sending)]);
    const refused = sent.rejected.length;
    return {
      ok: true,
      code: codeOf(sent.response),
      detail: `${inertLine(sent.response)}${refused === 0 ? '' : ` (${refused} of ${message.to.length} receivers were refused)`}`,
      retryAfterMs: null,
    };
  } catch (error) {
    const code = (error as { responseCode?: unknown }).responseCode;
    return { ok: false, code: typeof code === 'number' ? code : null, detail: whyFailed(error, parts), retryAfterMs: null };
  } finally {
    clearTimeout(late);
    transport.close();
  }
}

function whyFailed(error: unknown, parts: MailParts): string {
  const { response, command, code } = error as { response?: unknown; command?: unknown; code?: unknown };
  if (typeof response !== 'string') return parts.explain(error);
  // Only what the server says to the command itself: a failed handshake comes without a response.
  if (code === 'ETLS' && command === 'STARTTLS')
    return `The mail server does not offer STARTTLS, which this channel asks for, so nothing was sent (${inertLine(response)}).`;
  return inertLine(response);
}

/** Rejects after the whole time; the transport ends by itself. */
async function tooLate(sending: Promise<unknown>): Promise<never> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The mail server did not take the mail within ${WHOLE_MS / 1000} s.`)), WHOLE_MS);
  });
  void sending.catch(() => undefined).finally(() => clearTimeout(timer));
  return ended;
}

function codeOf(response: string): number | null {
  const code = /^\d{3}/.exec(response)?.[0];
  return code === undefined ? null : Number(code);
}
