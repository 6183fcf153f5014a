'use client';

import { CircleAlert, CircleCheck, Info, LoaderCircle, TriangleAlert, WifiOff } from 'lucide-react';
import type { Problem } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { cn } from '@/components/ui/cn';
import type { ValidationState } from './use-validation';

const LOOKS = {
  error: { icon: CircleAlert, look: 'text-denied', word: 'Error' },
  warning: { icon: TriangleAlert, look: 'text-limited', word: 'Warning' },
  info: { icon: Info, look: 'text-accent', word: 'Hint' },
} as const;

/** Every problem at once; a row takes the caret to its place. */
export function ProblemsPanel({
  problems,
  state,
  onGoTo,
}: {
  problems: readonly Problem[];
  state: ValidationState;
  onGoTo: (line: number, column: number) => void;
}) {
  return (
    <section aria-label="Problems" className="border-line border-t">
      <ProblemCounts problems={problems} state={state} />
      {problems.length > 0 ? (
        <ul className="max-h-44 overflow-y-auto border-line-soft border-t">
          {problems.map((problem, index) => {
            const look = LOOKS[problem.severity];
            const Icon = look.icon;
            return (
              <li key={index}>
                <button
                  type="button"
                  onClick={() => onGoTo(problem.line, problem.column)}
                  className="grid w-full grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-2.5 px-3 py-1 text-left -outline-offset-2 hover:bg-hover"
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
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}

function ProblemCounts({ problems, state }: { problems: readonly Problem[]; state: ValidationState }) {
  const count = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity).length;
  if (state === 'unreachable')
    return (
      <p role="status" className="flex h-8 items-center gap-2 px-3 text-limited">
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
    <p role="status" className="flex h-8 items-center gap-2 px-3 text-ink-2">
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
