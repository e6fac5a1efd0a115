import cluster, { type Cluster, type Worker } from 'node:cluster'

/**
 * In the master: has `gone` called when a worker has ended, before its queue files are taken up, and has another worker take up the queue files of one that a graceful restart has replaced. Haraka sees to
 * that only where a worker crashes: the files of a replaced one would lie there until the next full start, and with them
 * all mail that was waiting.
 */
export function appointHeirs(
  gone: (pid: number) => void,
  workers: Pick<Cluster, 'on' | 'workers'> = cluster,
): void {
  workers.on('fork', (worker) => {
    // The cluster's own event has its listeners taken away by Haraka.
    worker.process.once('exit', () => {
      if (worker.process.pid !== undefined) gone(worker.process.pid)
      if (!worker.exitedAfterDisconnect) return
      heirOf(worker, Object.values(workers.workers ?? {}))?.send({
        event: 'outbound.load_pid_queue',
        data: worker.process.pid,
      })
    })
  })
}

function heirOf(worker: Worker, others: readonly (Worker | undefined)[]): Worker | undefined {
  return others.find((other) => other !== worker && other?.isConnected() && !other.exitedAfterDisconnect)
}
