import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readSettings, type LedgerFlags } from '../config/settings.ts'
import { withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { findLedger } from '../ledger/find-ledger.ts'
import { progress } from '../output/progress.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

/** Adds `backup` to the program. */
export function addBackup(program: Command): void {
  const command = program
    .command('backup')
    .summary('copy the ledger while it is in use')
    .description('Copies the file of a ledger as it is at one moment, while mail goes on.')
    .argument('<file>', 'the copy; nothing may be there')
  withJson(withLedger(command), 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery backup /backup/icloud-2026-01-31.db --ledger /var/lib/mail/icloud.db

For a ledger in Redis use Redis' own BGSAVE or append-only file.`,
  )
  command.action(async (target: string, { json, ...flags }: LedgerFlags & JsonFlag) => {
    const { file } = findLedger(await readSettings(flags))
    if (file === null)
      throw new CliError(
        'EUSAGE',
        'a ledger in Redis is copied by Redis itself: BGSAVE, or its append-only file',
      )
    const { backupLedger } = await import('@icloud-delivery/engine')
    const bar = progress('Copying')
    let bytes = 0
    try {
      await backupLedger(file, target, {
        progress: (done, total) => {
          bytes = total
          bar.at(done, '', total)
        },
      })
    } finally {
      bar.end()
    }
    const copy = resolve(target)
    const text = json === true ? visibleJson({ file: copy, bytes }) : `Copied ${file} to ${copy}.`
    await write(process.stdout, `${json === true ? text : visible(text)}\n`)
  })
}
