import type { Address } from './haraka.ts'

/** What Haraka notes on a recipient about an attempt. */
const keys = [
  'reason',
  'dsn_action',
  'dsn_status',
  'dsn_remote_mta',
  'dsn_smtp_code',
  'dsn_smtp_extc',
  'dsn_smtp_response',
  'dsn_code',
  'dsn_msg',
] as const

/** Haraka keeps the notes of the last attempt until it writes new ones over them, or does not. */
export function clearOutcome(recipient: Address): void {
  for (const key of keys) delete recipient[key]
}

/** Copies the notes from one address object to another. Haraka loses them where it splits a message. */
export function carryOver(from: Address, to: Address): void {
  for (const key of keys) {
    if (from[key] !== undefined) Object.assign(to, { [key]: from[key] })
  }
}
