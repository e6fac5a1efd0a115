import constants from 'haraka-constants'
import type { Address, Next } from './haraka.ts'
import { printable } from './printable.ts'
import type { Runtime } from './runtime.ts'

/**
 * At RCPT: takes what comes back to a return path that was signed here, and refuses what only looks like one, if
 * `[return_path] accept` says so. `false`: it is neither, or none of our business.
 */
export function answerBounce(
  { settings, returnPaths }: Pick<Runtime, 'settings' | 'returnPaths'>,
  next: Next,
  { address }: Address,
): boolean {
  const worth = settings.returnPathAccept ? returnPaths.verify(address) : null
  if (worth === null) return false
  if (worth === 'valid') next(constants.ok)
  else next(constants.deny, `5.1.1 <${printable(address, 320)}>: no return path of ours (${worth})`)
  return true
}
