import type { AnomalyKind } from '@/lib/domain/anomaly/anomaly-kinds';
import type { AnomalySetting } from '@/lib/domain/anomaly/anomaly-settings';
import type { Reader } from '../context';

/** What was tuned, of these kinds or of all; few rows. */
export async function readSettings(db: Reader, kinds?: readonly AnomalyKind[]): Promise<readonly AnomalySetting[]> {
  const rows = await db.anomalySetting.findMany(kinds === undefined ? undefined : { where: { kind: { in: [...kinds] } } });
  return rows.map((row) => ({ ...row, kind: row.kind as AnomalyKind, action: row.action as AnomalySetting['action'] }));
}
