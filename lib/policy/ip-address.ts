/** 4 or 16 bytes. */
export type Address = readonly number[];

export interface Network {
  readonly address: Address;
  readonly prefixBits: number;
}

/**
 * An IPv4 address in four plain decimals, or an IPv6 address; null for every other writing (octal, hexadecimal, short
 * forms, zones), which other programs would read as a different address. IPv4 inside IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
 */
export function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  const four = parseIpv4(text);
  if (four !== null) return four;
  const six = parseIpv6(text);
  if (six === null) return null;
  const mapped = six.slice(0, 10).every((byte) => byte === 0) && six[10] === 255 && six[11] === 255;
  return mapped ? six.slice(12) : six;
}

/** `address/length`, or a single address; null when it is neither or has bits set beyond the length. */
export function parseCidr(text: string): Network | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const length = slash < 0 ? String(address.length * 8) : text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > address.length * 8) return null;
  const network = { address, prefixBits: Number(length) };
  const bits = address.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1));
  return bits.slice(network.prefixBits).some((bit) => bit === 1) ? null : network;
}

/** Whether the address is inside the network; addresses of the other family never are. */
export function cidrContains(network: Network, address: Address): boolean {
  if (network.address.length !== address.length) return false;
  const whole = network.prefixBits >> 3;
  for (let i = 0; i < whole; i += 1) if (network.address[i] !== address[i]) return false;
  const rest = network.prefixBits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((network.address[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask);
}

function parseIpv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.map(Number);
}

function parseIpv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const left = groups(halves[0] ?? '', halves.length === 1);
  const right = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (left === null || right === null) return null;
  const missing = 16 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function groups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (mayEndInIpv4 && i === parts.length - 1 && part.includes('.')) {
      const four = parseIpv4(part);
      if (four === null) return null;
      bytes.push(...four);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return null;
  }
  return bytes;
}
