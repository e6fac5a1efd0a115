import { OutboxError } from '../outbox-error.ts'

/**
 * Refuses a Redis that forgets what it is given: one without an append-only file, and one that evicts keys if its memory is
 * full. `INFO` says both, also where a provider forbids `CONFIG`.
 *
 * @param info what `INFO` answered
 * @throws OutboxError `EOUTBOXUNSAFE`
 */
export function checkDurability(info: string): void {
  const settings = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1)]
    }),
  )
  const policy = settings.get('maxmemory_policy') ?? 'unknown'
  if (settings.get('aof_enabled') !== '1') throw unsafe('has no append-only file', 'set "appendonly yes"')
  if (policy !== 'noeviction')
    throw unsafe(`evicts keys (maxmemory-policy is ${policy})`, 'set "maxmemory-policy noeviction"')
}

function unsafe(what: string, advice: string): OutboxError {
  const message = `this Redis ${what}, so messages may be lost: ${advice}, or say acceptLoss: true`
  return new OutboxError('EOUTBOXUNSAFE', message)
}
