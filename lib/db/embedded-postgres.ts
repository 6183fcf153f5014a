import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from './database-error';
import type { DatabaseLog } from './database-log';
import { locatePostgresPackage, type PostgresBinaries, preparePostgresBinaries } from './embedded/binaries';
import { DATABASE_NAME, DATABASE_USER, ensureCluster } from './embedded/cluster';
import { type PostgresLayout, preparePostgresLayout, SOCKET_PORT } from './embedded/layout';
import { askSocket, clearStaleFiles, ensureDatabase, foreignServer, spawnPostgres, waitUntilReady } from './embedded/server-process';
import { withStartLock } from './embedded/start-lock';
import { joinWatchdog, startWatchdog, type WatchdogLink } from './embedded/watchdog-link';

export interface EmbeddedPostgres {
  /** For `pg`: a folder as host means the unix socket in it. The kernel tells who connects, so there is no password. */
  readonly connection: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  /** The same as a URL that libpq, `pg` and Prisma read. */
  readonly url: string;
  /** True when another process had started the server already and this one joined it. */
  readonly adopted: boolean;
  /** Stops the server, unless other processes use it, and resolves when that is done. Safe to call twice. */
  stop(): Promise<void>;
}

const RESTART_PAUSE_MS_MAX = 5_000;

/**
 * Runs the PostgreSQL that npm installed on `dataDir`, or joins the one another process runs on it. The first start takes about 1.5 s,
 * later ones 0.2 s. While it is held, a server that dies is started again; when this process dies, even by `kill -9`, a watchdog stops the server.
 * Throws DatabaseError with what to do.
 */
export async function startEmbeddedPostgres(options: { dataDir: string; log: DatabaseLog }): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options;
  const installed = locatePostgresPackage();
  const layout = preparePostgresLayout(dataDir, log);
  const binaries = preparePostgresBinaries(installed, layout.account, layout.baseDir, log);
  const tenancy = new Tenancy(layout, binaries, log);
  const { adopted } = await tenancy.enter();
  const connection = { host: layout.socketDir, port: SOCKET_PORT, user: DATABASE_USER, database: DATABASE_NAME };
  const url = `postgresql://${DATABASE_USER}@localhost:${SOCKET_PORT}/${DATABASE_NAME}?host=${encodeURIComponent(layout.socketDir)}`;
  return { connection, url, adopted, stop: () => tenancy.leave() };
}

/** This process's use of the server: entered once, renewed when the server or its watchdog dies, left once. */
class Tenancy {
  private link: WatchdogLink | null = null;
  private left: Promise<void> | null = null;
  private renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly layout: PostgresLayout,
    private readonly binaries: PostgresBinaries,
    private readonly log: DatabaseLog,
  ) {}

  async enter(): Promise<{ adopted: boolean }> {
    const { link, adopted } = await withStartLock(this.layout.lockFile, () => this.startOrJoin());
    this.link = link;
    link.onLost(() => {
      this.renewing = this.renewing.then(() => this.renew());
    });
    return { adopted };
  }

  leave(): Promise<void> {
    this.left ??= (async () => {
      await this.renewing;
      await this.link?.leave();
    })();
    return this.left;
  }

  private async startOrJoin(): Promise<{ link: WatchdogLink; adopted: boolean }> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const state = await askSocket(this.layout);
      if (state.kind === 'foreign') throw foreignServer(this.layout, state.dataDirectory);
      if (state.kind !== 'ours') await clearStaleFiles(this.layout);
      const adopted = state.kind === 'ours' || (await askSocket(this.layout)).kind === 'ours';
      if (!adopted) await ensureCluster(this.layout, this.binaries);
      const link = await this.watchOver(adopted);
      if (link) {
        await ensureDatabase(this.layout);
        return { link, adopted };
      }
    }
    throw new DatabaseError(`The database in ${this.layout.clusterDir} kept stopping while this process tried to join it. Start again.`);
  }

  /** Joins or starts the watchdog, and the server with it. Null when the server is just being stopped: look again. */
  private async watchOver(running: boolean): Promise<WatchdogLink | null> {
    const joined = await joinWatchdog(this.layout);
    if (joined === 'closing') return null;
    if (joined !== 'none') {
      if (running) return joined;
      // Its server has ended and it is about to notice.
      await joined.leave();
      return null;
    }
    // Watched from before its first breath, so that no moment exists in which killing this process leaves it behind.
    const dropPipe = await startWatchdog(this.layout);
    try {
      if (!running) {
        const child = spawnPostgres(this.layout, this.binaries);
        await waitUntilReady(child, this.layout, this.log);
        child.unref();
      }
      const link = await joinWatchdog(this.layout);
      if (typeof link === 'string') throw new DatabaseError('The database’s watchdog ended while it was being joined. Start again.');
      return link;
    } finally {
      dropPipe();
    }
  }

  private async renew(): Promise<void> {
    if (this.left) return;
    this.log.error('The database or its watchdog ended unexpectedly; starting it again.');
    for (let pauseMs = 100; !this.left; pauseMs = Math.min(pauseMs * 2, RESTART_PAUSE_MS_MAX)) {
      try {
        await this.enter();
        this.log.info('The database runs again.');
        return;
      } catch (error) {
        this.log.error(`The database could not be started again: ${(error as Error).message}`);
        await sleep(pauseMs);
      }
    }
  }
}
