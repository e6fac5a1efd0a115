import type { DmarcSource } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { findingBlocks } from '../findings/finding-blocks.ts'
import { withJson, type JsonFlag } from '../input/options.ts'
import { Page, pageWidth } from '../output/page.ts'
import { painterFor } from '../output/paint.ts'
import { counted, countWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

const mostSources = 50

/** Adds `dmarc` to the program. */
export function addDmarc(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('dmarc')
    .summary('who sends in your name, from DMARC reports')
    .description(
      'Reads DMARC aggregate reports: per source IP what passed and failed, the most failures first.',
    )
    .argument('<file...>', 'XML, gzip, zip, mails with these attached, mbox files, folders, Maildirs')
  withJson(command, 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery dmarc report.xml.gz
  icloud-delivery dmarc ~/Maildir/.dmarc --json | jq '.sources[0]'

Exits with 3 if mail of a source failed.`,
  )
  command.action(async (files: string[], { json }: JsonFlag) => {
    const { readDmarcReports } = await import('@icloud-delivery/preflight')
    const summary = await readDmarcReports(files)
    const { findings, reports, messages, passed, failed, sources } = summary
    if (failed > 0) end(exitCodes.findings)
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
