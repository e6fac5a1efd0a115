import { open } from 'node:fs/promises'

/** One message in so many goes to Apple; it has six lines, and one of them names Apple. */
const appleEach = 17

/** Writes a log of Postfix of about so many bytes, in which one line in a hundred is about Apple. */
export async function writeLog(file: string, bytes: number): Promise<void> {
  const log = await open(file, 'wx')
  const at = new Date().toISOString()
  try {
    let message = 0
    for (let written = 0; written < bytes;) {
      let text = ''
      while (text.length < 1 << 20) text += linesOf(at, message++)
      await log.write(text)
      written += text.length
    }
  } finally {
    await log.close()
  }
}

function linesOf(at: string, n: number): string {
  const id = `4${(Math.imul(n, 0x9e3779b1) >>> 0).toString(16).toUpperCase().padStart(8, '0')}${n % 10}`
  const head = `${at} mail postfix`
  const recipient = n % appleEach === 0 ? `reader${n}@icloud.com` : `reader${n}@example.net`
  return `${head}/smtpd[1201]: ${id}: client=app.example.com[192.0.2.7]
${head}/cleanup[1202]: ${id}: message-id=<${n}.news@example.com>
${head}/qmgr[1203]: ${id}: from=<bounce-${n}@example.com>, size=21234, nrcpt=1 (queue active)
${head}/smtp[1204]: ${id}: to=<${recipient}>, ${n % appleEach === 0 ? byApple(recipient, n / appleEach) : byAnother}
${head}/qmgr[1203]: ${id}: removed
${head}/smtpd[1201]: disconnect from app.example.com[192.0.2.7] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7
`
}

const delays = 'delay=1.2, delays=0.1/0/0.5/0.6'
const byAnother = `relay=mx.example.net[192.0.2.30]:25, ${delays}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5F3B21C0A1)`

/** One in twenty has no mailbox, one in twenty has to wait. */
function byApple(recipient: string, n: number): string {
  const host = 'mx01.mail.icloud.com[192.0.2.25]'
  if (n % 20 === 7)
    return `relay=${host}:25, ${delays}, dsn=5.1.1, status=bounced (host ${host} said: 550 5.1.1 <${recipient}>: user does not exist (in reply to RCPT TO command))`
  if (n % 20 === 13)
    return `relay=${host}:25, ${delays}, dsn=4.2.2, status=deferred (host ${host} said: 450 4.2.2 <${recipient}>: user is overquota (in reply to RCPT TO command))`
  return `relay=${host}:25, ${delays}, dsn=2.5.0, status=sent (250 2.5.0 Ok.)`
}
