'use client';

import { ChevronDown, ChevronUp, CircleAlert, CircleCheck, Info, LoaderCircle, TriangleAlert, WifiOff } from 'lucide-react';
import { useState } from 'react';
import type { Problem } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import type { PolicyBuffer } from './builder/policy-buffer';
import { useBuffer } from './builder/use-policy-buffer';
import type { ValidationState } from './use-validation';

const LOOKS = {
  error: { icon: CircleAlert, look: 'text-denied', word: 'Error' },
  warning: { icon: TriangleAlert, look: 'text-limited', word: 'Warning' },
  info: { icon: Info, look: 'text-accent', word: 'Hint' },
} as const;

interface ProblemsPanelProps {
  problems: readonly Problem[];
  state: ValidationState;
  buffer: PolicyBuffer;
  /** JSON Pointer of what is selected. */
  pointer: string;
  readOnly: boolean;
  onGoTo: (problem: Problem) => void;
}

/** Every problem at once, each with its place and its fixes; whether the builder shows the text as it is, and what is selected. */
export function ProblemsPanel({ problems, state, buffer, pointer, readOnly, onGoTo }: ProblemsPanelProps) {
  const [chosen, setOpen] = useState<boolean | null>(null);
  const isFrozen = useBuffer(buffer, (now) => now.broken.length > 0);
  // Errors come up by themselves; the rest is marked where it is, and one click away here.
  const open = chosen ?? problems.some((problem) => problem.severity === 'error');
  const shown = open && problems.length > 0;
  return (
    <section aria-label="Problems" className="shrink-0 border-line border-t">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 px-3">
        <ProblemCounts problems={problems} state={state} />
        {problems.length > 0 ? (
          <Button size="sm" variant="ghost" className="h-6 px-1" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? <ChevronDown aria-hidden className="size-3.5" /> : <ChevronUp aria-hidden className="size-3.5" />}
            {open ? 'Less' : 'Show'}
          </Button>
        ) : null}
        <span className="ml-auto text-meta text-ink-3">{isFrozen ? 'builder shows an older text' : 'in sync'}</span>
        <code className="max-w-[50%] truncate font-mono text-meta text-ink-2" title={pointer} data-testid="pointer">
          {pointer === '' ? '/' : pointer}
        </code>
      </div>
      {shown ? (
        <ul className="max-h-[min(8rem,20dvh)] overflow-y-auto border-line-soft border-t">
          {problems.map((problem, index) => (
            <ProblemRow
              key={index}
              problem={problem}
              onGoTo={() => onGoTo(problem)}
              // Places are those of the text that was checked.
              onFix={readOnly || state !== 'checked' ? null : (fix) => buffer.apply(fix.edits)}
            />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

type Fix = NonNullable<Problem['fixes']>[number];

function ProblemRow({ problem, onGoTo, onFix }: { problem: Problem; onGoTo: () => void; onFix: ((fix: Fix) => void) | null }) {
  const look = LOOKS[problem.severity];
  const Icon = look.icon;
  return (
    <li className="flex items-start hover:bg-hover max-md:flex-col">
      <button
        type="button"
        onClick={onGoTo}
        className="grid min-w-0 flex-1 grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-2.5 px-3 py-1 text-left -outline-offset-2"
      >
        <Icon aria-hidden className={cn('mt-0.5 size-4', look.look)} />
        <span className="min-w-0">
          <span className="sr-only">{look.word}: </span>
          {problem.message}
          {problem.hint ? <span className="text-ink-2"> {problem.hint}</span> : null}
        </span>
        <code className="num font-mono text-meta text-ink-3">
          {problem.line}:{problem.column}
        </code>
      </button>
      {onFix === null
        ? null
        : problem.fixes?.map((fix) => (
            <Button key={fix.title} size="sm" variant="ghost" className="h-6 shrink-0 text-accent" onClick={() => onFix(fix)}>
              {fix.title}
            </Button>
          ))}
    </li>
  );
}

function ProblemCounts({ problems, state }: { problems: readonly Problem[]; state: ValidationState }) {
  const count = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity).length;
  if (state === 'unreachable')
    return (
      <p role="status" className="flex items-center gap-2 text-limited">
        <WifiOff aria-hidden className="size-4" />
        Not checked: the server cannot be reached. What you typed is kept.
      </p>
    );
  const words = [
    [count('error'), 'error'],
    [count('warning'), 'warning'],
    [count('info'), 'hint'],
  ] as const;
  return (
    <p role="status" className="flex items-center gap-2 text-ink-2">
      {state === 'checking' ? (
        <LoaderCircle aria-hidden className="size-4 animate-spin text-ink-3" />
      ) : count('error') ? (
        <CircleAlert aria-hidden className="size-4 text-denied" />
      ) : count('warning') ? (
        <TriangleAlert aria-hidden className="size-4 text-limited" />
      ) : (
        <CircleCheck aria-hidden className="size-4 text-allowed" />
      )}
      {problems.length === 0
        ? state === 'checking'
          ? 'Checking…'
          : 'No problems'
        : words
            .filter(([number]) => number > 0)
            .map(([number, word]) => plural(number, word))
            .join(', ')}
    </p>
  );
}
