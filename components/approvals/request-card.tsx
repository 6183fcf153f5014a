'use client';

import Link from 'next/link';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { BlockAgentBySlug } from '@/components/shared/agents/block-agent';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { CategoryWord, RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { Trace } from '@/components/shared/trace';
import { InertText } from '@/components/shared/unverified-text';
import { Facts, Panel } from '@/components/ui/panel';
import { ExactArguments, rowsOf, unreadParts } from './argument-rows';
import { ArgumentTable } from './argument-table';
import { useCoveredHeight } from './covered-height';
import { DecidePanel } from './decide-panel';
import { Discussion } from './discussion';
import { useKeptFocus } from './kept-focus';
import { Outcome } from './outcome';
import { AskedOf, RequestActions } from './request-actions';
import { RequestContext } from './request-context';
import { Sentence } from './sentence';
import { TimeLine } from './time-line';
import { useApprovalContext, useViewers } from './use-approvals';

/** Everything a person decides by, in the order in which it is asked: who wants what, how risky, why, with which values. */
export function RequestCard({ approval }: { approval: ApprovalDetail }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const card = useRef<HTMLElement>(null);
  const decide = useRef<HTMLDivElement>(null);
  const question = useRef<HTMLTextAreaElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  useEffect(() => heading.current?.focus(), []);
  useKeptFocus(card, heading);
  const covered = useCoveredHeight(decide);
  const ask = () => {
    setAsking(true);
    // It is there after this rendering, or was there before.
    requestAnimationFrame(() => question.current?.focus());
  };
  const { arguments: args } = approval;
  const context = useApprovalContext(approval.id);
  const comparison = context.data?.comparison.shown === true ? context.data.comparison : null;
  const viewers = useViewers(approval.id, approval.status === 'pending' && approval.decision.may);
  const rows = args.shown
    ? [
        ...rowsOf(args.text),
        ...(args.inputs === null ? [] : rowsOf(args.inputs).map((row) => ({ ...row, name: `beside the arguments: ${row.name}` }))),
      ]
    : [];
  const unread = unreadParts(rows, opened);
  return (
    <article
      ref={card}
      // On narrow pages the decision lies over the end of the card, and above what has the focus.
      style={{ '--covered': `${Math.ceil(covered)}px` } as CSSProperties}
      className="flex min-w-0 flex-col gap-4 max-lg:pb-[calc(var(--covered)+1rem)] [&_:focus-visible]:scroll-mb-[calc(var(--covered)+1rem)]"
    >
      <Panel>
        <header className="flex flex-col gap-2">
          <h2 ref={heading} tabIndex={-1} className="text-section font-semibold text-ink outline-none">
            {approval.agent.slug} wants to call <InertText text={approval.innerTool ?? approval.tool} max={120} />
            {approval.innerTool === null ? null : (
              <span className="font-normal text-ink-2">
                {' '}
                through <InertText text={approval.tool} max={120} />
              </span>
            )}{' '}
            <span className="font-normal text-ink-2">on {approval.server.slug}</span>
          </h2>
          {approval.sentence === null || !args.shown ? null : (
            <p className="break-words text-ink text-section">
              <Sentence template={approval.sentence} args={args.value} />
            </p>
          )}
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <RiskBars risk={approval.risk} category={approval.category} />
            <CategoryWord category={approval.category} />
            <TimeLine approval={approval} />
          </p>
          {context.data?.riskReasons[0] === undefined ? null : (
            <p className="text-base text-ink-2">
              <InertText text={context.data.riskReasons[0]} max={300} />
            </p>
          )}
          {viewers.length > 0 ? (
            <p role="status" className="text-ask text-base">
              <InertText text={viewers.join(', ')} max={200} /> {viewers.length === 1 ? 'looks' : 'look'} at this, too
            </p>
          ) : null}
          <Outcome approval={approval} />
          <p className="text-base text-ink-2">
            Asked by{' '}
            <Link className="text-accent underline" href={`/policies/${approval.server.slug}/${approval.policy.slug}`}>
              {approval.policy.slug} v{approval.policy.version}
            </Link>{' '}
            · rule <code className="break-all font-mono text-meta">{approval.rule}</code>
            {approval.message === null ? null : (
              <>
                {' '}
                · “<InertText text={approval.message} max={300} />”
              </>
            )}
          </p>
          <p className="break-words text-base text-ink-2">
            Owner of the agent: <InertText text={approval.agent.owner} max={120} />
            {approval.purpose === null ? null : (
              <>
                {' '}
                · granted for “<InertText text={approval.purpose} max={160} />”
              </>
            )}
          </p>
          <AskedOf approval={approval} />
        </header>
      </Panel>
      <Panel title="Arguments" meta="exactly what would be sent; redacted where the policy says so">
        {args.shown ? (
          <div className="flex flex-col gap-3">
            <ArgumentTable rows={rows} comparison={comparison} opened={opened} onOpen={(name) => setOpened(new Set([...opened, name]))} />
            <ExactArguments text={args.text} bytes={approval.argumentsBytes} digest={approval.argumentsDigest} />
          </div>
        ) : (
          <p className="text-ink-2">{args.why}</p>
        )}
      </Panel>
      <RequestActions approval={approval} onAsk={ask} />
      <Discussion approval={approval} open={asking} text={question} onDone={() => setAsking(false)} />
      {context.data === undefined ? null : <RequestContext context={context.data} tool={approval.innerTool ?? approval.tool} />}
      <Panel title="Who asks" actions={<BlockAgentBySlug slug={approval.agent.slug} reason={`because of ${approval.id}`} />}>
        <Facts
          items={[
            [
              'Agent',
              <Link key="agent" className="text-accent hover:underline" href={`/agents/${approval.agent.slug}`}>
                {approval.agent.slug}
              </Link>,
            ],
            ['Owner', <InertText key="owner" text={approval.agent.owner} max={200} />],
            ['Purpose of the grant', approval.purpose === null ? null : <InertText key="purpose" text={approval.purpose} max={500} />],
            [
              'Client',
              approval.client === null ? null : (
                <span key="client">
                  <InertText text={`${approval.client.name} ${approval.client.version}`} max={200} />{' '}
                  <span className="text-ink-3">as it says</span>
                </span>
              ),
            ],
            [
              'Asked',
              <span key="asked">
                {approval.asks === 1 ? 'once' : `${approval.asks} times`}, first <Time at={approval.createdAt} />
              </span>,
            ],
            ['Id', <Id key="id" value={approval.id} max={24} />],
            ['Digest', <Id key="digest" value={approval.digest} max={24} />],
          ]}
        />
      </Panel>
      <Panel title="Why a person is asked">
        <Trace
          decision="needs_approval"
          rule={approval.rule}
          policy={approval.policy.slug}
          message={approval.message}
          steps={approval.trace}
        />
      </Panel>
      <div ref={decide} className="contents">
        <DecidePanel approval={approval} unread={args.shown ? unread : 0} argumentsShown={args.shown} />
      </div>
    </article>
  );
}
