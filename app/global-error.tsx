'use client';

import './globals.css';

export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <div role="alert" className="mx-auto flex max-w-md flex-col items-start gap-3 px-6 py-24">
          <h1 className="text-title font-semibold">The console could not be shown</h1>
          <p className="text-read text-ink-2">
            Enforcement at the gateway goes on. Reload the page; name this code when you report it: {error.digest ?? 'none'}.
          </p>
          <button type="button" onClick={reset} className="h-8 rounded-control bg-accent px-3 font-medium text-accent-ink">
            Try again
          </button>
        </div>
      </body>
    </html>
  );
}
