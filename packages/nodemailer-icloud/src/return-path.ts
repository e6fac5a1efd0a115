import { signReturnPath, type ReturnPathKey } from '@icloud-delivery/engine'
import { configError, configFault } from './config-error.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { MailRoute } from './route.ts'

/** Signs the return path of mail to Apple. */
export interface ReturnPathOption {
  /** The domain that bounces come back to, in ASCII. SPF is checked for it. */
  domain: string
  /** What the local part begins with: at most 8 of `a-z 0-9 + - _ =`. Default `bounce+`. */
  prefix?: string
  /** The key in use first, then older ones; 4 at most. */
  keys: readonly ReturnPathKey[]
  /** Seconds for which a bounce counts, 3,600 to 31,622,400. Default 1,209,600 (14 days). */
  expiresInSeconds?: number
}

/** Signs return paths, each for one recipient of one message. */
export interface ReturnPaths {
  sign: (recipient: string, messageId: string) => string
  /** `route` as the engine is to be told before a return path is signed. */
  onRoute: (route: MailRoute) => MailRoute
  /** Sender faults are counted under this return path, and not under an address that was named for that. */
  isSender: boolean
}

/**
 * @param sharesTransactions recipients at Apple may share one, and so a return path
 * @param namedSender what sender faults are counted under, if the user says so
 * @throws Error `ECONFIG`
 */
export function returnPathsOf(
  option: ReturnPathOption | undefined,
  inner: InnerTransport,
  sharesTransactions: boolean,
  clock: () => number,
  namedSender: string | undefined,
): ReturnPaths | null {
  if (option === undefined) return null
  // What these put into MAIL FROM is not ours to say.
  if (!smtp.has(inner.name))
    throw configError(
      'returnPath',
      'used with SMTP, SMTP pool or sendmail, for the others choose the return path themselves',
      inner.name,
    )
  if (sharesTransactions)
    throw configError(
      'returnPath',
      'used without onePerTransaction: false, for it is that of one recipient',
      'both',
    )
  const sign = (recipient: string, messageId: string): string =>
    signReturnPath({ ...option, clock, recipient, messageId }).address
  try {
    sign('anna@icloud.com', '<1@example.com>')
  } catch (error) {
    const fault = (error as Error).message.replace(/^signReturnPath: /, '')
    const path = /^(?:domain|prefix|keys|expiresInSeconds)\b/.test(fault) ? 'returnPath.' : 'returnPath: '
    throw configFault(`${path}${fault}${fault.includes('].secret ') ? `. ${newSecret}` : ''}`)
  }
  const { domain, prefix = 'bounce+' } = option
  const plus = prefix.indexOf('+')
  const stable = `${plus < 0 ? 'bounce' : prefix.slice(0, plus)}@${domain}`
  return {
    sign,
    isSender: namedSender === undefined,
    onRoute: (route) => ({
      ...route,
      sender: namedSender ?? stable,
      // Else each return path without a `+` were an author of its own.
      ...(plus < 0 && route.submitter === undefined && { submitter: route.sender }),
    }),
  }
}

const newSecret =
  'Make one once, for example with "openssl rand -base64 32", and give it to every process that sends and to who gets the bounces'

const smtp: ReadonlySet<string> = new Set(['SMTP', 'SMTP (pool)', 'Sendmail'])
