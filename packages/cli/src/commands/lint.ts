import type { MessageOptions, MessageReport, Signer } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readSettings, type LedgerFlags } from '../config/settings.ts'
import { exitCodes } from '../exit-codes.ts'
import { countsWords, findingBlocks, isToMend } from '../findings/finding-blocks.ts'
import { dnsOptions, withDns, type DnsFlags } from '../input/dns-server.ts'
import { repeated, withConfig, withJson, type JsonFlag } from '../input/options.ts'
import { readBytes } from '../input/read-bytes.ts'
import { forecastWords } from '../lint/forecast-words.ts'
import { readPreviousHosts } from '../lint/previous-hosts.ts'
import { Page } from '../output/page.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

interface Flags extends Pick<LedgerFlags, 'config'>, JsonFlag, DnsFlags {
  ip?: string
  returnPath?: string
  willSign?: string[]
  authentication: boolean
  bulk?: true
  previous?: string
  domainAge?: true
  clamav?: string
  rspamd?: string
}

/** Adds `lint` to the program. */
export function addLint(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('lint')
    .summary('what Apple would refuse in a message')
    .description('Checks a message before it is sent: form, authentication, words, links, attachments.')
    .argument('<file>', 'the message as it is sent (.eml); "-": standard input')
    .option('--ip <address>', 'that will send it: SPF and alignment are predicted for it')
    .option('--return-path <address>', 'the envelope sender or its domain (default: Return-Path, else From)')
    .addOption(repeated('--will-sign <domain:selector>', 'a later hop signs with it, again for more'))
    .option('--no-authentication', 'ask no DNS: signatures, SPF and DMARC are not looked at')
    .option('--bulk', 'it is bulk mail (default: as its headers look)')
    .option('--previous <file>', 'what `lint --json` printed for the last send: new link hosts are a finding')
    .option('--domain-age', 'ask registries how old the domains in it are')
    .option('--clamav <socket>', 'scan it: the socket of clamd')
    .option('--rspamd <url>', 'scan it: the URL of a worker (password: ICLOUD_DELIVERY_RSPAMD_PASSWORD)')
  withJson(withDns(withConfig(command)), 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery lint campaign.eml --ip 192.0.2.10
  icloud-delivery lint campaign.eml --will-sign example.com:s1 --clamav /run/clamav/clamd.ctl
  icloud-delivery lint - --no-authentication --json <message.eml

Exits with 3 if something has to be mended.`,
  )
  command.action(async (path: string, flags: Flags) => {
    const { sending = {} } = await readSettings(flags)
    const { checkMessage } = await import('@icloud-delivery/preflight')
    const input = path === '-' ? await readBytes(process.stdin) : { file: path }
    const report = await checkMessage(input, await messageOptions(flags, sending))
    if (isToMend(report.findings)) end(exitCodes.findings)
    const { stdout } = process
    if (flags.json === true) return write(stdout, `${visibleJson(report)}\n`)
    return write(stdout, lintPage(report))
  })
}

/** What the command line and the configuration say of a message. */
async function messageOptions(
  flags: Omit<Flags, 'json'>,
  sending: { ips?: string[]; returnPath?: string },
): Promise<MessageOptions> {
  const { clamav, rspamd, rdapLookup } = await import('@icloud-delivery/preflight')
  const {
    ip = sending.ips?.[0],
    returnPath = sending.returnPath,
    willSign,
    previous,
    bulk,
    domainAge,
  } = flags
  const password = process.env.ICLOUD_DELIVERY_RSPAMD_PASSWORD
  const scanners = [
    ...(flags.clamav === undefined ? [] : [clamav({ socket: flags.clamav })]),
    ...(flags.rspamd === undefined
      ? []
      : [rspamd({ url: flags.rspamd, ...(password !== undefined && password !== '' && { password }) })]),
  ]
  return {
    ...dnsOptions(flags),
    ...(ip !== undefined && { ip }),
    ...(returnPath !== undefined && { returnPath }),
    ...(willSign !== undefined && { willSign: willSign.map(signer) }),
    authentication: flags.authentication,
    ...(bulk === true && { bulk }),
    ...(previous !== undefined && { previousLinkHosts: readPreviousHosts(previous) }),
    ...(domainAge === true && { domainAge: rdapLookup() }),
    scanners,
  }
}

function signer(value: string): Signer {
  const [domain, selector, ...rest] = value.split(':')
  if (domain === undefined || domain === '' || selector === undefined || selector === '' || rest.length > 0)
    throw new CliError(
      'EUSAGE',
      `--will-sign must be a domain and a selector such as example.com:s1, found "${value}"`,
    )
  return { domain, selector }
}

function lintPage({ subject, fromDomain, isBulk, authentication, findings }: MessageReport): string {
  const { stdout } = process
  const page = new Page(pageWidth(stdout), painterFor(stdout))
  page.paragraph(subject === '' ? '(no subject)' : subject, { tone: 'title' })
  const forecast = authentication?.forecast
  page.fields([
    ['From', fromDomain ?? 'no address'],
    ['Kind', isBulk ? 'bulk mail' : 'one to one'],
    ['Will pass', forecast === undefined ? 'not looked at' : forecastWords(forecast)],
    ['Found', countsWords(findings)],
  ])
  findingBlocks(page, findings)
  return page.toString()
}
