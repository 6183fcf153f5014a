import type { ImportedPolicy } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';

export const FORMAT_WORDS: Record<ImportedPolicy['format'], string> = {
  policylayer: 'PolicyLayer JSON',
  intercept: 'Intercept YAML',
  callgate: 'a Callgate policy',
};

/** In the order in which they are shown: what opens access comes first. */
const EFFECTS = {
  looser: { word: 'lets more pass', look: 'text-denied' },
  unclear: { word: 'look at it', look: 'text-limited' },
  stricter: { word: 'stricter', look: 'text-allowed' },
  same: { word: 'decides the same', look: 'text-ink-2' },
} as const;
const ORDER = Object.keys(EFFECTS);

/** What became of each part of an original, before anything is made of it. */
export function ImportReport({ imported }: { imported: ImportedPolicy }) {
  const errors = imported.problems.filter((problem) => problem.severity === 'error');
  if (imported.inOriginal)
    return (
      <div role="alert" className="flex flex-col gap-1 text-denied">
        <p className="font-medium">
          This text cannot be read as {imported.syntax === 'yaml' ? 'YAML' : 'JSON'}, so nothing can be made of it.
        </p>
        <Problems problems={errors} />
      </div>
    );
  const told = imported.report
    .filter((row) => row.status !== 'mapped' || row.note !== '')
    .sort((a, b) => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect));
  const count = (status: string) => imported.report.filter((row) => row.status === status).length;
  const effects = ORDER.flatMap((effect) => {
    const rows = imported.report.filter((row) => row.effect === effect && effect !== 'same').length;
    return rows === 0 ? [] : [`${rows} ${EFFECTS[effect as keyof typeof EFFECTS].word}`];
  });
  return (
    <section aria-label="What became of it" className="flex flex-col gap-2" data-testid="import-report">
      <p role="status">
        Read as <strong className="font-medium">{FORMAT_WORDS[imported.format]}</strong>: {plural(count('mapped'), 'part')} taken over
        {count('changed') > 0 ? `, ${count('changed')} changed` : ''}
        {count('dropped') > 0 ? `, ${count('dropped')} left out` : ''}
        {effects.length > 0 ? `; ${effects.join(', ')}` : '; it decides the same'}.
      </p>
      {told.length > 0 ? (
        <ul className="rounded-control border border-line">
          {told.map((row, index) => (
            <li key={index} className="border-line-soft border-b px-2.5 py-1.5 last:border-b-0">
              <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                <code className="min-w-0 break-all font-mono text-meta text-ink-3">
                  <InertText text={row.from} max={160} />
                  {row.line > 0 ? <span className="whitespace-nowrap"> line {row.line}</span> : null}
                </code>
                <span className={cn('font-medium text-meta', EFFECTS[row.effect].look)}>
                  {row.status === 'dropped' ? 'left out, ' : ''}
                  {EFFECTS[row.effect].word}
                </span>
              </span>
              <Note text={row.note} />
            </li>
          ))}
        </ul>
      ) : null}
      {errors.length > 0 ? (
        <div className="text-denied">
          <p>It has {plural(errors.length, 'error')} in this language, to be corrected in the editor:</p>
          <Problems problems={errors} />
        </div>
      ) : null}
    </section>
  );
}

/** Notes put code between backticks. */
function Note({ text }: { text: string }) {
  return (
    <span className="block">
      {text
        .slice(0, 400)
        .split('`')
        .map((part, index) =>
          index % 2 === 0 ? (
            <InertText key={index} text={part} />
          ) : (
            <code key={index} className="rounded-[3px] bg-sunken px-1 font-mono text-meta">
              <InertText text={part} />
            </code>
          ),
        )}
    </span>
  );
}

function Problems({ problems }: { problems: ImportedPolicy['problems'] }) {
  return (
    <ul className="list-disc pl-4">
      {problems.slice(0, 8).map((problem, index) => (
        <li key={index}>
          Line {problem.line}: <InertText text={problem.message} max={300} />
        </li>
      ))}
      {problems.length > 8 ? <li>and {problems.length - 8} more</li> : null}
    </ul>
  );
}
