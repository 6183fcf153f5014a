import type { TokenUses } from '@/lib/gateway/ports';

/** Uses of one-time tokens, for as long as the process lives. The reference for the real one, and for tests. */
export class MemoryTokenUses implements TokenUses {
  private readonly used = new Set<string>();

  async redeem(key: string): Promise<boolean> {
    if (this.used.has(key)) return false;
    this.used.add(key);
    return true;
  }
}
