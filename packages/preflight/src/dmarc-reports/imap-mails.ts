import { connectImap, imapError } from '../imap/connect-imap.ts'
import { mailAccount, type MailAccount } from '../imap/mail-account.ts'
import { text, type Check } from '../options/check.ts'
import { objectOf } from '../options/check-options.ts'
import { wrong } from '../options/wrong.ts'
import { mostBytes, type ReportFile } from './report-files.ts'

/** A folder of a mailbox, read over IMAP. Nothing in it is changed. */
export interface ImapSource {
  account: MailAccount
  /** Default: INBOX. */
  folder?: string
  /** Mail that came on or after that day, ms since the epoch. Default: all. */
  since?: number
}

const time: Check = (value, name) => {
  if (typeof value !== 'number' || !(Math.abs(value) <= 8.64e15)) wrong(name, 'ms since the epoch', value)
}

export const imapSource: Check = objectOf<ImapSource>({
  checks: { account: mailAccount, folder: text('the name of a folder'), since: time },
  needed: ['account'],
})

/** The newest: a year of them, for most. */
const mostMails = 5000

/**
 * The mails in a folder, the newest first, one at a time in memory.
 *
 * @throws Error what keeps it from reading, without the password
 */
export async function* imapMails({
  account,
  folder = 'INBOX',
  since,
}: ImapSource): AsyncGenerator<ReportFile> {
  const client = await connectImap(account, { idleMs: 60_000, mostBytes: mostBytes + 1024 }).catch(
    (error: unknown) => {
      throw imapError(error, account)
    },
  )
  try {
    await client.mailboxOpen(folder, { readOnly: true })
    const query = since === undefined ? { all: true } : { since: new Date(since) }
    const all = await client.search(query, { uid: true })
    // Not the same as an empty folder: it refused, or the connection is lost.
    if (!Array.isArray(all)) throw new Error('the server did not say what is in the folder')
    const uids = all.toSorted((a, b) => b - a)
    for (const uid of uids.slice(0, mostMails)) {
      const where = `${folder} of ${account.address}, mail ${uid}`
      const about = await client.fetchOne(String(uid), { size: true }, { uid: true })
      if (about === false) continue
      const isLarge = (about.size ?? 0) > mostBytes
      const mail = isLarge ? false : await client.fetchOne(String(uid), { source: true }, { uid: true })
      yield { where, bytes: mail === false ? null : (mail.source ?? null) }
    }
    if (uids.length > mostMails)
      yield { where: `${folder} of ${account.address}: ${uids.length - mostMails} older mails`, bytes: null }
  } catch (error) {
    throw imapError(error, account)
  } finally {
    await client.logout().catch(() => client.close())
  }
}
