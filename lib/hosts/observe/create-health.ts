import { Gauge } from 'prom-client';
import { migrationNames } from '@/lib/db/migrate';
import type { Health } from '../api-router';
import type { DataPlane } from '../data-plane';
import { registerNodeGauges } from './node-gauges';
import { productVersion } from './product-version';
import { Readiness } from './readiness';
import { readinessChecks } from './readiness-checks';
import { registerSharedGauges } from './shared-gauges';

/** What `/readyz` and `/metrics` say of this process. */
export function createHealth(plane: DataPlane): Health {
  const { metrics, pool, env, log, node } = plane;
  const readiness = new Readiness(
    readinessChecks({ ...plane, dataDir: env.dataDir, migrations: migrationNames() }),
    log,
    () => new Date(plane.snapshots.clock.nowMs()),
  );
  readiness.start();
  plane.closing.unshift(() => readiness.close());
  registerNodeGauges(plane, { version: productVersion(), kind: node.kind });
  const readShared = registerSharedGauges(metrics.registry, pool);
  const ready = new Gauge({
    name: 'callgate_ready',
    help: '1 when this node takes calls; see /readyz for the reasons.',
    registers: [metrics.registry],
  });
  const checks = new Gauge({
    name: 'callgate_ready_check',
    help: 'The checks of /readyz: 1 in order, 0 not.',
    labelNames: ['check'],
    registers: [metrics.registry],
  });
  return {
    readiness: () => readiness.report(),
    async metrics() {
      const [report] = await Promise.all([readiness.report(), readShared()]);
      ready.set(Number(report.ready));
      for (const { name, ok } of report.checks) checks.set({ check: name }, Number(ok));
      return metrics.registry.metrics();
    },
  };
}
