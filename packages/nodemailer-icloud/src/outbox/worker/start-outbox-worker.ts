import { configError } from '../../config-error.ts'
import type { Host } from '../../host.ts'
import { IcloudTransport } from '../../icloud-transport.ts'
import { noFatalError } from '../../no-fatal-error.ts'
import type { InnerTransport } from '../../nodemailer-shapes.ts'
import type { IcloudOptions } from '../../options.ts'
import { settingsOf } from '../../settings.ts'
import type { TransporterLike } from '../../with-icloud.ts'
import type { Outbox } from '../outbox.ts'
import { OutboxWorker } from './outbox-worker.ts'

/**
 * Sends what is in an outbox, in a process that does nothing else: the applications that fill it say
 * `outboxWorker: false`. The process lives until the worker is closed.
 *
 * @param transporter a plain one, or a bare transport; it is not wrapped, and closed by you
 * @param options as for `withIcloud`; `outbox` is required
 * @throws Error `ECONFIG`; OutboxError if the outbox cannot be used
 */
export async function startOutboxWorker(
  transporter: TransporterLike | InnerTransport,
  options: IcloudOptions & { outbox: Outbox },
): Promise<OutboxWorker> {
  const inner = innerOf(transporter)
  const { outbox } = options
  if (!outbox) throw configError('outbox', 'one made by sqliteOutbox or bullmqOutbox', outbox)
  const settings = settingsOf(inner, options)
  noFatalError(transporter)
  let worker: OutboxWorker | null = null
  let closed = false
  const host: Host = {
    settings,
    inner,
    ownHooks: null,
    isClosed: () => closed,
    // What is in an outbox was looked at when it was stored.
    found: () => {},
    warn: (message) => {
      if (!worker?.listenerCount('warning')) console.warn(`nodemailer-icloud: ${message}`)
    },
  }
  const onClosed = async (): Promise<void> => {
    closed = true
    await outbox.close()
    await settings.engines.close()
  }
  await outbox.open()
  worker = new OutboxWorker({ host, outbox, onClosed, holdsProcess: true })
  worker.start()
  return worker
}

function innerOf(transporter: TransporterLike | InnerTransport): InnerTransport {
  const inner = (transporter as Partial<TransporterLike> | null)?.transporter ?? transporter
  if (typeof (inner as Partial<InnerTransport> | null)?.send !== 'function')
    throw configError('the transporter', 'one made by nodemailer.createTransport', transporter)
  if (inner instanceof IcloudTransport)
    throw configError(
      'the transporter',
      'a plain one, for a worker does by itself what the wrapper does',
      'a wrapped one',
    )
  return inner as InnerTransport
}
