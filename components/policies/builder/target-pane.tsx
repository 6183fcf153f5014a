'use client';

import { ChevronLeft, Trash2 } from 'lucide-react';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { BlockLanes } from './block-lanes';
import { problemsOfBlock, useBuilder } from './builder-context';
import { JsonToken } from './json-token';
import { NoteLine } from './note-line';
import { ProblemLines } from './problem-lines';
import type { Row } from './rows';
import { UnknownKeys } from './rule-card';
import { setOrRemove } from './rule-edits';
import { SentenceToken } from './sentence-token';
import { StateControl } from './state-control';
import { isForEvery, targetWords } from './target-rows';

/** What the policy says of a resource, a prompt, or something that the server asks for. */
export function TargetPane({ row }: { row: Row }) {
  const builder = useBuilder();
  const { block, pointer } = row;
  if (block === null) return null;
  const every = isForEvery(pointer);
  return (
    <div className="flex flex-col">
      <header className="flex flex-col gap-2 pb-3">
        <button
          type="button"
          className="inline-flex min-h-6 items-center gap-1 self-start text-meta text-accent hover:underline"
          onClick={() => builder.select('')}
        >
          <ChevronLeft aria-hidden className="size-3.5" />
          Policy
        </button>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 font-mono text-section font-semibold [overflow-wrap:anywhere]">
            <InertText text={row.name} max={500} />
          </h2>
          <span className="text-meta text-ink-3">{targetWords(pointer)}</span>
          {builder.inert ? null : (
            <Button
              size="icon"
              variant="ghost"
              label="Remove from policy"
              className="-my-1 ml-auto size-7"
              onClick={() => builder.edit((text) => removeAt(text, pointer), { undo: `${row.name} removed from the policy`, select: '' })}
            >
              <Trash2 aria-hidden className="size-3.5" />
            </Button>
          )}
        </div>
        {every ? (
          <p className="text-ink-2">These rules hold for each of them, after its own.</p>
        ) : (
          <div className="flex">
            <StateControl
              label={`State of ${row.name}`}
              value={block.odd ? null : block.action === 'deny' ? 'deny' : 'allow'}
              options={['allow', 'deny']}
              disabled={builder.inert || block.odd}
              onChange={(choice) => builder.edit(setOrRemove(`${pointer}/action`, choice === 'deny' ? 'deny' : null))}
            />
          </div>
        )}
        {block.action === 'deny' || block.reason ? (
          <SentenceToken
            id={`${pointer}/reason`}
            what="Reason for the agent"
            value={block.reason}
            empty="+ reason for the agent"
            words={(text) => `agent sees “${text}”`}
            hint="What is told when it is denied, and where a rule has no message of its own."
            write={(text) => setOrRemove(`${pointer}/reason`, text)}
          />
        ) : null}
        <NoteLine pointer={pointer} />
        <UnknownKeys keys={block.unknown} />
        <ProblemLines problems={problemsOfBlock(builder.problems, pointer)} />
      </header>
      {block.odd ? <JsonToken pointer={pointer} literal={block.source} what="Block" /> : <BlockLanes row={row} />}
    </div>
  );
}
