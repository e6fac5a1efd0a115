import type { Kind } from './kind.ts'

type AddressCode =
  | 'address-syntax'
  | 'address-typo'
  | 'address-suppressed'
  | 'address-private-relay'
  | 'address-hide-my-email'
  | 'address-ledger-no-answer'

/** What can be wrong with an address at a sign-up form. */
export const addressKinds: Readonly<Record<AddressCode, Kind>> = {
  'address-syntax': {
    severity: 'error',
    risks: ['invalid-recipient'],
    title: 'This is not an e-mail address',
    fix: 'Ask the person to correct it',
  },
  'address-typo': {
    severity: 'warning',
    risks: ['invalid-recipient'],
    title: 'The domain looks like a typing error',
    fix: 'Ask the person whether the suggestion was meant; never change it by yourself',
  },
  'address-suppressed': {
    severity: 'error',
    risks: ['invalid-recipient', 'inactive-account'],
    title: 'The address is suppressed',
    fix: 'Ask for another address; engine.whyNot says what stands in the way',
  },
  'address-private-relay': {
    severity: 'note',
    risks: ['private-relay-unregistered-sender'],
    title: 'An address of Apple’s private relay',
    fix: 'Register your From and return-path domains at Apple; only then mail arrives',
  },
  'address-hide-my-email': {
    severity: 'note',
    risks: ['inactive-account'],
    title: 'Probably an address of Hide My Email',
    fix: 'Nothing: it takes mail until its owner turns it off',
  },
  'address-ledger-no-answer': {
    severity: 'unknown',
    risks: [],
    title: 'The ledger gave no answer, so nobody knows whether the address is suppressed',
    fix: 'Check the ledger',
  },
}
