import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, type Engine, type EngineOptions, type Outcome } from '@icloud-delivery/engine'

/** A directory of a test, and the ledger in it. */
export interface Place {
  directory: string
  /** The file of the ledger; it is there once something was recorded. */
  ledger: string
  path(name: string): string
  /** Opens the ledger, does something with it, and closes it. */
  with(work: (engine: Engine) => Promise<unknown>, options?: Partial<EngineOptions>): Promise<void>
  remove(): void
}

/** Makes a directory for a test. */
export function makePlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-cli-'))
  const ledger = join(directory, 'icloud.db')
  return {
    directory,
    ledger,
    path: (name) => join(directory, name),
    async with(work, options = {}) {
      const engine = createEngine({ ledger: `file:${ledger}`, buffer: null, ...options })
      await work(engine)
      await engine.close()
    },
    // A process that was killed just now may still write.
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }),
  }
}

const mx = 'mx01.mail.icloud.com'

/** A refusal by Apple. */
export function refusal(input: string): Outcome {
  return { kind: 'reply', input, mx }
}

/** The texts of Apple's that the tests use. */
export const replies = {
  noSuchUser: '550 5.1.1 <anna@icloud.com>: user does not exist',
  hm08: '554 5.7.1 [HM08] Message rejected due to local policy. Txn ID 01234567-89ab-cdef',
  blocked: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
} as const

const mail = { sender: 'shop@example.com', stream: 'marketing', lane: '192.0.2.10' }

/**
 * Some mail: anna is unknown to Apple, bert's arrives, carl's is refused for its content, dora's closes the IP; emil
 * unsubscribed.
 */
export async function someMail(engine: Engine): Promise<void> {
  const send = (recipient: string, messageId: string, outcome: Outcome): Promise<unknown> =>
    engine.record({ ...mail, recipient, messageId, outcome })
  await send('anna@icloud.com', '1@example.com', refusal(replies.noSuchUser))
  await send('bert@icloud.com', '2@example.com', { kind: 'delivered' })
  await send('carl@icloud.com', '3@example.com', refusal(replies.hm08))
  await send('dora@icloud.com', '4@example.com', refusal(replies.blocked))
  await engine.suppress({ recipient: 'emil@icloud.com', origin: 'unsubscribe', note: 'by link' })
}
