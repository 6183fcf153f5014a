import type { PolicyDetail, Tool } from '@/components/shared/api/wire';
import type { PolicyDocument } from '@/lib/policy/document';
import type { Change } from '@/lib/policy/edit/change';

/** What every tool beside the editor gets: the text as it is, and the policy as it was when the text was last valid. */
export interface DockProps {
  server: PolicyDetail['server'];
  policy: PolicyDetail;
  text: string;
  /** null while the text was never valid. */
  document: PolicyDocument | null;
  tools: readonly Tool[];
  /** Shows the place in the builder and in the text. */
  onSelect: (pointer: string) => void;
  /** Makes one change to the text, on the editor's own undo stack. */
  onEdit: (change: (text: string) => Change) => void;
}
