import { PreflightError } from '../errors.ts'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import { listed } from '../findings/shown.ts'
import { list, type Check } from '../options/check.ts'
import { wrong } from '../options/wrong.ts'
import { SourceTable, type DmarcSource, type ReportHead } from './aggregate.ts'
import { imapMails, imapSource, type ImapSource } from './imap-mails.ts'
import { parseReport } from './parse-report.ts'
import { reportFiles, type ReportFile } from './report-files.ts'
import { unpack } from './unpack.ts'

/** A path to a file, mailbox (mbox), folder or Maildir; the bytes of one file; or a folder that is read over IMAP. */
export type ReportSource = string | Uint8Array | ImapSource

export interface DmarcSummary {
  /** The senders that fail, the worst first; then what could not be read. */
  findings: readonly Finding[]
  /** Each report once, though it came twice. */
  reports: readonly ReportHead[]
  messages: number
  passed: number
  failed: number
  /** Per source IP, the most failures first. */
  sources: readonly DmarcSource[]
}

const reportSource: Check = (value, name) => {
  if (typeof value === 'object' && value !== null && 'account' in value) return imapSource(value, name)
  const isRight = value instanceof Uint8Array || (typeof value === 'string' && value !== '')
  if (!isRight) wrong(name, 'a path, the bytes of a file, or { account } of a mailbox', value)
}

/** Sources that get a finding of their own; the others are in the list. */
const mostFindings = 100

/**
 * Reads DMARC aggregate reports: XML, alone or in gzip, zip or a mail. What is no report becomes a finding and stops nothing.
 *
 * @throws PreflightError `EARGUMENT`; `EINPUT` if a path cannot be read
 */
export async function readDmarcReports(
  sources: ReportSource | readonly ReportSource[],
): Promise<DmarcSummary> {
  const given = Array.isArray(sources) ? sources : [sources as ReportSource]
  list(reportSource, 'sources')(given, 'readDmarcReports: sources')
  const table = new SourceTable()
  const reports = new Map<string, ReportHead>()
  const unreadable: Finding[] = []
  for await (const file of filesOf(given)) {
    try {
      if (file.bytes === null) throw new Error('it is too much to read')
      for (const xml of await unpack(file.bytes)) readOne(xml, table, reports)
    } catch (error) {
      unreadable.push(
        found('dmarc-report-unreadable', { where: file.where, evidence: (error as Error).message }),
      )
    }
  }
  const sorted = table.sorted()
  if (table.left > 0)
    unreadable.push(
      found('dmarc-report-unreadable', {
        where: 'reports',
        evidence: `too many source IPs; ${table.left} rows are left out`,
      }),
    )
  const failing = sorted.filter(({ failed }) => failed > 0).slice(0, mostFindings)
  const sum = (of: (source: DmarcSource) => number): number =>
    sorted.reduce((total, source) => total + of(source), 0)
  return {
    findings: [...failing.map(failingSource), ...bySeverity(unreadable)],
    reports: [...reports.values()],
    messages: sum(({ messages }) => messages),
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    sources: sorted,
  }
}

function readOne(xml: string, table: SourceTable, reports: Map<string, ReportHead>): void {
  const { head, rows } = parseReport(xml)
  // The id is unique for a reporter only; without one the report counts each time.
  const key = head.id === '' ? `#${reports.size}` : JSON.stringify([head.organisation, head.id, head.domain])
  if (reports.has(key)) return
  reports.set(key, head)
  for (const row of rows) table.add(row, head.organisation)
}

function failingSource({
  ip,
  failed,
  messages,
  fromDomains,
  dkimDomains,
  spfDomains,
  reporters,
}: DmarcSource): Finding {
  const evidence = [
    `${failed} of ${messages} messages fail`,
    `From ${listed(fromDomains)}`,
    `envelope ${listed(spfDomains) || 'unknown'}`,
    `signed by ${listed(dkimDomains) || 'nobody'}`,
    `reported by ${listed(reporters)}`,
  ].join('; ')
  return found('dmarc-source-failing', { where: ip, evidence })
}

async function* filesOf(sources: readonly ReportSource[]): AsyncGenerator<ReportFile> {
  for (const [index, source] of sources.entries()) {
    if (source instanceof Uint8Array) {
      yield { where: `input ${index + 1}`, bytes: source }
      continue
    }
    try {
      yield* typeof source === 'string' ? reportFiles(source) : imapMails(source)
    } catch (error) {
      const advice =
        typeof source === 'string' ? 'Check the path and its rights.' : 'Check account and folder.'
      throw new PreflightError('EINPUT', `Reports cannot be read: ${(error as Error).message}. ${advice}`, {
        cause: error,
      })
    }
  }
}
