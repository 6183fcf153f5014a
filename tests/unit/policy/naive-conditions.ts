import { BlockList, isIP } from 'node:net';
import { posix } from 'node:path';
import { naiveValid } from './naive-schema';

/** Paths and operators for the naive evaluator, read from docs/policy-language.md and sharing nothing with the engine. */

// biome-ignore lint/suspicious/noExplicitAny: it reads raw JSON, whatever its shape
type Any = any;
type Truth = true | false | 'unknown';

/** All values under a path: a list, because `[*]` may stand for many; `missing` marks holes. */
const missing = Symbol('missing');
function values(path: string, policy: Any, facts: Any, timezone?: string): Any[] {
  const { call, tool } = facts;
  const roots: Any = {
    args: facts.args === undefined ? missing : facts.args,
    tool: { name: facts.name, ...(tool ? { risk: tool.risk } : {}), ...(facts.category ? { category: facts.category } : {}) },
    agent: { name: call.agent.name, owner: call.agent.owner, environment: call.agent.environment, labels: call.agent.labels },
    grant: { scopes: call.grant.scopes, purpose: call.grant.purpose },
    client: call.client ? { name: call.client.name } : {},
    server: { slug: call.server.slug },
    ...(path.startsWith('time') ? { time: zoned(call.at, timezone ?? policy.timezone ?? 'UTC') } : {}),
  };
  const parts = path.replace(/\[(\d+|\*)\]/g, '.[$1]').split('.');
  let here: Any[] = [roots[parts[0] as string]];
  for (const part of parts.slice(1)) {
    here = here.flatMap((value): Any[] => {
      if (value === missing) return [missing];
      if (part === '[*]') return Array.isArray(value) ? value : [missing];
      if (part.startsWith('['))
        return [Array.isArray(value) && Number(part.slice(1, -1)) < value.length ? value[Number(part.slice(1, -1))] : missing];
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [isObject && Object.hasOwn(value, part) ? value[part] : missing];
    });
  }
  return here;
}

export function lookUp(path: string, policy: Any, facts: Any): Any {
  const [value] = values(path, policy, facts);
  return value === missing ? undefined : value;
}

function zoned(at: number, timezone: string): { hour: number; weekday: number; iso: string } {
  const read = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options }).format(at);
  return {
    hour: Number(read({ hour: '2-digit', hourCycle: 'h23' })),
    weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(read({ weekday: 'short' })) + 1,
    iso: localIso(at, timezone),
  };
}

/** The wall clock's own reading with its distance from UTC, `Z` where there is none. */
function localIso(at: number, timezone: string): string {
  const part = (locale: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options }).format(at);
  const day = part('sv-SE', { dateStyle: 'short' });
  const clock = part('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });
  const zone = part('en-US', { timeZoneName: 'longOffset' }).split('GMT')[1];
  return `${day}T${clock}${zone || 'Z'}`;
}

export function truth(condition: Any, policy: Any, facts: Any, quantifier: 'all' | 'some'): Truth {
  const results = values(condition.path, policy, facts, condition.timezone).map((value): Truth => {
    if (value === missing) {
      if (condition.op !== 'exists' || (condition.path.startsWith('args') && facts.args === undefined)) return 'unknown';
      return condition.value === false;
    }
    return compare(condition.op, value, condition.value, condition, policy, facts);
  });
  if (quantifier === 'all') return results.includes(false) ? false : results.includes('unknown') ? 'unknown' : true;
  return results.includes(true) ? true : results.includes('unknown') ? 'unknown' : false;
}

function same(a: Any, b: Any): boolean {
  if (typeof a !== typeof b || Array.isArray(a) !== Array.isArray(b) || (a === null) !== (b === null)) return false;
  if (typeof a !== 'object' || a === null) return a === b;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.every((key) => Object.hasOwn(a, key) && Object.hasOwn(b, key) && same(a[key], b[key]));
}

const instant = (text: string): number | null =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : null;
const looksLikePath = (value: Any) => typeof value === 'string' && /^(args|agent|grant|tool|client|server|time)\b/.test(value);
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const dayNumber = (value: Any) =>
  typeof value === 'string' && weekdays.includes(value.slice(0, 3).toLowerCase()) && !looksLikePath(value)
    ? weekdays.indexOf(value.slice(0, 3).toLowerCase()) + 1
    : value;

