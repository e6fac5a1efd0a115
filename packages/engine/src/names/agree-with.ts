import { EngineError } from '../errors.ts'
import type { Entry, Ledger } from '../ledger/ledger.ts'
import { isHashedName } from './address-names.ts'
import { addressKinds, agreementKey, agreeOnKeys, type KeyAgreement } from './key-agreement.ts'

/**
 * Agrees with all who share the ledger on how addresses are written. Resolves to the version of the agreement.
 *
 * @param fingerprints of the keys of this process, the one in use first; empty: it has none
 * @param seen the agreement as it was read
 * @throws EngineError `EADDRESSKEYS` if the others hash addresses otherwise
 */
export async function agreeWith(
  ledger: Ledger,
  fingerprints: readonly string[],
  seen: Entry | null,
): Promise<number> {
  let entry = seen
  for (;;) {
    const found = (entry?.value ?? null) as KeyAgreement | null
    const agreed = agreeOnKeys(fingerprints, found, found === null && (await holdsPlain(ledger)))
    if (agreed.type === 'refuse')
      throw new EngineError('EADDRESSKEYS', `this ledger cannot be shared: ${agreed.why}`)
    if (agreed.type === 'same') return entry?.version ?? 0
    // Whoever else wrote it: what stands there then is agreed on.
    await ledger.write([{ key: agreementKey, expected: entry?.version ?? 0, value: agreed.agreement }])
    entry = (await ledger.read([agreementKey]))[0] ?? null
  }
}

async function holdsPlain(ledger: Ledger): Promise<boolean> {
  for (const kind of addressKinds) {
    for await (const { key } of ledger.list(kind)) return !isHashedName(key)
  }
  return false
}
