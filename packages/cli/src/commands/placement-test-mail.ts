import { readFile } from 'node:fs/promises'
import type { PlacementReport, SeedPlacement } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags, Settings } from '../config/settings.ts'
import { exitCodes } from '../exit-codes.ts'
import { findingBlocks } from '../findings/finding-blocks.ts'
import { mailAddress, wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { Page } from '../output/page.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { timeWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { whileWorking } from '../output/while-working.ts'
import { write } from '../output/write.ts'
import { smtpUrl } from '../placement/smtp-url.ts'

interface Flags extends LedgerFlags, JsonFlag {
  from?: string
  smtp?: string
  seeds?: string
  stream: string
  wait: number
  apart: number
}

const help = `
Examples:
  icloud-delivery placement test campaign.eml --from bounces@example.com \\
    --smtp smtp://localhost:25 --seeds seeds.json --stream marketing

The seeds are JSON, in a file that nobody else may read (mode 600) or in the variable
ICLOUD_DELIVERY_SEEDS, never in a flag:
  [{ "address": "seed@icloud.com", "password": "an app-specific password" }]
"host", "port", "user", "secure" and "ca" are for other servers than iCloud's.

A server that wants a password: ICLOUD_DELIVERY_SMTP=smtps://user:password@host
At least 10 minutes lie between two test mails to one seed. Name the ledger of what
sends: then this mail counts for no lane and no incident. Exits with 3 if mail is
found elsewhere than in the inbox.`

/** Adds `test` to `placement`. */
export function addPlacementTest(placement: Command, end: (exitCode: number) => void): void {
  const command = placement
    .command('test')
    .description('send a message to the seeds, and look where it is found')
    .argument('<file>', 'the message (.eml)')
    .option('--from <address>', 'the envelope sender', mailAddress)
    .option('--smtp <url>', 'where it is handed in, such as smtp://localhost:25')
    .option('--seeds <file>', 'the seeds (default: ICLOUD_DELIVERY_SEEDS)')
    .option('--stream <name>', 'the kind of mail that it stands for', 'transactional')
    .option('--wait <seconds>', 'that each mail is waited for', wholeNumber(1, 3600), 600)
    .option('--apart <seconds>', 'between the sends to two seeds', wholeNumber(1, 600), 30)
  withJson(withLedger(command), 'print one JSON object').addHelpText('after', help)
  command.action(async (path: string, flags: Flags) =>
    withEngine(flags, async (opened) => {
      const report = await whileWorking('Waiting for the mail', test(path, flags, opened))
      if (
        report.placements.some(({ placement: one }) => one !== null && one !== 'inbox' && one !== 'unknown')
      )
        end(exitCodes.findings)
      else if (report.placements.some(({ placement: one }) => one === 'unknown')) end(exitCodes.trouble)
      const { stdout } = process
      if (flags.json === true) return write(stdout, `${visibleJson(report)}\n`)
      return write(stdout, page(report))
    }),
  )
}

type Opened = Parameters<Parameters<typeof withEngine>[1]>[0]

async function test(
  path: string,
  { from, smtp, seeds, stream, wait, apart }: Flags,
  { engine, settings }: Opened,
): Promise<PlacementReport> {
  const raw = await readFile(path).catch((error: Error) => {
    throw new CliError('EFILE', `${path} cannot be read: ${error.message}`, { cause: error })
  })
  const url = smtpUrl(smtp, settings.smtp)
  const sender = senderOf(from, settings)
  const { readSeeds, testPlacement } = await import('@icloud-delivery/preflight')
  const accounts = await readSeeds(seeds === undefined ? {} : { file: seeds })
  const { createTransport } = await import('nodemailer')
  const transport = createTransport(url)
  try {
    return await testPlacement({
      seeds: accounts,
      mail: { raw, envelope: { from: sender } },
      send: transport,
      engine,
      stream,
      waitMs: wait * 1000,
      pollMs: Math.min(15_000, Math.max(1000, wait * 100)),
      apartMs: apart * 1000,
    })
  } finally {
    transport.close()
  }
}

function senderOf(from: string | undefined, { sending }: Settings): string {
  const sender = from ?? sending?.returnPath
  if (sender?.includes('@') === true) return sender
  throw new CliError('EUSAGE', 'say whose mail it is: --from bounces@example.com, the envelope sender')
}

function page({ placements, findings }: PlacementReport): string {
  const { stdout } = process
  const shown = new Page(pageWidth(stdout), painterFor(stdout))
  shown.table(
    'Placement',
    [
      { name: 'seed' },
      { name: 'found in', least: 10 },
      { name: 'folder', least: 8 },
      { name: 'seconds', align: 'right' },
      { name: 'before' },
    ],
    placements.map((one) => [one.address, words(one), one.folder, one.seconds, one.changedFrom]),
  )
  findingBlocks(shown, findings)
  return shown.toString()
}

function words({ placement, nextAt }: SeedPlacement): string {
  if (placement !== null) return placement
  return `not sent: its turn comes at ${nextAt === null ? 'a later time' : `${timeWords(nextAt)} UTC`}`
}
