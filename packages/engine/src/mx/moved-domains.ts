import { isAppleDomain } from '@icloud-delivery/rules'
import { covers } from '../admit/covers.ts'
import { domainOf } from '../address.ts'
import type { MxBook } from './mx-book.ts'
import type { RecipientState } from '../state/state.ts'

const none: ReadonlySet<string> = new Set()

/**
 * Domains of recipients that a reply of Apple's suppressed, and whose MX is not at Apple any more. DNS is asked about those
 * only; mostly there are none, and nothing is waited for.
 */
export function movedDomains(
  mx: MxBook,
  recipients: readonly { recipient: string }[],
  states: readonly RecipientState[],
  stream: string,
): ReadonlySet<string> | Promise<ReadonlySet<string>> {
  let doubtful: Set<string> | null = null
  for (const [index, { suppressions }] of states.entries()) {
    if (!suppressions?.some((one) => one.origin === 'reply' && covers(one, stream))) continue
    const domain = domainOf(recipients[index]?.recipient ?? '')
    if (domain !== null && !isAppleDomain(domain)) (doubtful ??= new Set()).add(domain)
  }
  return doubtful === null ? none : askAll(mx, doubtful)
}

async function askAll(mx: MxBook, domains: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const moved = new Set<string>()
  await Promise.all(
    [...domains].map(async (domain) => {
      if ((await mx.isAtApple(domain)) === false) moved.add(domain)
    }),
  )
  return moved
}
