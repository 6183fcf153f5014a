'use client';

import { Check, Circle } from 'lucide-react';
import Link from 'next/link';
import type { Server } from '@/components/shared/api/wire';
import { CopyButton } from '@/components/shared/copy-button';
import { formatCount } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { InertText, UnverifiedText } from '@/components/shared/unverified-text';
import { Facts, Panel } from '@/components/ui/panel';
import { RISK_LEVELS } from '@/lib/domain/risk';
import { fullMix, TRANSPORT_WORDS } from './server-words';

export function ServerOverview({ server }: { server: Server }) {
  const mix = fullMix(server.tools.byRisk);
  const info = server.serverInfo as { name?: unknown; version?: unknown } | null;
  return (
    <div className="flex flex-col gap-4">
      <QuickStart server={server} />
      {server.lastSyncError ? (
        <div role="alert" className="rounded-panel border border-broken bg-broken-chip px-4 py-3 text-broken">
          <p className="font-medium">The last sync failed</p>
          <p>
            <InertText text={server.lastSyncError} max={600} />
          </p>
          <p className="mt-1 text-ink-2">
            {server.tools.total > 0
              ? 'The tools below are the last ones that could be read.'
              : 'No tools are known, so nothing on this server is callable.'}{' '}
            Check the address and secrets under Settings, then sync again.
          </p>
        </div>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="Connection">
          <Facts
            items={[
              [
                'Gateway URL',
                <span key="u" className="flex items-center gap-1">
                  <code className="min-w-0 break-all font-mono text-meta">{server.gatewayUrl}</code>
                  <CopyButton text={server.gatewayUrl} label="Copy gateway URL" />
                </span>,
              ],
              ['Transport', TRANSPORT_WORDS[server.transport]],
              [
                server.transport === 'stdio' ? 'Command' : 'Upstream',
                <code key="a" className="break-all font-mono text-meta">
                  {server.url ?? [server.command, ...server.args].join(' ')}
                </code>,
              ],
              [
                'Announces',
                info ? <InertText key="n" text={[info.name, info.version].filter(Boolean).join(' ') || 'nothing'} max={120} /> : null,
              ],
              ['Protocol', server.protocolVersion],
              ['Last sync', <Time key="t" at={server.lastSyncAt} />],
              ['Added', <Time key="c" at={server.createdAt} />],
              ['Id', <Id key="i" value={server.id} max={24} />],
            ]}
          />
        </Panel>
        <Panel title="Tools by risk" meta={`${formatCount(server.tools.total)} in all`}>
          {server.tools.total === 0 ? (
            <p className="text-ink-2">
              No tools are known. A server that answers but lists none often sits behind a proxy that filters, or its token lacks a scope.
            </p>
          ) : (
            <ul className="flex flex-col gap-1">
              {[...RISK_LEVELS].reverse().map((level) => (
                <li key={level} className="grid h-8 grid-cols-[96px_48px_1fr] items-center gap-3">
                  <RiskBars risk={level} />
                  {mix[level] > 0 ? (
                    <Link
                      href={`/servers/${server.slug}?tab=tools&risk=${level}`}
                      className="num rounded-sm text-right text-accent hover:underline"
                      aria-label={`${mix[level]} tools of ${level} risk`}
                    >
                      {mix[level]}
                    </Link>
                  ) : (
                    <span className="num text-right text-ink-3">0</span>
                  )}
                  <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-sunken">
                    <span className="block h-full rounded-full bg-ink-3" style={{ width: `${(mix[level] / server.tools.total) * 100}%` }} />
                  </span>
                </li>
              ))}
              {server.tools.pending + server.tools.quarantined > 0 ? (
                <li className="mt-2 text-limited">
                  <Link className="hover:underline" href={`/servers/${server.slug}?tab=tools&status=pending,quarantined`}>
                    {server.tools.pending} new and {server.tools.quarantined} changed tools wait for review
                  </Link>
                </li>
              ) : null}
            </ul>
          )}
        </Panel>
      </div>
      {server.instructions ? (
        <Panel title="Instructions">
          <UnverifiedText from="server" text={server.instructions} />
        </Panel>
      ) : null}
    </div>
  );
}

/** What is left until an agent can call this server; disappears when complete. */
function QuickStart({ server }: { server: Server }) {
  const waiting = server.tools.pending + server.tools.quarantined;
  const steps = [
    { done: server.tools.total > 0, label: 'Read the tools', href: `/servers/${server.slug}?tab=settings` },
    {
      done: waiting === 0 && server.tools.total > 0,
      label: waiting ? `Review ${waiting} waiting tools` : 'Review the tools',
      href: `/servers/${server.slug}?tab=tools`,
    },
    { done: server.policies > 0, label: 'Write a policy', href: `/servers/${server.slug}?tab=policies` },
    { done: server.grants > 0, label: 'Grant an agent', href: `/servers/${server.slug}?tab=grants` },
  ];
  if (steps.every((step) => step.done)) return null;
  return (
    <ol aria-label="Until the first call" className="flex flex-wrap gap-x-6 gap-y-2 rounded-panel border border-line bg-surface px-4 py-3">
      {steps.map((step) => (
        <li key={step.label} className="flex items-center gap-2">
          {step.done ? <Check aria-hidden className="size-4 text-allowed" /> : <Circle aria-hidden className="size-4 text-ink-3" />}
          {step.done ? (
            <span className="text-ink-3">
              {step.label}
              <span className="sr-only"> (done)</span>
            </span>
          ) : (
            <Link href={step.href} className="font-medium text-accent hover:underline">
              {step.label}
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}
