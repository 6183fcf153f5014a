import { GitBranch } from 'lucide-react';

/** The policy is kept elsewhere: people read it here, and change it there. */
export function ManagedBanner({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <p role="status" className="mb-4 flex items-center gap-3 rounded-panel border border-line bg-sunken px-4 py-2">
      <GitBranch aria-hidden className="size-4 shrink-0 text-ink-2" />
      <span>
        This policy is kept in <strong className="font-medium">{managedBy}</strong> and is read-only here. Try, simulate and compare it;
        change it where it is kept. An administrator can take it over in its settings.
      </span>
    </p>
  );
}
