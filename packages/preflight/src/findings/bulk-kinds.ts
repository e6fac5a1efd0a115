import type { Kind } from './kind.ts'

type BulkCode =
  | 'list-unsubscribe-missing'
  | 'list-unsubscribe-not-one-click'
  | 'list-unsubscribe-unsigned'
  | 'unsubscribe-not-visible'
  | 'postal-address-missing'
  | 'support-contact-missing'

/** What bulk mail has to have. */
export const bulkKinds: Readonly<Record<BulkCode, Kind>> = {
  'list-unsubscribe-missing': {
    severity: 'warning',
    risks: ['policy-cs01', 'policy-hm08'],
    title: 'Bulk mail without List-Unsubscribe',
    fix: 'Add List-Unsubscribe with an https address, and List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  },
  'list-unsubscribe-not-one-click': {
    severity: 'warning',
    risks: ['policy-cs01', 'policy-hm08'],
    title: 'List-Unsubscribe does not work with one click',
    fix: 'Add an https address and List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  },
  'list-unsubscribe-unsigned': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title:
      'The DKIM signature does not cover the headers for one-click unsubscribe, so mail programs ignore them',
    fix: 'Sign List-Unsubscribe and List-Unsubscribe-Post too. Nodemailer leaves the latter out by default: name both in dkim.headerFieldNames',
  },
  'unsubscribe-not-visible': {
    severity: 'error',
    risks: ['policy-cs01', 'policy-hm08'],
    title: 'Bulk mail without a visible way to unsubscribe',
    fix: 'Put an unsubscribe link that works at once into the text',
  },
  'postal-address-missing': {
    severity: 'note',
    risks: ['policy-cs02'],
    title: 'Bulk mail without a postal address',
    fix: 'Name your company and postal address at the end; many countries demand it',
  },
  'support-contact-missing': {
    severity: 'note',
    risks: ['policy-cs02'],
    title: 'Bulk mail without a way to reach you',
    fix: 'Link to your help page or name an address for questions',
  },
}
