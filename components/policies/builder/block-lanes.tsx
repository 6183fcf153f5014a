'use client';

import { plural } from '@/components/shared/format';
import type { JsonObject } from '@/lib/kernel/json';
import { compose } from '@/lib/policy/edit/compose';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { setValue } from '@/lib/policy/edit/set-value';
import { ApprovalCard } from './approval-card';
import { BlockExtras } from './block-extras';
import type { BlockView } from './block-view';
import { type EditOptions, type Step, useBuilder } from './builder-context';
import { ConditionRule } from './condition-rule';
import { Lane } from './lane';
import { LimitCard } from './limit-card';
import type { PolicyView } from './policy-view';
import { type Row, ruleCount } from './rows';
import { firstCondition } from './rule-edits';
import { listFirst } from './state-edits';
import { TARGET_KINDS } from './target-rows';

/** Must have, block if, limits, then those of every tool, and what asks a human last: the engine's own order. */
export function BlockLanes({ row }: { row: Row }) {
  const builder = useBuilder();
  const block = row.block ?? emptyBlock(row.pointer);
  const declared = builder.pathsOf(row);
  const denied = block.action === 'deny';
  const every = everyOf(row, builder.valid.view);
  const [first] = declared.filter((option) => option.required);
  const put = (step: Step, options: EditOptions) => builder.edit((text) => compose(text, ...listFirst(row), step), options);
  const add = (key: string, value: JsonObject, at: number, token: string) =>
    put((text) => insertItem(text, `${row.pointer}/${key}`, value), {
      select: `${row.pointer}/${key}/${at}`,
      open: `${row.pointer}/${key}/${at}/${token}`,
    });
  const hasApproval = block.approval !== null || block.action === 'approve';
  const number = declared.find((option) => option.kind === 'number');
  const limits = [
    ...block.limits.map((limit) => <LimitCard key={limit.pointer} limit={limit} block={block} declared={declared} />),
    ...(block.rate_limit === null ? [] : [<LimitCard key="rate" limit={block.rate_limit} block={block} declared={declared} />]),
  ];
  return (
    <>
      {denied ? (
        <p className="rounded-control bg-sunken px-3 py-2 text-ink-2">
          Denied before any rule is looked at.{ruleCount(block) > 0 ? ' The rules below are kept and decide nothing.' : ''}
        </p>
      ) : null}
      {row.kind === 'tool' && row.block === null && !builder.inert && row.state?.outcome !== 'hidden' ? (
        <p className="rounded-control bg-sunken px-3 py-2 text-ink-2">
          {row.state?.block == null
            ? `The first rule lists this tool: it is then allowed under its rules${builder.valid.view.default === 'allow' ? '' : ' and no longer denied by default'}.`
            : `Its rules come from ${row.state.by}. The first rule here starts from a copy of them.`}
        </p>
      ) : null}
      {row.kind === 'risk' && row.block === null && !builder.inert && builder.valid.view.default !== 'allow' ? (
        <p className="rounded-control bg-sunken px-3 py-2 text-ink-2">
          The first rule speaks for this class: its tools are then allowed under its rules and no longer denied by default.
        </p>
      ) : null}
      <Lane
        step={1}
        title="Must have"
        about="every one must hold; one that cannot be judged does not"
        join="and"
        empty="Nothing is required."
        add={[
          {
            label: 'Requirement',
            run: () => add('require', firstCondition(first ?? declared[0], 'require'), block.require.length, 'path'),
          },
        ]}
      >
        {block.require.map((rule) => (
          <ConditionRule key={rule.pointer} rule={rule} stage="require" declared={declared} fallback={block.reason} />
        ))}
      </Lane>
      <Lane
        step={2}
        title="Block if"
        about="any one is enough; one that cannot be judged blocks"
        join="or"
        empty="Nothing is blocked by its arguments."
        add={[
          { label: 'Block', run: () => add('deny_if', firstCondition(number ?? declared[0], 'deny_if'), block.deny_if.length, 'path') },
        ]}
      >
        {block.deny_if.map((rule) => (
          <ConditionRule key={rule.pointer} rule={rule} stage="deny_if" declared={declared} fallback={block.reason} />
        ))}
      </Lane>
      <Lane
        step={3}
        title="Limits"
        about={`a ${row.kind === 'target' ? 'request' : 'call'} is charged to all of them or to none`}
        join="and"
        empty={row.kind === 'target' ? 'As often as anybody likes.' : 'Called as often as the agent likes.'}
        add={[
          {
            label: 'Limit',
            run: () => add('limits', { counter: counterName(row, block), window: 'day', max: 100 }, block.limits.length, 'max'),
          },
          ...(block.rate_limit === null
            ? [
                {
                  label: 'Rate',
                  run: () =>
                    void put((text) => setValue(text, `${row.pointer}/rate_limit`, '10/minute'), { open: `${row.pointer}/rate_limit/max` }),
                },
              ]
            : []),
        ]}
      >
        {limits}
      </Lane>
      {every === null ? null : (
        <Lane step={4} title={every.title} about={every.about} empty="">
          {[
            <p key="every" className="text-ink-2">
              {every.block === null || ruleCount(every.block) === 0
                ? `No rule holds for ${every.title.toLowerCase()}. `
                : `${everyWords(every.block)}. `}
              {every.block === null && every.pointer !== '/all_tools' ? null : (
                <button
                  type="button"
                  className="text-accent underline-offset-2 hover:underline"
                  onClick={() => builder.select(every.pointer)}
                >
                  Show the rules for {every.title.toLowerCase()}
                </button>
              )}
            </p>,
          ]}
        </Lane>
      )}
      {row.kind === 'target' ? null : (
        <Lane
          step={every === null ? 4 : 5}
          title="Ask a human"
          about="asked last: whatever refuses a call beats a question"
          empty="Nobody is asked."
          add={
            hasApproval
              ? []
              : [
                  {
                    label: 'Approval',
                    run: () =>
                      void put(
                        (text) => setValue(text, `${row.pointer}/approval`, number ? { when: [firstCondition(number, 'when')] } : true),
                        {
                          select: `${row.pointer}/approval`,
                          open: number ? `${row.pointer}/approval/when/0/value` : `${row.pointer}/approval/approvers`,
                        },
                      ),
                  },
                ]
          }
        >
          {hasApproval ? [<ApprovalCard key="approval" block={block} declared={declared} />] : []}
        </Lane>
      )}
      <BlockExtras row={row} block={block} declared={declared} />
    </>
  );
}

