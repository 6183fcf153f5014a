import { cn } from '@/components/ui/cn';
import { CopyButton } from './copy-button';
import { InertText } from './unverified-text';

interface JsonViewProps {
  value: unknown;
  /** Name for the copy button and screen readers, e.g. "arguments". */
  label: string;
  maxHeight?: number;
  className?: string;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON as text, coloured by kind and inert; what is copied is what is shown. */
export function JsonView({ value, label, maxHeight = 360, className }: JsonViewProps) {
  const text = JSON.stringify(value, null, 2) ?? 'undefined';
  return (
    <div className={cn('group/json relative rounded-control border border-line-soft bg-sunken', className)}>
      <CopyButton text={text} label={`Copy ${label}`} className="absolute top-1 right-1" />
      <pre
        role="group"
        aria-label={label}
        tabIndex={0}
        className="overflow-auto p-3 pr-9 font-mono text-meta leading-5 text-ink"
        style={{ maxHeight }}
      >
        {text.length > 50_000 ? <InertText text={text} max={50_000} /> : colour(text)}
      </pre>
    </div>
  );
}

function colour(text: string) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    const isKey = match[2] !== undefined;
    const looks = isKey ? 'text-ink-2' : match[1] ? 'text-allowed' : 'text-ask';
    parts.push(
      <span key={match.index} className={looks}>
        <InertText text={match[1] ?? match[0]} />
      </span>,
      match[2] ?? '',
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
