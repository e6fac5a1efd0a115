import type { Command } from 'commander'
import { addAdd } from './suppressions/add.ts'
import { addExport } from './suppressions/export.ts'
import { addImport } from './suppressions/import.ts'
import { addList } from './suppressions/list.ts'
import { addRelease } from './suppressions/release.ts'

const help = `
Examples:
  icloud-delivery suppressions list --rule invalid-recipient
  icloud-delivery suppressions add anna@icloud.com --origin unsubscribe
  icloud-delivery suppressions release anna@icloud.com
  icloud-delivery suppressions import old-list.csv --note "from the old shop"
  icloud-delivery suppressions export --format csv >suppressions.csv`

/** Adds `suppressions` to the program. */
export function addSuppressions(program: Command, end: (exitCode: number) => void): void {
  const suppressions = program
    .command('suppressions')
    .summary('who gets no mail and why: list, add, release, import, export')
    .description('Who gets no more mail, and why; who asked for it.')
    .helpCommand(false)
    .addHelpText('after', help)
  addList(suppressions)
  addAdd(suppressions)
  addRelease(suppressions)
  addImport(suppressions, end)
  addExport(suppressions)
}
