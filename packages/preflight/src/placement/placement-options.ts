import type { Engine } from '@icloud-delivery/engine'
import { callable, either, having, list, text, whole } from '../options/check.ts'
import type { Shape } from '../options/check-options.ts'
import { mailAccount, type MailAccount } from '../imap/mail-account.ts'
import type { MailObject } from './test-mail.ts'

export interface PlacementOptions {
  /** Mailboxes of your own: `await readSeeds()`. 1 to 50. */
  seeds: readonly MailAccount[]
  /** What you give to Nodemailer’s `sendMail`, without a recipient; or a function that makes one for an address. */
  mail: MailObject | ((address: string) => MailObject | Promise<MailObject>)
  /** What sends it: a Nodemailer transporter, or a function that takes the mail object and rejects if it does not send. */
  send: { sendMail(mail: never): Promise<unknown> } | ((mail: MailObject) => Promise<unknown>)
  /**
   * Keeps the results, tells of changes, and sees to it that 10 minutes lie between two mails to one seed. It should have the
   * ledger of what sends: then the seeds’ mail counts for no lane and no incident there.
   */
  engine: Pick<Engine, 'takeSeedTurn' | 'recordPlacement'>
  /** The kind of mail that it stands for; placements of each are compared with each other. Default: `transactional`. */
  stream?: string
  /** ms that one mail is waited for, 1,000 to 3,600,000. Default: 600,000. */
  waitMs?: number
  /** ms between two looks into a mailbox, 1,000 to 60,000. Default: 15,000. */
  pollMs?: number
  /** ms between the sends to two seeds, 1,000 to 600,000. Default: 30,000. */
  apartMs?: number
  /** ms since the epoch. Default: `Date.now`. */
  clock?: () => number
  /** Waits so many ms. Default: a timer. */
  sleep?: (ms: number) => Promise<void>
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

export const placementShape: Shape<PlacementOptions> = {
  checks: {
    seeds: list(mailAccount, 'seeds'),
    mail: either(isFunction, callable, having('a mail object for Nodemailer, or a function that makes one')),
    send: either(isFunction, callable, having('a Nodemailer transporter or a function', 'sendMail')),
    engine: having('an engine, as createEngine() makes it', 'takeSeedTurn', 'recordPlacement'),
    stream: text('a name'),
    waitMs: whole(1000, 3_600_000, 'ms'),
    pollMs: whole(1000, 60_000, 'ms'),
    apartMs: whole(1000, 600_000, 'ms'),
    clock: callable,
    sleep: callable,
  },
  needed: ['seeds', 'mail', 'send', 'engine'],
}
