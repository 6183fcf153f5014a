'use client';

import { useDeferredValue, useMemo, useState } from 'react';
import { CopyButton } from '@/components/shared/copy-button';
import { RiskBars } from '@/components/shared/risk-bars';
import { EmptyState } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { Input } from '@/components/ui/input';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { explanationOf } from '@/lib/policy/explain/explain-tool';
import type { ExplanationSection } from '@/lib/policy/explain/explanation';
import { explanationMarkdown, explanationText } from '@/lib/policy/explain/explanation-markdown';
import { catalogueOf } from './catalogue-of';
import type { DockProps } from './dock-props';

type ExplainDockProps = Pick<DockProps, 'policy' | 'document' | 'tools' | 'onSelect'> & {
  /** true while the text has errors, so that `document` is older than the text. */
  stale?: boolean;
};

/** The policy in plain sentences, made from the text by templates; each sentence leads to its place. */
export function ExplainDock({ policy, document, tools, onSelect, stale = false }: ExplainDockProps) {
  const [filter, setFilter] = useState('');
  const shownDocument = useDeferredValue(document);
  const catalogue = useMemo(() => catalogueOf(tools), [tools]);
  const whole = useMemo(
    () => (shownDocument === null ? null : explainPolicy(shownDocument, tools.length === 0 ? null : catalogue)),
    [shownDocument, catalogue, tools.length],
  );
  const wanted = filter.trim();
  const shown = useMemo(() => {
    if (whole === null || shownDocument === null || wanted === '') return whole;
    if (catalogue.has(wanted)) return explanationOf(whole, shownDocument, wanted, catalogue);
    const word = wanted.toLowerCase();
    return { sections: whole.sections.filter((section) => section.title.toLowerCase().includes(word)) };
  }, [whole, shownDocument, catalogue, wanted]);
  if (shown === null) return <EmptyState title="The policy in words appears here as soon as its text has no errors" />;
  const title = wanted !== '' && catalogue.has(wanted) ? `${policy.name}: ${wanted}` : policy.name;
  return (
    <section aria-label="Explanation" className="flex min-w-0 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-line-soft border-b px-3 py-2">
        <Input
          type="search"
          aria-label="Filter by tool"
          placeholder="Filter by tool"
          list="explained-tools"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="w-auto min-w-36 flex-1"
        />
        <datalist id="explained-tools">
          {tools.map((tool) => (
            <option key={tool.id} value={tool.name} />
          ))}
        </datalist>
        <CopyButton withWord text={explanationMarkdown(title, shown)} label="Copy Markdown" />
        <CopyButton withWord text={explanationText(title, shown)} label="Copy text" />
      </div>
      {stale ? (
        <p role="status" className="border-line-soft border-b bg-sunken px-3 py-1.5 text-ink-2">
          The text has an error. This explains the text before it.
        </p>
      ) : null}
      {shown.sections.length === 0 ? (
        <p role="status" className="px-3 py-6 text-ink-2">
          No rule of this policy names “{wanted}”.
        </p>
      ) : (
        shown.sections.map((section) => <Section key={section.pointer} section={section} onSelect={onSelect} />)
      )}
    </section>
  );
}

function Section({ section, onSelect }: { section: ExplanationSection; onSelect: (pointer: string) => void }) {
  return (
    <section
      aria-label={section.title}
      className="border-line-soft border-b px-3 py-2.5 last:border-b-0 [contain-intrinsic-size:auto_96px] [content-visibility:auto]"
    >
      <h3 className="flex flex-wrap items-center gap-2 pb-1 font-medium text-ink">
        <span className="min-w-0 break-all">
          <InertText text={section.title} max={200} />
        </span>
        {section.risk ? <RiskBars risk={section.risk} /> : null}
      </h3>
      <ul>
        {section.sentences.map((sentence, index) => (
          <li key={index}>
            <button
              type="button"
              title={sentence.pointer === '' ? 'The whole policy' : sentence.pointer}
              onClick={() => onSelect(sentence.pointer)}
              className="-mx-1.5 w-[calc(100%+12px)] rounded-control px-1.5 py-1 text-left text-read text-ink-2 -outline-offset-2 hover:bg-hover hover:text-ink"
            >
              <InertText text={sentence.text} max={2000} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
