import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags } from '../config/settings.ts'
import { confirm } from '../input/confirm.ts'
import { mailAddress, withJson, withLedger, withYes, type JsonFlag } from '../input/options.ts'
import { defaultSubcommand, withExamples } from '../input/subcommands.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { printListing } from '../output/listing.ts'
import { counted } from '../output/time-words.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { legend, seriesColumns, seriesOf, seriesRow } from '../placement/placement-table.ts'
import { addPlacementTest } from './placement-test-mail.ts'

const help = `
Examples:
  icloud-delivery placement --ledger ./icloud.db
  icloud-delivery placement test campaign.eml --from bounces@example.com \\
    --smtp smtp://localhost:25 --seeds seeds.json --stream marketing
  icloud-delivery placement forget seed@icloud.com

A seed is a mailbox of your own. ${legend}`

/** Adds `placement` to the program. */
export function addPlacement(program: Command, end: (exitCode: number) => void): void {
  const placement = program
    .command('placement')
    .summary('where test mail to mailboxes of your own is found')
    .description('Sends test mail to mailboxes of your own, looks where it is found, and keeps the series.')
    .helpCommand(false)
    .addHelpText('after', help)
  const list = defaultSubcommand(placement, 'list', 'list what was found so far', [
    'placement list --ledger ./icloud.db',
    'placement list --json | jq -r .address',
  ])
  withJson(withLedger(list), 'one seed a line; times are ms since the epoch')
  list.action(async ({ json, ...flags }: LedgerFlags & JsonFlag) =>
    withEngine(flags, async ({ engine }) => {
      const seeds = await engine.seeds()
      const empty = 'No test mail was sent. icloud-delivery placement test --help tells how.'
      if (json === true) await printListing(seeds, { columns: [], row: () => [], json, empty })
      else await printListing(seriesOf(seeds), { columns: seriesColumns, row: seriesRow, json, empty })
      if (seeds.length > 0 && process.stdout.isTTY) console.error(legend)
    }),
  )
  addPlacementTest(placement, end)
  const forget = placement
    .command('forget')
    .description('an address is no seed any more, and its results are forgotten')
    .argument('<address>', 'the seed', mailAddress)
  withYes(withJson(withLedger(forget), 'print one JSON object'))
  withExamples(forget, 'placement forget seed@icloud.com')
  forget.action(async (address: string, { json, yes, ...flags }: LedgerFlags & JsonFlag & { yes?: true }) =>
    withEngine(flags, async ({ engine }) => {
      // As the ledger remembers it: addresses may be hashed there, with an older key in the list of seeds.
      const { recipient, seed } = await engine.address(address)
      const results = (await engine.seeds()).find((one) => one.address === recipient)?.results
      if (!seed && results === undefined)
        throw new CliError('ENOTFOUND', `${address} is no seed; icloud-delivery placement lists them`)
      await confirm(
        `Forget ${visible(address)} and ${results === undefined ? 'its results' : `its ${counted(results.length, 'result')}`}?`,
        yes,
      )
      await engine.forgetSeed(address)
      await write(
        process.stdout,
        json === true ? `${visibleJson({ forgotten: recipient })}\n` : 'Forgotten.\n',
      )
    }),
  )
}
