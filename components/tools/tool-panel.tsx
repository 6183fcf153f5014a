'use client';

import { ShieldAlert } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Tool } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { JsonView } from '@/components/shared/json-view';
import { KillButton, KillNote } from '@/components/shared/kill-switch/kill-button';
import { CategoryWord, RiskBars } from '@/components/shared/risk-bars';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { InertText, UnverifiedText } from '@/components/shared/unverified-text';
import { Facts } from '@/components/ui/panel';
import { ApproveTool } from './approve-tool';
import { ClassifyTool } from './classify-tool';
import { ToolSentence } from './tool-sentence';

/** One tool: what it can do and why we say so, what is wrong with its definition, what it says of itself. */
export function ToolPanel({ tool }: { tool: Tool }) {
  const target = { scope: 'tool', label: `${tool.server}/${tool.name}` } as const;
  return (
    <div className="flex flex-col gap-5">
      <div>
        <KillNote target={target} />
        <KillButton target={target} size="sm" />
      </div>
      {tool.status !== 'active' ? <ApproveTool tool={tool} /> : null}
      <Section title="Risk">
        <p className="mb-2 flex flex-wrap items-center gap-3">
          <RiskBars risk={tool.risk} />
          <CategoryWord category={tool.category} />
          <span className="text-ink-3">confidence {tool.confidence}</span>
        </p>
        {tool.manual ? (
          <p className="mb-2">
            Set by {tool.manual.by ?? 'a person'} <Time at={tool.manual.at} />: “<InertText text={tool.manual.reason ?? ''} />
            ”. The classifier says {tool.classifier.category}, {tool.classifier.risk}.
          </p>
        ) : null}
        <ul className="list-disc pl-4 text-ink-2 marker:text-ink-3">
          {tool.classifier.reasons.map((reason) => (
            <li key={reason}>
              <InertText text={reason} />
            </li>
          ))}
        </ul>
        {tool.dispatch ? (
          <p className="mt-2 text-ink-2">
            Runs other tools: the name is in <code className="font-mono text-meta">{tool.dispatch.tool}</code>
            {tool.dispatch.arguments ? (
              <>
                , their arguments in <code className="font-mono text-meta">{tool.dispatch.arguments}</code>
              </>
            ) : null}
            . A policy decides on what it would run.
          </p>
        ) : null}
        <ClassifyTool tool={tool} />
      </Section>
      <Section title="Approvals">
        <ToolSentence tool={tool} />
      </Section>
      {tool.findings.length > 0 ? (
        <Section title="Findings in the definition">
          <ul className="flex flex-col gap-2">
            {tool.findings.map((finding, index) => (
              <li key={index} className="flex items-start gap-2">
                <ShieldAlert
                  aria-hidden
                  className={finding.severity === 'high' ? 'mt-0.5 size-4 shrink-0 text-denied' : 'mt-0.5 size-4 shrink-0 text-limited'}
                />
                <span className="min-w-0">
                  <span className="font-medium">{finding.severity.charAt(0).toUpperCase() + finding.severity.slice(1)}</span>:{' '}
                  <InertText text={finding.message} />{' '}
                  <code className="font-mono text-meta text-ink-3">
                    {finding.path} · {finding.code}
                  </code>
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="Description">
        {tool.description ? <UnverifiedText from="server" text={tool.description} /> : <p className="text-ink-3">The server gives none.</p>}
      </Section>
      <Section title="Input schema">
        {tool.inputSchema ? (
          <JsonView value={tool.inputSchema} label="input schema" />
        ) : (
          <p className="text-ink-3">The server gives none, so arguments cannot be checked against it.</p>
        )}
      </Section>
      {tool.annotations ? (
        <Section title="Annotations, unverified hints">
          <JsonView value={tool.annotations} label="annotations" />
        </Section>
      ) : null}
      <Section title="Facts">
        <Facts
          items={[
            [
              'Status',
              tool.removedAt ? (
                <StatusTag key="s" status="expired" word="No longer announced" />
              ) : (
                <StatusTag key="s" status={tool.status} />
              ),
            ],
            [
              'Server',
              <Link key="l" href={`/servers/${tool.server}`} className="text-accent hover:underline">
                {tool.server}
              </Link>,
            ],
            ['Definition', <Id key="d" value={tool.digest} max={20} />],
            ['First seen', <Time key="f" at={tool.firstSeenAt} />],
            ['Last seen', <Time key="z" at={tool.lastSeenAt} />],
            [
              'Calls',
              <Link
                key="c"
                href={`/activity?server=${tool.server}&tool=${encodeURIComponent(tool.name)}`}
                className="text-accent hover:underline"
              >
                View activity
              </Link>,
            ],
          ]}
        />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-meta font-medium text-ink-3">{title}</h3>
      {children}
    </section>
  );
}
