'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ImportPane } from './import-pane';
import { useImport } from './use-import';

interface ImportDialogProps {
  server: string;
  start?: string;
  onClose: () => void;
  /** The text in this language. */
  onTake: (text: string) => void;
}

/** Replaces the editor's text by what an imported policy becomes; undo brings the old text back. */
export function ImportDialog({ server, start = '', onClose, onTake }: ImportDialogProps) {
  const [text, setText] = useState(start);
  const imported = useImport(text, server);
  const ready = imported.data !== undefined && !imported.isPlaceholderData && !imported.data.inOriginal && text.trim() !== '';
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={text === start}
      width="lg"
      title="Import a policy"
      description="It replaces the text in the editor. Nothing is saved or published yet, and undo brings the old text back."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabledReason={
              ready ? null : text.trim() === '' ? 'Paste a policy first' : imported.isFetching ? 'Reading it' : 'It cannot be read'
            }
            onClick={() => {
              if (imported.data) onTake(imported.data.text);
            }}
          >
            Replace the text
          </Button>
        </>
      }
    >
      <ImportPane text={text} onText={setText} imported={imported} />
    </Dialog>
  );
}
