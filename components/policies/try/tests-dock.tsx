'use client';

import { CircleCheck, CircleX, Play, RefreshCw, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { toast } from '@/components/ui/toaster';
import { factsOfTarget } from '@/lib/domain/target-methods';
import type { PolicyTest } from '@/lib/policy/document';
import { outcomeOf, runPolicyTests, type TestResult } from '@/lib/policy/run-tests';
import { catalogueOf } from '../explain/catalogue-of';
import type { DockProps } from '../explain/dock-props';
import { RenameTest } from './rename-test';
import { expectWhatComes, removeTest, renameTest } from './test-edits';
import { callOfTest, type TriedState } from './tried-call';

interface TestsDockProps extends DockProps {
  stale: boolean;
  onTry: (state: TriedState) => void;
}

/** The policy's own tests, run by the engine whenever the text changes. */
export function TestsDock({ server, document, tools, stale, onTry, onSelect, onEdit }: TestsDockProps) {
  const cannotWrite = useRefusal('policy.write');
  const refusal = cannotWrite ?? (stale ? 'Correct the error in the text first' : null);
  const results = useMemo(
    () => (document === null ? [] : runPolicyTests(document, catalogueOf(tools), server, Date.now())),
    [document, tools, server],
  );
  if (document === null || results.length === 0)
    return (
      <EmptyState title="No tests yet">
        A test is a call, or another request, and what must come of it. Try a call and save it as a test; a policy is published only when
        all of its tests pass.
      </EmptyState>
    );
  const failing = results.filter((result) => !result.passed).length;
  return (
    <section aria-label="Tests" className="flex flex-col">
      <p role="status" className="border-line-soft border-b px-3 py-2 text-ink-2">
        {failing === 0
          ? results.length === 1
            ? 'The only test passes.'
            : `All ${results.length} tests pass.`
          : `${failing} of ${results.length} fail.`}{' '}
        {results.length === 1 ? 'It must pass to publish.' : 'All must pass to publish.'}
        {stale ? ' The text has an error; these ran on the text before it.' : ''}
      </p>
      <ul>
        {results.map((result, index) => (
          <TestRow
            key={result.pointer}
            result={result}
            about={aboutOf(document.tests[index])}
            others={results.filter((other) => other !== result).map((other) => other.name)}
            refusal={refusal}
            onSelect={() => onSelect(result.pointer)}
            onTry={() => {
              const test = document.tests[index];
              if (test) onTry({ call: callOfTest(test), notes: [], test: test.name });
            }}
            onAccept={() => {
              const test = document.tests[index];
              if (test) onEdit((text) => expectWhatComes(text, test, result));
            }}
            onRename={(name) => onEdit((text) => renameTest(text, result.pointer, name))}
            onRemove={() => {
              onEdit((text) => removeTest(text, result.pointer));
              toast('Test removed', { description: 'Undo in the editor brings it back.' });
            }}
          />
        ))}
      </ul>
    </section>
  );
}

interface TestRowProps {
  result: TestResult;
  /** What is called or asked for. */
  about: string;
  /** Names of the other tests. */
  others: readonly string[];
  refusal: string | null;
  onSelect: () => void;
  onTry: () => void;
  onAccept: () => void;
  onRename: (name: string) => void;
  onRemove: () => void;
}

/** The tool, or the request with what it is about. */
function aboutOf(test: PolicyTest | undefined): string {
  if (test === undefined) return '';
  if (test.method === undefined) return test.tool;
  return factsOfTarget(test.method).ask === null ? `${test.method} ${test.tool}` : test.method;
}

function TestRow({ result, about, others, refusal, onSelect, onTry, onAccept, onRename, onRemove }: TestRowProps) {
  const outcome = outcomeOf(result.decision);
  // Where the outcome is as expected, the rule or the words are not.
  const accept = outcome === result.expected.outcome ? 'Expect what comes of it now' : `Expect ${outcome.replaceAll('_', ' ')} instead`;
  const Icon = result.passed ? CircleCheck : CircleX;
  return (
    <li className="flex items-start gap-2 border-line-soft border-b px-3 py-2" data-test={result.passed ? 'passed' : 'failed'}>
      <Icon
        aria-label={result.passed ? 'passes' : 'fails'}
        className={cn('mt-0.5 size-4 shrink-0', result.passed ? 'text-allowed' : 'text-denied')}
      />
      <button type="button" onClick={onSelect} className="min-w-0 flex-1 text-left -outline-offset-2 hover:underline">
        <span className="block break-words">
          <InertText text={result.name} max={200} />
        </span>
        <span className="block break-all font-mono text-meta text-ink-3">
          <InertText text={about} max={160} />
        </span>
        {result.difference === null ? null : (
          <span className="block text-meta text-denied">
            <InertText text={result.difference} max={400} />
          </span>
        )}
      </button>
      <span className="flex shrink-0 items-center">
        <Button size="icon" variant="ghost" label="Open in Try, to look at or change" onClick={onTry}>
          <Play aria-hidden className="size-3.5" />
        </Button>
        {result.passed ? null : (
          <Button size="icon" variant="ghost" label={accept} disabledReason={refusal} onClick={onAccept}>
            <RefreshCw aria-hidden className="size-3.5" />
          </Button>
        )}
        <RenameTest name={result.name} others={others} refusal={refusal} onRename={onRename} />
        <Button size="icon" variant="ghost" label="Remove test" disabledReason={refusal} onClick={onRemove}>
          <Trash2 aria-hidden className="size-3.5" />
        </Button>
      </span>
    </li>
  );
}
