/** One chord, written as it is on the keyboard, e.g. `⌘K` or `G then A`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 whitespace-nowrap items-center justify-center rounded-[4px] border border-line bg-sunken px-1 font-sans text-meta text-ink-2">
      {keys}
    </kbd>
  );
}
