import { Command, CommanderError } from 'commander'
import { addAddress } from './commands/address.ts'
import { addBackup } from './commands/backup.ts'
import { addClassify } from './commands/classify.ts'
import { addDashboard } from './commands/dashboard.ts'
import { addDmarc } from './commands/dmarc.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addHolds } from './commands/holds.ts'
import { addIncidents } from './commands/incidents.ts'
import { addIngest } from './commands/ingest.ts'
import { addLint } from './commands/lint.ts'
import { addListings } from './commands/listings.ts'
import { addPlacement } from './commands/placement.ts'
import { addReplay } from './commands/replay.ts'
import { addReport } from './commands/report.ts'
import { addServe } from './commands/serve.ts'
import { addSimulate } from './commands/simulate.ts'
import { addStatus } from './commands/status.ts'
import { addSuppressions } from './commands/suppressions.ts'
import { addWatch } from './commands/watch.ts'
import { CliError } from './cli-error.ts'
import { exitCodes } from './exit-codes.ts'
import { errorLine } from './output/tell-error.ts'
import { bounded, visible } from './output/visible.ts'
import { ownVersion } from './own-version.ts'

/** In the order of the help text. */
const commands = [
  addExplain,
  addClassify,
  addDoctor,
  addLint,
  addListings,
  addDmarc,
  addPlacement,
  addStatus,
  addAddress,
  addSuppressions,
  addHolds,
  addIncidents,
  addWatch,
  addIngest,
  addServe,
  addDashboard,
  addReplay,
  addSimulate,
  addReport,
  addBackup,
]

/**
 * Runs one command line.
 *
 * @param args - the arguments, without the interpreter and the script
 * @returns the exit code, see {@link exitCodes}
 */
export async function run(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.fine
  const json = args.includes('--json')
  const program = new Command('icloud-delivery')
    .description('Mail to iCloud: what Apple’s mail servers say, and what to do about it.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError(json ? false : '(--help tells more)')
    .configureOutput({
      outputError: (text, write) =>
        write(json ? errorLine(new CliError('EUSAGE', text.trim()), json) : `${visibleLines(text)}\n`),
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  icloud-delivery explain "552 5.2.2 <anna@icloud.com>: user is over quota"
  icloud-delivery explain --help

Exit codes: 0 fine, 1 something could not be read, written or done, 2 the command
line or the configuration is wrong, 3 something was found that has to be mended.
Not affiliated with, or endorsed by, Apple Inc.`,
    )
  for (const add of commands) add(program, (code) => (exitCode = code))
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has said what is wrong, or what was asked for.
    return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
  }
  return exitCode
}

/** Commander's messages repeat arguments, and an argument may be a reply. */
function visibleLines(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => visible(bounded(line, 500)))
    .join('\n')
}
