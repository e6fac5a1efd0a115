import type { Engine, RepliesSelection, SuppressionOrigin } from '@icloud-delivery/engine'
import { Option, type Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import type { LedgerFlags } from '../../config/settings.ts'
import { confirm } from '../../input/confirm.ts'
import { withJson, withLedger, withYes, type JsonFlag } from '../../input/options.ts'
import { timeOption } from '../../input/time.ts'
import { withEngine } from '../../ledger/with-engine.ts'
import { progress } from '../../output/progress.ts'
import { counted, countWords } from '../../output/time-words.ts'
import { visibleJson } from '../../output/visible.ts'
import { write } from '../../output/write.ts'
import { readAddresses } from './addresses.ts'
import { origins } from './origins.ts'

interface Flags extends LedgerFlags, JsonFlag {
  origin: SuppressionOrigin
  rule?: string
  since?: number
  until?: number
  incident?: string
  dryRun?: true
  by?: string
  note?: string
  yes?: true
}

const help = `
Examples:
  icloud-delivery suppressions release anna@icloud.com
  icloud-delivery suppressions release anna@icloud.com --origin unsubscribe
  icloud-delivery suppressions release --rule invalid-recipient --since 2026-01-31T09:00Z --until 2026-01-31T12:00Z
  icloud-delivery suppressions release --incident 2026-01-31T09:12-invalid-recipient --yes

By rule, time or incident only what replies did ends. An unsubscribe, a complaint,
an import or an operator's suppression ends by its address and --origin only.`

/** Adds `release`. */
export function addRelease(suppressions: Command): void {
  const command = suppressions
    .command('release')
    .description(
      'take back what replies did: to addresses, or by rule, time or incident; says how many first',
    )
    .argument('[address...]', 'the recipients')
    .addOption(
      new Option('--origin <origin>', 'for addresses: whose suppression ends')
        .choices(origins)
        .default('reply'),
    )
    .option('--rule <id>', 'what this rule did, of all recipients')
    .option('--since <time>', 'what was done from then on: 2026-01-31, 24h, 7d', timeOption)
    .option('--until <time>', 'what was done before', timeOption)
    .option('--incident <id>', 'what the rules of an incident at Apple did')
    .option('--dry-run', 'say how many, and change nothing')
    .option('--by <who>', 'kept in the event log')
    .option('--note <text>', 'why; kept in the event log')
  withYes(withJson(withLedger(command), 'print one JSON object')).addHelpText('after', help)
  command.action(async (words: string[], flags: Flags) => {
    const { json, dryRun, yes, by, note, origin } = flags
    const selection = selectionOf(words, flags)
    const audit = { ...(by !== undefined && { by }), ...(note !== undefined && { note }) }
    await withEngine(flags, async ({ engine }) => {
      const count = await countFor(engine, selection, origin)
      if (dryRun === true || count === 0) {
        const text =
          count === 0
            ? `There is nothing to release.${await otherOrigins(engine, selection)}`
            : `Would release ${countText(selection, count)}.`
        return write(process.stdout, `${json === true ? visibleJson({ released: 0, would: count }) : text}\n`)
      }
      await confirm(`Release ${countText(selection, count)}?`, yes)
      let released = 0
      if (Array.isArray(selection))
        for (const address of selection) released += await engine.release({ address, origin, ...audit })
      else released = await releaseMany(engine, selection, audit)
      const text = json === true ? visibleJson({ released }) : `Released ${counted(released, 'suppression')}.`
      return write(process.stdout, `${text}\n`)
    })
  })
}

type Many = RepliesSelection | { incident: string }
type Selection = string[] | Many

function selectionOf(words: readonly string[], { rule, since, until, incident, origin }: Flags): Selection {
  const isByReplies = rule !== undefined || since !== undefined || until !== undefined
  if ([words.length > 0, isByReplies, incident !== undefined].filter(Boolean).length !== 1)
    throw new CliError(
      'EUSAGE',
      'say what to release: addresses, or --rule and --since, or --incident; one of them',
    )
  if (words.length > 0) return readAddresses(words)
  if (origin !== 'reply')
    throw new CliError('EUSAGE', `--origin ${origin} ends by address only: name the addresses`)
  if (incident !== undefined) return { incident }
  const end = until === undefined ? {} : { until }
  if (rule !== undefined) return { rule, ...(since !== undefined && { since }), ...end }
  if (since !== undefined) return { since, ...end }
  throw new CliError('EUSAGE', '--until needs --since or --rule')
}

/** How many suppressions would end; for addresses, how many of these have something that would. */
async function countFor(engine: Engine, selection: Selection, origin: SuppressionOrigin): Promise<number> {
  if (!Array.isArray(selection)) return releaseMany(engine, selection, { dryRun: true })
  const known = await Promise.all(selection.map((address) => engine.whyNot(address, { events: 0 })))
  return known.filter(
    ({ suppressions, softBounces, quarantine, deferred }) =>
      suppressions.some((one) => one.origin === origin) ||
      (origin === 'reply' && (softBounces.length > 0 || quarantine !== null || deferred !== null)),
  ).length
}

/** Where somebody else than Apple holds the addresses back: what would end that. */
async function otherOrigins(engine: Engine, selection: Selection): Promise<string> {
  if (!Array.isArray(selection)) return ''
  const known = await Promise.all(selection.map((address) => engine.address(address)))
  const found = new Set(known.flatMap(({ suppressions }) => suppressions.map(({ origin }) => origin)))
  return [...found].map((origin) => ` Suppressed by ${origin}: --origin ${origin} ends that.`).join('')
}

function countText(selection: Selection, count: number): string {
  return Array.isArray(selection)
    ? `what is held against ${counted(count, 'address', 'addresses')}`
    : counted(count, 'suppression')
}

async function releaseMany(
  engine: Engine,
  selection: Many,
  options: { by?: string; note?: string; dryRun?: boolean },
): Promise<number> {
  const bar = progress(options.dryRun === true ? 'Counting' : 'Releasing')
  try {
    return await engine.release({
      ...selection,
      ...options,
      progress: (done, released) =>
        bar.at(done, `${counted(done, 'recipient')} looked at, ${countWords(released)} released`),
    })
  } finally {
    bar.end()
  }
}
