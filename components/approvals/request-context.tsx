'use client';

import Link from 'next/link';
import { DecisionChip } from '@/components/shared/decision-chip';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Facts, Panel } from '@/components/ui/panel';
import type { ApprovalContext } from '@/lib/control/approval-insight/contract';

/** What the trail tells about the asking agent: what it did just before, how such requests went, and what the call can do at worst. */
export function RequestContext({ context, tool }: { context: ApprovalContext; tool: string }) {
  const { similar, before, reach, comparison } = context;
  return (
    <Panel title="What to weigh">
      <Facts
        items={[
          [
            'At worst',
            <ul key="reach">
              {reach.map((sentence) => (
                <li key={sentence}>
                  <InertText text={sentence} max={300} />
                </li>
              ))}
            </ul>,
          ],
          [
            'Just before',
            before.length === 0 ? null : (
              <ol key="before" className="flex flex-wrap items-center gap-x-2 gap-y-1">
                {before.map((call) => (
                  <li key={call.event}>
                    <Link href={`/activity/${call.event}`} className="inline-flex items-center gap-1.5 hover:underline">
                      <DecisionChip decision={call.decision} />
                      <code className="font-mono text-meta">
                        <InertText text={call.tool ?? '?'} max={60} />
                      </code>
                    </Link>
                  </li>
                ))}
              </ol>
            ),
          ],
          [
            'Similar',
            <span key="similar">
              {similar.approved} approved, {similar.denied} denied, {similar.expired} expired in {similar.days} days for this agent and{' '}
              <InertText text={tool} max={80} />
            </span>,
          ],
          [
            'Compared with',
            comparison.shown ? (
              <span key="compared">
                {comparison.calls === 0
                  ? 'no earlier calls whose arguments were kept'
                  : `${comparison.calls} earlier ${comparison.calls === 1 ? 'call' : 'calls'} of ${comparison.days} days`}
                {comparison.last === null ? (
                  '; none was approved before'
                ) : (
                  <>
                    ; last approved by <InertText text={comparison.last.by} max={120} /> <Time at={comparison.last.at} />
                    {comparison.last.kept ? null : ', its arguments were not kept'}
                  </>
                )}
              </span>
            ) : (
              comparison.why
            ),
          ],
        ]}
      />
    </Panel>
  );
}
