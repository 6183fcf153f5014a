import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import type { ChangeColumns, ColumnChoice } from './column-choice';

/** Says which names in the address are no columns, for whoever followed a link of another version or mistyped one. */
export function UnknownColumns({ columns, onChange }: { columns: ColumnChoice; onChange: ChangeColumns }) {
  const { unknown } = columns;
  if (unknown.length === 0) return null;
  return (
    <p role="status" className="mb-3 flex flex-wrap items-center gap-x-2 rounded-control bg-limited-chip px-3 py-1 text-limited">
      <span>
        {unknown.length === 1 ? 'The address names a column that there is not: ' : 'The address names columns that there are not: '}
        {unknown.map((name, index) => (
          <span key={name}>
            {index > 0 ? ', ' : ''}
            <code className="font-mono text-meta">
              <InertText text={name} max={40} />
            </code>
          </span>
        ))}
      </span>
      <Button size="sm" variant="link" onClick={() => onChange((shown) => shown)}>
        Leave out
      </Button>
    </p>
  );
}
