import { isIP } from 'node:net'
import type { Listing } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readSettings, type LedgerFlags } from '../config/settings.ts'
import { exitCodes } from '../exit-codes.ts'
import { findingBlocks, isToMend } from '../findings/finding-blocks.ts'
import { dnsOptions, withDns, type DnsFlags } from '../input/dns-server.ts'
import { withConfig, withJson, type JsonFlag } from '../input/options.ts'
import { Page } from '../output/page.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

type Flags = Pick<LedgerFlags, 'config'> & JsonFlag & DnsFlags

/** Adds `listings` to the program. */
export function addListings(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('listings')
    .summary('whether Spamhaus lists your IPs and domains')
    .description(
      'Whether Spamhaus lists your IPs (SBL, XBL, PBL) and domains (DBL), and where to look and ask for removal.',
    )
    .argument('[subject...]', 'IPs and domains (default: those of the configuration)')
  withJson(withDns(withConfig(command)), 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery listings 192.0.2.10 example.com
  ICLOUD_DELIVERY_SPAMHAUS_KEY=... icloud-delivery listings --json

Spamhaus answers no public resolver: use one of your own with --dns, or a free key of
its Data Query Service (ICLOUD_DELIVERY_SPAMHAUS_KEY). Exits with 3 if one is listed.`,
  )
  command.action(async (words: string[], flags: Flags) => {
    const { sending = {}, spamhausKey } = await readSettings(flags)
    const own = [...(sending.ips ?? []), ...(sending.domain === undefined ? [] : [sending.domain])]
    const subjects = words.length > 0 ? words : own
    if (subjects.length === 0)
      throw new CliError(
        'EUSAGE',
        'name IPs or domains, or write "sending": {"ips": [...]} into the configuration',
      )
    const { checkListings } = await import('@icloud-delivery/preflight')
    const report = await checkListings(
      subjects.filter((one) => isIP(one) !== 0),
      subjects.filter((one) => isIP(one) === 0),
      { ...dnsOptions(flags), ...(spamhausKey !== undefined && { dqsKey: spamhausKey }) },
    )
    if (isToMend(report.findings)) end(exitCodes.findings)
    const { stdout } = process
    if (flags.json === true) return write(stdout, `${visibleJson(report)}\n`)
    const page = new Page(pageWidth(stdout), painterFor(stdout))
    page.table('Listings', columns, report.listings.map(row))
    page.list(
      'Where to look, and to ask for removal',
      '-',
      report.listings.flatMap(({ spamhausUrl, proofpointUrl }) =>
        proofpointUrl === null ? [spamhausUrl] : [spamhausUrl, proofpointUrl],
      ),
    )
    findingBlocks(page, report.findings)
    return write(stdout, page.toString())
  })
}

const columns = [{ name: 'subject' }, { name: 'status' }, { name: 'lists' }] as const

function row({ subject, status, lists }: Listing): string[] {
  return [subject, status.replace('-', ' '), lists.join(' ')]
}
