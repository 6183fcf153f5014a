import type { CatalogueTool } from '@/lib/domain/decision';
import type { RuleBlock } from '../document';

/** A block and where it stands. */
export interface PlacedBlock {
  /** The key under `tools`, `risk read` and the like, or `all_tools`. */
  readonly owner: string;
  readonly pointer: string;
  readonly block: RuleBlock;
  /** The tools of the catalogue that this block decides. */
  readonly tools: readonly CatalogueTool[];
}
