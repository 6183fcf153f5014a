import type { ToolDefinition } from '@/lib/domain/risk';
import type { SchemaCues } from '@/lib/risk/schema-cues';
import { singular, splitIdentifier } from '@/lib/risk/tokens';

const COMMITS = new Set(
  'create make place execute initiate send capture issue finalize finalise pay submit confirm process approve accept release settle add new update cancel schedule instant request charge do perform'.split(
    ' ',
  ),
);
/** Moving money by themselves. */
const MONEY = new Set('refund payout settlement payment swap withdrawal invoice donation remittance reimbursement disbursement'.split(' '));
/** Moving money only where money is spoken of. */
const MAYBE_MONEY = new Set(
  'order transfer transaction subscription trade bridge checkout deposit charge position bid stake fund loan charge credit'.split(' '),
);
/** May follow a money word without making it something else: a payment link still is one, a payment report is not. */
const MONEY_TAILS = new Set(
  'link intent item order request transaction session line batch fund crypto token native erc20 market limit bracket stock option eth sol btc usdc instant'.split(
    ' ',
  ),
);
const TRADED = new Set('stock option crypto market limit eth sol btc usdc erc20 share fund money payment'.split(' '));
const MONEY_VERBS = new Set(
  'pay buy sell withdraw donate repay unstake reimburse charge refund purchase deposit payout stake trade bid invest borrow redeem swap transfer send bridge'.split(
    ' ',
  ),
);
const ALWAYS_MONEY_VERBS = new Set('pay repay reimburse refund payout'.split(' '));
const PAID_WHEN_CHANGED = new Set(['subscription', 'order', 'transfer']);
const MONEY_KEYS = new Set(
  'amount currency price priceid unitamount paymentmethod fromtoken totoken tokenin tokenout slippage fromaccount toaccount amountin qty notional tokenaddress'.split(
    ' ',
  ),
);
const MONEY_TEXT =
  /\b(payments?|bank|currency|funds|money|billing|invoice|usd|crypto\w*|on-?chain|wallet|refund|prorat\w+|debit|shares of|stocks?|equit(y|ies)|tokens? (swap|transfer)|balance)\b/i;
const PROVIDERS =
  /\b(stripe|paypal|square|razorpay|adyen|braintree|plaid|coinbase|binance|kraken|alpaca|treasury|xero|quickbooks|chargebee|paddle|mollie|klarna|wise|revolut|zerodha|uniswap)\b/i;

/**
 * Why a mutating tool moves or commits money, or null. A committing verb on a money object is needed: reading invoices
 * or editing the notes of a payment is not financial, and a noun alone never decides.
 */
export function moneyReason(server: string, tool: ToolDefinition, words: readonly string[], cues: SchemaCues): string | null {
  const nouns = words.map(singular);
  const speaksOfMoney =
    nouns.some((noun) => TRADED.has(noun)) ||
    [...cues.keys].some((key) => MONEY_KEYS.has(key)) ||
    MONEY_TEXT.test((tool.description ?? '').slice(0, 600)) ||
    PROVIDERS.test(splitIdentifier(server).join(' '));
  const verb = nouns.find((word) => MONEY_VERBS.has(word));
  if (verb !== undefined && nouns[0] === verb && (ALWAYS_MONEY_VERBS.has(verb) || movesMoney(verb, nouns, speaksOfMoney, cues))) {
    return `the name's verb \`${verb}\` moves money`;
  }
  if (onlyNotes(tool.description ?? '')) return null;
  const object = objectOf(nouns);
  if (object === null || !nouns.some((word) => COMMITS.has(word))) return null;
  const changes = nouns.includes('update');
  if (MONEY.has(object)) return changes ? null : `the name commits to money: \`${words.join(' ')}\``;
  // Only a subscription is paid differently once it is updated; an order's or a transfer's notes are not money.
  const gently = changes || nouns.includes('cancel') || nouns.includes('add');
  if (!speaksOfMoney || (gently && !PAID_WHEN_CHANGED.has(object)) || (changes && object !== 'subscription')) return null;
  return `the name commits to \`${object}\`, and the definition speaks of money`;
}

/** The money noun that heads the object of the name: the last one, with nothing after it that changes its nature. */
function objectOf(nouns: readonly string[]): string | null {
  for (let i = nouns.length - 1; i >= 0; i--) {
    const noun = nouns[i] as string;
    if (MONEY.has(noun) || MAYBE_MONEY.has(noun)) return noun;
    if (!MONEY_TAILS.has(noun) && !COMMITS.has(noun)) return null;
  }
  return null;
}

function movesMoney(verb: string, nouns: readonly string[], speaksOfMoney: boolean, cues: SchemaCues): boolean {
  if (verb === 'send')
    return nouns.some((noun) => /^(payment|money|fund|eth|sol|btc|usdc|crypto|transaction)$/.test(noun)) && speaksOfMoney;
  if (verb === 'transfer') return speaksOfMoney;
  return speaksOfMoney || !cues.known;
}

const onlyNotes = (description: string): boolean =>
  /\bonly the notes\b|\bupdate the notes\b|\bnotes field\b/i.test(description.slice(0, 400));
