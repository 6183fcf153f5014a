'use client';

import { Link2, LockKeyhole } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { BlockAgentBySlug } from '@/components/shared/agents/block-agent';
import type { AuditDetail } from '@/components/shared/api/wire';
import { CopyButton } from '@/components/shared/copy-button';
import { Id } from '@/components/shared/id-text';
import { JsonView } from '@/components/shared/json-view';
import { useMe } from '@/components/shared/permission';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { Trace } from '@/components/shared/trace';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { Facts } from '@/components/ui/panel';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { RESULT_FLAG_WORDS } from '@/lib/domain/result-flags';
import { callAsCurl } from './call-as-curl';
import { type FilterValues, OUTCOME_WORDS } from './call-filters';
import { CallTiming } from './call-timing';
import { FilterValue } from './filter-value';
import { Reconcile } from './reconcile';

/** One call: who, what, why it was decided so, what came of it, and its place in the chain. */
export function EventView({ event, wide }: { event: AuditDetail; wide?: boolean }) {
  const facts = REASONS[event.reason as Reason];
  return (
    <div className={cn('flex flex-col gap-5', wide && 'lg:grid lg:grid-cols-[minmax(0,1fr)_420px] lg:items-start')}>
      <div className="flex min-w-0 flex-col gap-5">
        <Section title="Decision">
          <Trace
            decision={event.decision}
            rule={event.rule}
            policy={event.policy ? `${event.policy} v${event.policyVersion ?? '–'}` : null}
            message={event.message}
            steps={event.trace}
          />
          {facts ? (
            <p className="mt-2 text-ink-2">
              {facts.words} <code className="font-mono text-meta text-ink-3">{event.reason}</code>
            </p>
          ) : null}
        </Section>
        <Section title="Arguments">
          {event.arguments.shown ? (
            <JsonView value={event.arguments.value} label="arguments" />
          ) : (
            <p className="flex items-start gap-2 text-ink-2">
              <LockKeyhole aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
              {event.arguments.why}
            </p>
          )}
          {event.argumentsShape ? (
            <p
              className="mt-1.5 text-meta text-ink-3"
              title="Declared names with their types; +n counts others, and # is a digest of what is within"
            >
              Shape <code className="font-mono [overflow-wrap:anywhere]">{event.argumentsShape}</code>
            </p>
          ) : null}
        </Section>
        <Outcome event={event} />
      </div>
      <Section title="Facts">
        <Facts
          items={[
            ['Time', <Time key="t" at={event.at} exact />],
            [
              'Agent',
              event.agent ? (
                <span key="a" className="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <Link href={`/agents/${event.agent}`} className="text-accent hover:underline">
                    {event.agent}
                  </Link>
                  <FilterLink name="agent" value={event.agent} />
                  <BlockAgentBySlug slug={event.agent} reason={`because of ${event.id}`} />
                </span>
              ) : (
                'unknown'
              ),
            ],
            [
              'Server / tool',
              <span key="s">
                {event.server ? (
                  <Link href={`/servers/${event.server}`} className="text-accent hover:underline">
                    {event.server}
                  </Link>
                ) : (
                  'none'
                )}
                {event.tool ? (
                  <>
                    {' '}
                    /{' '}
                    <code className="font-mono text-meta">
                      <InertText text={event.tool} max={120} />
                    </code>{' '}
                    <FilterLink name="tool" value={event.tool} />
                  </>
                ) : null}
              </span>,
            ],
            ...(event.innerTool
              ? [
                  [
                    'Runs',
                    <code key="i" className="font-mono text-meta">
                      <InertText text={event.innerTool} max={120} />
                    </code>,
                  ] as const,
                ]
              : []),
            ...(event.target
              ? [
                  [
                    'About',
                    <code key="t" className="font-mono text-meta [overflow-wrap:anywhere]">
                      <InertText text={event.target} max={500} />
                    </code>,
                  ] as const,
                ]
              : []),
            [
              'Method',
              <code key="m" className="font-mono text-meta">
                {event.method}
              </code>,
            ],
            [
              'Risk',
              event.risk ? (
                <span key="r" className="flex items-center gap-2">
                  <RiskBars risk={event.risk} />
                  <span className="text-ink-2">{event.category}</span>
                </span>
              ) : null,
            ],
            [
              'Policy',
              event.policy && event.server ? (
                <Link
                  key="p"
                  href={`/policies/${event.server}/${event.policy}?tab=versions&v=${event.policyVersion ?? ''}`}
                  className="text-accent hover:underline"
                >
                  {event.policy} v{event.policyVersion}
                </Link>
              ) : (
                event.policy
              ),
            ],
            ...(event.elevation
              ? [
                  [
                    'For a while',
                    <span key="w" className="text-ask">
                      until <Time at={event.elevation.until} />: “<InertText text={event.elevation.reason} max={300} />
                      ”, asked by <InertText text={event.elevation.requestedBy} max={120} />, approved by{' '}
                      <InertText text={event.elevation.decidedBy ?? 'nobody'} max={120} />
                    </span>,
                  ] as const,
                ]
              : []),
            [
              'Grant',
              event.grant ? (
                <span key="g" className="flex items-center gap-2">
                  <Id value={event.grant} max={20} />
                  <FilterLink name="grant" value={event.grant} />
                </span>
              ) : null,
            ],
            ['Client', event.client ? <InertText key="n" text={`${event.client.name} ${event.client.version ?? ''}`} max={120} /> : null],
            ['From', event.sourceIp],
            [
              'Session',
              event.session ? (
                <span key="z" className="flex items-center gap-2">
                  <Id value={event.session} max={20} />
                  <FilterLink name="session" value={event.session} />
                </span>
              ) : null,
            ],
            ['Definition', event.definitionDigest ? <Id key="d" value={event.definitionDigest} max={20} /> : null],
            [
              'Event',
              <span key="e" className="flex flex-wrap items-center gap-1">
                <Id value={event.id} max={24} />
                <CopyButton
                  text={`${typeof window === 'undefined' ? '' : window.location.origin}/activity/${event.id}`}
                  label="Copy link"
                />
                <CopyCall event={event} />
              </span>,
            ],
          ]}
        />
        <p className="mt-4 flex items-start gap-2 text-meta text-ink-3">
          <Link2 aria-hidden className="mt-px size-3.5 shrink-0" />
          <span>
            Row <span className="num">{event.integrity.seq}</span> in the chain of <Id value={event.integrity.writer} max={16} />, hash{' '}
            <Id value={event.integrity.hash} max={16} />, after <Id value={event.integrity.previousHash} max={16} />
          </span>
        </p>
      </Section>
    </div>
  );
}

