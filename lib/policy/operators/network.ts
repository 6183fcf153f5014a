import { cidrContains, type Network, parseAddress, parseCidr } from '../ip-address';
import type { Operator } from './operator';

const HOST =
  /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*(?::[0-9]{1,5})?$|^\[[0-9a-f:.]+\](?::[0-9]{1,5})?$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

const cidr: Operator = {
  name: 'cidr',
  holdsWhen: 'the IP address is inside one of these networks',
  valueSchema: { type: 'array', items: { type: 'string' } },
  build: (value) => {
    if (!Array.isArray(value)) return { mistake: '`cidr` takes a list of networks.', hint: 'for example ["10.0.0.0/8", "fd00::/8"]' };
    const networks: Network[] = [];
    for (const item of value as readonly unknown[]) {
      const network = typeof item === 'string' ? parseCidr(item) : null;
      if (network === null)
        return {
          mistake: `${JSON.stringify(item).slice(0, 60)} is not a network.`,
          hint: 'write address/length with the host bits zero, for example 10.0.0.0/8',
        };
      networks.push(network);
    }
    return (actual) => {
      const address = typeof actual === 'string' ? parseAddress(actual) : null;
      return address === null ? undefined : networks.some((network) => cidrContains(network, address));
    };
  },
};

/** Scheme, host and port of an http(s) URL that reads the same everywhere; undefined for any other text. */
function hostOf(text: string): { host: string; port: string; usual: boolean } | undefined {
  // Parsers disagree on what to strip or swap; a text that needs it is not judged at all.
  if (text.length > 8192 || /[\u0000-\u0020\u007f\\]/.test(text)) return undefined;
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const usualPort = DEFAULT_PORTS[url.protocol];
  if (usualPort === undefined || url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(text) || url.hostname.endsWith('.')) return undefined;
  return { host: url.hostname, port: url.port === '' ? usualPort : url.port, usual: url.port === '' };
}

const hostIn: Operator = {
  name: 'host_in',
  holdsWhen:
    "the http(s) URL's host, as browsers normalise it, is in the list; `*.example.com` is any host below, another port is listed as `host:port`",
  valueSchema: { type: 'array', items: { type: 'string' } },
  build: (value) => {
    if (!Array.isArray(value)) return { mistake: '`host_in` takes a list of host names.' };
    const exact = new Set<string>();
    const suffixes: { suffix: string; port: string | null }[] = [];
    for (const item of value as readonly unknown[]) {
      const text = typeof item === 'string' ? item.toLowerCase() : '';
      if (!HOST.test(text))
        return {
          mistake: `${JSON.stringify(item).slice(0, 60)} is not a host name.`,
          hint: 'write only the host, without scheme or path; other scripts as punycode (xn--…)',
        };
      const portAt = /:([0-9]+)$/.exec(text.replace(/^\[[^\]]*\]/, (address) => '.'.repeat(address.length)));
      const port = portAt === null ? null : (portAt[1] ?? null);
      const host = portAt === null ? text : text.slice(0, portAt.index);
      if (host.startsWith('*.')) suffixes.push({ suffix: host.slice(1), port });
      else exact.add(port === null ? host : `${host}:${port}`);
    }
    return (actual) => {
      const found = typeof actual === 'string' ? hostOf(actual) : undefined;
      if (found === undefined) return undefined;
      const { host, port, usual } = found;
      if (exact.has(`${host}:${port}`) || (usual && exact.has(host))) return true;
      return suffixes.some(
        (entry) => host.endsWith(entry.suffix) && host.length > entry.suffix.length && (entry.port === null ? usual : entry.port === port),
      );
    };
  },
};

export const networkOperators: readonly Operator[] = [cidr, hostIn];
