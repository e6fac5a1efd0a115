import { scenarioFor } from '@icloud-delivery/mx-simulator'
import { rules } from '@icloud-delivery/rules'
import { createTransport } from 'nodemailer'
import { shown } from './shown.ts'

const [port, recipient, stream] = process.argv.slice(2)
if (recipient === undefined || !/^\d{1,5}$/.test(port ?? '') || !recipient.includes('@')) {
  tellHow()
  process.exitCode = 2
} else {
  await send(recipient)
}

async function send(to: string): Promise<void> {
  const transporter = createTransport({ host: '127.0.0.1', port: Number(port), ignoreTLS: true })
  try {
    const { response } = await transporter.sendMail({
      from: 'you@example.com',
      to,
      subject: 'My own mail',
      text: 'Hello.\n',
      headers: stream === undefined ? {} : { 'X-Stream': stream },
    })
    console.log(`Haraka: ${shown(response, 200)}`)
  } catch (error) {
    console.error(`Not sent: ${shown(error instanceof Error ? error.message : String(error), 400)}`)
    process.exitCode = 1
  }
}

function tellHow(): void {
  const named = rules.filter(({ id }) => scenarioFor(id) !== null)
  const names = named.map(({ id, title }) => `  ${id.padEnd(35)}${title}`)
  console.error(`./dev send <port> <recipient> [stream]

Sends one mail to the Haraka of a demo that is running; the demo says its port. The part before the @ chooses
Apple's reply, any other is accepted:
${names.join('\n')}`)
}
