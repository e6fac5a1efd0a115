import { isAppleDomain } from '@icloud-delivery/rules'
import { addressDomain } from './address-domain.ts'
import type { MxLookup } from './mx-lookup.ts'

/** For each recipient whether Apple hosts it. A promise only where DNS has to be asked. */
export function findAppleRecipients(
  recipients: readonly string[],
  lookup: MxLookup | null,
): boolean[] | Promise<boolean[]> {
  const answers: boolean[] = []
  const open = new Map<number, string>()
  for (const [index, recipient] of recipients.entries()) {
    const domain = addressDomain(recipient)
    if (isAppleDomain(domain)) {
      answers.push(true)
      continue
    }
    const cached = lookup === null || !hasMx(domain) ? false : lookup.cached(domain)
    answers.push(cached ?? false)
    if (cached === undefined) open.set(index, domain)
  }
  if (lookup === null || open.size === 0) return answers
  return Promise.all(
    Array.from(open, async ([index, domain]) => {
      answers[index] = await lookup.isApple(domain)
    }),
  ).then(() => answers)
}

/** False for an address literal and a host name without a dot. */
function hasMx(domain: string): boolean {
  return domain.includes('.') && !domain.startsWith('[')
}
