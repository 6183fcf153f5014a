import { randomBytes } from 'node:crypto';
import type { EgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { probe } from '@/lib/adapters/upstream/probe';
import type { ProbeStep as UpstreamStep } from '@/lib/adapters/upstream/probe-step';
import { readCatalogue } from '@/lib/adapters/upstream/read-catalogue';
import { createUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { ControlServices, UpstreamAddress } from '@/lib/control/services';
import type { ProbeStep } from '@/lib/control/servers/contract';
import type { GatewayLog, UpstreamTarget } from '@/lib/gateway/ports';

type UpstreamServices = Pick<ControlServices, 'egressCheck' | 'readCatalogue' | 'probe'>;

/**
 * What the control plane asks of upstreams. Readings and probes use connections and children of their own, which are
 * gone afterwards, so that trying a server never disturbs the calls of agents.
 */
export function createUpstreamServices(guard: EgressGuard, log: GatewayLog): UpstreamServices {
  return {
    async egressCheck(url) {
      const checked = await guard.check(url);
      return checked.ok ? { ok: true } : { ok: false, message: checked.error.message, fix: checked.error.fix };
    },
    async readCatalogue(address) {
      const upstreams = createUpstreams({ secrets: { secretsOf: async () => secretsOf(address) }, guard, log });
      try {
        const reading = await readCatalogue(targetOf(address), upstreams);
        if (!reading.ok) return { ok: false, error: `${reading.failed.step}: ${reading.failed.detail}`, fix: reading.failed.fix ?? null };
        const { protocolVersion, serverInfo, instructions, tools } = reading.catalogue;
        return { ok: true, protocolVersion, serverInfo, instructions, tools };
      } finally {
        await upstreams.stopAll();
      }
    },
    probe: (address) => streamProbe(address, guard, log),
  };
}

/** Yields each step as it ends, while the probe goes on. */
async function* streamProbe(address: UpstreamAddress, guard: EgressGuard, log: GatewayLog): AsyncGenerator<ProbeStep> {
  const waiting: ProbeStep[] = [];
  let wake = () => {};
  let ended = false;
  const stop = new AbortController();
  const onStep = (step: UpstreamStep): void => {
    waiting.push({ ...step, fix: step.fix ?? null });
    wake();
  };
  const run = probe(targetOf(address), { guard, log, secrets: secretsOf(address), onStep, signal: stop.signal }).finally(() => {
    ended = true;
    wake();
  });
  try {
    for (;;) {
      const step = waiting.shift();
      if (step) yield step;
      else if (ended) break;
      else await new Promise<void>((resolve) => { wake = resolve; });
    }
    await run;
  } finally {
    // The caller may stop listening at any step.
    stop.abort();
    await run.catch(() => undefined);
  }
}

function targetOf(address: UpstreamAddress): UpstreamTarget {
  const { serverId, slug, transport, url, command, args } = address;
  return { serverId, slug, transport, url, command, args, revision: randomBytes(8).toString('hex') };
}

function secretsOf(address: UpstreamAddress) {
  return { headers: address.headers, env: address.env };
}
