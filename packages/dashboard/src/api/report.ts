import { appleLetter, type Engine, type Letter } from '@icloud-delivery/engine'
import { InputError, optionalText, textIn } from './read-input.ts'

/** The letter to Apple's postmaster, from what was recorded. Nothing is sent. */
export async function report(engine: Engine, body: Record<string, unknown>, now: number): Promise<Letter> {
  const ips = textIn(body, 'ips', 5000)
    .split(/[\s,;]+/)
    .filter((ip) => ip !== '')
  const contact = optionalText(body, 'contact', 200)
  const remediation = optionalText(body, 'remediation', 5000)
  const { since } = body
  if (since !== undefined && typeof since !== 'number')
    throw new InputError('"since" has to be a time in ms since the epoch.')
  return appleLetter(engine, {
    company: textIn(body, 'company', 200),
    domain: textIn(body, 'domain', 253),
    ips,
    description: textIn(body, 'description', 5000),
    clock: () => now,
    ...(contact !== null && { contact }),
    ...(remediation !== null && { remediation }),
    ...(since !== undefined && { since }),
  })
}
