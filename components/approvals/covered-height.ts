'use client';

import { type RefObject, useEffect, useState } from 'react';

/** Pixels that the first element in `box` covers; 0 while there is none. What lies below it must be able to scroll out from under it. */
export function useCoveredHeight(box: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const around = box.current;
    if (around === null) return;
    const sizes = new ResizeObserver(() => setHeight(around.firstElementChild?.getBoundingClientRect().height ?? 0));
    const watch = () => {
      sizes.disconnect();
      const panel = around.firstElementChild;
      if (panel) sizes.observe(panel);
      else setHeight(0);
    };
    const children = new MutationObserver(watch);
    children.observe(around, { childList: true });
    watch();
    return () => {
      children.disconnect();
      sizes.disconnect();
    };
  }, [box]);
  return height;
}
