/**
 * Throws an editor away for good. Monaco takes every part of an editor down even when one of them complains, and reports the
 * complaints afterwards (an AggregateError of its store): by then nothing is left that could be mended, so they are a warning and
 * not the failure of whatever closed the editor.
 */
export function discard(editor: { dispose(): void }): void {
  try {
    editor.dispose();
  } catch (error) {
    const causes = error instanceof AggregateError ? error.errors : [error];
    console.warn('An editor complained while it was closed:', ...causes);
  }
}
