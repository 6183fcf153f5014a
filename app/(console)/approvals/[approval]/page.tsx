import type { Metadata } from 'next';

export const metadata: Metadata = { title: 'Approvals' };

/** Where agents are told that a person decides; the layout shows the request beside the list. */
export default function Page() {
  return null;
}
