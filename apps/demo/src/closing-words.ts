import type { Stage } from './stage.ts'

/** What the table shows, and where to go from here. */
export const closingWords: string = `
What you saw
  Only "No such mailbox" took addresses off the list, and the second mail to them never left the shop.
  Busy, full and blocked were waited out in Haraka's queue. What Apple refused for the shop's own mistakes
  was given up, the shop was told, and the address stays; three HM08 within ten minutes would have closed their
  stream as well. Another provider's words were left alone.

What next
  In Nodemailer   const transporter = withIcloud(nodemailer.createTransport({ ... }), { ledger: 'file:./icloud.db' })
                  packages/nodemailer-icloud/README.md
  In Haraka       npm install haraka-plugin-icloud, and a line "icloud" in config/plugins
                  packages/haraka-plugin-icloud/README.md
  Any reply       ./dev explain "554 5.7.1 [HM08] Message rejected due to local policy."
`

/** How to send mail of one's own while the demo stays up. */
export function invitation({ apple, haraka }: Stage): string {
  const hosts = apple.hosts.map(({ name, address, port }) => `${name} at ${address}:${port}`).join(', ')
  return `
Still running. Send mail of your own to Haraka, at 127.0.0.1 port ${haraka.port}, no password, no TLS:
  swaks --server 127.0.0.1:${haraka.port} --from you@example.com --to mailbox-full@icloud.com
  nodemailer.createTransport({ host: '127.0.0.1', port: ${haraka.port}, ignoreTLS: true })
The part before the @ chooses Apple's reply: mailbox-full, rate-limited, invalid-recipient, proofpoint-block
and so on; any other is accepted. A header "X-Stream: winter-sale" chooses a stream with a lane of its own.
The simulated MX themselves: ${hosts}.
What happens is told here. Ctrl-C ends it.
`
}
