'use client';

import Link from 'next/link';
import type { AgentDetail } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';

type Reach = AgentDetail['reach'][number];

/** Effective access now, in words: what each grant lets it call, after its policy. */
export function AgentReach({ reach }: { reach: readonly Reach[] }) {
  if (reach.length === 0)
    return (
      <p className="rounded-panel border border-line bg-surface px-4 py-3 text-ink-2">
        Nothing: it has no active grant. Create one under Grants.
      </p>
    );
  return (
    <div className="flex flex-col gap-4">
      {reach.map((one) => (
        <ReachPanel key={one.grant} reach={one} />
      ))}
    </div>
  );
}

function ReachPanel({ reach }: { reach: Reach }) {
  const asks = new Set(reach.asks);
  const limited = new Set(reach.limited);
  return (
    <Panel
      title={
        <Link href={`/servers/${reach.server.slug}`} className="hover:underline">
          {reach.server.name}
        </Link>
      }
      meta={
        <>
          {reach.label ? `${reach.label} · ` : ''}
          {reach.policy ? (
            <Link className="hover:underline" href={`/policies/${reach.server.slug}/${reach.policy}`}>
              {reach.policy} v{reach.version ?? '–'}
            </Link>
          ) : (
            'no policy'
          )}
          {reach.elevatedUntil ? (
            <>
              {' '}
              · for a while, until <Time at={reach.elevatedUntil} />
            </>
          ) : null}
          {reach.mode === 'observe' ? ' · observe only: refusals are recorded, calls pass' : ''}
        </>
      }
    >
      <p className={reach.note ? 'text-denied' : 'font-medium text-ink'}>{reach.words}</p>
      {reach.hidden > 0 || reach.callable.length > 0 ? (
        <p className="mt-1 text-ink-2">
          It sees <span className="num">{formatCount(reach.listed.length)}</span> tools in the list;{' '}
          <span className="num">{formatCount(reach.hidden)}</span> are hidden. A tool can still be denied by its arguments.
        </p>
      ) : null}
      {reach.callable.length > 0 ? (
        <ul className="mt-2 flex max-h-72 flex-wrap gap-x-4 gap-y-1 overflow-y-auto text-meta" aria-label={`Tools on ${reach.server.name}`}>
          {reach.callable.map((name) => (
            <li key={name}>
              <code className="font-mono">
                <InertText text={name} max={80} />
              </code>
              {asks.has(name) ? <span className="text-ask"> asks a person</span> : null}
              {limited.has(name) ? <span className="text-limited"> limited</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}
