import type { RequestFacts } from './facts';
import type { GatewayPorts } from './ports';

/** Parts of a request's time that the record tells apart. A request that is decided or admitted again adds to them. */
export type ClockedPart = 'policyMs' | 'admissionMs';

/** Runs a step and adds how long it took, whatever came of it. */
export function clocked<T>(facts: RequestFacts, part: ClockedPart, { clock }: Pick<GatewayPorts, 'clock'>, work: () => T): T {
  const begunMs = clock.monotonicMs();
  try {
    return work();
  } finally {
    facts[part] = (facts[part] ?? 0) + clock.monotonicMs() - begunMs;
  }
}

/** The same for a step that others work at. */
export async function clockedAsync<T>(
  facts: RequestFacts,
  part: ClockedPart,
  { clock }: Pick<GatewayPorts, 'clock'>,
  work: () => Promise<T>,
): Promise<T> {
  const begunMs = clock.monotonicMs();
  try {
    return await work();
  } finally {
    facts[part] = (facts[part] ?? 0) + clock.monotonicMs() - begunMs;
  }
}
