import { signatureHolds } from '@/lib/adapters/postgres/trust/checkpoint';
import { keyFingerprint } from '@/lib/adapters/postgres/trust/signing-key';
import type { TrailServices } from '@/lib/control/services';
import type { AuditSettlement } from '@/lib/domain/audit-event';
import type { DataPlane } from './data-plane';

const SETTLED_WITHIN_MS = 5_000;

/** What verbs may ask of the trail of this node. */
export function createTrailServices(plane: Pick<DataPlane, 'env' | 'pool' | 'trust' | 'ledger' | 'database'>): TrailServices {
  const { trust, pool, env } = plane;
  return {
    verify: (options) => trust.verify(options),
    evidence: (by) => trust.evidence(by),
    keys: async () =>
      [...(await trust.knownKeys(pool))].map(([id, { publicKey, trusted }]) => ({ id, fingerprint: keyFingerprint(publicKey), trusted })),
    newKey: () => trust.newKey(),
    signatures: async (checkpoints) => {
      const keys = await trust.knownKeys(pool);
      return checkpoints.map((checkpoint) => {
        const key = keys.get(checkpoint.key);
        return key?.trusted === true && signatureHolds(checkpoint, key.publicKey);
      });
    },
    file: () => trust.fileState(),
    checkpointSeconds: env.audit.checkpointSeconds,
    webhookHost: env.audit.webhook && new URL(env.audit.webhook.url).host,
    roleProblem: plane.database.roleProblem,
    removeMonths: (months, signal) => trust.removeMonths(months, signal),
    settle: (settlement) => settleAndWait(plane.ledger, settlement),
  };
}

/** Hands an outcome to the ledger and waits until it is committed. */
function settleAndWait(ledger: DataPlane['ledger'], settlement: AuditSettlement): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (committed: boolean): void => {
      forget();
      clearTimeout(timer);
      resolve(committed);
    };
    const forget = ledger.onCommitted((events) => {
      if (events.some((one) => one.kind === 'outcome' && one.id === settlement.event && one.outcome === settlement.outcome)) end(true);
    });
    const timer = setTimeout(() => end(false), SETTLED_WITHIN_MS);
    ledger.settle(settlement, [], null);
  });
}
