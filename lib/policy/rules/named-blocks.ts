import type { RuleBlock } from '../document';
import type { Section } from '../manifest';
import type { ProblemList } from '../problem';
import { ChildPlace, type Place, wrongKind } from '../reader';
import { readBlock } from './block';
import { NAME_MAX } from './hide';

/**
 * Reads blocks by name or pattern. `what` is the word for one of them in problems, `owner` names the block where a counter needs a name of
 * its own.
 */
export function readNamedBlocks(
  list: ProblemList,
  place: Place | undefined,
  section: Extract<Section, 'tool' | 'target'>,
  what: string,
  owner: (name: string) => string,
  max = NAME_MAX,
): Record<string, RuleBlock> {
  const blocks: Record<string, RuleBlock> = {};
  if (place === undefined || place.node.kind === 'null') return blocks;
  if (place.node.kind !== 'object') {
    wrongKind(list, place, `an object with ${what} names as keys`);
    return blocks;
  }
  for (const member of place.node.members) {
    const child = new ChildPlace(member.value, place, member.key);
    // A tool may be called `x-…`; here keys are names, so nothing is set aside for the author.
    if (member.key.trim() === '' || member.key.length > max) {
      list.error(`${what}.name`, member.keySpan, child.pointer, `A ${what} name has 1 to ${max} characters.`);
    }
    blocks[member.key] = readBlock(section, owner(member.key), child, list);
  }
  return blocks;
}
