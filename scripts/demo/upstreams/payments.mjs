// Demo server over stdio: payments of a small shop, with charges, refunds and payouts kept in this process.
import { createServer, integer, oneOf, serveStdio, ToolError, text, tool } from './mcp-server.mjs';

const NAMES = ['Ada Moreau', 'Bo Lindqvist', 'Chidi Okafor', 'Dana Petrov', 'Elif Kaya', 'Femi Adeyemi', 'Greta Holm', 'Hugo Ribeiro'];
const customers = new Map(
  NAMES.map((name, at) => [
    `cus_${1001 + at}`,
    { id: `cus_${1001 + at}`, name, email: `${name.split(' ')[0].toLowerCase()}@customers.example` },
  ]),
);
const charges = new Map();
const refunds = [];
const payouts = [];
for (let at = 0; at < 60; at++) {
  const id = `ch_${5001 + at}`;
  charges.set(id, { id, customer: `cus_${1001 + (at % 8)}`, amount: 900 + ((at * 7919) % 48_000), currency: 'eur', refunded: 0 });
}

const found = (map, id, what) => map.get(id) ?? fail(`There is no ${what} ${id}.`);
const fail = (message) => {
  throw new ToolError(message);
};
const cents = (about) => integer(`${about}, in cents`, 1);

function refund({ charge, amount, reason }) {
  const one = found(charges, charge, 'charge');
  if (one.refunded + amount > one.amount) fail(`Charge ${charge} has ${one.amount - one.refunded} left to refund.`);
  one.refunded += amount;
  refunds.push({ id: `re_${refunds.length + 1}`, charge, amount, reason });
  return refunds.at(-1);
}

const TOOLS = [
  tool(
    'list_customers',
    'List customers, newest first.',
    { limit: integer('At most this many', 1) },
    ({ limit = 20 }) => [...customers.values()].slice(0, limit),
    { optional: ['limit'], annotations: { readOnlyHint: true } },
  ),
  tool(
    'get_customer',
    'Get one customer by id.',
    { customer: text('Customer id') },
    ({ customer }) => found(customers, customer, 'customer'),
    { annotations: { readOnlyHint: true } },
  ),
  tool(
    'update_customer',
    'Change the e-mail address of a customer.',
    { customer: text('Customer id'), email: text('New address') },
    ({ customer, email }) => Object.assign(found(customers, customer, 'customer'), { email }),
  ),
  tool(
    'delete_customer',
    'Permanently delete a customer with all payment methods. This cannot be undone.',
    { customer: text('Customer id') },
    ({ customer }) => ({ deleted: customers.delete(found(customers, customer, 'customer').id) }),
    { annotations: { destructiveHint: true } },
  ),
  tool(
    'search_charges',
    'Search charges by customer.',
    { customer: text('Customer id') },
    ({ customer }) => [...charges.values()].filter((one) => one.customer === customer),
    { annotations: { readOnlyHint: true } },
  ),
  tool('get_charge', 'Get one charge by id.', { charge: text('Charge id') }, ({ charge }) => found(charges, charge, 'charge'), {
    annotations: { readOnlyHint: true },
  }),
  tool(
    'create_charge',
    'Charge a customer’s saved card.',
    {
      customer: text('Customer id'),
      amount: cents('Amount to charge'),
      currency: oneOf(['eur', 'usd', 'gbp']),
      description: text('Shown on the statement'),
    },
    ({ customer, amount, currency }) => {
      const id = `ch_${5001 + charges.size}`;
      charges.set(id, { id, customer: found(customers, customer, 'customer').id, amount, currency, refunded: 0 });
      return charges.get(id);
    },
    { optional: ['description'] },
  ),
  tool(
    'create_refund',
    'Refund a charge, in full or in part.',
    { charge: text('Charge id'), amount: cents('Amount to give back'), reason: text('Why, for the books') },
    refund,
    { optional: ['reason'] },
  ),
  tool('list_refunds', 'List refunds, newest first.', {}, () => refunds.slice(-20).reverse(), { annotations: { readOnlyHint: true } }),
  tool(
    'get_balance',
    'Get the account balance.',
    {},
    () => ({ available: [...charges.values()].reduce((sum, one) => sum + one.amount - one.refunded, 0), currency: 'eur' }),
    { annotations: { readOnlyHint: true } },
  ),
  tool(
    'create_payout',
    'Send money from the balance to a bank account.',
    { amount: cents('Amount to send'), account: text('Bank account id') },
    ({ amount, account }) => {
      payouts.push({ id: `po_${payouts.length + 1}`, amount, account, status: 'in_transit' });
      return payouts.at(-1);
    },
  ),
  tool('list_payouts', 'List payouts, newest first.', {}, () => payouts.slice(-20).reverse(), { annotations: { readOnlyHint: true } }),
  tool(
    'issue_credit',
    'Add store credit to a customer’s account.',
    { customer: text('Customer id'), amount: cents('Credit to add') },
    ({ customer, amount }) => ({ customer: found(customers, customer, 'customer').id, credit: amount }),
  ),
  tool('rotate_api_key', 'Replace the secret API key of this account and return the new one.', { name: text('Name of the key') }, () =>
    fail('Keys of a demo account cannot be rotated.'),
  ),
];

serveStdio(createServer({ name: 'Payments', version: '3.2.0', instructions: 'Amounts are in cents.', tools: () => TOOLS }));
