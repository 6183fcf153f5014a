'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Stats } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';
import { REFUSED_DECISIONS } from '@/lib/domain/audit-event';
import { NOT_RECORDED } from '@/lib/domain/counted-filters';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { activityHref, type Scope } from './scope';

interface Row {
  key: string;
  label: ReactNode;
  calls: number;
  refused?: number;
  colour?: string;
  href: string;
}

const ROWS = 8;

/** A reason in the colour of the outcome it makes. */
function colourOf(reason: string): string {
  if (reason.startsWith('approval.')) return 'bg-ask-chart';
  if (reason.startsWith('limit.')) return 'bg-limited-chart';
  if (REASONS[reason as Reason]?.wire === 'http' && REASONS[reason as Reason].http === 503) return 'bg-broken-chart';
  return reason.startsWith('upstream.') ? 'bg-broken-chart' : 'bg-denied-chart';
}

/** The first sentence of the public words, without its full stop; unknown reasons keep their code. */
function wordsOf(reason: string): string {
  const words = REASONS[reason as Reason]?.words;
  if (words === undefined) return reason;
  return reason.startsWith('tool.') ? `${words} (${reason.slice('tool.'.length)})` : (words.split(/[.:] /)[0] ?? words).replace(/\.$/, '');
}

export function TopLists({ stats, scope }: { stats: Stats; scope: Scope }) {
  const link = (extra: Record<string, string | null>) => activityHref(scope, extra);
  const refused = REFUSED_DECISIONS.join(',');
  return (
    <div className="grid items-start gap-4 md:grid-cols-2 2xl:grid-cols-4">
      <Bars
        title="Which agents call most?"
        rows={stats.topAgents.map((one) => ({
          key: one.name,
          label: one.name === NOT_RECORDED ? 'Unknown callers' : one.name,
          calls: one.calls,
          refused: one.refused,
          href: link({ agent: one.name }),
        }))}
        all={stats.all.agents}
      />
      <Bars
        title="Which tools are called most?"
        rows={stats.topTools.map((one) => ({
          key: `${one.server}/${one.name}`,
          label: (
            <>
              <span className="text-ink-3">{one.server ? `${one.server} / ` : ''}</span>
              <code className="font-mono text-meta">
                <InertText text={one.name} max={60} />
              </code>
            </>
          ),
          calls: one.calls,
          refused: one.refused,
          href: link({ tool: one.name, server: one.server ?? NOT_RECORDED }),
        }))}
        all={stats.all.tools}
      />
      <Bars
        title="Why were calls refused?"
        rows={stats.topReasons.map((one) => ({
          key: one.reason,
          label: <span title={one.reason}>{wordsOf(one.reason)}</span>,
          calls: one.calls,
          colour: colourOf(one.reason),
          href: link({ reason: one.reason, decision: refused }),
        }))}
        all={stats.all.reasons}
        empty="No call was refused in this time."
      />
      <Bars
        title="Which rules refuse most?"
        rows={stats.topRules.map((one) => ({
          key: `${one.server}/${one.policy}#${one.rule}`,
          label: (
            <>
              <span className="text-ink-3">
                {one.server ?? 'deleted'} / {one.policy}{' '}
              </span>
              <code className="font-mono text-meta">
                <InertText text={one.rule} max={80} />
              </code>
            </>
          ),
          calls: one.calls,
          colour: 'bg-denied-chart',
          href: link({ rule: one.rule, server: one.server ?? NOT_RECORDED, policy: one.policy ?? NOT_RECORDED, decision: refused }),
        }))}
        all={stats.all.rules}
        empty="No rule refused a call in this time."
      />
    </div>
  );
}

interface BarsProps {
  title: string;
  rows: readonly Row[];
  /** How many values there are, those of the rows included, and the sum of their calls. */
  all: Stats['all']['agents'];
  empty?: string;
}

/** Bars share one scale per list; the refused part is darker and told in words. */
function Bars({ title, rows, all, empty = 'No calls in this time.' }: BarsProps) {
  const most = Math.max(1, ...rows.map((row) => row.calls));
  const shown = rows.slice(0, ROWS);
  const rest = all.calls - shown.reduce((sum, row) => sum + row.calls, 0);
  return (
    <Panel title={title} flush>
      {shown.length === 0 ? <p className="px-4 py-6 text-ink-2">{empty}</p> : null}
      <ul className="py-1">
        {shown.map((row) => (
          <li key={row.key}>
            <Link href={row.href} prefetch={false} data-count={row.calls} className="block px-4 py-1.5 -outline-offset-2 hover:bg-hover">
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate">{row.label}</span>
                <span className="num shrink-0">
                  {formatCount(row.calls)}
                  {row.refused ? <span className="text-denied"> · {formatCount(row.refused)} refused</span> : null}
                </span>
              </span>
              <span aria-hidden className="mt-1 flex h-1 overflow-hidden rounded-full bg-sunken">
                <span className="bg-allowed-chart" style={{ width: `${((row.calls - (row.refused ?? row.calls)) / most) * 100}%` }} />
                <span className={row.colour ?? 'bg-denied-chart'} style={{ width: `${((row.refused ?? row.calls) / most) * 100}%` }} />
              </span>
            </Link>
          </li>
        ))}
        {rest > 0 ? (
          <li className="num px-4 py-1.5 text-ink-3">
            {formatCount(rest)} in {plural(all.values - shown.length, 'other')}
          </li>
        ) : null}
      </ul>
    </Panel>
  );
}
