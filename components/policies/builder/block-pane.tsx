'use client';

import { Trash2 } from 'lucide-react';
import { plural } from '@/components/shared/format';
import { RiskBars } from '@/components/shared/risk-bars';
import { UnverifiedText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setToolState } from '@/lib/policy/edit/set-tool-state';
import { blockState, choiceOf, type ToolStateName } from '@/lib/policy/edit/tool-state';
import { BlockLanes } from './block-lanes';
import { problemsOfBlock, type Step, useBuilder } from './builder-context';
import { JsonToken } from './json-token';
import { NoteLine } from './note-line';
import { ProblemLines } from './problem-lines';
import type { Row } from './rows';
import { UnknownKeys } from './rule-card';
import { setOrRemove } from './rule-edits';
import { SentenceToken } from './sentence-token';
import { StateControl } from './state-control';
import { setClassState } from './state-edits';
import { stateWords } from './state-words';

/** What the policy says about one row, in the order in which the engine looks at it. */
export function BlockPane({ row }: { row: Row }) {
  const builder = useBuilder();
  const { valid, inert } = builder;
  const tool = row.kind === 'tool' ? builder.tools.get(row.name) : undefined;
  const { block, state } = row;
  const hidingPattern = state?.choice === 'hide' && state.by !== null;
  const setState = (choice: ToolStateName) => {
    const { category } = row;
    const step: Step =
      row.kind === 'risk' && category !== null ? setClassState(block, category, choice) : (text) => setToolState(text, [row.name], choice);
    builder.edit(step, choice === 'inherit' && block !== null ? { undo: `What the policy said about ${row.name} was removed` } : {});
  };
  return (
    <div className="flex flex-col">
      <header className="flex flex-col gap-2 pb-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 font-mono text-section font-semibold [overflow-wrap:anywhere]">{row.name}</h2>
          {row.risk && tool ? <RiskBars risk={row.risk} category={row.category} reasons={tool.reasons} /> : null}
          {row.kind === 'tool' && !row.listed ? <span className="text-meta text-limited">not a tool of this server</span> : null}
          {row.pending ? <span className="text-meta text-limited">waits for approval: refused whatever the policy says</span> : null}
          {row.covers !== null ? (
            <span className="text-meta text-ink-3">
              {row.kind === 'every'
                ? `applies to all ${plural(row.covers, 'tool')}`
                : row.block === null
                  ? `${plural(row.covers, 'tool')} here, by default so far`
                  : `decides ${plural(row.covers, 'tool')} here`}
            </span>
          ) : null}
          {inert || block === null ? null : (
            <Button
              size="icon"
              variant="ghost"
              label="Remove from policy"
              className="-my-1 ml-auto size-7"
              onClick={() => builder.edit((text) => removeAt(text, row.pointer), { undo: `${row.name} removed from the policy` })}
            >
              <Trash2 aria-hidden className="size-3.5" />
            </Button>
          )}
        </div>
        {row.kind === 'every' ? (
          <p className="text-ink-2">These rules hold for every call, after the tool's own.</p>
        ) : (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <StateControl
              value={
                row.kind === 'risk'
                  ? block === null
                    ? 'inherit'
                    : choiceOf(blockState(block, 'allowed').outcome)
                  : (state?.choice ?? null)
              }
              options={row.kind === 'risk' ? ['inherit', 'allow', 'ask', 'deny'] : ['inherit', 'allow', 'ask', 'deny', 'hide']}
              disabled={inert || hidingPattern}
              onChange={setState}
            />
            <span className="text-ink-2">
              {state ? stateWords(state) : block === null ? `${valid.view.default === 'allow' ? 'Allowed' : 'Denied'} (by default)` : null}
              {state && row.kind !== 'pattern' ? (
                <span className="text-ink-3"> · agent sees it: {state.outcome === 'hidden' || row.pending ? 'no' : 'yes'}</span>
              ) : null}
            </span>
            {hidingPattern ? (
              <span className="text-meta text-ink-3">
                {state.by} hides it.{' '}
                <button type="button" className="text-accent underline-offset-2 hover:underline" onClick={() => builder.select('/hide')}>
                  Change the hidden tools
                </button>
              </span>
            ) : null}
          </div>
        )}
        {block?.action === 'deny' || block?.reason ? (
          <SentenceToken
            id={`${row.pointer}/reason`}
            what="Reason for the agent"
            value={block.reason}
            empty="+ reason for the agent"
            words={(text) => `agent sees “${text}”`}
            hint="What the agent reads when the tool is denied, and where a rule has no message of its own."
            write={(text) => setOrRemove(`${row.pointer}/reason`, text)}
          />
        ) : null}
        {block === null ? null : <NoteLine pointer={row.pointer} />}
        {block === null ? null : <UnknownKeys keys={block.unknown} />}
        <ProblemLines problems={problemsOfBlock(builder.problems, row.pointer)} />
        {tool?.description ? <UnverifiedText from="server" text={tool.description} className="max-h-16 overflow-hidden text-meta" /> : null}
      </header>
      {block?.odd ? <JsonToken pointer={row.pointer} literal={block.source} what="Block" /> : <BlockLanes row={row} />}
    </div>
  );
}