function compare(op: string, actual: Any, written: Any, condition: Any, policy: Any, facts: Any): Truth {
  let value = written;
  if (condition.path === 'time.weekday') value = Array.isArray(value) ? value.map(dayNumber) : dayNumber(value);
  if (['in', 'not_in', 'lt', 'lte', 'gt', 'gte'].includes(op) && looksLikePath(value)) {
    value = lookUp(value, policy, facts);
    if (value === undefined) return 'unknown';
  }
  switch (op) {
    case 'eq':
      return same(actual, value);
    case 'neq':
      return !same(actual, value);
    case 'in':
    case 'not_in':
      if (!Array.isArray(value)) return 'unknown';
      return value.some((item: Any) => same(item, actual)) === (op === 'in');
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      let [a, b] = [actual, value];
      if (typeof a === 'string' && typeof b === 'string') [a, b] = [instant(a), instant(b)];
      if (typeof a !== 'number' || typeof b !== 'number') return 'unknown';
      return op === 'lt' ? a < b : op === 'lte' ? a <= b : op === 'gt' ? a > b : a >= b;
    }
    case 'contains':
      if (Array.isArray(actual)) return actual.some((item) => same(item, value));
      return typeof actual === 'string' && typeof value === 'string' ? actual.indexOf(value) >= 0 : 'unknown';
    case 'starts_with':
      return typeof actual === 'string' ? actual.slice(0, value.length) === value : 'unknown';
    case 'ends_with':
      return typeof actual === 'string' ? value === '' || actual.slice(-value.length) === value : 'unknown';
    case 'glob': {
      if (typeof actual !== 'string' || actual.length > 8192) return 'unknown';
      const source = value.replace(/\*\*|\*|[^*]/gs, (token: string) =>
        token === '**' ? '[^]*' : token === '*' ? '[^/]*' : token.replace(/[.\\+?^${}()|[\]/-]/g, '\\$&'),
      );
      return new RegExp(`^${source}$`).test(actual);
    }
    case 'regex': {
      if (typeof actual !== 'string' || actual.length > 8192) return 'unknown';
      const open = value.replace(/^(\^?)\.\*/, '$1[^]*').replace(/(^|[^\\])\.\*(\$?)$/, '$1[^]*$2');
      return new RegExp(`^(?:${open})$`).test(actual);
    }
    case 'exists':
      return (actual !== null) === value;
    case 'type': {
      const type = actual === null ? 'null' : Array.isArray(actual) ? 'array' : typeof actual;
      return value === 'integer' ? type === 'number' && Math.floor(actual) === actual : type === value;
    }
    case 'length_lte':
    case 'length_gte': {
      const size =
        typeof actual === 'string'
          ? Array.from(actual).length
          : Array.isArray(actual)
            ? actual.length
            : typeof actual === 'object' && actual !== null
              ? Object.keys(actual).length
              : null;
      return size === null ? 'unknown' : op === 'length_lte' ? size <= value : size >= value;
    }
    case 'keys_in':
      return typeof actual === 'object' && actual !== null && !Array.isArray(actual)
        ? Object.keys(actual).filter((key) => !value.includes(key)).length === 0
        : 'unknown';
    case 'path_within': {
      if (typeof actual !== 'string' || !posix.isAbsolute(actual) || /[\x00-\x1f\x7f\\]|%(2e|2f|5c|00|25)/i.test(actual)) return 'unknown';
      let level = 0;
      for (const part of actual.split('/')) {
        level += part === '..' ? -1 : part === '' || part === '.' ? 0 : 1;
        if (level < 0) return 'unknown';
      }
      const clean = posix
        .normalize(actual)
        .replace(/^\/+/, '/')
        .replace(/(.)\/$/, '$1');
      return value === '/' || clean === value || clean.startsWith(`${value}/`);
    }
    case 'host_in': {
      if (typeof actual !== 'string' || /[\x00-\x20\x7f\\]/.test(actual) || !/^https?:\/\/[^/@?#]+([/?#]|$)/i.test(actual))
        return 'unknown';
      let url: URL;
      try {
        url = new URL(actual);
      } catch {
        return 'unknown';
      }
      if (url.hostname.endsWith('.')) return 'unknown';
      return value.some((entry: string) => {
        if (entry.startsWith('*.')) return url.port === '' && url.hostname.endsWith(entry.slice(1));
        return url.host === entry;
      });
    }
    case 'cidr': {
      if (typeof actual !== 'string' || isIP(actual) === 0) return 'unknown';
      const plain = actual.replace(/^::ffff:(?=\d+\.)/i, '');
      const list = new BlockList();
      for (const entry of value) {
        const [address, bits] = entry.split('/');
        // Node finds IPv4 addresses in networks of IPv6; in the policy language they are different families.
        if (isIP(address) === isIP(plain)) list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
      }
      return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
    }
    case 'matches_schema': {
      const schema = value === true ? facts.tool?.inputSchema : value;
      return schema ? naiveValid(schema, actual, same) : 'unknown';
    }
    default:
      throw new Error(`the naive evaluator does not know ${op}`);
  }
}
