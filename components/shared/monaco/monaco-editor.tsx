'use client';

import dynamic from 'next/dynamic';

function Placeholder() {
  return (
    <div aria-busy="true" role="status" aria-label="Loading editor" className="h-full min-h-40 p-4 text-ink-3">
      Loading editor…
    </div>
  );
}

/** Loaded when first shown, and only in the browser: the editor is the largest script of the console. */
export const MonacoModelEditor = dynamic(() => import('./model-surface').then((module) => module.ModelSurface), {
  ssr: false,
  loading: Placeholder,
});
export const MonacoDiff = dynamic(() => import('./diff-surface').then((module) => module.DiffSurface), {
  ssr: false,
  loading: Placeholder,
});
