import type { Engine } from '@icloud-delivery/engine'
import type { DomainOptions } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readSettings, type LedgerFlags, type Settings } from '../config/settings.ts'
import { doctorPage, type Examination } from '../doctor/doctor-page.ts'
import { examine } from '../doctor/examine.ts'
import { exitCodes } from '../exit-codes.ts'
import { isToMend } from '../findings/finding-blocks.ts'
import { dnsOptions, withDns, type DnsFlags } from '../input/dns-server.ts'
import { hostAndPort } from '../input/host-and-port.ts'
import { repeated, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { whileWorking } from '../output/while-working.ts'
import { write } from '../output/write.ts'

interface Flags extends LedgerFlags, JsonFlag, DnsFlags {
  ip?: string[]
  selector?: string[]
  helo?: string
  returnPath?: string
  tls?: string
  message?: string
  bimi: boolean
}

/** Adds `doctor` to the program. */
export function addDoctor(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('doctor')
    .summary('what stands between a domain and the inbox: five steps')
    .description(
      'Looks at a sending domain in five steps: authentication, reputation, content, what Apple answered so far, and a ' +
        'small batch. Says what to mend, and which replies of Apple’s it risks.',
    )
    .argument('[domain]', 'in From (default: that of the configuration)')
    .addOption(repeated('--ip <address>', 'that sends for it, again for more'))
    .addOption(repeated('--selector <name>', 'of DKIM, again for more'))
    .option('--helo <name>', 'that your server says in HELO')
    .option('--return-path <address>', 'the envelope sender or its domain (default: the domain)')
    .option('--tls <host>', 'the server that mail leaves by, such as smtp.example.com:587')
    .option('--message <file>', 'a message as it is sent (.eml)')
    .option('--no-bimi', 'leave BIMI out; nothing is fetched over HTTPS then')
  withJson(withDns(withLedger(command)), 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery doctor example.com --ip 192.0.2.10 --selector s1
  icloud-delivery doctor example.com --ip 192.0.2.10 --message campaign.eml --ledger ./icloud.db
  icloud-delivery doctor --json | jq '.steps[] | {name, findings}'

What stays the same can stand in the configuration:
  { "sending": { "domain": "example.com", "ips": ["192.0.2.10"], "selectors": ["s1"],
                 "helo": "mail.example.com", "returnPath": "bounces@example.com" } }

Without a ledger the last two steps are left out. Exits with 3 if something has to
be mended.`,
  )
  command.action(async (word: string | undefined, flags: Flags) => {
    const settings = await readSettings(flags)
    const examination = await look(word, flags, settings)
    if (isToMend(examination.steps.flatMap(({ findings }) => findings))) end(exitCodes.findings)
    const { stdout } = process
    if (flags.json === true) return write(stdout, `${visibleJson(examination)}\n`)
    return write(stdout, doctorPage(examination, pageWidth(stdout), painterFor(stdout)))
  })
}

async function look(word: string | undefined, flags: Flags, settings: Settings): Promise<Examination> {
  const { sending = {}, spamhausKey, ledger } = settings
  const domain = word ?? sending.domain
  if (domain === undefined)
    throw new CliError('EUSAGE', 'name a domain: icloud-delivery doctor example.com --ip 192.0.2.10')
  const ips = flags.ip ?? sending.ips ?? []
  const returnPath = flags.returnPath ?? sending.returnPath
  const dns = dnsOptions(flags)
  const patient = (engine: Engine | null): Parameters<typeof examine>[0] => ({
    domain,
    ips,
    envelope: (returnPath ?? domain).replace(/^.*@/, ''),
    dns,
    dqsKey: spamhausKey,
    domainOptions: { ...domainOptions(flags, settings), ...dns, ips },
    message: flags.message,
    messageOptions: {
      ...dns,
      ...(ips[0] !== undefined && { ip: ips[0] }),
      ...(returnPath !== undefined && { returnPath }),
    },
    engine,
  })
  const examined =
    ledger === undefined
      ? examine(patient(null))
      : withEngine(flags, async ({ engine }) => examine(patient(engine)))
  return whileWorking('Looking', examined)
}

function domainOptions(flags: Flags, { sending = {} }: Settings): DomainOptions {
  const selectors = flags.selector ?? sending.selectors
  const helo = flags.helo ?? sending.helo
  const returnPath = flags.returnPath ?? sending.returnPath
  const tls = flags.tls ?? sending.tls
  return {
    ...(selectors !== undefined && { selectors }),
    ...(helo !== undefined && { helo }),
    ...(returnPath !== undefined && { returnPath }),
    ...(tls !== undefined && { tls: hostAndPort(tls, '--tls') }),
    ...(flags.bimi ? {} : { bimi: false as const }),
  }
}
