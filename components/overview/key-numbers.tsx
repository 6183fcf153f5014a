'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Stats } from '@/components/shared/api/wire';
import { totalsOf } from '@/components/shared/charts/series';
import { formatCount, formatMs } from '@/components/shared/format';
import { REFUSED_DECISIONS } from '@/lib/domain/audit-event';

interface KeyNumbersProps {
  current: Stats;
  /** The same range seven days before. */
  before: Stats;
  /** Query of the Activity page with the same range. */
  filter: string;
}

const REFUSED = REFUSED_DECISIONS.join(',');

/** `+12 %`, `−3 %`, `no change`; null without anything to compare with. */
export function changeWords(now: number, before: number): string | null {
  if (before === 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return 'no change';
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}

export function KeyNumbers({ current, before, filter }: KeyNumbersProps) {
  const now = totalsOf(current.byDecision);
  const old = totalsOf(before.byDecision);
  const refused = current.total - now.allowed;
  const share = current.total ? (refused / current.total) * 100 : 0;
  const join = (extra: string) => `/activity${filter ? `${filter}&` : '?'}${extra}`;
  return (
    <section
      aria-label="Key numbers"
      className="grid grid-cols-2 rounded-panel border border-line bg-surface lg:grid-cols-5 [&>*]:border-line-soft [&>*]:border-b [&>*:last-child]:border-b-0 lg:[&>*]:border-b-0 lg:[&>*+*]:border-l"
    >
      <Cell
        label="Calls"
        value={formatCount(current.total)}
        note={delta(current.total, before.total, before.total)}
        href={`/activity${filter}`}
      />
      <Cell
        label="Not allowed"
        value={formatCount(refused)}
        note={`${share < 10 ? share.toFixed(1) : Math.round(share)} % of ${formatCount(current.total)}`}
        href={join(`decision=${REFUSED}`)}
      />
      <Cell
        label="Rate-limited"
        value={formatCount(now.limited)}
        note={delta(now.limited, old.limited, before.total)}
        href={join('decision=limited')}
      />
      <Cell
        label="Gateway overhead, p95"
        value={formatMs(current.gatewayMs.p95)}
        note={`p50 ${formatMs(current.gatewayMs.p50)}, p99 ${formatMs(current.gatewayMs.p99)}`}
      />
      <Cell
        label="Upstream time, p95"
        value={formatMs(current.upstreamMs.p95)}
        note={`p50 ${formatMs(current.upstreamMs.p50)}, p99 ${formatMs(current.upstreamMs.p99)}`}
      />
    </section>
  );
}

/** The change to the week before, always with the number it is of. */
function delta(now: number, then: number, callsThen: number): string {
  if (callsThen === 0) return 'a week before: no calls then';
  const words = changeWords(now, then);
  return words ? `${words}, ${formatCount(then)} a week before` : `none of ${formatCount(callsThen)} a week before`;
}

function Cell({ label, value, note, href }: { label: string; value: string; note: ReactNode; href?: string }) {
  return (
    <div className="flex min-w-0 flex-col px-4 py-3">
      <span className="text-base text-ink-2">{label}</span>
      {href ? (
        <Link href={href} className="num w-fit rounded-sm text-key font-semibold tracking-[-0.02em] text-ink hover:text-accent">
          {value}
        </Link>
      ) : (
        <span className="num text-key font-semibold tracking-[-0.02em] text-ink">{value}</span>
      )}
      <span className="num text-meta text-ink-3">{note}</span>
    </div>
  );
}
