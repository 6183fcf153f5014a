import { BlockList, isIP } from 'node:net';

/**
 * What kind of place an address is, as far as sending credentials there is concerned.
 * `loopback` and `private` may be permitted by the operator; `never` addresses no host (unspecified, multicast,
 * broadcast) and stays refused whatever is listed.
 */
export type AddressClass = 'public' | 'loopback' | 'private' | 'never';

/** Classifies an IPv4 or IPv6 literal without brackets. What is no address at all counts as `never`. */
export function classifyAddress(address: string): AddressClass {
  const bare = address.replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return 'never';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  // `never` first: ::ffff:0.0.0.0 must not pass as anything milder.
  if (NEVER.check(bare, family)) return 'never';
  if (LOOPBACK.check(bare, family)) return 'loopback';
  if (family === 'ipv6' && !GLOBAL_UNICAST.check(bare, 'ipv6')) return 'private';
  return PRIVATE.check(bare, family) ? 'private' : 'public';
}

type Subnet = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

// BlockList matches IPv4-mapped IPv6 (::ffff:0:0/96) against the IPv4 rules by itself. It does not do so for transition
// ranges (6to4, Teredo, NAT64), which can carry any IPv4 address inside, so these are refused whole.
const NEVER = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

const LOOPBACK = listOf([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);

const PRIVATE = listOf([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['2001::', 23, 'ipv6'], // Teredo, benchmarking, ORCHID and other protocol assignments
  ['2001:db8::', 32, 'ipv6'], // documentation
  ['2002::', 16, 'ipv6'], // 6to4
  ['3fff::', 20, 'ipv6'], // documentation
]);

// Everything that has ever been assigned to hosts of the public Internet. Outside of it are unique-local, link-local,
// NAT64, IPv4-compatible, IPv4-translated and whatever may be invented next.
const GLOBAL_UNICAST = listOf([['2000::', 3, 'ipv6']]);

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
