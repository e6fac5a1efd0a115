import type { ImapFlow, ListResponse } from 'imapflow'
import { connectImap, imapError } from '../imap/connect-imap.ts'
import type { MailAccount } from '../imap/mail-account.ts'

/** From where on a folder may hold the mail. */
interface Mark {
  uidValidity: bigint
  uidNext: number
}

/** Folders that are looked at, and mails that are looked at in one of them, the newest. */
const mostFolders = 100
const mostMails = 200
/** Of one header that is asked for. */
const mostHeader = 256 * 1024

/** A seed’s mailbox over IMAP. Nothing in it is changed, and nothing but headers of new mail is read. */
export class Mailbox {
  private readonly account: MailAccount
  private readonly idleMs: number
  /** So much came at once, or there are so many folders, that not everything was looked at. */
  isPassedOver = false
  private client: ImapFlow | null = null
  private readonly marks = new Map<string, Mark>()
  private paths: { inbox: string; junk: string | null; others: string[] } = {
    inbox: 'INBOX',
    junk: null,
    others: [],
  }

  /** @param idleMs the longest pause between two looks */
  constructor(account: MailAccount, idleMs: number) {
    this.account = account
    this.idleMs = idleMs
  }

  get folders(): { inbox: string; junk: string | null; others: readonly string[] } {
    return this.paths
  }

  /**
   * Logs in and remembers what is there already. The folder for Junk is the one that the server marks as such (RFC 6154), or
   * the one with such a name.
   *
   * @throws Error what keeps it from that, without the password
   */
  async open(): Promise<void> {
    await this.run(async (client) => {
      const listed = await client.list()
      const paths = listed.filter(isSelectable).map(({ path }) => path)
      const junk =
        listed.find((folder) => folder.specialUse === '\\Junk' && isSelectable(folder))?.path ?? null
      const inbox = listed.find(({ path }) => path.toUpperCase() === 'INBOX')?.path ?? 'INBOX'
      const all = paths.filter((path) => path !== inbox && path !== junk)
      const others = all.slice(0, mostFolders)
      this.isPassedOver = all.length > others.length
      this.paths = { inbox, junk, others }
      for (const path of [inbox, ...(junk === null ? [] : [junk]), ...others]) {
        const status = await client.status(path, { uidNext: true, uidValidity: true })
        if (status === false) continue
        const { uidNext = 1, uidValidity = 0n } = status
        this.marks.set(path, { uidNext, uidValidity })
      }
    })
  }

  /**
   * Whether a mail with this token came into the folder since it was opened.
   *
   * @throws Error what keeps it from looking, without the password
   */
  async has(path: string, token: string): Promise<boolean> {
    return this.run(async (client) => {
      const { uidNext, uidValidity } = await client.mailboxOpen(path, { readOnly: true })
      try {
        const mark = this.marks.get(path)
        const from = mark !== undefined && mark.uidValidity === uidValidity ? mark.uidNext : 1
        if (uidNext <= from) return false
        const first = Math.max(from, uidNext - mostMails)
        if (first > from) this.isPassedOver = true
        const range = `${first}:*`
        let isThere = false
        for await (const { headers } of client.fetch(range, { headers: [tokenHeader] }, { uid: true }))
          isThere ||= headers?.toString('latin1').includes(token) === true
        this.marks.set(path, { uidNext, uidValidity })
        return isThere
      } finally {
        await client.mailboxClose().catch(() => false)
      }
    })
  }

  async close(): Promise<void> {
    const { client } = this
    this.client = null
    await client?.logout().catch(() => client.close())
  }

  /** With a connection; a new one if the last one broke. */
  private run<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const connected = this.client === null ? this.connect() : Promise.resolve(this.client)
    return connected.then(work).catch((error: unknown) => {
      this.client?.close()
      this.client = null
      throw imapError(error, this.account)
    })
  }

  private async connect(): Promise<ImapFlow> {
    const client = await connectImap(this.account, { idleMs: this.idleMs, mostBytes: mostHeader })
    client.on('close', () => {
      if (this.client === client) this.client = null
    })
    this.client = client
    return client
  }
}

/** In lower case, as it is compared. */
export const tokenHeader = 'x-placement-token'

function isSelectable({ flags }: ListResponse): boolean {
  return !flags.has('\\Noselect') && !flags.has('\\NonExistent')
}
