import { postMessage } from '@/lib/adapters/notify/post-message';
import { sendMail } from '@/lib/adapters/notify/send-mail';
import type { EgressGuard, EgressProblem } from '@/lib/adapters/upstream/egress-guard';
import { failureSentence } from '@/lib/adapters/upstream/failure-sentence';
import { createPinnedConnector } from '@/lib/adapters/upstream/pinned-connector';
import type { ControlServices } from '@/lib/control/services';
import type { MailServer } from '@/lib/domain/notification/outgoing-message';
import { fail, ok, type Result } from '@/lib/kernel/result';

/** Ports that public mail servers take mail from their customers on, and each other's. */
const MAIL_PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2525]);

/** How messages leave: by the same guard as connections to upstreams, so that a channel reaches nothing that a server could not be at. */
export function createNotificationServices(guard: EgressGuard): ControlServices['notifications'] {
  const checkMail = async (server: MailServer): Promise<Result<{ readonly address: string }, EgressProblem>> => {
    const checked = await guard.check(mailPlace(server), MAIL_PORTS);
    if (!checked.ok) return fail(inMailWords(checked.error));
    // One address is tried, and a host of both families is the likelier one to be reached by the older.
    return ok(checked.value.addresses.find(({ family }) => family === 4) ?? checked.value);
  };
  return {
    checkMailServer: checkMail,
    send: (message) =>
      message.kind === 'http'
        ? postMessage(message, {
            connectorFor: (origin, connectTimeoutMs) => createPinnedConnector(guard, origin, connectTimeoutMs),
            explain: failureSentence,
          })
        : sendMail(message, { addressOf: checkMail, explain: failureSentence }),
  };
}

/** In the guard's words: without TLS it is as plain http, which it lets go to listed hosts only. */
function mailPlace({ host, port, security }: MailServer): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${security === 'none' ? 'http' : 'https'}://${name}:${port}`;
}

function inMailWords(problem: EgressProblem): EgressProblem {
  if (problem.code !== 'scheme_refused') return problem;
  return {
    ...problem,
    message: 'Mail without TLS would carry the request, and the password, in clear.',
    fix: problem.fix.replace('Use https', 'Use TLS or STARTTLS'),
  };
}
