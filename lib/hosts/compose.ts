import { openDatabase } from '@/lib/db/open-database';
import type { Env } from '@/lib/env/env';
import { createControl } from './compose-control';
import { closeAll, composeDataPlane, type DataPlane } from './data-plane';
import { createLog, type Log } from './log';
import { publicUrlOf } from './own-address';
import type { Runtime } from './runtime-parts';

/** Opens the database and composes everything that exists once in a process. Throws DatabaseError with what to do. */
export async function composeRuntime(env: Env, options: { log?: Log; port?: number; kind?: 'app' | 'gateway' } = {}): Promise<Runtime> {
  const log = options.log ?? createLog(env.logLevel);
  const port = options.port ?? env.port;
  const database = await openDatabase(env, log);
  const closing: DataPlane['closing'] = [() => database.stop()];
  try {
    const plane = await composeDataPlane(env, log, publicUrlOf(env, port), database, closing, { port, kind: options.kind ?? 'app' });
    const control = await createControl(plane);
    let closed: Promise<void> | null = null;
    return {
      env,
      log,
      publicUrl: plane.publicUrl,
      database,
      gateway: plane.gateway,
      acceptedTokens: () => {
        const issuers = plane.snapshots.current()?.issuers ?? [];
        return { issuers: issuers.map(({ issuer }) => issuer), scopes: [...new Set(issuers.flatMap((one) => one.requiredScopes))] };
      },
      api: control.api,
      auth: control.auth,
      setupCode: control.setupCode,
      close: () => {
        closed ??= closeAll(closing, log);
        return closed;
      },
    };
  } catch (error) {
    await closeAll(closing, log);
    throw error;
  }
}
