import { isAppleDomain } from '@icloud-delivery/rules'
import { addressDomain } from './address-domain.ts'
import type { MxLookup } from './mx-lookup.ts'

/** For each recipient whether Apple hosts it. A promise only where DNS has to be asked. */
export function findAppleRecipients(
  recipients: readonly string[],
  lookup: MxLookup | null,
): boolean[] | Promise<boolean[]> {
  const answers: boolean[] = []
  let open: Map<number, string> | null = null
  for (const recipient of recipients) {
    const domain = addressDomain(recipient)
    // Most were looked up before, and need no look at their names.
    let apple = lookup?.cached(domain)
    if (apple === undefined) {
      apple = isAppleDomain(domain)
      if (!apple && lookup !== null && hasMx(domain))
        (open ??= new Map<number, string>()).set(answers.length, domain)
    }
    answers.push(apple)
  }
  if (lookup === null || open === null) return answers
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
