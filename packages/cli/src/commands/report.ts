import { existsSync } from 'node:fs'
import type { Letter } from '@icloud-delivery/engine'
import { Argument, Option, type Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags } from '../config/settings.ts'
import { repeated, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { timeOption } from '../input/time.ts'
import { withEngine, type Opened } from '../ledger/with-engine.ts'
import { writeNewFile } from '../output/new-file.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { letterText, shown } from '../report/letter-text.ts'
import { writeLetter, type LetterFlags, type Receiver } from '../report/write-letter.ts'

type Form = 'text' | 'markdown' | 'eml'

interface Flags extends LedgerFlags, JsonFlag, LetterFlags {
  format?: Form
  output?: string
  attach?: string[]
  from?: string
}

const help = `
Examples:
  icloud-delivery report apple --company "Example Ltd" --domain example.com \\
    --ip 192.0.2.10 --description "Receipts are refused since Monday."
  icloud-delivery report apple --description @what-is-wrong.txt --attach refused.eml --output letter.eml
  icloud-delivery report proofpoint --remediation "A stolen password was used; it was changed on Monday."

Company, domain, IPs, contact and the sender can stand in the configuration:
  { "report": { "company": "Example Ltd", "domain": "example.com",
                "ips": ["192.0.2.10"], "from": "postmaster@example.com" } }

Nothing is sent. The replies, their times and transaction ids come from the ledger.
Addresses of recipients are cut out, unless --show-recipients. What you should know
before you send it is said on standard error.`

/** Adds `report` to the program. */
export function addReport(program: Command): void {
  const command = program
    .command('report')
    .summary('a letter to Apple, Proofpoint or Spamhaus, with the recorded evidence')
    .description(
      'A letter to Apple’s postmaster with the five things they ask for, or a request to Proofpoint or Spamhaus for removal, ' +
        'written from the recorded replies.',
    )
    .addArgument(new Argument('<receiver>', 'who gets it').choices(['apple', 'proofpoint', 'spamhaus']))
    .option('--company <name>', 'who writes')
    .option('--domain <name>', 'that the mail comes from')
    .addOption(repeated('--ip <address>', 'of a server that talks to Apple, again for more'))
    .option('--contact <name>', 'who signs (default: the company)')
    .option('--description <text>', 'to Apple: what is wrong; @FILE reads it from a file')
    .option('--remediation <text>', 'what led to it and what was done; @FILE reads it from a file')
    .option(
      '--since <time>',
      'replies from then on: 2026-01-31, 24h (default: --started-at, or 7d)',
      timeOption,
    )
    .option('--until <time>', 'replies before', timeOption)
    .option('--started-at <time>', 'when it began (default: the first of these replies)', timeOption)
    .addOption(repeated('--rule <id>', 'only replies of this rule, again for more'))
    .option('--show-recipients', 'name recipients')
    .addOption(
      new Option('--format <form>', 'default: by the end of --output, else text').choices([
        'text',
        'markdown',
        'eml',
      ]),
    )
    .option('--output <file>', 'nothing may be there; a name that ends in .eml or .md tells the form')
    .addOption(
      repeated('--attach <file>', 'a file that goes with the .eml, such as the mail that was refused'),
    )
    .option('--from <address>', 'the sender of the .eml')
  withJson(withLedger(command), 'print one JSON object').addHelpText('after', help)
  command.action(async (receiver: Receiver, flags: Flags) => {
    const form = flags.format ?? formOf(flags.output)
    checkAttachments(flags, form)
    await withEngine(flags, async (opened) => {
      const letter = await writeLetter(receiver, opened, flags)
      const content = await contentOf(letter, form, flags, opened)
      if (flags.output === undefined) await write(process.stdout, content)
      else {
        await writeNewFile(flags.output, [content])
        console.error(`Wrote ${visible(flags.output)}.`)
      }
      if (flags.json !== true) tellAbout(letter)
    })
  })
}

function formOf(output: string | undefined): Form {
  if (output === undefined) return 'text'
  if (/\.eml$/i.test(output)) return 'eml'
  return /\.(md|markdown)$/i.test(output) ? 'markdown' : 'text'
}

function checkAttachments({ attach = [], json }: Flags, form: Form): void {
  if (attach.length === 0) return
  if (form !== 'eml' || json === true)
    throw new CliError('EUSAGE', 'only a mail has attachments: say --format eml or --output letter.eml')
  for (const path of attach)
    if (!existsSync(path)) throw new CliError('EFILE', `there is no file ${path} to attach`)
}

async function contentOf(
  letter: Letter,
  form: Form,
  { json, from, attach = [] }: Flags,
  { settings }: Opened,
): Promise<string> {
  if (json === true) return `${visibleJson(letter)}\n`
  if (form === 'markdown') return `${shown(letter.markdown)}\n`
  if (form === 'text') return letterText(letter)
  const { letterFile } = await import('../report/letter-file.ts')
  const mail = await letterFile(letter, {
    from: from ?? settings.report?.from,
    attachments: attach,
    date: Date.now(),
  })
  return mail.toString('latin1')
}

/** Where it goes, and what to know before it is sent. */
function tellAbout({ to, urls, notes }: Letter): void {
  if (to !== null) console.error(`To be sent to ${to}, from an address of yours that reads the answer.`)
  for (const url of urls) console.error(`To be entered at ${visible(url)}`)
  for (const note of notes) console.error(`Note: ${visible(note)}`)
}
