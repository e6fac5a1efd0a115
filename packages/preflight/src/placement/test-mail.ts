import { wrong } from '../options/wrong.ts'
import { tokenHeader } from './mailbox.ts'

/** A mail object as Nodemailer’s `sendMail` takes it. */
export type MailObject = Record<string, unknown>

const shownHeader = 'X-Placement-Token'

/** The mail for one seed, with the token by which it is found. */
export function testMail(mail: MailObject, address: string, token: string): MailObject {
  if (typeof mail !== 'object' || mail === null || Array.isArray(mail))
    wrong('testPlacement: mail', 'a mail object for Nodemailer, or a function that makes one', mail)
  for (const name of ['to', 'cc', 'bcc'])
    if (mail[name] !== undefined)
      wrong(`testPlacement: mail.${name}`, 'left out, as the mail goes to the seed alone', mail[name])
  const { raw, envelope } = mail
  const to = {
    to: address,
    ...(envelope === undefined ? {} : { envelope: { ...(envelope as object), to: address } }),
  }
  if (raw !== undefined) return { ...mail, ...to, raw: withToken(raw, token) }
  return { ...mail, ...to, headers: withHeader(mail['headers'], token) }
}

/** A header more above those that are signed breaks no signature. */
function withToken(raw: unknown, token: string): Buffer {
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array))
    wrong('testPlacement: mail.raw', 'the text or bytes of a message', raw)
  return Buffer.concat([Buffer.from(`${shownHeader}: ${token}\r\n`), Buffer.from(raw)])
}

function withHeader(headers: unknown, token: string): unknown {
  if (Array.isArray(headers)) return [...headers, { key: shownHeader, value: token }]
  const others = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== tokenHeader)
  return { ...Object.fromEntries(others), [shownHeader]: token }
}
