import type { Stage } from './stage.ts'
import { hung, wrap } from './wrap.ts'

/** What the table shows, and where to go from here, in so many columns. */
export function closingWords(width: number): string {
  return `
What you saw
${points(
  [
    'Only "No such mailbox" took addresses off the list, and the second mail to them never left the shop.',
    "Busy, full and blocked were waited out in Haraka's queue.",
    "What Apple refused for the shop's own mistakes was given up, the shop was told, and the address stays.",
    'HM08 closed its stream, and the DMARC refusal its sending domain for that stream: the next mail waited, went out ' +
      'as the probe, and opened the way again. One reply is enough in this demo; by default it takes three within ten ' +
      'minutes, and a share of the attempts.',
    "Another provider's words were left alone.",
  ],
  width,
)}

What next
  In Nodemailer (packages/nodemailer-icloud/README.md)
    withIcloud(createTransport({ ... }), { ledger: 'file:./icloud.db' })
  In Haraka (packages/haraka-plugin-icloud/README.md)
    npm install haraka-plugin-icloud; echo icloud >> config/plugins
  Any reply
    ./dev explain "554 5.7.1 [HM08] Message rejected due to local policy."
`
}

/** How to send mail of one's own while the demo stays up, in so many columns. */
export function invitation({ apple, haraka, dashboard, tempo }: Stage, width: number): string {
  const hosts = apple.hosts.map(({ name, address, port }) => `${name} at ${address}:${port}`).join(', ')
  return `
Still running. The dashboard: ${dashboard.url}

Send mail of your own, from another terminal:
  ./dev send ${haraka.port} mailbox-full@icloud.com
${points(
  [
    "The part before the @ chooses Apple's reply: mailbox-full, rate-limited, invalid-recipient, proofpoint-block, " +
      'policy-hm08, or any other that `./dev send` alone lists. Any name that is not on the list is accepted.',
    'A stream may follow: winter-sale, for example, has a lane of its own, so its blocks stop nobody else.',
    `Other programs reach Haraka at 127.0.0.1 port ${haraka.port}, without password and TLS; they name the stream in ` +
      'the header X-Stream.',
    `The simulated MX themselves: ${hosts}.`,
  ],
  width,
)}
${wrap(`What happens is told here; a message expires after ${tempo.lifeHours / 24} days, which are ${(tempo.lifeHours * tempo.hourMs) / 1000} s. Ctrl-C ends it.`, width).join('\n')}
`
}

function points(texts: readonly string[], width: number): string {
  return texts.map((text) => hung('  - ', text, width)).join('\n')
}
