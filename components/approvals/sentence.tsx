import { InertText } from '@/components/shared/unverified-text';
import { fillTemplate, parseTemplate } from '@/lib/domain/approval/sentence-template';

/** The sentence of one call. What the agent wrote is set apart from what a person of this installation wrote, so that a value cannot go on talking. */
export function Sentence({ template, args }: { template: string; args: unknown }) {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return null;
  return (
    <>
      {fillTemplate(parsed.value, args).map((part, index) =>
        'text' in part ? (
          <InertText key={index} text={part.text} />
        ) : part.value === null ? (
          <span key={index} className="text-ink-3">
            (none)
          </span>
        ) : (
          <code key={index} className="rounded-[4px] bg-sunken px-1 font-mono">
            <InertText text={part.value} />
          </code>
        ),
      )}
    </>
  );
}

/** The same where values are not shown: the names of the arguments stand for them. */
export function SentenceOutline({ template }: { template: string }) {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return null;
  return (
    <>
      {parsed.value.map((part, index) =>
        'text' in part ? (
          <InertText key={index} text={part.text} />
        ) : (
          <i key={index} className="font-normal text-ink-2">
            {part.path.join('.')}
          </i>
        ),
      )}
    </>
  );
}
