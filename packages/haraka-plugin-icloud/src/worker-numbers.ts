import cluster, { type Worker } from 'node:cluster'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { afterTime } from './after-time.ts'

/** What one process counts. */
export type Numbers = MetricObjectWithValues<MetricValue<string>>[]

/** A message between the master and a worker. */
interface Message {
  type: 'icloud-numbers?' | 'icloud-numbers'
  numbers?: Numbers
}

/** How long a worker is waited for that has answered before, in ms: without its numbers the sums would fall. */
const PATIENCE = 5000
/** The same for one that never did, as one that is starting. It is left out then: its numbers were in no sum yet. */
const FIRST_PATIENCE = 3000

const answered = new WeakSet<Worker>()

/**
 * In the master: what all workers count.
 *
 * @throws if one that has answered before is silent
 */
export async function numbersOfWorkers(): Promise<Numbers[]> {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected())
  const all = await Promise.all(workers.map((worker) => numbersOf(worker as Worker)))
  return all.filter((numbers) => numbers !== null)
}

/** In a worker: answers the master. */
export function answerMaster(numbers: () => Promise<Numbers>): void {
  if (!cluster.isWorker) return
  process.on('message', (message: Message | null) => {
    if (message?.type !== 'icloud-numbers?') return
    // Unanswered, the master does without, or says so itself.
    numbers()
      .then(tellMaster)
      .catch(() => {})
  })
}

/** A master that replaces the worker has hung up by now; without someone to hear of it, that would end the deliveries. */
function tellMaster(numbers: Numbers): void {
  if (process.connected) process.send?.({ type: 'icloud-numbers', numbers }, () => {})
}

/** `null`: it is starting, or ends. */
function numbersOf(worker: Worker): Promise<Numbers | null> {
  return new Promise((resolve, reject) => {
    const isKnown = answered.has(worker)
    const end = (act: () => void): void => {
      cancel()
      worker.off('message', hear)
      worker.off('disconnect', leave)
      act()
    }
    const leave = (): void => end(() => resolve(null))
    const hear = (message: Message | null): void => {
      if (message?.type !== 'icloud-numbers' || !message.numbers) return
      const { numbers } = message
      answered.add(worker)
      end(() => resolve(numbers))
    }
    const cancel = afterTime(isKnown ? PATIENCE : FIRST_PATIENCE, () => {
      if (!isKnown) return leave()
      end(() => reject(new Error(`worker ${worker.id} did not answer within ${PATIENCE / 1000} s`)))
    })
    worker.on('message', hear).on('disconnect', leave)
    worker.send({ type: 'icloud-numbers?' }, (error: Error | null) => {
      if (error) leave()
    })
  })
}
