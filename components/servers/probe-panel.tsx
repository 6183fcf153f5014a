'use client';

import { Check, CircleMinus, LoaderCircle, Wrench, X } from 'lucide-react';
import type { ProbeStep } from '@/components/shared/api/wire';
import { formatMs } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';

const STEP_WORDS: Record<ProbeStep['step'], string> = {
  check: 'Check the address', dns: 'Resolve the name', connect: 'Connect', tls: 'Agree on TLS', spawn: 'Start the command', auth: 'Authenticate', initialize: 'Initialize MCP', 'tools/list': 'List the tools', done: 'Done',
};
const LOOKS = {
  running: { icon: LoaderCircle, look: 'text-accent animate-spin', word: 'running' },
  ok: { icon: Check, look: 'text-allowed', word: 'ok' },
  failed: { icon: X, look: 'text-denied', word: 'failed' },
  skipped: { icon: CircleMinus, look: 'text-ink-3', word: 'skipped' },
} as const;

/** Later reports of a step replace earlier ones; the order of first appearance stays. */
export function latestSteps(steps: readonly ProbeStep[]): ProbeStep[] {
  const byName = new Map<string, ProbeStep>();
  for (const step of steps) byName.set(step.step, step);
  return [...byName.values()];
}

export function ProbePanel({ steps }: { steps: readonly ProbeStep[] }) {
  return (
    <ol aria-live="polite" className="rounded-control border border-line">
      {latestSteps(steps).map((step) => {
        const look = LOOKS[step.status];
        const Icon = look.icon;
        return (
          <li key={step.step} className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-3 border-line-soft border-b px-3 py-2 last:border-b-0">
            <Icon aria-hidden className={cn('mt-0.5 size-4', look.look)} />
            <div className="min-w-0">
              <p className="font-medium">{STEP_WORDS[step.step]}<span className="sr-only">: {look.word}</span></p>
              {step.detail ? <p className="text-ink-2"><InertText text={step.detail} max={600} /></p> : null}
              {step.fix ? <p className="mt-1 flex items-start gap-1.5 text-ink"><Wrench aria-hidden className="mt-0.5 size-3.5 shrink-0 text-limited" />{step.fix}</p> : null}
            </div>
            <span className="num text-meta text-ink-3">{step.ms === null ? '' : formatMs(step.ms)}</span>
          </li>
        );
      })}
    </ol>
  );
}
