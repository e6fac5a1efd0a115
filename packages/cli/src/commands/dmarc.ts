import type { DmarcSource, ReportSource } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { findingBlocks } from '../findings/finding-blocks.ts'
import { withJson, type JsonFlag } from '../input/options.ts'
import { timeOption } from '../input/time.ts'
import { Page } from '../output/page.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { counted, countWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { whileWorking } from '../output/while-working.ts'
import { write } from '../output/write.ts'

interface Flags extends JsonFlag {
  imap?: true
  account?: string
  folder?: string
  since?: number
}

const mostSources = 50

/** Adds `dmarc` to the program. */
export function addDmarc(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('dmarc')
    .summary('who sends in your name, from DMARC reports')
    .description(
      'Reads DMARC aggregate reports: per source IP what passed and failed, the most failures first.',
    )
    .argument('[file...]', 'XML, gzip, zip, mails with these attached, mbox files, folders, Maildirs')
    .option('--imap', 'a folder over IMAP; the account comes from ICLOUD_DELIVERY_DMARC_IMAP, or --account')
    .option('--account <file>', 'for --imap: a file with the account, that nobody else may read')
    .option('--folder <name>', 'for --imap (default: INBOX)')
    .option('--since <time>', 'for --imap: mail from that day on: 2026-01-31, 30d', timeOption)
  withJson(command, 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery dmarc report.xml.gz
  icloud-delivery dmarc ~/Maildir/.dmarc --json | jq '.sources[0]'
  icloud-delivery dmarc --imap --account dmarc.json --folder Reports --since 30d

An account is JSON, in a file of mode 600 or in ICLOUD_DELIVERY_DMARC_IMAP, never in a flag:
  [{ "address": "dmarc@example.com", "password": "...", "host": "imap.example.com" }]

Exits with 3 if mail of a source failed, with 1 if nothing could be read.`,
  )
  command.action(async (files: string[], flags: Flags) => {
    const { json } = flags
    const { readDmarcReports } = await import('@icloud-delivery/preflight')
    const inputs = [...files, ...(await mailboxOf(flags))]
    if (inputs.length === 0) throw new CliError('EUSAGE', 'name files, folders or Maildirs, or say --imap')
    const summary = await whileWorking('Reading', readDmarcReports(inputs))
    const { findings, reports, messages, passed, failed, sources } = summary
    if (failed > 0) end(exitCodes.findings)
    else if (reports.length === 0 && findings.length > 0) end(exitCodes.trouble)
    const { stdout } = process
    if (json === true) return write(stdout, `${visibleJson(summary)}\n`)
    const unreadable = findings.filter(({ code }) => code === 'dmarc-report-unreadable')
    const page = new Page(pageWidth(stdout), painterFor(stdout))
    page.paragraph(`${counted(reports.length, 'report')}, ${counted(messages, 'message')}`, { tone: 'title' })
    if (reports.length > 0)
      page.fields([
        ['Passed', countWords(passed)],
        ['Failed', countWords(failed)],
      ])
    page.table('Sources', columns, sources.slice(0, mostSources).map(row))
    if (sources.length > mostSources)
      page.paragraph(`${countWords(sources.length - mostSources)} more sources; --json lists them.`)
    findingBlocks(page, unreadable)
    if (reports.length === 0 && unreadable.length === 0) console.error('There is no DMARC report in it.')
    return write(stdout, page.toString())
  })
}

/** @throws CliError `EUSAGE`; PreflightError `EINPUT` if the account cannot be read */
async function mailboxOf({ imap, account: file, folder, since }: Flags): Promise<ReportSource[]> {
  if (imap !== true) {
    if (file === undefined && folder === undefined && since === undefined) return []
    throw new CliError('EUSAGE', '--account, --folder and --since go with --imap only')
  }
  const { readSeeds } = await import('@icloud-delivery/preflight')
  const accounts = await readSeeds(file === undefined ? { env: 'ICLOUD_DELIVERY_DMARC_IMAP' } : { file })
  return accounts.map((account) => ({
    account,
    ...(folder !== undefined && { folder }),
    ...(since !== undefined && { since }),
  }))
}

const columns = [
  { name: 'source' },
  { name: 'failed', align: 'right' },
  { name: 'passed', align: 'right' },
  { name: 'From', least: 12 },
  { name: 'signed by', least: 12 },
  { name: 'envelope', least: 12 },
] as const

function row({ ip, failed, passed, fromDomains, dkimDomains, spfDomains }: DmarcSource): string[] {
  return [
    ip,
    countWords(failed),
    countWords(passed),
    fromDomains.join(' '),
    dkimDomains.join(' '),
    spfDomains.join(' '),
  ]
}
