import { Fragment } from 'react';
import { cn } from '@/components/ui/cn';

// Controls, formats (bidi overrides, zero-width, tags), ignorable code points and line separators: what can lie to a
// reader. The emoji selector is let pass only right after an emoji, where it does nothing else.
const DECEPTIVE = /(?![\n\t])(?!(?<=\p{Extended_Pictographic})\ufe0f)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

export interface TextPart {
  text: string;
  /** What stands here, e.g. `U+202E`, when the character would not be seen or would turn the text around. */
  mark: boolean;
}

/** Splits text so that every deceptive character becomes its own visible part. Never drops a character. */
export function markDeceptive(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(DECEPTIVE)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), mark: false });
    const code = match[0].codePointAt(0) ?? 0;
    parts.push({ text: `U+${code.toString(16).toUpperCase().padStart(4, '0')}`, mark: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), mark: false });
  return parts;
}

/** Inline: escaped by React, isolated from the direction around it, with hidden characters shown. */
export function InertText({ text, max, className }: { text: string; max?: number; className?: string }) {
  const shown = max && text.length > max ? text.slice(0, max) : text;
  return (
    <bdi className={cn('break-words', className)}>
      {markDeceptive(shown).map((part, index) =>
        part.mark ? (
          <span
            key={index}
            title="A character that cannot be seen"
            className="mx-px rounded-[3px] bg-limited-chip px-1 font-mono text-meta text-limited"
          >
            {part.text}
          </span>
        ) : (
          <Fragment key={index}>{part.text}</Fragment>
        ),
      )}
      {shown.length < text.length ? <span className="text-ink-3"> … {text.length - shown.length} more characters</span> : null}
    </bdi>
  );
}

/** A block of text that an agent or a server wrote: plain, labelled, never Markdown or links. */
export function UnverifiedText({ text, from, className }: { text: string; from: 'agent' | 'server'; className?: string }) {
  return (
    <figure className={cn('border-control border-l-2 pl-3', className)}>
      <figcaption className="font-mono text-meta text-ink-3">{from} says, unverified</figcaption>
      <blockquote tabIndex={0} className="max-h-72 overflow-y-auto whitespace-pre-wrap text-read text-ink-2">
        “<InertText text={text} />”
      </blockquote>
    </figure>
  );
}
