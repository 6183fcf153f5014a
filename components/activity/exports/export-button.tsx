'use client';

import { Download } from 'lucide-react';
import { useState } from 'react';
import { useShortcuts } from '@/components/shared/shortcuts';
import { Button } from '@/components/ui/button';
import { ExportDialog, type ExportDialogProps } from './export-dialog';

/** Opens the export of what a list shows. `query` is asked for when the dialog opens: relative times are of that moment. */
export function ExportButton({
  query,
  ...rest
}: Omit<ExportDialogProps, 'query' | 'onClose'> & { query: () => ExportDialogProps['query'] }) {
  const [open, setOpen] = useState<ExportDialogProps['query'] | null>(null);
  const show = () => setOpen(query());
  useShortcuts({ e: show });
  return (
    <>
      <Button size="sm" variant="quiet" label="Take these rows along as a file" keys="E" onClick={show}>
        <Download aria-hidden className="size-3.5" />
        Export
      </Button>
      {open ? <ExportDialog {...rest} query={open} onClose={() => setOpen(null)} /> : null}
    </>
  );
}
