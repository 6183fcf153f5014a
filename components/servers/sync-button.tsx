'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Server, SyncResult } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { toast } from '@/components/ui/toaster';

/** Reads the tools again and says what changed; silent success when nothing did. */
export function SyncButton({ server }: { server: Server }) {
  const client = useQueryClient();
  const refusal = useRefusal('server.write');
  const [shown, setShown] = useState<SyncResult | null>(null);
  const sync = useMutation({
    mutationFn: () => api<SyncResult>('POST', `/servers/${server.slug}/sync`, { body: {} }),
    onSuccess: (result) => {
      for (const key of ['server', 'servers', 'tools']) client.invalidateQueries({ queryKey: [key] });
      const touched = result.added.length + result.changed.length + result.removed.length + result.skipped.length;
      if (result.ok && touched === 0) toast.success('Nothing changed', { description: `${plural(result.unchanged, 'tool')} as before.` });
      else setShown(result);
    },
    onError: (error) => toast.error('The tools could not be read', { description: error.message }),
  });
  return (
    <>
      <Button pending={sync.isPending} disabledReason={refusal} onClick={() => sync.mutate()}>
        <RefreshCw aria-hidden className="size-4" />
        Sync tools
      </Button>
      {shown ? <SyncDialog result={shown} onClose={() => setShown(null)} /> : null}
    </>
  );
}

function SyncDialog({ result, onClose }: { result: SyncResult; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={result.ok ? 'Tools were read' : 'The tools could not be read'}
      footer={
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {result.error ? (
          <p className="text-denied">
            <InertText text={result.error} max={500} />
          </p>
        ) : null}
        {result.fix ? <p className="text-ink">{result.fix}</p> : null}
        <Names
          title="Added"
          names={result.added}
          note={
            result.pending.length
              ? `${plural(result.pending.length, 'tool')} wait for approval before they are listed or callable.`
              : undefined
          }
        />
        <Names title="Changed, quarantined until approved" names={result.changed} />
        <Names title="No longer announced" names={result.removed} />
        <Names title="Not usable" names={result.skipped.map((tool) => `${tool.name}: ${tool.reason}`)} />
        {result.ok ? <p className="text-ink-3">{plural(result.unchanged, 'tool')} unchanged.</p> : null}
      </div>
    </Dialog>
  );
}

function Names({ title, names, note }: { title: string; names: readonly string[]; note?: string }) {
  if (names.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 font-medium">
        {title} <span className="num text-ink-3">{names.length}</span>
      </h3>
      <ul className="flex max-h-48 flex-wrap gap-x-3 gap-y-1 overflow-y-auto font-mono text-meta text-ink-2">
        {names.map((name) => (
          <li key={name}>
            <InertText text={name} max={120} />
          </li>
        ))}
      </ul>
      {note ? <p className="mt-1 text-limited">{note}</p> : null}
    </section>
  );
}
