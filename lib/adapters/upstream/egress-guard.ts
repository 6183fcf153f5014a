import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { classifyAddress } from './address-class';

/** One upstream that the operator permits although it is private; `port` null permits every port of the host. */
export interface AllowedUpstream {
  readonly host: string;
  readonly port: number | null;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export type EgressCode =
  | 'url_invalid'
  | 'scheme_refused'
  | 'credentials_in_url'
  | 'port_refused'
  | 'name_unresolved'
  | 'address_refused'
  | 'resolved_address_refused';

/** Why an address may not be reached: a sentence with the cause, and one with what to do about it. */
export interface EgressProblem {
  readonly code: EgressCode;
  readonly message: string;
  readonly fix: string;
}

/** The error that a refused connection ends with; carries the problem for the probe and the log. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
  constructor(readonly problem: EgressProblem) {
    super(`${problem.message} ${problem.fix}`);
  }
}

export interface EgressTarget extends ResolvedAddress {
  /** Every address of the host; all of them passed, so a connection may fall back from one to the next. */
  readonly addresses: readonly ResolvedAddress[];
}

export interface EgressGuard {
  /**
   * Decides whether the gateway may connect to `url` now. Resolves names anew each time: what is returned is what a
   * connection must use, and the only thing it may use. `publicPorts` are those that public hosts may be reached on when
   * it is not HTTP that is spoken. Never throws.
   */
  check(url: string | URL, publicPorts?: ReadonlySet<number>): Promise<Result<EgressTarget, EgressProblem>>;
}

export interface EgressGuardOptions {
  readonly allowPrivate: readonly AllowedUpstream[];
  /** Permits 127.0.0.0/8, ::1 and `localhost`, with plain http as well. */
  readonly allowLoopback: boolean;
  /** All addresses of a name; defaults to the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

/** Ports that serve HTTPS in public. Others reach services that were never meant to be spoken to by HTTP. */
const PUBLIC_PORTS: ReadonlySet<number> = new Set([443, 8080, 8443]);

/** Makes the guard that every outgoing connection to an address from the configuration passes through. */
export function createEgressGuard(options: EgressGuardOptions): EgressGuard {
  const listed = new Map<string, Set<number | null>>();
  for (const entry of options.allowPrivate) {
    const host = normalHost(entry.host);
    listed.set(host, (listed.get(host) ?? new Set()).add(entry.port));
  }
  const resolve = options.resolve ?? systemResolve;
  return {
    async check(input, publicPorts = PUBLIC_PORTS) {
      const url = typeof input === 'string' ? parseUrl(input) : input;
      if (url === null) return fail(invalidUrl(String(input)));
      const place = placeOf(url);
      const ports = listed.get(place.host);
      const isListed = ports !== undefined && (ports.has(null) || ports.has(place.port));
      const isLoopback = options.allowLoopback && saysLoopback(place.host);
      const problem = formProblem(url, place, isListed || isLoopback, publicPorts);
      if (problem !== null) return fail(problem);
      const addresses = await addressesOf(place, resolve);
      if (!addresses.ok) return addresses;
      for (const { address } of addresses.value) {
        const kind = classifyAddress(address);
        const permitted = kind === 'public' || (kind !== 'never' && isListed) || (kind === 'loopback' && isLoopback);
        if (!permitted) return fail(refusedAddress(place, address, kind));
      }
      const first = addresses.value[0] as ResolvedAddress;
      return ok({ ...first, addresses: addresses.value });
    },
  };
}

interface Place {
  /** Lower case, without brackets and trailing dot. */
  readonly host: string;
  readonly port: number;
}

function placeOf(url: URL): Place {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: normalHost(url.hostname), port };
}

function normalHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The URL says loopback itself; a public name that resolves to loopback does not count, or rebinding would win. */
function saysLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && classifyAddress(host) === 'loopback');
}

function formProblem(url: URL, place: Place, permitted: boolean, publicPorts: ReadonlySet<number>): EgressProblem | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return {
      code: 'scheme_refused',
      message: `Upstreams are reached over https, not ${url.protocol.replace(':', '')}.`,
      fix: 'Use the https:// address of the MCP endpoint.',
    };
  }
  if (place.host === '') return invalidUrl(url.href);
  if (url.username !== '' || url.password !== '') {
    return {
      code: 'credentials_in_url',
      message: 'The URL carries a user name or password.',
      fix: 'Remove it from the URL and set it as a header of the server instead; headers are kept encrypted.',
    };
  }
  if (permitted) return null;
  if (url.protocol === 'http:') {
    return {
      code: 'scheme_refused',
      message: `Plain http to ${place.host} would send credentials unprotected.`,
      fix: `Use https, or, for a server in your own network, ${allowHint(place)}.`,
    };
  }
  if (!publicPorts.has(place.port)) {
    return {
      code: 'port_refused',
      message: `Port ${place.port} is not one that public ${publicPorts === PUBLIC_PORTS ? 'MCP' : 'mail'} servers are reached on (${[...publicPorts].join(', ')}).`,
      fix: `If this server is meant, ${allowHint(place)}.`,
    };
  }
  return null;
}

async function addressesOf(
  place: Place,
  resolve: NonNullable<EgressGuardOptions['resolve']>,
): Promise<Result<readonly ResolvedAddress[], EgressProblem>> {
  const version = isIP(place.host);
  if (version !== 0) return ok([{ address: place.host, family: version as 4 | 6 }]);
  try {
    const addresses = await resolve(place.host);
    return addresses.length > 0 ? ok(addresses) : fail(unresolved(place, 'no address'));
  } catch (error) {
    return fail(unresolved(place, (error as NodeJS.ErrnoException).code ?? String(error)));
  }
}

async function systemResolve(hostname: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function refusedAddress(place: Place, address: string, kind: 'loopback' | 'private' | 'never' | 'public'): EgressProblem {
  const literal = isIP(place.host) !== 0;
  const where = literal ? place.host : `${place.host} resolves to ${address}, which`;
  const code = literal ? 'address_refused' : 'resolved_address_refused';
  if (kind === 'never') {
    return {
      code,
      message: `${where} is not the address of a host (unspecified, multicast or reserved).`,
      fix: 'Use the address that the server really listens on.',
    };
  }
  return { code, message: `${where} is a ${kind} address.`, fix: `If this server is in your own network, ${allowHint(place)}.` };
}

function unresolved(place: Place, cause: string): EgressProblem {
  return {
    code: 'name_unresolved',
    message: `The name ${place.host} cannot be resolved (${cause}).`,
    fix: 'Check the spelling, and that the machine running Callgate can resolve it.',
  };
}

function invalidUrl(text: string): EgressProblem {
  return {
    code: 'url_invalid',
    message: `${JSON.stringify(text.slice(0, 200))} is not a URL with a host.`,
    fix: 'Use a full address such as https://mcp.example.com/mcp.',
  };
}

function allowHint(place: Place): string {
  const host = isIP(place.host) === 6 ? `[${place.host}]` : place.host;
  const loopback = saysLoopback(place.host) ? ' (or loopback, for every port of this machine)' : '';
  return `add ${host}:${place.port} to CALLGATE_ALLOW_PRIVATE_UPSTREAMS${loopback} and restart`;
}
