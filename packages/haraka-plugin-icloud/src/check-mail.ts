import constants from 'haraka-constants'
import { shownFindings, type PreflightFinding } from './findings.ts'
import type { Connection, Next, Transaction } from './haraka.ts'
import type { Looked, PreflightEnvelope } from './preflight.ts'
import { printable } from './printable.ts'
import type { Runtime } from './runtime.ts'
import { subjectOf } from './subject.ts'

/** Apple takes 20 MB. */
const MOST_BYTES = 25 * 1024 * 1024
/** Codes that are noted on a message, for the lines about its replies. */
const MOST_CODES = 10

/**
 * At the end of DATA: has the module of `[preflight]` look at a message of a client that may relay, if it goes to Apple. Tells
 * what was found, and, in the mode `refuse`, refuses it for the first error.
 */
export async function checkMail(runtime: Runtime, next: Next, { transaction }: Connection): Promise<void> {
  const { preflight, settings, plugin } = runtime
  if (!transaction) return next()
  const envelope = await envelopeOf(runtime, transaction)
  if (envelope === null) return next()
  const looked: Looked =
    transaction.data_bytes > MOST_BYTES
      ? { passed: `it has more than ${MOST_BYTES} bytes` }
      : await preflight.look(await mimeOf(transaction), envelope)
  if ('passed' in looked) {
    plugin.logwarn(
      `message=${transaction.uuid} action=preflight-passed reason="${printable(looked.passed, 300).replaceAll('"', "'")}"`,
    )
    transaction.results.add(plugin, { msg: 'preflight: not looked at' })
    return next()
  }
  const { findings } = looked
  if (findings.length === 0) return next()
  const error =
    settings.preflightMode === 'refuse' ? findings.find(({ severity }) => severity === 'error') : undefined
  tell(runtime, transaction, findings, error !== undefined)
  if (!error) return next()
  const more = [error.title, error.where].filter(Boolean).join(' ')
  next(
    constants.deny,
    `5.7.1 refused locally before it was sent: ${error.code}${more === '' ? '' : `: ${more}`}`,
  )
}

/** `null` if nobody at Apple gets it. */
async function envelopeOf(
  { destinations, settings }: Runtime,
  transaction: Transaction,
): Promise<PreflightEnvelope | null> {
  const isApple = async ({ host }: { host: string | null }): Promise<boolean> =>
    destinations.isApple(host ?? '')
  const apple = await Promise.all(transaction.rcpt_to.map(isApple))
  const to = transaction.rcpt_to.filter((_, index) => apple[index]).map(({ address }) => address)
  if (to.length === 0) return null
  const { sender, stream, lane, campaign = null, submitter = null } = subjectOf(transaction, settings)
  return { from: sender, to, stream, campaign, submitter, ip: settings.laneIps.get(lane) ?? null }
}

/** The message as it will be sent: what Haraka adds where it is missing is no fault of its author's. */
async function mimeOf({ message_stream, header, uuid, mail_from }: Transaction): Promise<Buffer> {
  const body = await new Promise<Buffer>((resolve) => message_stream.get_data(resolve))
  const missing = [
    header.get('Message-Id').trim() === ''
      ? `Message-ID: <${uuid}@${mail_from.host ?? 'localhost'}>\r\n`
      : '',
    header.get('Date').trim() === '' ? `Date: ${new Date().toUTCString()}\r\n` : '',
  ].join('')
  return missing === '' ? body : Buffer.concat([Buffer.from(missing), body])
}

function tell(
  { plugin, findingsSeen }: Runtime,
  transaction: Transaction,
  findings: readonly PreflightFinding[],
  isRefused: boolean,
): void {
  const action = isRefused ? 'preflight-refused' : 'preflight-warned'
  plugin.lognotice(`message=${transaction.uuid} action=${action} findings="${shownFindings(findings)}"`)
  const codes = [...new Set(findings.map(({ code }) => code))]
  transaction.results.add(plugin, {
    msg: `preflight: ${codes.join(', ')}`,
    ...(isRefused ? { fail: 'preflight' } : {}),
    _findings: findings,
  })
  const notes = transaction.notes.icloud
  if (!notes || isRefused) return
  notes.findings = codes.slice(0, MOST_CODES)
  if (notes.campaign !== undefined) findingsSeen.add(notes.campaign, notes.findings)
}
