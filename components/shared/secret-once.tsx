'use client';

import { Download, Eye, EyeOff, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from './copy-button';

interface SecretOnceProps {
  secret: string;
  /** Name of the environment variable, also in the downloaded file. */
  envName: string;
  fileName: string;
  onTaken: () => void;
}

/** A secret that is shown once. The caller asks before closing while `onTaken` has not been called. */
export function SecretOnce({ secret, envName, fileName, onTaken }: SecretOnceProps) {
  const [revealed, setRevealed] = useState(false);
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${envName}=${secret}\n`], { type: 'text/plain' }));
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(link.href);
    onTaken();
  };
  return (
    <div className="rounded-panel border border-limited bg-limited-chip/60 p-3">
      <p className="flex items-center gap-2 text-read font-medium text-ink">
        <KeyRound aria-hidden className="size-4 text-limited" />
        This token is shown once. Store it now.
      </p>
      <div className="mt-2 flex items-center gap-1 rounded-control border border-line bg-surface py-1 pr-1 pl-3">
        <code data-testid="secret" data-secret-shown={revealed} className="min-w-0 flex-1 break-all font-mono text-base slashed-zero">
          {revealed ? secret : `${secret.slice(0, 6)}${'•'.repeat(24)}${secret.slice(-4)}`}
        </code>
        <Button size="icon" variant="ghost" label={revealed ? 'Mask token' : 'Reveal token'} onClick={() => setRevealed(!revealed)}>
          {revealed ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
        </Button>
      </div>
      <div className="mt-2 flex flex-wrap gap-2">
        <CopyButton text={secret} label="Copy token" withWord onCopied={onTaken} />
        <Button size="sm" onClick={download}>
          <Download aria-hidden className="size-3.5" />
          Download {fileName}
        </Button>
      </div>
    </div>
  );
}
