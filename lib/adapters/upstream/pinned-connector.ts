import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { type EgressGuard, EgressRefused } from './egress-guard';

/**
 * A connector for an undici pool of one origin that asks the guard at every new connection and connects only to what
 * the guard has just checked. There is no second resolution between check and connect, so an answer that changes
 * (DNS rebinding) is either checked itself or never used.
 */
export function createPinnedConnector(guard: EgressGuard, origin: URL, connectTimeoutMs: number): buildConnector.connector {
  const lookup: LookupFunction = (_hostname, options, callback) => {
    void guard.check(origin).then((checked) => {
      if (!checked.ok) return callback(new EgressRefused(checked.error), '', 0);
      if (options.all === true)
        return callback(
          null,
          checked.value.addresses.map(({ address, family }) => ({ address, family })),
        );
      return callback(null, checked.value.address, checked.value.family);
    });
  };
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    lookup,
  } as buildConnector.BuildOptions);
  const literal = isIP(origin.hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (!literal) return connect;
  // Node looks nothing up for a literal address, so the guard is asked here.
  return (options, callback) => {
    void guard.check(origin).then((checked) => {
      if (checked.ok) connect(options, callback);
      else callback(new EgressRefused(checked.error), null);
    });
  };
}
