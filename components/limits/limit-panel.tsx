'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import type { LimitDetail, LimitRaise, LimitRow } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { ForecastText, RuleLink, Who } from '@/components/shared/limits/limit-cells';
import { nameOf, refusedHref, ruleHref, spanWords, utcWords } from '@/components/shared/limits/limit-words';
import { useServerNow } from '@/components/shared/limits/server-clock';
import { Meter } from '@/components/shared/meter';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { useTimeZone } from '@/components/shared/time-zone';
import { InertText } from '@/components/shared/unverified-text';
import { Button, LinkButton } from '@/components/ui/button';
import { Facts } from '@/components/ui/panel';
import { HistoryChart } from './history-chart';
import { useLimit } from './use-limits';

export type LimitAction = 'raise' | 'reset' | 'revoke';

interface PanelProps {
  limitKey: string;
  onAct: (action: LimitAction, row: LimitRow) => void;
}

/** One counter: where it stands, what can be done about it, how it went, and who uses it. */
export function LimitPanel({ limitKey, onAct }: PanelProps) {
  const query = useLimit(limitKey);
  return (
    <Loaded query={query} what="The counter">
      {(limit) => (
        <div className="flex flex-col gap-5">
          <Standing limit={limit} onAct={onAct} />
          <Section title="What did each window come to?">
            <HistoryChart limit={limit} />
          </Section>
          <Consumers limit={limit} />
          <Raises limit={limit} />
        </div>
      )}
    </Loaded>
  );
}

function Standing({ limit, onAct }: { limit: LimitDetail; onAct: PanelProps['onAct'] }) {
  const refusal = useRefusal('limit.write');
  const now = useServerNow();
  const { timeZone } = useTimeZone();
  const at = utcWords(limit.resetsAt, now, timeZone);
  const href = ruleHref(limit);
  const standing = standingRaise(limit, now);
  return (
    <section className="flex flex-col gap-3">
      <Meter used={limit.used} max={limit.max} label={`${limit.counter} of ${nameOf(limit)}`} />
      <p>
        <ForecastText row={limit} long />
      </p>
      {standing ? (
        <p className="rounded-control border border-line bg-accent-soft px-3 py-2">
          {formatCount(standing.from)}, raised to {formatCount(standing.to)} until {utcWords(standing.until, now, timeZone)} by{' '}
          {standing.by}: “<InertText text={standing.reason} max={500} />”
          {standing.rule === limit.rule ? null : ` For ${standing.rule}, which charges this counter too.`}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button disabledReason={refusal} keys="U" onClick={() => onAct('raise', limit)}>
          {standing ? 'Change raise' : 'Raise limit'}
        </Button>
        {standing ? (
          <Button disabledReason={refusal} onClick={() => onAct('revoke', limit)}>
            Revoke raise
          </Button>
        ) : null}
        <Button disabledReason={refusal} onClick={() => onAct('reset', limit)}>
          Reset counter
        </Button>
        {href ? (
          <LinkButton href={href} variant="quiet">
            Edit rule
          </LinkButton>
        ) : null}
      </div>
      <Facts
        items={[
          ['Counted for', <Who key="w" row={limit} />],
          ['Rule', <RuleLink key="r" row={limit} full />],
          ['Window', `${spanWords(limit)}${limit.align === 'sliding' ? ', sliding' : ', by the calendar in UTC'}`],
          [limit.align === 'sliding' ? 'Empty' : 'Resets', limit.align === 'sliding' ? `${at}, without further calls` : at],
          ['Peak of 7 days', `${formatCount(limit.peak7d)} of ${formatCount(limit.max)}`],
          [
            'Refused in 24 h',
            limit.refused24h > 0 ? (
              <Link key="f" href={refusedHref(limit)} className="text-accent hover:underline">
                {plural(limit.refused24h, 'call')}
              </Link>
            ) : (
              'none'
            ),
          ],
        ]}
      />
    </section>
  );
}

function Consumers({ limit }: { limit: LimitDetail }) {
  const most = limit.consumers[0]?.amount ?? 0;
  return (
    <Section title="Who uses it in this window?">
      {limit.consumers.length === 0 ? (
        <p className="text-ink-2">Nobody that the newest 20 000 events show.</p>
      ) : (
        <ol className="flex flex-col gap-1.5">
          {limit.consumers.map(({ agent, calls, amount }) => (
            <li key={agent ?? ''} className="grid grid-cols-[minmax(0,1fr)_96px_auto] items-center gap-3">
              {agent === null ? (
                <span className="text-ink-3">unknown</span>
              ) : (
                <Link href={`/agents/${agent}`} className="truncate hover:underline">
                  {agent}
                </Link>
              )}
              <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-sunken">
                <span className="block h-full bg-allowed-chart" style={{ width: `${most > 0 ? (amount / most) * 100 : 0}%` }} />
              </span>
              <span className="num text-right text-ink-2">
                {formatCount(amount)}
                {amount === calls ? '' : ` in ${plural(calls, 'call')}`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** Several rules can charge one counter; the raise may be another one's than the rule shown. */
const standingRaise = (limit: LimitDetail, nowMs: number): LimitRaise | undefined =>
  limit.raises.find((raise) => raise.endedAt === null && Date.parse(raise.until) > nowMs);

const END_WORDS = { revoked: 'revoked', replaced: 'replaced', rule_changed: 'ended by a publish' } as const;

function Raises({ limit }: { limit: LimitDetail }) {
  const standing = standingRaise(limit, useServerNow());
  if (limit.raises.length === 0) return null;
  return (
    <Section title="Raises">
      <ul className="flex flex-col gap-2">
        {limit.raises.map((raise) => (
          <li key={raise.id}>
            <p>
              {formatCount(raise.from)} to {formatCount(raise.to)} by {raise.by}, <Time at={raise.at} />
              <span className="text-ink-3">
                {raise.id === standing?.id ? (
                  ' · holds'
                ) : raise.endCause === null ? (
                  ' · over'
                ) : (
                  <>
                    {' · '}
                    {END_WORDS[raise.endCause]} by {raise.endedBy}, <Time at={raise.endedAt} />
                  </>
                )}
              </span>
            </p>
            <p className="break-words text-ink-2">
              “<InertText text={raise.reason} max={500} />”
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1.5 text-meta font-medium text-ink-3">{title}</h3>
      {children}
    </section>
  );
}
