import type { ReactNode } from 'react';
import { InboxPage } from '@/components/approvals/inbox-page';

/** List and card stay where they are while the address names one request after another; the pages below only have titles. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <InboxPage />
      {children}
    </>
  );
}
