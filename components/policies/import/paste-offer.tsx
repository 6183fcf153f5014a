'use client';

import { Wand2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { ImportDialog } from './import-dialog';
import { FORMAT_WORDS } from './import-report';

interface PasteOfferProps {
  server: string;
  text: string;
  /** The text has errors as a policy of this language. */
  broken: boolean;
  onTake: (text: string) => void;
}

const LOOK_AFTER_MS = 600;

/** Offers to convert a text of another format that was pasted into the editor. */
export function PasteOffer({ server, text, broken, onTake }: PasteOfferProps) {
  const [found, setFound] = useState<{ of: string; words: string } | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!broken || text.trim() === '') return;
    let current = true;
    const timer = setTimeout(async () => {
      // Loaded only when a text has errors: with its YAML reader it is not small.
      const { importPolicy } = await import('@/lib/policy/import/import-policy');
      const { format, syntax, inOriginal } = importPolicy(text);
      const foreign = !inOriginal && (format !== 'callgate' || syntax === 'yaml');
      if (current) setFound(foreign ? { of: text, words: format === 'callgate' ? 'a policy in YAML' : FORMAT_WORDS[format] } : null);
    }, LOOK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, broken]);
  if (!broken || found === null || found.of !== text) return null;
  return (
    <div role="status" className="mb-4 flex flex-wrap items-center gap-3 rounded-panel border border-line bg-accent-soft px-4 py-2">
      <Wand2 aria-hidden className="size-4 text-accent" />
      <span>The text looks like {found.words}.</span>
      <Button size="sm" className="ml-auto" onClick={() => setOpen(true)}>
        Convert it
      </Button>
      {open ? (
        <ImportDialog
          server={server}
          start={text}
          onClose={() => setOpen(false)}
          onTake={(next) => {
            setOpen(false);
            onTake(next);
          }}
        />
      ) : null}
    </div>
  );
}
