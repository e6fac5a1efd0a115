import type { EventEmitter } from 'node:events'
import { SimulatorError } from './errors.ts'
import type { Attempt, Message } from './records.ts'
import type { SimulatorEvents } from './simulator.ts'

interface Watched extends EventEmitter<SimulatorEvents> {
  readonly messages: readonly Message[]
  readonly attempts: readonly Attempt[]
}

/** Asks the predicate now and after each event, until it gives something true. */
export function waitUntil<T>(
  watched: Watched,
  predicate: () => T,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<NonNullable<T>> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      watched.off('message', check).off('reply', check).off('session', check)
      closing.removeEventListener('abort', closed)
      act()
    }
    const check = (): void => {
      try {
        const found = predicate()
        if (found) settle(() => resolve(found))
      } catch (error) {
        settle(() => reject(error))
      }
    }
    const closed = (): void => {
      settle(() =>
        reject(new SimulatorError('ERR_SIMULATOR_CLOSED', 'The simulator was closed while waitFor waited.')),
      )
    }
    const timer = setTimeout(() => {
      settle(() => reject(new SimulatorError('ERR_SIMULATOR_TIMEOUT', timeoutText(watched, timeoutMs))))
    }, timeoutMs)
    watched.on('message', check).on('reply', check).on('session', check)
    closing.addEventListener('abort', closed)
    if (closing.aborted) closed()
    else check()
  })
}

function timeoutText({ messages, attempts }: Watched, timeoutMs: number): string {
  const last = attempts
    .slice(-5)
    .map(({ phase, recipient, reply }) => `${phase} ${recipient ?? '-'}: ${reply}`)
  return (
    `Not so within ${timeoutMs} ms: ${messages.length} messages, ${attempts.length} answers` +
    (last.length === 0 ? '.' : `, the last of them ${JSON.stringify(last)}.`)
  )
}
