import { foldMailbox, type MailboxOf } from '../address.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { checkAddressKeys, type AddressKey } from './address-key.ts'
import { AddressNames, isHashedName } from './address-names.ts'
import { AgreedLedger } from './agreed-ledger.ts'
import { HashedLedger } from './hashed-ledger.ts'
import { fingerprintOf } from './key-agreement.ts'

/**
 * How an engine writes addresses into its ledger: as they are, or as hashes. Throws `EARGUMENT` for keys that cannot be
 * right.
 */
export function remembering(
  ledger: Ledger,
  sameMailbox: boolean,
  keys: readonly AddressKey[] | undefined,
): { ledger: Ledger; mailboxOf: MailboxOf; isHashed: boolean } {
  if (keys === undefined) {
    return {
      isHashed: false,
      ledger: new AgreedLedger(ledger),
      mailboxOf: (address) => {
        const folded = foldMailbox(address, sameMailbox)
        // Where addresses are plain, nobody is found under a name.
        return folded !== null && isHashedName(folded) ? null : folded
      },
    }
  }
  checkAddressKeys(keys)
  const names = new AddressNames(keys)
  return {
    isHashed: true,
    ledger: new HashedLedger(ledger, names, keys.map(fingerprintOf)),
    mailboxOf: (address) => {
      const folded = foldMailbox(address, sameMailbox)
      // Nobody is found under a name that another key made.
      if (folded === null || (isHashedName(folded) && !names.knows(folded))) return null
      return names.of(folded)
    },
  }
}
