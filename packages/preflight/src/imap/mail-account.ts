import type { Check } from '../options/check.ts'
import { objectOf } from '../options/check-options.ts'
import { PreflightError } from '../errors.ts'

/** A mailbox of your own, and how to look into it. */
export interface MailAccount {
  address: string
  /** At iCloud an app-specific password. Never shown. */
  password: string
  /** Default: what stands before the @ on iCloud’s own server, as Apple asks for; the whole address elsewhere. */
  user?: string
  /** Default: imap.mail.me.com, iCloud’s. */
  host?: string
  /** Default: 993; 143 without `secure`. */
  port?: number
  /** TLS from the first byte on. `false`: STARTTLS, without which nobody logs in. Default: true. */
  secure?: boolean
  /** PEM of issuers to trust instead of those of Node. Default: Node’s. */
  ca?: string
}

export const hostOfICloud = 'imap.mail.me.com'

/** What cannot be right is never shown: a password may stand in the wrong place. */
const hidden =
  (isRight: (value: unknown) => boolean, expected: string): Check =>
  (value, name) => {
    if (!isRight(value)) throw new PreflightError('EARGUMENT', `${name} must be ${expected}.`)
  }
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536

const fields = objectOf<MailAccount>({
  checks: {
    address: hidden(
      (value) => isText(value) && /^[^\s@<>"]{1,64}@[\w.-]{1,253}$/.test(value),
      'an address such as seed@icloud.com',
    ),
    // Line ends would end the command.
    password: hidden((value) => isText(value) && !/[\r\n\0]/.test(value), 'a password, in one line'),
    user: hidden((value) => isText(value) && !/[\r\n\0]/.test(value), 'the name to log in with'),
    host: hidden((value) => isText(value) && /^[\w.:-]{1,253}$/.test(value), 'a host name or IP'),
    port: hidden(isPort, 'a port, 1 to 65535'),
    secure: hidden((value) => typeof value === 'boolean', 'true or false'),
    ca: hidden(isText, 'certificates in PEM'),
  },
  needed: ['address', 'password'],
})

export const mailAccount: Check = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PreflightError('EARGUMENT', `${name} must be an object with address and password.`)
  fields(value, name)
}
