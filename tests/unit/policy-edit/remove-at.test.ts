import { describe, expect, it } from 'vitest';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { applyEdits } from '@/lib/policy/edit/text-edit';

const POLICY = `{
  "version": "1",
  "default": "deny",
  "tools": {
    // ---- Money ----

    // Charges need a reason.
    "create_charge": { "require": [{ "path": "args.reason", "op": "exists", "value": true }] }, // asked by finance
    /* Refunds are capped. */
    "create_refund": {
      // cap
      "deny_if": [{ "path": "args.amount", "op": "gt", "value": 500.00 }] // cents?
    }, // see POL-7

    // Reading is harmless.
    "list_charges": {} // open
    // add further tools here
  }
}
`;

function removed(text: string, pointer: string, removeEmptyParents = false) {
  const change = removeAt(text, pointer, { removeEmptyParents });
  return { text: applyEdits(text, change.edits), comments: change.removedComments };
}

describe('removing a tool', () => {
  it('takes the first with its note and its own line, and leaves the section header and the next note', () => {
    const { text, comments } = removed(POLICY, '/tools/create_charge');
    expect(text).toMatchInlineSnapshot(`
      "{
        "version": "1",
        "default": "deny",
        "tools": {
          // ---- Money ----

          /* Refunds are capped. */
          "create_refund": {
            // cap
            "deny_if": [{ "path": "args.amount", "op": "gt", "value": 500.00 }] // cents?
          }, // see POL-7

          // Reading is harmless.
          "list_charges": {} // open
          // add further tools here
        }
      }
      "
    `);
    expect(comments).toEqual(['// Charges need a reason.', '// asked by finance']);
  });
  it('takes a middle one', () => {
    const { text, comments } = removed(POLICY, '/tools/create_refund');
    expect(text).toMatchInlineSnapshot(`
      "{
        "version": "1",
        "default": "deny",
        "tools": {
          // ---- Money ----

          // Charges need a reason.
          "create_charge": { "require": [{ "path": "args.reason", "op": "exists", "value": true }] }, // asked by finance

          // Reading is harmless.
          "list_charges": {} // open
          // add further tools here
        }
      }
      "
    `);
    expect(comments).toEqual(['/* Refunds are capped. */', '// cap', '// cents?', '// see POL-7']);
  });
  it('takes the last', () => {
    const { text, comments } = removed(POLICY, '/tools/list_charges');
    expect(text).toMatchInlineSnapshot(`
      "{
        "version": "1",
        "default": "deny",
        "tools": {
          // ---- Money ----

          // Charges need a reason.
          "create_charge": { "require": [{ "path": "args.reason", "op": "exists", "value": true }] }, // asked by finance
          /* Refunds are capped. */
          "create_refund": {
            // cap
            "deny_if": [{ "path": "args.amount", "op": "gt", "value": 500.00 }] // cents?
          } // see POL-7

          // add further tools here
        }
      }
      "
    `);
    expect(comments).toEqual(['// Reading is harmless.', '// open']);
  });
});
