import { Option, type Command } from 'commander'
import type { LedgerFlags } from '../../config/settings.ts'
import { withLedger } from '../../input/options.ts'
import { withExamples } from '../../input/subcommands.ts'
import { withEngine } from '../../ledger/with-engine.ts'
import { writeNewFile } from '../../output/new-file.ts'
import { progress } from '../../output/progress.ts'
import { counted } from '../../output/time-words.ts'
import { write } from '../../output/write.ts'

interface Flags extends LedgerFlags {
  format: 'csv' | 'ndjson'
  json?: true
}

/** Adds `export`. */
export function addExport(suppressions: Command): void {
  const command = suppressions
    .command('export')
    .description('write all suppressions with everything they carry')
    .argument('[file]', 'nothing may be there; left out or "-": standard output')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'ndjson']).default('csv'))
    .option('--json', 'the same as --format ndjson')
  withExamples(
    withLedger(command),
    'suppressions export suppressions.csv --ledger ./icloud.db',
    'suppressions export --json | jq -r .recipient',
  )
  command.action(async (file: string | undefined, { format, json, ...flags }: Flags) =>
    withEngine(flags, async ({ engine }) => {
      const bar = progress('Exporting')
      let rows = 0
      const pieces = engine.export({
        format: json === true ? 'ndjson' : format,
        progress: (done) => {
          rows = done
          bar.at(done, counted(done, 'suppression'))
        },
      })
      try {
        if (file === undefined || file === '-')
          for await (const piece of pieces) await write(process.stdout, piece)
        else await writeNewFile(file, pieces)
      } finally {
        bar.end()
      }
      console.error(`Exported ${counted(rows, 'suppression')}.`)
    }),
  )
}
