import { EMPTY_BLOCK, type Mode, type RuleBlock } from '../document';
import type { Section } from '../manifest';
import type { ProblemList } from '../problem';
import { ObjectReader, type Place } from '../reader';
import { readApproval } from './approval';
import { readConditionRules } from './conditions';
import { readDispatch } from './dispatch';
import { readLimits, readRateLimit } from './limits';
import { readRedaction } from './redaction';

/** What is read from a block, one line a key. A new rule kind adds a file and a line here, in the manifest and in the plan. */
const RULE_KINDS: { readonly [K in keyof RuleBlock]: (reader: ObjectReader, owner: string) => RuleBlock[K] } = {
  action: (reader) => reader.word<'allow' | 'deny' | 'approve'>('action') ?? 'allow',
  reason: (reader) => reader.text('reason'),
  require: (reader) => readConditionRules(reader, 'require'),
  deny_if: (reader) => readConditionRules(reader, 'deny_if'),
  limits: (reader) => readLimits(reader),
  rate_limit: (reader, owner) => readRateLimit(reader, `rate_limit(${owner})`),
  approval: (reader) => readApproval(reader),
  dispatch: (reader) => readDispatch(reader),
  mode: (reader) => reader.word<Mode>('mode'),
  redact: (reader) => readRedaction(reader),
};

/**
 * Reads the block of one tool, risk class or all tools, or of what is no tool. `owner` names the block where a counter needs a name of its own.
 * Keys that the section does not have were reported when it was opened, and read as absent.
 */
export function readBlock(
  section: Extract<Section, 'tool' | 'risk_rule' | 'all_tools' | 'target' | 'all_targets'>,
  owner: string,
  place: Place,
  list: ProblemList,
): RuleBlock {
  const reader = ObjectReader.open(section, place, list);
  if (reader === null) return EMPTY_BLOCK;
  const read = <K extends keyof RuleBlock>(key: K): RuleBlock[K] => RULE_KINDS[key](reader, owner);
  return {
    action: read('action'),
    reason: read('reason'),
    require: read('require'),
    deny_if: read('deny_if'),
    limits: read('limits'),
    rate_limit: read('rate_limit'),
    approval: read('approval'),
    dispatch: read('dispatch'),
    mode: read('mode'),
    redact: read('redact'),
  };
}
