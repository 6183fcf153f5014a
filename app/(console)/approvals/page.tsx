import type { Metadata } from 'next';

export const metadata: Metadata = { title: 'Approvals' };

/** The layout shows the list. */
export default function Page() {
  return null;
}
