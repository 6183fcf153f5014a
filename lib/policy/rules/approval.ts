import type { ApprovalRule, Mode } from '../document';
import { durationSeconds } from '../duration';
import { ObjectReader, readText, wrongKind } from '../reader';
import { readConditions } from './conditions';

const APPROVER = /^(role|user):[^\s:]{1,200}$/;
const EXPIRES_SECONDS_MAX = 7 * 86_400;

/** What `approval: true` and `action: "approve"` ask for. */
export const PLAIN_APPROVAL: ApprovalRule = {
  when: [],
  approvers: ['role:approver'],
  count: 1,
  expires: '600s',
  reuse: 'once',
  mode: null,
};

/** Reads `approval`: null, false or nothing for none, true for the plain one, or an object. */
export function readApproval(reader: ObjectReader): ApprovalRule | null {
  const place = reader.get('approval');
  if (place === undefined || place.node.kind === 'null') return null;
  if (place.node.kind === 'boolean') return place.node.value ? PLAIN_APPROVAL : null;
  if (place.node.kind !== 'object') {
    wrongKind(reader.list, place, 'true, false or an object');
    return null;
  }
  const approval = ObjectReader.open('approval', place, reader.list);
  if (approval === null) return null;
  return {
    when: readConditions(approval, 'when'),
    approvers: readApprovers(approval),
    count: approval.count('count') ?? PLAIN_APPROVAL.count,
    expires: readDuration(approval, 'expires') ?? PLAIN_APPROVAL.expires,
    reuse: approval.text('reuse') === 'once' ? 'once' : (readDuration(approval, 'reuse') ?? PLAIN_APPROVAL.reuse),
    mode: approval.word<Mode>('mode'),
  };
}

function readApprovers(reader: ObjectReader): readonly string[] {
  if (!reader.has('approvers')) return PLAIN_APPROVAL.approvers;
  const place = reader.get('approvers');
  const approvers: string[] = [];
  for (const item of reader.items('approvers')) {
    const text = readText(reader.list, item, 210);
    if (text === null) continue;
    if (APPROVER.test(text)) approvers.push(text);
    else
      reader.list.error(
        'approver.unknown',
        item.node,
        item.pointer,
        `"${text.slice(0, 60)}" names no approver.`,
        'write role:approver or user:<e-mail>',
      );
  }
  if (place?.node.kind === 'array' && place.node.items.length === 0) {
    reader.list.error(
      'approver.none',
      place.node,
      place.pointer,
      'Nobody may approve, so this approval could never be given.',
      'name a role, or deny the tool',
    );
  }
  return approvers;
}

function readDuration(reader: ObjectReader, key: 'expires' | 'reuse'): string | null {
  const place = reader.get(key);
  const text = reader.text(key);
  if (place === undefined || text === null) return null;
  const seconds = durationSeconds(text);
  if (seconds !== null && seconds <= EXPIRES_SECONDS_MAX) return `${seconds}s`;
  reader.list.error(
    `${key}.wrong`,
    place.node,
    place.pointer,
    `\`${key}\` is a time of at most 7 days.`,
    key === 'reuse' ? '"once", or a time like "15m"' : 'for example "10m"',
  );
  return null;
}
