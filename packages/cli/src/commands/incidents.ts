import type { Incident } from '@icloud-delivery/engine'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags } from '../config/settings.ts'
import { confirm } from '../input/confirm.ts'
import { withJson, withLedger, withYes, type JsonFlag } from '../input/options.ts'
import { defaultSubcommand, withExamples } from '../input/subcommands.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { printListing } from '../output/listing.ts'
import { counted, timeWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

const help = `
Examples:
  icloud-delivery incidents --ledger ./icloud.db
  icloud-delivery incidents close 2026-01-01T09:12-invalid-recipient
  icloud-delivery suppressions release --incident 2026-01-01T09:12-invalid-recipient`

const columns = [
  { name: 'incident', overhang: 16 },
  { name: 'rules', least: 12 },
  { name: 'since' },
  { name: 'ended' },
  { name: 'refused', align: 'right' },
  { name: 'retried', align: 'right' },
  { name: 'given back', align: 'right' },
] as const

/** Adds `incidents` to the program. */
export function addIncidents(program: Command): void {
  const incidents = program
    .command('incidents')
    .summary('when Apple itself was broken; end one that is none')
    .description('When Apple itself was broken: what lasts, and the last 50 that are over.')
    .helpCommand(false)
    .addHelpText('after', help)
  const list = defaultSubcommand(incidents, 'list', 'list incidents, the newest first', [
    'incidents list --ledger ./icloud.db',
    'incidents list --json | jq .rules',
  ])
  withJson(withLedger(list), 'one JSON object a line; times are ms since the epoch')
  list.action(async ({ json, ...flags }: LedgerFlags & JsonFlag) =>
    withEngine(flags, async ({ engine }) => {
      await printListing(await engine.incidents(), { columns, row, json, empty: 'No incident was seen.' })
    }),
  )
  const close = incidents
    .command('close')
    .description('end an incident that is none: its replies follow their policy again')
    .argument('<id>', 'as `incidents list` names it')
  withYes(withJson(withLedger(close), 'print one JSON object'))
  withExamples(close, 'incidents close 2026-01-01T09:12-invalid-recipient')
  close.action(async (id: string, { json, yes, ...flags }: LedgerFlags & JsonFlag & { yes?: true }) =>
    withEngine(flags, async ({ engine }) => {
      const found = (await engine.incidents()).find((one) => one.id === id && one.endedAt === null)
      if (found === undefined)
        throw new CliError('ENOTFOUND', `no incident "${id}" is open; icloud-delivery incidents lists them`)
      await confirm(
        `End this incident? ${counted(found.retried, 'reply was', 'replies were')} retried for it.`,
        yes,
      )
      const closed = await engine.closeIncident(id)
      if (!closed) throw new CliError('ENOTFOUND', `"${id}" had ended already`)
      await write(process.stdout, json === true ? `${visibleJson({ closed: id })}\n` : `Ended ${id}.\n`)
    }),
  )
}

function row({
  id,
  rules,
  since,
  endedAt,
  endedBy,
  numbers,
  retried,
  takenBack,
}: Incident): (string | number)[] {
  const ended = endedAt === null ? 'lasts' : `${timeWords(endedAt)} ${endedBy ?? ''}`.trimEnd()
  return [
    id,
    rules.join(' '),
    timeWords(since),
    ended,
    `${numbers.refused} of ${numbers.attempts}`,
    retried,
    takenBack,
  ]
}