/** The call for a shell and for a report, as far as the reader was shown it. */
function CopyCall({ event }: { event: AuditDetail }) {
  const publicUrl = useMe().data?.publicUrl;
  const command = publicUrl === undefined ? null : callAsCurl(event, publicUrl);
  return (
    <>
      {command === null ? null : <CopyButton text={command} label="Copy as curl" withWord />}
      <CopyButton text={JSON.stringify(event, null, 2)} label="Copy as JSON" withWord />
    </>
  );
}

function Outcome({ event }: { event: AuditDetail }) {
  if (event.settlements.length === 0) {
    const running = event.decision === 'allowed' || event.decision.startsWith('observed_');
    return (
      <Section title="Outcome">
        <p className="text-ink-2">
          {running ? 'The call is running, or its outcome has not been recorded yet.' : 'Nothing was sent to the server.'}
        </p>
      </Section>
    );
  }
  return (
    <Section title="Outcome">
      {event.outcome === 'unknown' ? <Reconcile event={event.id} since={event.at} /> : null}
      <ol className="flex flex-col gap-2">
        {event.settlements.map((settlement, index) => (
          <li key={index} className="rounded-control border border-line-soft px-3 py-2">
            <p className="flex flex-wrap items-center gap-x-3">
              <span className="font-medium">{OUTCOME_WORDS[settlement.outcome] ?? settlement.outcome}</span>
              <span className="text-ink-3">
                <Time at={settlement.at} />
              </span>
            </p>
            <CallTiming settlement={settlement} resultBytes={event.resultBytes} />
            {settlement.flags.length > 0 ? (
              <p className="flex flex-wrap items-center gap-x-3 text-limited">
                <span>Noticed in the answer:</span>
                {settlement.flags.map((flag) => (
                  <span key={flag} className="inline-flex items-center gap-2">
                    {RESULT_FLAG_WORDS[flag]}
                    <FilterLink name="flag" value={flag} />
                  </span>
                ))}
              </p>
            ) : null}
            {settlement.note ? (
              <p className="text-ink-2">
                <InertText text={settlement.note} max={500} />
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function FilterLink({ name, value }: { name: keyof FilterValues; value: string }) {
  return (
    <FilterValue name={name} value={value} className="min-h-6 text-meta text-accent">
      calls with it
    </FilterValue>
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
