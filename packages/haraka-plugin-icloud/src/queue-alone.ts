import type { HMail, Outbound, Todo } from './haraka.ts'

/** The step of Haraka that writes a queue file. Not part of the plugin interface. */
interface Queue {
  process_delivery?: (okPaths: string[], todo: Todo, hmails: HMail[]) => Promise<void>
}

const changed = new WeakSet<object>()

/**
 * Has Haraka queue a message that needs a return path for each recipient in a file for each, as its `always_split` does for
 * all mail. Where that is not possible such a message is split before its attempt.
 */
export function queueAlone(outbound: Outbound & Queue, isAlone: (todo: Todo) => boolean): void {
  const original = outbound.process_delivery
  if (changed.has(outbound) || typeof original !== 'function') return
  changed.add(outbound)
  outbound.process_delivery = async function (okPaths, todo, hmails) {
    if (todo.rcpt_to.length < 2 || !isAlone(todo)) return original.call(this, okPaths, todo, hmails)
    for (const recipient of todo.rcpt_to) {
      const one = Object.assign(Object.create(Object.getPrototypeOf(todo) as object) as Todo, todo)
      one.rcpt_to = [recipient]
      await original.call(this, okPaths, one, hmails)
    }
  }
}
