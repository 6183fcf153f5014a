// Decisions per second of this engine, Cedar and OPA on the same policies and calls, side by side in one process.

import { compilePolicy } from '@/lib/policy/compile';
import { callgateEngine, cedarEngine, type Engine, opaEngine, opaMissing } from './decision-engines';
import { type Scenario, scenarioOf } from './decision-scenarios';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const ROUND_MS = 300;

const missing = opaMissing(process.env.BENCH_OPA);
console.log('Decisions on one core, the same policy and calls in each language; medians of interleaved rounds\n');
console.log('policy        engine       decisions/s   µs each   callgate is faster by');
for (const tools of [1, 30, 300]) await compare(scenarioOf(tools));
compileLarge();
if (missing !== null) console.log(`opa-wasm was left out: ${missing}`);
console.log('');

async function compare(scenario: Scenario): Promise<void> {
  const engines: Engine[] = [callgateEngine(scenario), cedarEngine(scenario)];
  if (missing === null) engines.push(await opaEngine(scenario, process.env.BENCH_OPA ?? ''));
  // Engines that answer differently would not be compared but confused.
  for (const engine of engines) {
    for (const [at, { allowed }] of scenario.calls.entries())
      if (engine.decide(at) !== allowed) throw new Error(`${engine.name} answers call ${at} of ${scenario.name} otherwise than expected`);
  }
  const rates = new Map(engines.map((engine) => [engine.name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    // The first round warms up and does not count.
    for (const engine of engines) {
      const rate = measure(engine, scenario.calls.length);
      if (round > 0) rates.get(engine.name)?.push(rate);
    }
  }
  const ours = median(rates.get('callgate') ?? []);
  for (const { name } of engines) {
    const rate = median(rates.get(name) ?? []);
    const times = name === 'callgate' ? '' : `${(ours / rate).toFixed(0)} times`;
    console.log(
      `${scenario.name.padEnd(14)}${name.padEnd(13)}${Math.round(rate).toLocaleString('en').padStart(11)}${(1e6 / rate).toFixed(2).padStart(10)}   ${times}`,
    );
  }
}

/** What publishing and reloading cost: reading, compiling and reviewing the largest policy. */
function compileLarge(): void {
  const { callgate, catalogue } = scenarioOf(300);
  const first = timeOf(() => compilePolicy(callgate, catalogue));
  const later = Array.from({ length: 20 }, () => timeOf(() => compilePolicy(callgate, catalogue)));
  console.log(
    `\ncallgate compiles the policy of 300 tools in ${median(later).toFixed(0)} ms, with all warnings; the first time ${first.toFixed(0)} ms`,
  );
}

function timeOf(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

function measure(engine: Engine, calls: number): number {
  const start = performance.now();
  let made = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (let i = 0; i < 50; i += 1) engine.decide((made + i) % calls);
    made += 50;
    elapsed = performance.now() - start;
  }
  return (made * 1000) / elapsed;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
