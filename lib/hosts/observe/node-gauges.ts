import { Gauge } from 'prom-client';
import type { DataPlane } from '../data-plane';

export type WatchedPlane = Pick<DataPlane, 'ledger' | 'snapshots' | 'metrics' | 'gateway' | 'events' | 'pool'>;

/** What this node is and does now, read from memory at each scrape. */
export function registerNodeGauges(plane: WatchedPlane, node: { version: string; kind: 'app' | 'gateway' }): void {
  const { registry } = plane.metrics;
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const { ledger, snapshots, gateway, events, pool } = plane;

  new Gauge({
    name: 'callgate_build_info',
    help: 'Constant 1, labelled with what runs here.',
    labelNames: ['version', 'kind'],
    registers: [registry],
  }).set(node, 1);
  gauge('callgate_calls_in_flight', 'Calls that were sent and have no outcome yet.', () => gateway.load().calls);
  gauge('callgate_calls_held', 'Calls that this node holds until a person decides.', () => gateway.load().held);
  gauge('callgate_sessions', 'Open MCP sessions on this node.', () => gateway.load().sessions);
  gauge('callgate_server_streams', 'Open streams from servers to clients on this node.', () => gateway.load().streams);
  gauge('callgate_live_streams', 'Live pages and scripts that follow the events of this node.', () => events.streams);

  gauge('callgate_config_version', 'The configuration this node decides by; 0 while it decides by none.', () => version(plane));
  gauge('callgate_config_confirmed_age_seconds', 'Since this node last confirmed its configuration; calls are refused from 3 on.', () =>
    seconds(snapshots.freshness().confirmedAgeMs),
  );
  gauge('callgate_config_lease_remaining_seconds', 'How long this node may still decide without the database.', () =>
    seconds(snapshots.freshness().leaseLeftMs),
  );
  gauge('callgate_database_clock_offset_seconds', 'The clock of the database minus the clock of this node; decides nothing.', () =>
    seconds(ledger.clockOffset() ?? 0),
  );

  gauge('callgate_audit_connected', '1 while the audit trail can be written.', () => Number(ledger.load().connected));
  gauge('callgate_audit_queue_calls', 'Calls that wait for their commit.', () => ledger.load().queuedCalls);
  gauge('callgate_audit_queue_outcomes', 'Outcomes that are not written yet.', () => ledger.load().queuedOutcomes);
  gauge(
    'callgate_audit_open_events',
    'Calls of this process that are recorded and have no recorded outcome.',
    () => ledger.load().openEvents,
  );
  gauge('callgate_audit_ambiguous_batches', 'Commits of which nobody knows yet whether they stand.', () => ledger.load().ambiguousBatches);
  registerLabelled(plane, { idle: () => pool.idleCount, used: () => pool.totalCount - pool.idleCount });
  gauge('callgate_database_pool_waiting', 'Requests that wait for a connection of the pool.', () => pool.waitingCount);
}

function registerLabelled({ snapshots, metrics }: WatchedPlane, connections: Record<'idle' | 'used', () => number>): void {
  const { registry } = metrics;
  new Gauge({
    name: 'callgate_database_pool_connections',
    help: 'Connections of the pool by state; audit trail and configuration have connections of their own.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(connections)) this.set({ state }, count());
    },
  });
  new Gauge({
    name: 'callgate_upstream_up',
    help: '1 when the last exchange of this node with the server was answered, 0 when it failed; absent before the first one.',
    labelNames: ['server'],
    registers: [registry],
    collect() {
      this.reset();
      const snapshot = snapshots.current();
      for (const [server, answered] of metrics.lastAnswered) {
        // A server that was deleted is neither up nor down.
        if (snapshot === null || snapshot.serverBySlug(server) !== undefined) this.set({ server }, Number(answered));
        else metrics.lastAnswered.delete(server);
      }
    },
  });
  new Gauge({
    name: 'callgate_kill_switches_engaged',
    help: 'Kill switches that stop calls now, by scope.',
    labelNames: ['scope'],
    registers: [registry],
    collect() {
      const engaged = new Map<string, number>(['all', 'server', 'agent', 'tool'].map((scope) => [scope, 0]));
      for (const { scope } of snapshots.current()?.kills ?? []) engaged.set(scope, (engaged.get(scope) ?? 0) + 1);
      for (const [scope, count] of engaged) this.set({ scope }, count);
    },
  });
}

const version = ({ snapshots }: WatchedPlane): number => snapshots.current()?.version ?? 0;
/** A node that has confirmed nothing yet has no age; Prometheus knows `+Inf`. */
const seconds = (ms: number): number => ms / 1_000;
