import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { ReportedStep } from '../services';
import { addressOf, checkAddress } from './check-address';
import { type probeServer as contract, PROBE_STEPS, type ProbeStep } from './contract';
import { secretChanges } from './secrets';

/** Tries a server that is not saved. The first step is our own check of the fields and the address; nothing is kept. */
export async function* probeServer(ctx: ControlContext, { body }: VerbInput<typeof contract>): AsyncIterable<ProbeStep> {
  const secrets = secretChanges(body);
  const address = addressOf(body);
  const startedMs = performance.now();
  try {
    await checkAddress(
      ctx,
      address,
      secrets.some((secret) => secret.kind === 'env'),
      secrets.some((secret) => secret.kind === 'header' && secret.value !== null),
    );
  } catch (error) {
    // Fields that do not fit are a mistake of the request; an address that may not be reached is a finding of the probe.
    if (!(error instanceof ControlError) || error.code === 'server.fields') throw error;
    yield {
      step: 'check',
      status: 'failed',
      ...whatAndFix(error),
      ms: Math.round(performance.now() - startedMs),
    };
    return;
  }
  yield {
    step: 'check',
    status: 'ok',
    detail: 'The address may be reached from here.',
    fix: null,
    ms: Math.round(performance.now() - startedMs),
  };
  const values = (kind: 'env' | 'header') =>
    Object.fromEntries(secrets.flatMap((secret) => (secret.kind === kind && secret.value !== null ? [[secret.name, secret.value]] : [])));
  const id = ctx.services.newId('srv');
  const upstream = { serverId: id, slug: body.slug ?? 'probe', ...address, revision: id };
  yield* stepsOf((onStep) => ctx.services.probe(upstream, { env: values('env'), headers: values('header') }, onStep, ctx.signal));
}

/** The detail says what is wrong; what is left of the sentence says what to do about it. */
function whatAndFix(error: ControlError): { detail: string; fix: string | null } {
  const what = error.details[0]?.message;
  if (what === undefined) return { detail: error.message, fix: null };
  return { detail: what, fix: error.message.startsWith(what) ? error.message.slice(what.length).trim() : error.message };
}

/** Turns reports by callback into a stream that ends when the work does. */
async function* stepsOf(work: (onStep: (step: ReportedStep) => void) => Promise<void>): AsyncIterable<ProbeStep> {
  const reported: ReportedStep[] = [];
  let wake = (): void => {};
  let ended = false;
  const working = work((step) => {
    reported.push(step);
    wake();
  }).finally(() => {
    ended = true;
    wake();
  });
  // Awaited below; until then a rejection must not count as unhandled.
  working.catch(() => {});
  for (;;) {
    const step = reported.shift();
    if (step) yield probeStep(step);
    else if (ended) break;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  await working;
}

function probeStep(step: ReportedStep): ProbeStep {
  const name = PROBE_STEPS.find((known) => known === step.step) ?? 'check';
  return { step: name, status: step.status, detail: step.detail, fix: step.fix ?? null, ms: Math.round(step.ms) };
}
