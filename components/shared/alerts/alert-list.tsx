'use client';

import { BellRing, Check } from 'lucide-react';
import Link from 'next/link';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';
import { evidenceHref } from './alert-words';
import { useOpenAlerts } from './use-alerts';

/** The alerts that are not over, in short. On the page of an agent it is there only when there are any. */
export function AlertList({ agent, className }: { agent?: string; className?: string }) {
  const query = useOpenAlerts(agent);
  if (agent !== undefined && (query.data?.items.length ?? 0) === 0) return null;
  return (
    <Panel
      title="What is unusual?"
      className={className}
      actions={
        <Link href={agent === undefined ? '/alerts' : `/alerts?agent=${agent}`} className="text-accent hover:underline">
          All alerts
        </Link>
      }
      flush
    >
      <Loaded query={query} what="Alerts" skeleton={<SkeletonRows rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="px-4 py-6 text-ink-2">No calls are unusual right now.</p>
          ) : (
            <ul className="divide-y divide-line-soft">
              {items.map((alert) => (
                <li key={alert.id} className="flex items-start gap-3 px-4 py-2">
                  {alert.status === 'open' ? (
                    <BellRing aria-label="Open" className="mt-0.5 size-4 shrink-0 text-limited" />
                  ) : (
                    <Check aria-label="Acknowledged" className="mt-0.5 size-4 shrink-0 text-ink-3" />
                  )}
                  <span className="min-w-0 flex-1">
                    <Link href={`/alerts?sel=${alert.id}`} className="font-medium hover:underline">
                      {alert.name}
                    </Link>{' '}
                    <span className="text-ink-3">
                      since <Time at={alert.openedAt} />
                    </span>
                    <span className="block text-ink-2">
                      <InertText text={alert.explanation} max={240} />
                    </span>
                    <span className="block text-meta text-ink-3">
                      Normal: {alert.band} ·{' '}
                      <Link href={evidenceHref(alert)} className="text-accent underline">
                        Show calls
                      </Link>
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
