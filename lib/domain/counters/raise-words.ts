import type { CounterRaise } from './counter-raise';

/** `raised to 60 until 26 Nov, 14:00 UTC by Ana`: what a trace adds to what the rule says. */
export function raiseWords({ to, until, by }: Pick<CounterRaise, 'to' | 'until' | 'by'>): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).format(until);
  return `raised to ${to} until ${time} UTC by ${by}`;
}

interface LimitStep {
  readonly stage: string;
  readonly rule: string;
  readonly note?: string | undefined;
}

/** A trace whose limits say what they were raised to; `raiseOf` gives the raise that held for a rule. */
export function withRaises<S extends LimitStep>(
  trace: readonly S[],
  raiseOf: (rule: string) => Pick<CounterRaise, 'to' | 'until' | 'by'> | undefined,
): S[] {
  return trace.map((step) => {
    const raise = step.stage === 'limit' ? raiseOf(step.rule) : undefined;
    return raise === undefined ? step : { ...step, note: [step.note, raiseWords(raise)].filter(Boolean).join('; ') };
  });
}
