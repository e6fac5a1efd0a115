import type { WhyNotOptions } from '@icloud-delivery/engine'
import { isAppleDomain } from '@icloud-delivery/rules'
import type { Command } from 'commander'
import { addressPage } from '../address/address-page.ts'
import type { LedgerFlags } from '../config/settings.ts'
import { mailAddress, wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

type Flags = LedgerFlags &
  JsonFlag &
  Pick<WhyNotOptions, 'sender' | 'stream' | 'lane' | 'campaign' | 'events'>

/** Adds `address` to the program. */
export function addAddress(program: Command): void {
  const command = program
    .command('address')
    .summary('everything about one address, and why mail does not arrive')
    .description(
      'Everything that is known about one address, what stands in the way of its mail, and what can be done.',
    )
    .argument('<address>', 'the recipient', mailAddress)
    .option('--sender <address>', 'of the mail that does not arrive: tells what would be done with it now')
    .option('--stream <name>', 'the same for its stream')
    .option('--lane <name>', 'the same for its lane')
    .option('--campaign <name>', 'the same for its campaign')
    .option('--events <count>', 'how much of the event log to show (default: 20)', wholeNumber(0, 1000))
  withJson(withLedger(command), 'print one JSON object; times are ms since the epoch').addHelpText(
    'after',
    `
Examples:
  icloud-delivery address anna@icloud.com --ledger ./icloud.db
  icloud-delivery address anna@icloud.com --sender shop@example.com --stream marketing`,
  )
  command.action(async (address: string, flags: Flags) => {
    const { json, ledger: _ledger, config: _config, ...asked } = flags
    await withEngine(flags, async ({ engine }) => {
      const domain = address.slice(address.lastIndexOf('@') + 1).replace(/>$/, '')
      const known = { ...(await engine.whyNot(address, asked)), appleDomain: isOfApple(domain) }
      const { stdout } = process
      if (json === true) return write(stdout, `${visibleJson(known)}\n`)
      return write(stdout, addressPage(known, pageWidth(stdout), painterFor(stdout)))
    })
  })
}

/** A hashed name does not tell. */
function isOfApple(domain: string): boolean {
  return isAppleDomain(domain) || domain.toLowerCase().endsWith('.hashed.invalid')
}
