import { createEngine, type Alert, type Engine } from '@icloud-delivery/engine'
import { DovecotServer } from '@icloud-delivery/dovecot-for-tests'
import { createTransport } from 'nodemailer'
import type { PlacementOptions } from './placement-options.ts'
import type { MailAccount } from '../imap/mail-account.ts'
import { testPlacement, type PlacementReport } from './test-placement.ts'

export const password = 'app-specific "secret" pass'

/** Mailboxes on a real server, and time that passes only when somebody waits. */
export interface Post extends AsyncDisposable {
  server: DovecotServer
  engine: Engine
  alerts: Alert[]
  time: { now: number }
  /** What happens while somebody waits. */
  onWait: (() => unknown) | null
  /** Where mail that is sent goes: a folder, `nowhere`, or what the server of the sender says against it. */
  goesTo: string | Error
  sent: string[]
  account(name: string, about?: Partial<MailAccount>): MailAccount
  test(options?: Partial<PlacementOptions>): Promise<PlacementReport>
}

export async function startPost(
  users: readonly string[],
  folders?: Record<string, string | null>,
): Promise<Post> {
  const server = await DovecotServer.start({
    users: Object.fromEntries(users.map((name) => [`${name}@example.com`, password])),
    ...(folders === undefined ? {} : { folders }),
  })
  const time = { now: Date.UTC(2026, 2, 3) }
  const engine = createEngine({ ledger: 'memory:', clock: () => time.now })
  const alerts: Alert[] = []
  engine.on('alert', (alert) => alerts.push(alert))
  const composer = createTransport({ streamTransport: true, buffer: true })
  const post: Post = {
    server,
    engine,
    alerts,
    time,
    onWait: null,
    goesTo: 'INBOX',
    sent: [],
    account: (name, about) => ({
      address: `${name}@example.com`,
      password,
      host: server.host,
      port: server.tlsPort,
      ca: server.certificate,
      ...about,
    }),
    test: (options) =>
      testPlacement({
        seeds: [post.account(users[0] ?? '')],
        mail: { from: 'news@example.com', subject: 'News', text: 'Hello' },
        send: async (mail) => {
          if (post.goesTo instanceof Error) throw post.goesTo
          const { message, envelope } = (await composer.sendMail(mail)) as never as {
            message: Buffer
            envelope: { to: string[] }
          }
          post.sent.push(message.toString())
          if (post.goesTo !== 'nowhere') await server.deliver(String(envelope.to[0]), message, post.goesTo)
        },
        engine,
        waitMs: 60_000,
        pollMs: 20_000,
        clock: () => time.now,
        sleep: async (ms) => {
          time.now += ms
          await post.onWait?.()
        },
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await engine.close()
      await server.stop()
    },
  }
  return post
}
