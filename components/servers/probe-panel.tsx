'use client';

import { Check, CircleMinus, LoaderCircle, Wrench, X } from 'lucide-react';
import type { ProbeStep } from '@/components/shared/api/wire';
import { formatMs } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';

const STEP_WORDS: Record<ProbeStep['step'], string> = {
  check: 'Check the address',
  dns: 'Resolve the name',
  connect: 'Connect',
  tls: 'Agree on TLS',
  command: 'Find the command',
  start: 'Start the command',
  authenticate: 'Authenticate',
  initialize: 'Initialize MCP',
  'tools/list': 'List the tools',
};
const LOOKS = {
  ok: { icon: Check, look: 'text-allowed', word: 'ok' },
  failed: { icon: X, look: 'text-denied', word: 'failed' },
  skipped: { icon: CircleMinus, look: 'text-ink-3', word: 'skipped' },
} as const;

export function ProbePanel({ steps, running }: { steps: readonly ProbeStep[]; running: boolean }) {
  return (
    <ol aria-live="polite" className="rounded-control border border-line">
      {steps.map((step) => {
        const look = LOOKS[step.status];
        const Icon = look.icon;
        return (
          <li
            key={step.step}
            className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-3 border-line-soft border-b px-3 py-2 last:border-b-0"
          >
            <Icon aria-hidden className={cn('mt-0.5 size-4', look.look)} />
            <div className="min-w-0">
              <p className="font-medium">
                {STEP_WORDS[step.step]}
                <span className="sr-only">: {look.word}</span>
              </p>
              {step.detail ? (
                <p className="text-ink-2">
                  <InertText text={step.detail} max={600} />
                </p>
              ) : null}
              {step.fix ? (
                <p className="mt-1 flex items-start gap-1.5 text-ink">
                  <Wrench aria-hidden className="mt-0.5 size-3.5 shrink-0 text-limited" />
                  {step.fix}
                </p>
              ) : null}
            </div>
            <span className="num text-meta text-ink-3">{step.status === 'skipped' ? '' : formatMs(step.ms)}</span>
          </li>
        );
      })}
      {running ? (
        <li className="flex items-center gap-3 px-3 py-2 text-ink-2">
          <LoaderCircle aria-hidden className="size-4 animate-spin text-accent" />
          Trying the next step…
        </li>
      ) : null}
    </ol>
  );
}
