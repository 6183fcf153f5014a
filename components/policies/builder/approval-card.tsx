'use client';

import { WordPicker } from '@/components/shared/word-picker';
import { durationSeconds } from '@/lib/policy/duration';
import { addWhen, setApproval } from './approval-edits';
import type { PathOption } from './argument-paths';
import type { BlockView } from './block-view';
import { useBuilder } from './builder-context';
import { ChipsEditor } from './chips-editor';
import { ConditionLine } from './condition-line';
import { JsonToken } from './json-token';
import { LineEditor } from './line-editor';
import { RuleCard } from './rule-card';
import { firstCondition } from './rule-edits';
import { Token } from './token';
import { approverWords, timeWords } from './value-words';

const WEEK_S = 7 * 86_400;
const isTime = (text: string) => {
  const seconds = durationSeconds(text);
  return seconds !== null && seconds <= WEEK_S ? null : 'A time of at most 7 days, such as 10m or 2h.';
};

/** `Ask 1 of approver within 10 minutes, otherwise deny`, whichever way it is written. */
export function ApprovalCard({ block, declared }: { block: BlockView; declared: readonly PathOption[] }) {
  const builder = useBuilder();
  const { approval } = block;
  const always = block.action === 'approve';
  const pointer = approval === null ? `${block.pointer}/action` : approval.pointer;
  const set = (key: string, value: string | number | readonly string[] | null) => builder.edit(setApproval(block, key, value));
  const approvers = approval?.approvers ?? ['role:approver'];
  const reuse = approval?.reuse ?? 'once';
  if (approval?.form === 'odd')
    return (
      <RuleCard pointer={pointer} what="Approval" listed={false}>
        <JsonToken pointer={pointer} literal={approval.literal} />
      </RuleCard>
    );
  const when = always ? [] : (approval?.when ?? []);
  const used = new Set(when.map((condition) => condition.path));
  const next =
    declared.find((option) => option.kind === 'number' && !used.has(option.path)) ?? declared.find((option) => !used.has(option.path));
  const add = () =>
    builder.edit(addWhen(block, firstCondition(next, 'when')), {
      open: `${block.pointer}/approval/when/${approval?.when.length ?? 0}/path`,
    });
  return (
    <RuleCard
      pointer={pointer}
      what="Approval"
      mode={{ value: approval?.mode ?? null, write: (mode) => setApproval(block, 'mode', mode) }}
      unknown={approval?.unknown ?? []}
      listed={false}
      onAddCondition={add}
      message={
        always && (approval?.when.length ?? 0) > 0 ? (
          <span className="text-meta text-limited">The state Ask asks always; its conditions are not looked at.</span>
        ) : null
      }
    >
      <span className="text-ink-2">Ask</span>
      <Token id={`${pointer}/count`} what="How many people" look="value" words={approval?.count ?? '1'}>
        {(close) => (
          <LineEditor
            kind="number"
            label="How many different people must approve"
            start={approval?.count ?? '1'}
            check={(value) => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? null : 'A whole number above 0.')}
            onTake={(literal) => {
              close();
              set('count', literal === '1' ? null : Number(literal));
            }}
          />
        )}
      </Token>
      <span className="text-ink-2">of</span>
      <Token id={`${pointer}/approvers`} what="Approvers" look="value" words={approvers.map(approverWords).join(', ') || 'nobody'}>
        {(close) => (
          <ChipsEditor
            label="Approvers"
            hint="role:approver, role:admin or user:<e-mail>. Never the owner of the agent."
            start={approvers}
            suggestions={['role:approver', 'role:admin']}
            check={(values) =>
              values.length === 0
                ? 'Nobody could approve: name somebody, or deny the tool.'
                : values.every((value) => /^(role|user):[^\s:]{1,200}$/.test(value))
                  ? null
                  : 'Write role:<role> or user:<e-mail>.'
            }
            onTake={(values) => {
              close();
              set('approvers', values);
            }}
          />
        )}
      </Token>
      <span className="text-ink-2">within</span>
      <Token
        id={`${pointer}/expires`}
        what="Waits"
        look="value"
        words={approval?.expires == null ? '10 minutes' : timeWords(approval.expires)}
      >
        {(close) => (
          <WordPicker
            label="Waits"
            value={approval?.expires ?? '10m'}
            words={['1m', '5m', '10m', '30m', '1h', '1d']}
            shown={timeWords}
            typed={{ placeholder: '45m, 2h, 3d', check: isTime }}
            onTake={(value) => {
              close();
              set('expires', value);
            }}
          />
        )}
      </Token>
      <span className="text-ink-2">then deny;</span>
      <Token
        id={`${pointer}/reuse`}
        what="Holds for"
        look="value"
        className="font-sans"
        words={reuse === 'once' ? 'holds for this call' : `holds ${timeWords(reuse)} for the same arguments`}
      >
        {(close) => (
          <WordPicker
            label="Holds for"
            value={reuse}
            words={['once', '5m', '15m', '1h', '1d']}
            shown={(value) => (value === 'once' ? 'This call alone' : `The same arguments for ${timeWords(value)}`)}
            typed={{ placeholder: '45m, 2h, 3d', check: isTime }}
            onTake={(value) => {
              close();
              set('reuse', value === 'once' ? null : value);
            }}
          />
        )}
      </Token>
      <span className="text-ink-2">{when.length === 0 ? 'for every call' : 'if'}</span>
      {when.map((condition, index) => (
        <span key={condition.pointer} className="inline-flex max-w-full flex-wrap items-center gap-1">
          {index > 0 ? <span className="px-0.5 text-ink-3">and</span> : null}
          <ConditionLine condition={condition} declared={declared} removable />
        </span>
      ))}
    </RuleCard>
  );
}
