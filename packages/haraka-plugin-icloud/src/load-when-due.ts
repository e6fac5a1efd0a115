import type { HMail, Outbound, QueueModule } from './haraka.ts'

const changed = new WeakSet<object>()

/**
 * Has what was put off before a restart tried when it is due, for domains at Apple. Haraka waits until then before it reads
 * the queue file, and as long again after that.
 *
 * @param isApple may have to ask, and never rejects
 */
export function loadWhenDue(
  queue: QueueModule,
  outbound: Pick<Outbound, 'delivery_queue'>,
  isApple: (domain: string) => boolean | Promise<boolean>,
): void {
  const { _add_hmail: add } = queue
  if (changed.has(queue) || typeof add !== 'function') return
  changed.add(queue)
  queue._add_hmail = (hmail: HMail) => {
    if (hmail.next_process <= Number(queue.cur_time)) return add(hmail)
    // What cannot be read is never ready, and Haraka has said so.
    hmail.once('ready', () => {
      void Promise.resolve(isApple(hmail.todo?.domain ?? '')).then((is) =>
        is ? outbound.delivery_queue.push(hmail) : add(hmail),
      )
    })
  }
}
