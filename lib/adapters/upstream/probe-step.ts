export type ProbeStepName = 'dns' | 'connect' | 'tls' | 'authenticate' | 'command' | 'start' | 'initialize' | 'tools/list';

/** One thing that must work for a server to be usable, as it was tried. */
export interface ProbeStep {
  readonly step: ProbeStepName;
  readonly status: 'ok' | 'failed' | 'skipped';
  /** How long it took; 0 when skipped. */
  readonly ms: number;
  /** What was found or what went wrong, for people. */
  readonly detail: string;
  /** What to do about it; present when failed. */
  readonly fix?: string;
}

export type OnStep = (step: ProbeStep) => void;

/** A step that failed: thrown to end the walk, after which the remaining steps are skipped. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  constructor(
    readonly step: ProbeStepName,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** What an error of a step means; `step` when it really belongs to another one (a 401 to initialize is about the credentials). */
export type ExplainStep = (error: unknown) => { readonly message: string; readonly fix: string; readonly step?: ProbeStepName };

/** Tries one step, reports it either way, and throws `StepFailed` on failure. */
export async function tryStep<T>(
  step: ProbeStepName,
  onStep: OnStep,
  work: () => Promise<{ readonly value: T; readonly detail: string }>,
  explain: ExplainStep,
): Promise<T> {
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  try {
    const { value, detail } = await work();
    onStep({ step, status: 'ok', ms: ms(), detail });
    return value;
  } catch (error) {
    const why = error instanceof StepFailed ? error : explain(error);
    const failed = new StepFailed(why.step ?? step, why.message, why.fix);
    onStep({ step: failed.step, status: 'failed', ms: ms(), detail: failed.message, fix: failed.fix });
    throw failed;
  }
}
