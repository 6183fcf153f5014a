import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// Our own type scale has to be named here, or tailwind-merge takes `text-meta` for a colour and drops it.
const merge = extendTailwindMerge({
  extend: {
    classGroups: {
      'font-size': [{ text: ['meta', 'base', 'read', 'section', 'title', 'key'] }],
      rounded: [{ rounded: ['control', 'panel'] }],
      shadow: [{ shadow: ['overlay'] }],
    },
  },
});

/** Joins class names; later ones win over earlier ones of the same kind. */
export function cn(...values: ClassValue[]): string {
  return merge(clsx(values));
}
