import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Facts, Reader } from './facts';
import { localTime } from './local-time';
import type { Path, Segment } from './path';

/** A closure that reads a path without wildcards. `timezone` is an IANA name and concerns `time.*` only. */
export function compileReader(path: Path, timezone: string): Reader {
  const root = rootReader(path, timezone);
  const rest = path.root === 'args' ? path.segments : path.segments.slice(1);
  if (rest.length === 0) return root;
  const [only] = rest;
  if (rest.length === 1 && only?.kind === 'key') {
    const { key } = only;
    return (facts) => own(root(facts), key);
  }
  return (facts) => {
    let value = root(facts);
    for (const segment of rest) {
      if (value === undefined) return undefined;
      value = step(value, segment);
    }
    return value;
  };
}

/** Every value that a path with `[*]` stands for; undefined marks a place where the value is missing or no list is found. */
export function compileManyReader(path: Path, timezone: string): (facts: Facts) => readonly (Json | undefined)[] {
  const root = rootReader(path, timezone);
  const rest = path.root === 'args' ? path.segments : path.segments.slice(1);
  return (facts) => {
    const found: (Json | undefined)[] = [];
    collect(root(facts), rest, 0, found);
    return found;
  };
}

function collect(value: Json | undefined, segments: readonly Segment[], at: number, found: (Json | undefined)[]): void {
  const segment = segments[at];
  if (segment === undefined || value === undefined) {
    found.push(value);
  } else if (segment.kind !== 'every') {
    collect(step(value, segment), segments, at + 1, found);
  } else if (Array.isArray(value)) {
    for (const element of value as readonly Json[]) collect(element, segments, at + 1, found);
  } else {
    found.push(undefined);
  }
}

function step(value: Json, segment: Segment): Json | undefined {
  if (segment.kind === 'key') return own(value, segment.key);
  if (segment.kind === 'index' && Array.isArray(value)) return (value as readonly Json[])[segment.index];
  return undefined;
}

/** An own member of an object: what a prototype would answer is never a value. */
function own(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function rootReader(path: Path, timezone: string): Reader {
  const first = path.segments[0];
  const field = first?.kind === 'key' ? first.key : '';
  switch (`${path.root}.${path.root === 'args' ? '' : field}`) {
    case 'args.':
      return (facts) => facts.args;
    case 'tool.name':
      return (facts) => facts.toolName;
    case 'tool.risk':
      return (facts) => facts.tool?.risk;
    case 'tool.category':
      return (facts) => facts.category;
    case 'agent.name':
      return (facts) => facts.call.agent.name;
    case 'agent.owner':
      return (facts) => facts.call.agent.owner;
    case 'agent.environment':
      return (facts) => facts.call.agent.environment;
    case 'agent.labels':
      return (facts) => facts.call.agent.labels;
    case 'grant.scopes':
      return (facts) => facts.call.grant.scopes;
    case 'grant.purpose':
      return (facts) => facts.call.grant.purpose;
    case 'client.name':
      return (facts) => facts.call.client?.name;
    case 'server.slug':
      return (facts) => facts.call.server.slug;
    case 'time.hour':
      return (facts) => localTime(facts.call.at, timezone)?.hour;
    case 'time.weekday':
      return (facts) => localTime(facts.call.at, timezone)?.weekday;
    case 'time.iso':
      return (facts) => localTime(facts.call.at, timezone)?.iso;
    default:
      return () => undefined;
  }
}
