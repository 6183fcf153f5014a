'use client';

import { useMemo } from 'react';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState } from '@/components/shared/state-view';
import type { Json } from '@/lib/kernel/json';
import { compileDocument } from '@/lib/policy/compile';
import { readPolicyText } from '@/lib/policy/read-document';
import { compileForTests } from '@/lib/policy/run-tests';
import { toBeAllowed } from '@/lib/policy/to-be-allowed';
import { type TriedCall, tryCall } from '@/lib/policy/try-call';
import { catalogueOf } from '../explain/catalogue-of';
import type { DockProps } from '../explain/dock-props';
import { CallerForm } from './caller-form';
import { RecordedCalls } from './recorded-calls';
import { SaveTest } from './save-test';
import { TriedArguments } from './tried-arguments';
import type { TriedState } from './tried-call';
import { TriedRequest } from './tried-request';
import { Verdict } from './verdict';

interface TryDockProps extends DockProps {
  /** The text has an error, so that `document` is older than the text. */
  stale: boolean;
  state: TriedState;
  onState: (state: TriedState) => void;
}

/** What the gateway would decide by the text in the editor: the real engine, in the browser. Nothing is sent, nothing is charged. */
export function TryDock({ server, policy, document, tools, stale, state, onState, onSelect, onEdit }: TryDockProps) {
  const { call } = state;
  const cannotWrite = useRefusal('policy.write');
  const catalogue = useMemo(() => catalogueOf(tools), [tools]);
  const compiled = useMemo(() => (document === null ? null : compileDocument(document)), [document]);
  const tested = useMemo(() => (document === null ? null : compileForTests(document)), [document]);
  const live = useMemo(() => {
    const read = policy.liveText === null ? null : readPolicyText(policy.liveText).document;
    return read === null ? null : compileDocument(read);
  }, [policy.liveText]);
  const opened = useMemo(() => Date.now(), []);
  const tried = useMemo(() => {
    if (compiled === null || tested === null || call.tool === '') return null;
    const trial = tryCall(compiled, call, catalogue, server, opened);
    return {
      trial,
      tested: tryCall(tested, call, catalogue, server, opened),
      live: live === null ? null : tryCall(live, call, catalogue, server, opened),
      suggestions: call.method === undefined ? toBeAllowed(compiled, trial.call, catalogue, (key) => trial.used.get(key)) : [],
    };
  }, [compiled, tested, live, call, catalogue, server, opened]);
  const change = (part: Partial<TriedCall>) => onState({ ...state, call: { ...call, ...part } });
  const tool = call.method === undefined ? tools.find((one) => one.name === call.tool) : undefined;
  if (document === null) return <EmptyState title="A call can be tried as soon as the text has no errors" />;
  return (
    <section aria-label="Try a call" className="flex flex-col gap-3 p-3">
      {stale ? (
        <p role="status" className="-mx-3 -mt-3 border-line-soft border-b bg-sunken px-3 py-1.5 text-ink-2">
          The text has an error. Calls are decided by the text before it.
        </p>
      ) : null}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-meta text-ink-3">The real engine. Nothing is sent, nothing is charged.</p>
        <RecordedCalls server={server.slug} method={call.method ?? 'tools/call'} tool={tool?.name ?? ''} onPick={onState} />
      </div>
      <TriedRequest call={call} tools={tools} onCall={(next) => onState({ notes: [], call: next })} />
      {call.tool === '' ? null : (
        <>
          {call.method === 'resources/read' ? null : (
            <TriedArguments
              key={call.method}
              schema={(tool?.inputSchema ?? null) as Json | null}
              title={call.method === undefined || call.method === 'prompts/get' ? 'Arguments' : 'Parameters'}
              call={call}
              onChange={change}
            />
          )}
          <details className="group">
            <summary className="cursor-pointer text-ink-2">Caller and time</summary>
            <div className="pt-2">
              <CallerForm server={server.slug} call={call} onChange={change} />
            </div>
          </details>
        </>
      )}
      {state.notes.map((note) => (
        <p key={note} className="text-meta text-limited">
          {note}
        </p>
      ))}
      {tried === null ? null : (
        <div className="flex flex-col gap-3 border-line-soft border-t pt-3">
          <Verdict
            policy={policy}
            trial={tried.trial}
            method={call.method}
            live={tried.live}
            suggestions={tried.suggestions}
            onUsed={(counter, used) => change({ counters: { ...call.counters, [counter]: used } })}
            onArguments={(args) => change({ arguments: args })}
            onSelect={onSelect}
          />
          <div className="flex gap-2">
            <SaveTest
              call={call}
              opened={document.tests.findIndex((test) => test.name === state.test)}
              decision={tried.tested.decision}
              tests={document.tests}
              onRenamed={(test) => onState({ ...state, test })}
              refusal={cannotWrite ?? (stale ? 'Correct the error in the text first' : null)}
              onEdit={onEdit}
            />
          </div>
        </div>
      )}
    </section>
  );
}
