'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyVersion, PolicyVersionText, Tool } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { Loaded } from '@/components/shared/state-view';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { explainChange } from '@/lib/policy/explain/change/explain-change';
import { readPolicyText } from '@/lib/policy/read-document';
import { catalogueOf } from '../explain/catalogue-of';
import { ChangeWords } from '../publish/change-words';
import { path } from '../use-draft';
import { RollBack } from './roll-back';

interface VersionViewProps {
  policy: PolicyDetail;
  tools: readonly Tool[];
  version: number;
  against: number;
  versions: readonly PolicyVersion[];
  onAgainst: (value: string) => void;
}

function useVersion(policy: PolicyDetail, n: number) {
  return useQuery({
    queryKey: ['versions', policy.id, n],
    queryFn: ({ signal }) => api<PolicyVersionText>('GET', `${path(policy)}/versions/${n}`, { signal }),
    enabled: n > 0,
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** One version beside another, in words and in text. */
export function VersionView({ policy, tools, version, against, versions, onAgainst }: VersionViewProps) {
  const shown = useVersion(policy, version);
  const other = useVersion(policy, against);
  const [asText, setAsText] = useState(true);
  return (
    <Panel
      title={`Version ${version}`}
      meta={shown.data ? <Id value={shown.data.digest} max={20} /> : null}
      actions={
        <>
          <Button size="sm" variant="ghost" aria-pressed={!asText} onClick={() => setAsText(!asText)}>
            {asText ? 'In words' : 'As text'}
          </Button>
          <span className="text-meta text-ink-3">compared with</span>
          <Select
            size="sm"
            label="Compare with"
            value={against > 0 ? String(against) : undefined}
            placeholder="nothing"
            onChange={onAgainst}
            options={versions
              .filter((one) => one.version !== version)
              .map((one) => ({ value: String(one.version), label: `v${one.version}${one.live ? ' (live)' : ''}` }))}
          />
          {version === policy.live?.version ? null : <RollBack policy={policy} version={version} />}
        </>
      }
    >
      <Loaded query={shown} what="This version">
        {(data) =>
          against > 0 && !other.data ? (
            <p className="text-ink-2">Loading version {against}…</p>
          ) : asText ? (
            <MonacoDiff
              label={`Version ${against} and ${version}`}
              before={other.data?.text ?? ''}
              after={data.text}
              height="max(320px, calc(100dvh - 340px))"
            />
          ) : (
            <InWords title={`${policy.name}: version ${version}`} before={other.data?.text ?? null} after={data.text} tools={tools} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function InWords({ title, before, after, tools }: { title: string; before: string | null; after: string; tools: readonly Tool[] }) {
  const sentences = useMemo(() => {
    const next = readPolicyText(after).document;
    if (next === null) return null;
    return explainChange(before === null ? null : readPolicyText(before).document, next, tools.length === 0 ? null : catalogueOf(tools));
  }, [before, after, tools]);
  if (sentences === null) return <p className="text-ink-2">This version's text is not of the present language; see it as text.</p>;
  return <ChangeWords title={title} sentences={sentences} />;
}