/** The rules that hold after those of this row, whatever it is; null where there are none such. */
function everyOf(row: Row, view: PolicyView): { title: string; about: string; pointer: string; block: BlockView | null } | null {
  if (row.kind === 'every') return null;
  if (row.kind !== 'target')
    return { title: 'Every tool', about: 'then the rules that hold for all tools', pointer: '/all_tools', block: view.all_tools };
  const kind = row.pointer.startsWith('/resources/rules/') ? 'resources' : row.pointer.startsWith('/prompts/rules/') ? 'prompts' : null;
  if (kind === null) return null;
  const { every, title } = TARGET_KINDS[kind];
  return {
    title: every,
    about: `then the rules that hold for all ${title.toLowerCase()}`,
    pointer: `/${kind}/all`,
    block: view[kind]?.all ?? null,
  };
}

/** A name that no other limit has yet, so that two tools do not share a counter by chance. */
function counterName(row: Row, block: BlockView): string {
  const start =
    row.kind === 'every'
      ? 'all_calls'
      : row.kind === 'risk'
        ? `${row.category}_calls`
        : row.kind === 'target'
          ? `${row.pointer.split('/')[1]}_used`
          : row.name.replaceAll('*', 'all');
  const taken = new Set(block.limits.map((limit) => limit.counter));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? start : `${start}_${n}`;
    if (!taken.has(name)) return name;
  }
}

function everyWords(block: BlockView): string {
  const limits = block.limits.length + (block.rate_limit === null ? 0 : 1);
  return [
    block.require.length > 0 ? plural(block.require.length, 'requirement') : '',
    block.deny_if.length > 0 ? plural(block.deny_if.length, 'block') : '',
    limits > 0 ? plural(limits, 'limit') : '',
    block.approval === null ? '' : 'an approval',
  ]
    .filter(Boolean)
    .join(', ');
}

function emptyBlock(pointer: string): BlockView {
  return {
    pointer,
    source: '',
    odd: false,
    action: null,
    reason: null,
    require: [],
    deny_if: [],
    limits: [],
    rate_limit: null,
    approval: null,
    dispatch: null,
    mode: null,
    redact: [],
    unknown: [],
  };
}
