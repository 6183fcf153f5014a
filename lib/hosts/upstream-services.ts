import type { EgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { guardedFetch } from '@/lib/adapters/upstream/guarded-fetch';
import { probe } from '@/lib/adapters/upstream/probe';
import { readCatalogue } from '@/lib/adapters/upstream/read-catalogue';
import { createUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { ControlServices } from '@/lib/control/services';
import type { GatewayLog } from '@/lib/gateway/ports';

type UpstreamServices = Pick<ControlServices, 'egressCheck' | 'fetchText' | 'readCatalogue' | 'probe'>;

/**
 * What the control plane asks of upstreams. Readings and probes use connections and children of their own, which are
 * gone afterwards, so that trying a server never disturbs the calls of agents.
 */
export function createUpstreamServices(guard: EgressGuard, log: GatewayLog): UpstreamServices {
  return {
    egressCheck: (url) => guard.check(url),
    fetchText: (url) => guardedFetch(url, { guard }),
    async readCatalogue(target, secrets) {
      const upstreams = createUpstreams({ secrets: { secretsOf: async () => secrets }, guard, log });
      try {
        return await readCatalogue(target, upstreams);
      } finally {
        await upstreams.stopAll();
      }
    },
    async probe(target, secrets, onStep, signal) {
      await probe(target, { guard, log, secrets, onStep, signal });
    },
  };
}
