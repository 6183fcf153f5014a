'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';

/** Writes to the clipboard; falls back to a selection where the page is not a secure context (plain http on a LAN). */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.cssText = 'position:fixed;opacity:0';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export function useCopy(): { copied: boolean; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return { copied, copy: async (text) => setCopied(await writeClipboard(text)) };
}

export function CopyButton({
  text,
  label,
  withWord,
  onCopied,
  className,
}: {
  text: string;
  label: string;
  withWord?: boolean;
  onCopied?: () => void;
  className?: string;
}) {
  const { copied, copy } = useCopy();
  const icon = copied ? <Check aria-hidden className="size-3.5 text-allowed" /> : <Copy aria-hidden className="size-3.5" />;
  const onClick = async () => {
    await copy(text);
    onCopied?.();
  };
  return (
    <span className={cn('inline-flex', className)}>
      {withWord ? (
        <Button size="sm" variant="outline" onClick={onClick}>
          {icon}
          {copied ? 'Copied' : label}
        </Button>
      ) : (
        <Button size="icon" variant="ghost" className="size-6" label={copied ? 'Copied' : label} onClick={onClick}>
          {icon}
        </Button>
      )}
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </span>
  );
}
