'use client';

import { TriangleAlert } from 'lucide-react';
import type { Problem } from '@/components/shared/api/wire';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { useBuilder } from './builder-context';

/** What is wrong or doubtful at a place, each with its fixes. */
export function ProblemLines({ problems }: { problems: readonly Problem[] }) {
  const { buffer, checked, inert } = useBuilder();
  return problems.map((problem, index) => (
    <p key={index} className={cn('mt-1 flex items-start gap-1.5 text-meta', LOOKS[problem.severity])}>
      <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>
        {problem.message}
        {inert
          ? null
          : problem.fixes?.map((fix) => (
              <Button
                key={fix.title}
                size="sm"
                variant="link"
                className="ml-2 text-meta"
                // Places are those of the text that was checked.
                onClick={() => {
                  if (checked === buffer.textNow()) buffer.apply(fix.edits);
                }}
              >
                {fix.title}
              </Button>
            ))}
      </span>
    </p>
  ));
}

const LOOKS: Record<Problem['severity'], string> = { error: 'text-denied', warning: 'text-limited', info: 'text-ink-2' };
