import { rules } from '@icloud-delivery/rules'
import { didYouMean } from '../did-you-mean.ts'
import type { Parts } from '../engine-core.ts'
import { EngineError, found } from '../errors.ts'
import { recipientPages } from './recipient-pages.ts'

/**
 * Throws `EARGUMENT` for a rule that there is not. One that the ledger has of an older version is one: then all recipients
 * are looked through until it is found.
 */
export async function requireRule(
  { ledger, policy }: Parts,
  rule: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const known = [...rules.map(({ id }) => id), ...Object.keys(policy.rules)]
  if (known.includes(rule)) return
  for await (const page of recipientPages(ledger, signal)) {
    for (const { entry } of page) {
      const { suppressions = [], softBounces = [], quarantine } = entry.value
      if ([...suppressions, ...softBounces, quarantine].some((one) => one?.rule === rule)) return
    }
  }
  throw new EngineError(
    'EARGUMENT',
    `release: there is no rule ${found(rule)}${didYouMean(rule, known)}, and the ledger has nothing of one`,
  )
}
