import { Lookups } from '../dns/lookups.ts'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import { checkOptions } from '../options/check-options.ts'
import { messageShape } from '../options/message-shape.ts'
import { readClock, readDomain, readIp, readReturnPath } from '../options/names.ts'
import { checkAttachments } from './attachments/check-attachments.ts'
import { checkAuthentication, type AuthenticationReport } from './auth/check-authentication.ts'
import { looksBulk } from './content/check-bulk.ts'
import { checkContent } from './content/check-content.ts'
import { checkDomainAge } from './content/check-domain-age.ts'
import { checkFrom, fromDomain } from './format/check-from.ts'
import { checkHeaders } from './format/check-headers.ts'
import { checkLines } from './format/check-lines.ts'
import { valueOf, type HeaderBlock } from './header-block.ts'
import { readMessage, type MessageInput } from './message-input.ts'
import type { MessageOptions } from './message-options.ts'
import { parseMessage } from './parsed-message.ts'
import { runScanners } from './scanners/run-scanners.ts'

export interface MessageReport {
  /** The worst first. */
  findings: readonly Finding[]
  /** The domain in From, lower case; `null` without one. */
  fromDomain: string | null
  /** Decoded. Remote text. */
  subject: string
  isBulk: boolean
  /** Hosts that the message links to, in alphabetical order: keep them as `previousLinkHosts` of the next send. */
  linkHosts: readonly string[]
  /** `null` if it was not looked at. */
  authentication: AuthenticationReport | null
}

/** Apple takes 20 MB; what lies behind the first 25 MB is not read. */
const mostBytes = 25 * 1024 * 1024
const appleBytes = 20 * 1000 * 1000

/**
 * Checks a message before it is sent: form, authentication, content, links, attachments.
 *
 * @throws PreflightError `EARGUMENT`, `EINPUT`
 */
export async function checkMessage(
  input: MessageInput,
  options: MessageOptions = {},
): Promise<MessageReport> {
  checkOptions('checkMessage', options, messageShape)
  const ip = options.ip === undefined ? null : readIp(options.ip, 'ip')
  const now = readClock(options.clock, 'checkMessage')
  const willSign = (options.willSign ?? []).map(({ domain, selector }) => ({
    domain: readDomain(domain, 'willSign'),
    selector,
  }))
  const returnPath =
    options.returnPath === undefined ? null : readReturnPath(options.returnPath, 'returnPath')
  const { bytes, size, isCut } = await readMessage(input, mostBytes)
  const { message, findings } = await parseMessage(bytes)
  const author = fromDomain(message.from)
  const isBulk = options.bulk ?? looksBulk(message.headers)
  const lookups = new Lookups(options)

  findings.push(
    ...checkLines(bytes),
    ...checkHeaders(message.headers, now),
    ...checkFrom(message.headers, message.from),
  )
  if (size > appleBytes)
    findings.push(found('message-large', { where: 'message', evidence: `${size} bytes` }))
  if (isCut)
    findings.push(
      found('content-not-checked', {
        where: 'message',
        evidence: `the first ${mostBytes} of ${size} bytes were looked at`,
      }),
    )
  const content = checkContent(message, { ...options, isBulk, fromDomain: author })
  const [attachments, ages, scanned, authentication] = await Promise.all([
    checkAttachments(message.files),
    options.domainAge === undefined
      ? []
      : checkDomainAge([...(author === null ? [] : [author]), ...content.linkHosts], options.domainAge, now),
    runScanners(options.scanners ?? [], bytes),
    options.authentication === false || author === null || isCut
      ? null
      : checkAuthentication(
          {
            bytes,
            headers: message.headers,
            fromDomain: author,
            returnPathDomain: returnPath ?? returnPathIn(message.headers) ?? author,
            ip,
            willSign,
            now,
          },
          lookups,
        ),
  ])
  findings.push(
    ...content.findings,
    ...attachments,
    ...ages,
    ...scanned,
    ...(authentication?.findings ?? []),
    ...lookups.unanswered(),
  )
  return {
    findings: bySeverity(findings),
    fromDomain: author,
    subject: message.subject,
    isBulk,
    linkHosts: content.linkHosts,
    authentication: authentication?.report ?? null,
  }
}

function returnPathIn(headers: HeaderBlock): string | null {
  const [, domain] = /^<[^<>\s]+@([\w.-]{1,253})>$/.exec(valueOf(headers, 'return-path') ?? '') ?? []
  return domain?.toLowerCase() ?? null
}
