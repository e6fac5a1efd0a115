import type { Engine } from '@icloud-delivery/engine'
import { createTransport } from 'nodemailer'
import { isIcloudError, withIcloud } from 'nodemailer-icloud'
import { connectionsOpened } from './connection-count.ts'
import type { Journal } from './journal.ts'
import { mxRecords } from './scenario.ts'

/** The address that the shop writes from, and that bounce messages come back to. */
export const SHOP = 'shop@example.com'

/** What the shop sends. */
export interface Mail {
  recipient: string
  subject: string
  stream: string
  /** Default {@link SHOP}. */
  from?: string
}

/** A small shop that sends its mail through Nodemailer. */
export interface Shop {
  /** What it shares with Haraka's plugin: who is suppressed, and why. */
  readonly engine: Engine
  /** Sends one mail; one after the other, for connections are counted. Never rejects: what came of it goes into the journal. */
  send(mail: Mail): Promise<void>
  close(): void
}

/** Opens the shop: Nodemailer as one would use it anyway, wrapped. */
export function openShop(options: { port: number; ledger: string; journal: Journal }): Shop {
  const { port, ledger, journal } = options
  const transporter = withIcloud(createTransport({ host: '127.0.0.1', port, ignoreTLS: true }), {
    ledger,
    stream: ({ data }) => (data.headers as Record<string, string> | undefined)?.['X-Stream'],
    resolveMx: (domain) => Promise.resolve((mxRecords[domain] ?? []).map((exchange) => ({ exchange }))),
  })
  return {
    engine: transporter.transporter.engine,
    async send({ recipient, subject, stream, from = SHOP }) {
      const before = connectionsOpened()
      const connections = (): number => connectionsOpened() - before
      try {
        await transporter.sendMail({
          from: `"A small shop" <${from}>`,
          to: recipient,
          subject,
          text: 'Thank you for your order.\n',
          headers: { 'X-Stream': stream },
        })
        journal.add({ kind: 'submitted', at: Date.now(), recipient, connections: connections(), subject })
      } catch (error) {
        const code = String((error as NodeJS.ErrnoException).code ?? error)
        const rule = isIcloudError(error) ? error.rule : null
        journal.add({
          kind: 'not-submitted',
          at: Date.now(),
          recipient,
          connections: connections(),
          code,
          rule,
        })
      }
    },
    close: () => transporter.close(),
  }
}
