'use client';

import Link from 'next/link';
import { plural } from '@/components/shared/format';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';
import type { ApprovalLoad } from '@/lib/control/approval-insight/contract';
import { LoadSuggestion } from './load-suggestion';
import { useApprovalLoad } from './use-approvals';

const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`);

/** Who is asked how much, and rules whose asking protects nobody any more. */
export function LoadView() {
  const load = useApprovalLoad(true);
  return (
    <Loaded query={load} what="The load">
      {(data) =>
        data.asked === 0 ? (
          <Panel>
            <EmptyState title={`Nobody was asked in the last ${data.days} days`} />
          </Panel>
        ) : (
          <div className="flex flex-col gap-4">
            <Panel>
              <p className="text-base text-ink">
                {plural(data.asked, 'request')} in {data.days} days{data.perDay >= 1 ? `, ${data.perDay} a day` : ''}, {data.busiestHour} in
                the fullest hour. {data.expired} ran out unanswered.
              </p>
            </Panel>
            <Rules load={data} />
            <Approvers load={data} />
          </div>
        )
      }
    </Loaded>
  );
}

function Rules({ load }: { load: ApprovalLoad }) {
  return (
    <Panel title="Rules that ask" flush>
      <ul className="divide-y divide-line-soft">
        {load.rules.map((rule) => (
          <li key={JSON.stringify([rule.server, rule.policy, rule.rule, rule.tool])} className="flex flex-col gap-1 px-4 py-2.5">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="min-w-0 font-medium text-ink [overflow-wrap:anywhere]">
                <InertText text={rule.tool} max={80} />
              </span>
              <Link
                className="min-w-0 text-accent text-meta [overflow-wrap:anywhere] hover:underline"
                href={`/policies/${rule.server}/${rule.policy}?at=${encodeURIComponent(rule.rule)}`}
              >
                {rule.server}/{rule.policy} <code className="font-mono">{rule.rule}</code>
              </Link>
              <span className="num ml-auto text-ink-2 text-meta">
                {rule.asked} asked · {share(rule.approved, rule.asked)} approved · {rule.denied} denied
              </span>
            </p>
            {rule.asksTooMuch ? <LoadSuggestion rule={rule} /> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Approvers({ load }: { load: ApprovalLoad }) {
  if (load.approvers.length === 0) return null;
  return (
    <Panel title="Who decides" flush>
      <div className="overflow-x-auto" role="region" aria-label="Who decides" tabIndex={0}>
        <table className="w-full text-left">
          <thead className="text-ink-3 text-meta">
            <tr className="border-line-soft border-b [&_th]:px-4 [&_th]:py-2 [&_th]:font-normal">
              <th>Person</th>
              <th>Decided</th>
              <th>Approved</th>
              <th>Median</th>
              <th>Within 3 s</th>
              <th>At night (UTC)</th>
            </tr>
          </thead>
          <tbody className="num">
            {load.approvers.map((person) => (
              <tr key={person.name} className="border-line-soft border-b last:border-b-0 [&_td]:px-4 [&_td]:py-2">
                <td className="text-ink">
                  <InertText text={person.name} max={120} />
                </td>
                <td>{person.decided}</td>
                <td>{share(person.approved, person.decided)}</td>
                <td>{person.medianSeconds === null ? '–' : `${Math.round(person.medianSeconds)} s`}</td>
                <td className={person.under3Seconds > 0 ? 'text-limited' : ''}>{person.under3Seconds}</td>
                <td>{person.atNight}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
