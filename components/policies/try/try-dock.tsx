'use client';

import { useMemo, useState } from 'react';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState } from '@/components/shared/state-view';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import { compileDocument } from '@/lib/policy/compile';
import { readPolicyText } from '@/lib/policy/read-document';
import { compileForTests } from '@/lib/policy/run-tests';
import { toBeAllowed } from '@/lib/policy/to-be-allowed';
import { type TriedCall, tryCall } from '@/lib/policy/try-call';
import { exampleArguments } from '../example-arguments';
import { catalogueOf } from '../explain/catalogue-of';
import type { DockProps } from '../explain/dock-props';
import { argumentFields, undeclaredNames, withArgument } from './argument-fields';
import { ArgumentForm } from './argument-form';
import { CallerForm } from './caller-form';
import { RecordedCalls } from './recorded-calls';
import { SaveTest } from './save-test';
import type { TriedState } from './tried-call';
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
      suggestions: toBeAllowed(compiled, trial.call, catalogue, (key) => trial.used.get(key)),
    };
  }, [compiled, tested, live, call, catalogue, server, opened]);
  const change = (part: Partial<TriedCall>) => onState({ ...state, call: { ...call, ...part } });
  const tool = tools.find((one) => one.name === call.tool);
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
        <RecordedCalls server={server.slug} tool={tool?.name ?? ''} onPick={onState} />
      </div>
      <Field label="Tool" error={call.tool !== '' && tool === undefined ? 'This server has no such tool; it is tried all the same.' : null}>
        <Input
          list="tried-tools"
          className="font-mono"
          placeholder={tools.length === 0 ? 'This server has no tools yet' : 'Type or choose a tool'}
          value={call.tool}
          onChange={(event) => {
            const next = tools.find((one) => one.name === event.target.value);
            const start = next === undefined ? {} : exampleArguments(next.inputSchema);
            onState({ notes: [], call: { ...call, tool: event.target.value, arguments: isJsonObject(start) ? start : {}, counters: {} } });
          }}
        />
      </Field>
      <datalist id="tried-tools">
        {tools.map((one) => (
          <option key={one.id} value={one.name}>{`${one.category}, ${one.risk} risk`}</option>
        ))}
      </datalist>
      {call.tool === '' ? null : (
        <>
          <Arguments schema={(tool?.inputSchema ?? null) as Json | null} call={call} onChange={change} />
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

/** The arguments as a form made from the tool's schema, or as JSON; both write the same value. */
function Arguments({ schema, call, onChange }: { schema: Json | null; call: TriedCall; onChange: (part: Partial<TriedCall>) => void }) {
  const fields = useMemo(() => argumentFields(schema), [schema]);
  const [asJson, setAsJson] = useState(false);
  const [draft, setDraft] = useState<{ text: string; of: TriedCall['arguments'] } | null>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const undeclared = undeclaredNames(call.arguments, fields);
  const json = asJson || fields.length === 0;
  const text = draft !== null && draft.of === call.arguments ? draft.text : JSON.stringify(call.arguments, null, 2);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <span className="font-medium">Arguments</span>
        {fields.length === 0 ? null : (
          <Button size="sm" variant="ghost" className="px-1.5" onClick={() => setAsJson(!asJson)}>
            {asJson ? 'As a form' : 'As JSON'}
          </Button>
        )}
      </div>
      {json ? (
        <Field label="Arguments as JSON" hideLabel error={mistake}>
          <Textarea
            rows={6}
            className="font-mono text-meta"
            value={text}
            onChange={(event) => {
              const typed = event.target.value;
              try {
                const value = JSON.parse(typed === '' ? '{}' : typed) as Json;
                if (!isJsonObject(value)) throw new Error('Arguments are one JSON object.');
                setMistake(null);
                setDraft({ text: typed, of: value });
                onChange({ arguments: value });
              } catch (cause) {
                setMistake(`${cause instanceof Error ? cause.message : 'This is not JSON.'} The last valid arguments are tried.`);
                setDraft({ text: typed, of: call.arguments });
              }
            }}
          />
        </Field>
      ) : (
        <ArgumentForm
          fields={fields}
          value={call.arguments}
          onChange={(path, value) => onChange({ arguments: withArgument(call.arguments, path, value) })}
        />
      )}
      {!json && undeclared.length > 0 ? (
        <p className="text-meta text-limited">{undeclared.join(', ')}: not declared by the tool's schema. See the arguments as JSON.</p>
      ) : null}
    </div>
  );
}
