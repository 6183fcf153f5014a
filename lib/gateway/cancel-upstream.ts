import type { ForwardContext } from './forward-context';
import { discard } from './relayed-body';
import type { Granted } from './stages/grant';
import { upstreamHeaders } from './upstream-headers';
import { isByChannel } from './upstream-port';

/** The server gets this long to take the news; nobody waits for it. */
const TOLD_MS_MAX = 5_000;

/**
 * Tells the server that a call is cancelled, in the revisions in which a closed connection says nothing. Channels say it
 * by themselves when their call is let go of, and so does the connection in the modern era.
 */
export function tellCancelled(call: Granted, { ports }: ForwardContext, reason: string): void {
  if (call.era === 'modern' || isByChannel(call.server.target, call.era) || call.message.kind !== 'request') return;
  const params = { requestId: call.message.id, reason };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TOLD_MS_MAX);
  (timer as { unref?: () => void }).unref?.();
  const request = {
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }),
    method: 'notifications/cancelled',
    rpcId: null,
    headers: upstreamHeaders(call),
    session: call.session?.upstream ?? null,
    signal: controller.signal,
  };
  ports.upstreams
    .post(call.server.target, request)
    .then((reply) => discard(reply.body))
    .catch(() => {})
    .finally(() => clearTimeout(timer));
}
