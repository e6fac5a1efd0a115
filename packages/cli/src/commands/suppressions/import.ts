import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import type { LedgerFlags } from '../../config/settings.ts'
import { exitCodes } from '../../exit-codes.ts'
import { repeated, withJson, withLedger, type JsonFlag } from '../../input/options.ts'
import { withEngine } from '../../ledger/with-engine.ts'
import { progress } from '../../output/progress.ts'
import { counted, countWords } from '../../output/time-words.ts'
import { visibleJson } from '../../output/visible.ts'
import { write } from '../../output/write.ts'
import { originsByHand, type OriginByHand } from './origins.ts'

interface Flags extends LedgerFlags, JsonFlag {
  format?: 'csv' | 'ndjson'
  origin?: OriginByHand
  stream?: string[]
  note?: string
  by?: string
  stopAtBadRow?: true
  create?: true
}

const mostBadRows = 10
const help = `
Examples:
  icloud-delivery suppressions import suppressions.csv
  icloud-delivery suppressions import unsubscribed.csv --origin unsubscribe --note "old shop"
  other-program | icloud-delivery suppressions import - --format ndjson

Takes our own export, and lists of other programs: CSV with a column of addresses,
a bare list of addresses, or one JSON object a line. The same file again changes
nothing. Exits with 1 if rows could not be read.`

/** Adds `import`. */
export function addImport(suppressions: Command, end: (exitCode: number) => void): void {
  const command = suppressions
    .command('import')
    .description('add suppressions from a file')
    .argument('<file>', 'CSV or one JSON object a line; "-": standard input')
    .addOption(new Option('--format <format>', 'default: by the end of its name').choices(['csv', 'ndjson']))
    .addOption(
      new Option('--origin <origin>', 'of rows that do not say theirs (default: import)').choices(
        originsByHand,
      ),
    )
    .addOption(repeated('--stream <name>', 'a stream that such rows cover, again for more'))
    .option('--note <text>', 'why; kept with rows without a reason of their own')
    .option('--by <who>', 'kept in the event log')
    .option('--stop-at-bad-row', 'end at the first row that cannot be read (default: leave it out)')
    .option('--create', 'make the ledger file if it is missing')
  withJson(withLedger(command), 'print one JSON object').addHelpText('after', help)
  command.action(async (file: string, flags: Flags) => {
    const { json, create, stopAtBadRow, origin, stream, note, by } = flags
    const format = flags.format ?? formatOf(file)
    const total = file === '-' ? null : sizeOf(file)
    const bar = progress('Importing')
    await withEngine(
      flags,
      async ({ engine }) => {
        const source = file === '-' ? process.stdin : createReadStream(file)
        const summary = await engine
          .import(source, {
            format,
            ...(origin !== undefined && { origin }),
            ...(stream !== undefined && { streams: stream }),
            ...(note !== undefined && { note }),
            ...(by !== undefined && { by }),
            stopAtBadRow: stopAtBadRow === true,
            progress: (rows, bytes) => bar.at(bytes, counted(rows, 'row'), total),
          })
          .finally(() => bar.end())
        const { rows, added, merged, unchanged, bad, badRows } = summary
        if (bad > 0) end(exitCodes.trouble)
        if (json === true) return write(process.stdout, `${visibleJson(summary)}\n`)
        for (const { line, reason } of badRows.slice(0, mostBadRows)) console.error(`Line ${line}: ${reason}`)
        if (bad > mostBadRows) console.error(`... and ${countWords(bad - mostBadRows)} more`)
        return write(
          process.stdout,
          `${counted(rows, 'row')}: ${countWords(added)} added, ${countWords(merged)} merged, ` +
            `${countWords(unchanged)} known already, ${countWords(bad)} left out${summary.complete ? '' : '; ended there'}.\n`,
        )
      },
      { mayMake: create === true },
    )
  })
}

function formatOf(file: string): 'csv' | 'ndjson' {
  if (/\.(csv|tsv|txt)$/i.test(file)) return 'csv'
  if (/\.(ndjson|jsonl)$/i.test(file)) return 'ndjson'
  throw new CliError(
    'EUSAGE',
    'the name of the file does not tell its format: say --format csv or --format ndjson',
  )
}

function sizeOf(file: string): number {
  try {
    const found = statSync(file)
    accessSync(file, constants.R_OK)
    if (found.isFile() || found.isFIFO()) return found.size
  } catch (error) {
    throw new CliError('EFILE', `${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  throw new CliError('EFILE', `${file} is no file`)
}
