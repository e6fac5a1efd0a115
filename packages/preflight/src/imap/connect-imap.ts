import type { ImapFlow } from 'imapflow'
import { loadImapFlow } from './load-imapflow.ts'
import { hostOfICloud, type MailAccount } from './mail-account.ts'
import { withoutSecrets } from './without-secrets.ts'

export interface ImapLimits {
  /** The longest pause between two commands. */
  idleMs: number
  /** Of one piece of mail that is asked for. */
  mostBytes: number
}

/** A connection that is logged in. Its errors may hold the password: see {@link imapError}. */
export async function connectImap(
  account: MailAccount,
  { idleMs, mostBytes }: ImapLimits,
): Promise<ImapFlow> {
  const Client = await loadImapFlow()
  const { address, password, ca, host = hostOfICloud, secure = true } = account
  const isICloud = host === hostOfICloud
  const client = new Client({
    host,
    port: account.port ?? (secure ? 993 : 143),
    secure,
    // Never a password over a connection that others can read.
    ...(secure ? {} : { doSTARTTLS: true }),
    tls: ca === undefined ? {} : { ca },
    auth: {
      user: account.user ?? (isICloud ? address.slice(0, address.lastIndexOf('@')) : address),
      pass: password,
    },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: idleMs + 60_000,
    // A mailbox that somebody floods must not flood us.
    maxLineLength: 64 * 1024,
    maxLiteralSize: mostBytes,
    maxResponseSize: mostBytes + 1024 * 1024,
    maxResponseTokens: 20_000,
  })
  // One that breaks between two commands; the next command says so.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/** What an error says, without the password, and without its cause: that holds the command, and with it what was sent. */
export function imapError(error: unknown, account: MailAccount): Error {
  const { message, responseText, code, authenticationFailed } = (error ?? {}) as {
    message?: string
    responseText?: string
    code?: string
    authenticationFailed?: boolean
  }
  const said = responseText === undefined ? '' : `: ${responseText.slice(0, 200)}`
  const words =
    authenticationFailed === true
      ? `the server refused name and password${said}. At iCloud take an app-specific password`
      : `${message ?? String(error)}${code === undefined ? '' : ` (${code})`}${said}`
  return new Error(withoutSecrets(words, account))
}
