import { RESULT_BYTES_DEFAULT, RESULT_BYTES_MAX, type ResultRules } from '@/lib/domain/result-flags';
import { type PolicyDocument, type RuleBlock, SERVER_ASKS, type ServerAsk, type ServerRules, type TargetRules } from '../document';
import { ObjectReader, type Place } from '../reader';
import { readBlock } from './block';
import { readHide } from './hide';
import { readNamedBlocks } from './named-blocks';

/** Addresses of resources are longer than names. */
const ADDRESS_MAX = 2000;
const BYTES_MIN = 1024;

type TargetMembers = Pick<PolicyDocument, 'resources' | 'prompts' | 'server' | 'results'>;

/** Reads what a policy says of everything that is no tool call. What it does not speak of stays absent from the normal form. */
export function readTargetMembers(reader: ObjectReader): TargetMembers {
  const resources = readTargets(reader, 'resources', 'resource');
  const prompts = readTargets(reader, 'prompts', 'prompt');
  const server = readServer(reader);
  const results = readResults(reader);
  return {
    ...(resources === null ? null : { resources }),
    ...(prompts === null ? null : { prompts }),
    ...(server === null ? null : { server }),
    ...(results === null ? null : { results }),
  };
}

function readTargets(reader: ObjectReader, key: 'resources' | 'prompts', what: string): TargetRules | null {
  const place = present(reader, key);
  const targets = place === null ? null : ObjectReader.open('targets', place, reader.list);
  if (targets === null) return null;
  const all = present(targets, 'all');
  return {
    default: targets.word<'allow' | 'deny'>('default') ?? 'deny',
    hide: readHide(targets, ADDRESS_MAX),
    all: all === null ? null : readBlock('all_targets', `all ${key}`, all, reader.list),
    rules: readNamedBlocks(reader.list, targets.get('rules'), 'target', what, (name) => `${what} ${name}`, ADDRESS_MAX),
  };
}

function readServer(reader: ObjectReader): ServerRules | null {
  const place = present(reader, 'server');
  const server = place === null ? null : ObjectReader.open('server', place, reader.list);
  if (server === null) return null;
  const rules: Partial<Record<ServerAsk, RuleBlock>> = {};
  for (const ask of SERVER_ASKS) {
    const block = present(server, ask);
    if (block !== null) rules[ask] = readBlock('target', ask, block, reader.list);
  }
  return { default: server.word<'allow' | 'deny'>('default') ?? 'allow', rules };
}

function readResults(reader: ObjectReader): ResultRules | null {
  const place = present(reader, 'results');
  const results = place === null ? null : ObjectReader.open('results', place, reader.list);
  if (results === null) return null;
  const bytes = results.count('max_bytes');
  const bytesPlace = results.get('max_bytes');
  if (bytes !== null && bytesPlace !== undefined && (bytes < BYTES_MIN || bytes > RESULT_BYTES_MAX))
    reader.list.error(
      'number.range',
      bytesPlace.node,
      bytesPlace.pointer,
      `\`max_bytes\` lies between ${BYTES_MIN} and ${RESULT_BYTES_MAX}.`,
      'connections to servers end larger answers anyway',
    );
  return {
    max_bytes: bytes ?? RESULT_BYTES_DEFAULT,
    control: results.word<ResultRules['control']>('control') ?? 'pass',
    schema: results.word<ResultRules['schema']>('schema') ?? 'off',
  };
}

function present(reader: ObjectReader, key: string): Place | null {
  const place = reader.get(key);
  return place === undefined || place.node.kind === 'null' ? null : place;
}
