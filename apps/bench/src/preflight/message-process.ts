import { generateKeyPairSync } from 'node:crypto'
import { checkMessage, type DnsResolver } from '@icloud-delivery/preflight'
import nodemailer from 'nodemailer'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'

/** One run in a process of its own. */
export interface MessageRun {
  /** Size of the message, about. */
  kilobytes: number
  /** How many times it is checked. */
  checks: number
}

const ip = '192.0.2.10'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const txt = new Map([
  ['example.com', `v=spf1 ip4:${ip} -all`],
  ['_dmarc.example.com', 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com'],
  [
    's1._domainkey.example.com',
    `v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`,
  ],
])
/** Answers from memory, so that no network is measured. */
const resolver: DnsResolver = {
  async resolve(name, type) {
    const record = type === 'TXT' ? txt.get(name) : undefined
    if (record === undefined) throw Object.assign(new Error('no such record'), { code: 'ENODATA' })
    return [[record]]
  },
}

/** A newsletter with a link in each of its paragraphs, signed. */
async function newsletter(kilobytes: number): Promise<Buffer> {
  const paragraph = (n: number): string =>
    `<tr><td><h2><a href="https://www.example.com/stories/${n}">Story ${n}: a road with a view</a></h2><p>We rode the coast road from end to end, slept in a lighthouse, and came back with four punctures and one broken spoke.</p></td></tr>\r\n`
  const count = Math.round((kilobytes * 1000) / (paragraph(100).length * 1.1))
  const body = Array.from({ length: count }, (_, n) => paragraph(n)).join('')
  const footer =
    '<a href="https://www.example.com/unsubscribe">Unsubscribe</a> · <a href="https://www.example.com/help">Help</a> · Example Ltd, 12 Station Road, Leeds LS1 4DY'
  const transport = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    dkim: {
      domainName: 'example.com',
      keySelector: 's1',
      headerFieldNames: 'from:to:subject:date:message-id:list-unsubscribe:list-unsubscribe-post',
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    },
  })
  const { message } = await transport.sendMail({
    from: 'Example <news@example.com>',
    to: 'anna@icloud.com',
    subject: 'This week in cycling',
    list: { unsubscribe: { url: 'https://www.example.com/unsubscribe' } },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    html: `<table>${body}</table><p>${footer}</p>`,
    text: `${count} stories this week: https://www.example.com/stories`,
  })
  return message as Buffer
}

/** CPU time of one check, in ms. */
serve(async ({ kilobytes, checks }: MessageRun): Promise<number> => {
  const message = await newsletter(kilobytes)
  const micros = await cpuMicrosOf(async () => {
    for (let n = 0; n < checks; n++) {
      const { findings } = await checkMessage(message, { ip, resolver })
      const [first] = findings.filter(({ severity }) => severity !== 'note')
      if (first !== undefined) throw new Error(`the message is not clean: ${first.code}, ${first.evidence}`)
    }
  })
  return micros / checks / 1000
})
