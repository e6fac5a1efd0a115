import { isAppleDomain } from '@icloud-delivery/rules'
import { covers } from '../admit/covers.ts'
import { domainOf } from '../address.ts'
import type { MxBook } from './mx-book.ts'
import type { RecipientState } from '../state/state.ts'

/**
 * Domains of recipients that a reply of Apple's suppressed, and whose MX is not at Apple any more. DNS is asked about those
 * only.
 */
export async function movedDomains(
  mx: MxBook,
  recipients: readonly { recipient: string }[],
  states: readonly RecipientState[],
  stream: string,
): Promise<ReadonlySet<string>> {
  const doubtful = new Set<string>()
  states.forEach(({ suppressions }, index) => {
    if (!suppressions?.some((one) => one.origin === 'reply' && covers(one, stream))) return
    const domain = domainOf(recipients[index]?.recipient ?? '')
    if (domain !== null && !isAppleDomain(domain)) doubtful.add(domain)
  })
  const moved = new Set<string>()
  await Promise.all(
    [...doubtful].map(async (domain) => {
      if ((await mx.isAtApple(domain)) === false) moved.add(domain)
    }),
  )
  return moved
}
