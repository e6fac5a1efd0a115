import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Placement } from '@icloud-delivery/engine'
import { PreflightError } from '../errors.ts'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import type { FindingCode } from '../findings/kinds.ts'
import { reason } from '../findings/reason.ts'
import { checkOptions } from '../options/check-options.ts'
import { findMail, type Sight } from './find-mail.ts'
import { loadImapFlow } from '../imap/load-imapflow.ts'
import { Mailbox } from './mailbox.ts'
import { placementShape, type PlacementOptions } from './placement-options.ts'
import type { MailAccount } from '../imap/mail-account.ts'
import { testMail } from './test-mail.ts'
import { withoutSecrets } from '../imap/without-secrets.ts'

/** What became of the test mail to one seed. */
export interface SeedPlacement {
  address: string
  /** `null`: it was not sent, as the seed's turn has not come. */
  placement: Placement | null
  /** The folder that it was found in; remote text. */
  folder: string | null
  /** ms since the epoch of the send; `null` if it was not sent. */
  sentAt: number | null
  /** Seconds from the send until it was seen. */
  seconds: number | null
  /** Why nothing is known. May hold remote text. */
  reason: string | null
  /** The placement before, if this is another one. */
  changedFrom: Placement | null
  /** If its turn has not come: when it does, ms since the epoch. */
  nextAt: number | null
}

export interface PlacementReport {
  /** The worst first. */
  findings: readonly Finding[]
  /** In the order of the seeds. */
  placements: readonly SeedPlacement[]
}

const mostSeeds = 50

const timer = async (ms: number): Promise<void> => {
  await pause(ms)
}

/**
 * Sends a test mail to each seed, and looks where it is found. The mailboxes are only read. Sends are apart from each other,
 * and a seed whose last test mail is not ten minutes old is left out.
 *
 * @throws PreflightError `EARGUMENT`
 */
export async function testPlacement(options: PlacementOptions): Promise<PlacementReport> {
  checkOptions('testPlacement', options, placementShape)
  const { seeds, apartMs = 30_000 } = options
  if (seeds.length === 0 || seeds.length > mostSeeds)
    throw new PreflightError(
      'EARGUMENT',
      `testPlacement: seeds must be 1 to ${mostSeeds}; found ${seeds.length}.`,
    )
  await loadImapFlow()
  // To find faults before anything is sent.
  if (typeof options.mail !== 'function') testMail(options.mail, 'seed@example.com', '')
  // Of each seed, as its mail may be found before that of one further in front.
  const findings = seeds.map((): Finding[] => [])
  const { sleep = timer } = options
  // One send after the other; meanwhile the others are waited for.
  const running: Promise<SeedPlacement>[] = []
  for (const [index, seed] of seeds.entries()) {
    if (index > 0) await sleep(apartMs)
    const test = testSeed(seed, options, findings[index] ?? [])
    running.push(test.done)
    await test.sent
  }
  const placements = await Promise.all(running)
  return { placements, findings: bySeverity(findings.flat()) }
}

/** `sent` resolves when the mail is out, or will not go. */
function testSeed(
  seed: MailAccount,
  options: PlacementOptions,
  findings: Finding[],
): { sent: Promise<void>; done: Promise<SeedPlacement> } {
  let isSent = (): void => undefined
  const sent = new Promise<void>((resolve) => {
    isSent = resolve
  })
  const done = sendAndFind(seed, options, findings, isSent).finally(isSent)
  // Whoever waits for all of them hears of it.
  done.catch(() => undefined)
  return { sent, done }
}

async function sendAndFind(
  seed: MailAccount,
  options: PlacementOptions,
  findings: Finding[],
  isSent: () => void,
): Promise<SeedPlacement> {
  const { engine, stream = 'transactional', clock = Date.now, sleep = timer } = options
  const { waitMs = 600_000, pollMs = 15_000 } = options
  const { address } = seed
  const box = new Mailbox(seed, pollMs)
  const nothing = { address, folder: null, sentAt: null, seconds: null, changedFrom: null, nextAt: null }
  const unknown = (why: unknown): SeedPlacement => {
    const text = withoutSecrets(reason(why), seed)
    findings.push(found('placement-unknown', { where: address, evidence: text }))
    return { ...nothing, placement: 'unknown', reason: text }
  }
  try {
    await box.open()
    const turn = await engine.takeSeedTurn(address)
    if (turn.type === 'later') return { ...nothing, placement: null, reason: null, nextAt: turn.at }
    const sentAt = clock()
    const token = randomBytes(16).toString('hex')
    const refusal = await sendTo(options, address, token)
    isSent()
    const sight: Sight =
      refusal === null
        ? await findMail(box, token, { until: sentAt + waitMs, pollMs, clock, sleep })
        : { placement: 'unknown', folder: null, reason: refusal }
    const seconds = sight.folder === null ? null : Math.max(0, Math.round((clock() - sentAt) / 1000))
    const why = sight.reason === null ? null : withoutSecrets(sight.reason, seed)
    const { placement, folder } = sight
    const evidence =
      why ?? (folder === null ? `not within ${waitMs / 1000} s` : `${folder} after ${seconds} s`)
    const code = codes[placement]
    if (code !== null) findings.push(found(code, { where: address, evidence }))
    const result = { at: sentAt, stream, placement, folder, seconds, reason: why }
    const change = await engine.recordPlacement(address, result).catch((error: unknown) => {
      findings.push(
        found('placement-not-kept', { where: address, evidence: withoutSecrets(reason(error), seed) }),
      )
      return null
    })
    const changedFrom = change?.changed === true ? change.before : null
    return { ...nothing, placement, folder, sentAt, seconds, reason: why, changedFrom }
  } catch (error) {
    return unknown(error)
  } finally {
    await box.close()
  }
}

const codes: Record<Placement, FindingCode | null> = {
  inbox: null,
  junk: 'placement-junk',
  other: 'placement-other',
  missing: 'placement-missing',
  unknown: 'placement-unknown',
}

/** Why it could not be sent; `null` if it was. */
async function sendTo(
  { mail, send }: PlacementOptions,
  address: string,
  token: string,
): Promise<string | null> {
  const made = testMail(typeof mail === 'function' ? await mail(address) : mail, address, token)
  try {
    await (typeof send === 'function' ? send(made) : send.sendMail(made as never))
    return null
  } catch (error) {
    return `it could not be sent: ${reason(error)}`
  }
}
