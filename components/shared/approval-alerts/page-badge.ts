'use client';

import { useEffect } from 'react';

/** `(2) Approvals · Callgate`; the title alone for none. */
export function titleWithCount(title: string, count: number): string {
  const plain = title.replace(/^\(\d+\+?\) /, '');
  return count > 0 ? `(${count > 99 ? '99+' : count}) ${plain}` : plain;
}

/** The product's mark with a number, as an address of an image. */
export function badgeIcon(count: number): string {
  const number = count > 9 ? '9+' : String(count);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none"><rect x="1" y="1" width="22" height="22" rx="6" fill="#2f5bd7"/>' +
    '<path d="M7 6v12M17 6v12M7 12h3.2M13.8 12H17" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/>' +
    '<circle cx="16.5" cy="16.5" r="7.5" fill="#b42318" stroke="#fff"/>' +
    `<text x="16.5" y="20" font-family="sans-serif" font-size="10" font-weight="700" text-anchor="middle" fill="#fff">${number}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Keeps the count in the title whatever page sets it, and in the icon. */
export function usePageBadge(count: number): void {
  useEffect(() => {
    const apply = () => {
      const wanted = titleWithCount(document.title, count);
      if (document.title !== wanted) document.title = wanted;
    };
    apply();
    const observer = new MutationObserver(apply);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      document.title = titleWithCount(document.title, 0);
    };
  }, [count]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link === null || count === 0) return;
    const own = link.href;
    link.href = badgeIcon(count);
    return () => {
      link.href = own;
    };
  }, [count]);
}
