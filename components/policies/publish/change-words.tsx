'use client';

import { ArrowDownRight, ArrowUpRight, Minus } from 'lucide-react';
import { CopyButton } from '@/components/shared/copy-button';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { changeMarkdown } from '@/lib/policy/explain/change/change-markdown';
import type { ChangeSentence } from '@/lib/policy/explain/explanation';

const EFFECTS = {
  loosens: { icon: ArrowUpRight, word: 'opens access', look: 'text-limited' },
  tightens: { icon: ArrowDownRight, word: 'closes access', look: 'text-allowed' },
  neutral: { icon: Minus, word: 'changes nothing that is decided', look: 'text-ink-3' },
} as const;

interface ChangeWordsProps {
  title: string;
  sentences: readonly ChangeSentence[];
  /** Shows a sentence of the new text where it is written. */
  onSelect?: (pointer: string) => void;
}

/** The differences between two policies as sentences, what opens access first and marked. The same wherever a change is shown. */
export function ChangeWords({ title, sentences, onSelect }: ChangeWordsProps) {
  if (sentences.length === 0) return <p className="text-ink-2">Nothing that is decided changes.</p>;
  return (
    <div className="flex flex-col items-start gap-2">
      <ul className="flex w-full flex-col gap-1" data-testid="change-words">
        {sentences.map((sentence, index) => {
          const { icon: Icon, word, look } = EFFECTS[sentence.effect];
          return (
            <li key={index} className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2" data-effect={sentence.effect}>
              <Icon aria-hidden className={cn('mt-1 size-4', look)} />
              <span className="text-read">
                {onSelect && sentence.in === 'after' ? (
                  <button type="button" className="text-left underline-offset-2 hover:underline" onClick={() => onSelect(sentence.pointer)}>
                    <InertText text={sentence.text} max={2000} />
                  </button>
                ) : (
                  <InertText text={sentence.text} max={2000} />
                )}
                <span className={cn('ml-2 whitespace-nowrap text-meta', look)}>{word}</span>
              </span>
            </li>
          );
        })}
      </ul>
      <CopyButton withWord text={changeMarkdown(title, sentences)} label="Copy Markdown" />
    </div>
  );
}
