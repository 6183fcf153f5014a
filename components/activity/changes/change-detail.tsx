'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Change } from '@/components/shared/api/wire';
import { changeWords } from '@/components/shared/change-words';
import { CopyButton } from '@/components/shared/copy-button';
import { Id } from '@/components/shared/id-text';
import { JsonView } from '@/components/shared/json-view';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Facts } from '@/components/ui/panel';
import { differencesOf, leafWords, pathWords } from './differences';

/** A change by its id, so that a link to it works wherever it is in the list. */
export function ChangeLoader({ id, known }: { id: string; known: Change | undefined }) {
  const query = useQuery({
    queryKey: ['change', id],
    queryFn: ({ signal }) => api<Change>('GET', `/changes/${encodeURIComponent(id)}`, { signal }),
    initialData: known,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Loaded query={query} what="This change">
      {(change) => <ChangeDetail change={change} />}
    </Loaded>
  );
}

function ChangeDetail({ change }: { change: Change }) {
  const [json, setJson] = useState(false);
  const { lines, more } = differencesOf(change.before, change.after);
  return (
    <div className="flex flex-col gap-5">
      <p className="text-read">
        <span className="font-medium">{change.actor.name}</span> {changeWords(change)}{' '}
        <InertText text={change.entityName ?? change.entityId} max={200} />
      </p>
      <Facts
        items={[
          ['Time', <Time key="t" at={change.at} exact />],
          ['Who', `${change.actor.name} (${change.actor.kind === 'key' ? 'management key' : change.actor.kind})`],
          [
            'Action',
            <code key="a" className="font-mono text-meta">
              {change.action}
            </code>,
          ],
          ['Id', <Id key="e" value={change.entityId} max={28} />],
          ['Request', change.requestId ? <Id key="r" value={change.requestId} max={28} /> : null],
          [
            'Change',
            <span key="c" className="flex items-center gap-1">
              <Id value={change.id} max={28} />
              <CopyButton
                text={`${typeof window === 'undefined' ? '' : window.location.origin}/activity/changes?sel=${change.id}`}
                label="Copy link"
              />
            </span>,
          ],
        ]}
      />
      <section>
        <h3 className="mb-1.5 flex items-center justify-between text-meta font-medium text-ink-3">
          What changed
          {change.before === null && change.after === null ? null : (
            <Button size="sm" variant="ghost" aria-pressed={json} onClick={() => setJson(!json)}>
              {json ? 'Show in words' : 'Show as JSON'}
            </Button>
          )}
        </h3>
        {json ? <BeforeAndAfter change={change} /> : <InWords lines={lines} more={more} change={change} />}
      </section>
    </div>
  );
}

function InWords({ lines, more, change }: ReturnType<typeof differencesOf> & { change: Change }) {
  if (change.before === null && change.after === null) return <p className="text-ink-2">This action has no before and after.</p>;
  if (lines.length === 0) return <p className="text-ink-2">Everything stayed as it was.</p>;
  return (
    <dl className="flex flex-col gap-2">
      {lines.map(({ path, before, after }) => (
        <div key={path} className="overflow-hidden rounded-control border border-line-soft">
          <dt className="bg-sunken px-2 py-0.5 text-meta text-ink-2">
            <InertText text={pathWords(path) || 'value'} max={120} />
          </dt>
          {before === undefined ? null : <Side sign="−" word="before" look="bg-removed" value={before} />}
          {after === undefined ? null : <Side sign="+" word="after" look="bg-added" value={after} />}
        </div>
      ))}
      {more > 0 ? <p className="text-ink-2">and {more} more; see them as JSON.</p> : null}
    </dl>
  );
}

function Side({ sign, word, look, value }: { sign: string; word: string; look: string; value: unknown }) {
  return (
    <dd className={`flex gap-2 px-2 py-0.5 ${look}`}>
      <span aria-hidden className="font-mono">
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 whitespace-pre-wrap break-words">
        <InertText text={leafWords(value)} max={4_000} />
      </span>
    </dd>
  );
}

function BeforeAndAfter({ change }: { change: Change }) {
  return (
    <div className="flex flex-col gap-3">
      {(['before', 'after'] as const).map((side) => (
        <div key={side}>
          <h4 className="mb-1 text-meta text-ink-3">{side === 'before' ? 'Before' : 'After'}</h4>
          {change[side] === null ? <p className="text-ink-3">nothing</p> : <JsonView value={change[side]} label={side} />}
        </div>
      ))}
    </div>
  );
}
