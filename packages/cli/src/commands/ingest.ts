import { Option, type Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { ingestBounces } from '../ingest/ingest-bounces.ts'
import { checkSource } from '../ingest/check-source.ts'
import { sourceOf, type IngestFlags } from '../ingest/ingest-flags.ts'
import { ingestLogFile } from '../ingest/ingest-log.ts'
import { withJson, withLedger } from '../input/options.ts'
import { untilStopped } from '../input/until-stopped.ts'
import { withEngine, type LedgerUse } from '../ledger/with-engine.ts'
import { errorLine } from '../output/tell-error.ts'

const formats = ['postfix', 'exim', 'haraka', 'haraka-plugin-icloud', 'powermta', 'kumomta']
const help = `
Examples:
  icloud-delivery ingest --delivered-to "$ORIGINAL_RECIPIENT"     (in a pipe of Postfix)
  icloud-delivery ingest --maildir ~/Maildir/.bounces
  icloud-delivery ingest --mbox bounces.mbox --json
  ICLOUD_DELIVERY_IMAP=imaps://user:password@imap.example.com/Bounces icloud-delivery ingest --imap
  icloud-delivery ingest --log /var/log/mail.log --state mail.position --follow

A bounce is believed if it came to a signed return path, for the recipient that it was
signed for; or if a relay of yours wrote it. All others are listed. In the configuration:
  { "returnPath": { "domain": "example.com", "keys": [{ "id": "k1", "secret": "..." }] },
    "relays": [{ "hosts": ["relay.example.com"], "addresses": ["192.0.2.5"] }],
    "receivers": { "hosts": ["mx.example.com"] } }

Where a filter hands mail back to your MX from 127.0.0.1, that address has to stand in
"receivers": { "hosts": [...], "addresses": ["127.0.0.1"] }; not behind a proxy that hides
who connects.

Haraka's own log, and PowerMTA's without dsnMta, do not name the host that refused, so their
replies are listed only: a smarthost's refusals are no fault of the recipient. They count with
--direct.

A message on standard input that cannot be remembered, for whatever reason, ends with 75
(EX_TEMPFAIL), so that your mail server tries again. Reading a source twice counts once.`

/** Adds `ingest` to the program. */
export function addIngest(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('ingest')
    .summary('record replies that arrive later: bounces and logs')
    .description(
      'Records what Apple replied to your relay or mail server: from a bounce message on standard input, a Maildir, an mbox, ' +
        'an IMAP folder, or a mail log.',
    )
    .option('--maildir <directory>', 'bounces in a Maildir; what is done is marked as seen')
    .option('--mbox <file>', 'bounces in an mbox; "-": standard input')
    .option(
      '--imap',
      'bounces in an IMAP folder; the account comes from ICLOUD_DELIVERY_IMAP or the configuration',
    )
    .option('--log <file>', 'a log of Postfix, Exim, Haraka, PowerMTA or KumoMTA; plain, gzip or zstd')
    .option('--delivered-to <address>', 'for a message: the address that it came to')
    .option('--move-to <place>', 'for a Maildir or IMAP: where what is done goes')
    .option('--keep', 'for a Maildir: leave everything as it is')
    .option('--folder <name>', 'for IMAP (default: INBOX)')
    .option('--state <file>', 'for a log or IMAP: remembers how far it was read')
    .option('--follow', 'for a log: go on as it grows, until Ctrl-C')
    .addOption(new Option('--format <format>', 'of the log (default: by its first lines)').choices(formats))
    .option('--direct', "for a log: this server connects to Apple's MX itself, never to a smarthost")
    .option('--time-zone <zone>', 'of times without one, such as Europe/Berlin')
    .option('--stream <name>', 'the kind of mail that it was (default: transactional)')
    .option('--lane <name>', 'of what names none (default: relayed)')
    .option('--create', 'make the ledger file if it is missing')
  withJson(
    withLedger(command),
    'one JSON object a line, the last one {"summary": ...}; for a log the summary alone',
  )
  command.addHelpText('after', help)
  command.action(async (flags: IngestFlags) => {
    const source = sourceOf(flags)
    if (source === 'message' && process.stdin.isTTY) {
      command.outputHelp({ error: true })
      return end(exitCodes.usage)
    }
    const use: LedgerUse = {
      records: true,
      mayMake: flags.create === true,
      before: (settings) => checkSource(source, flags, settings),
    }
    const ingest = untilStopped(async (signal) =>
      withEngine(
        flags,
        async (opened) => {
          if (source === 'log') return ingestLogFile(flags.log ?? '', flags, opened, signal)
          const { failed = 0 } = await ingestBounces(source, flags, opened, signal)
          if (failed > 0) end(source === 'message' ? exitCodes.later : exitCodes.trouble)
        },
        use,
      ),
    )
    if (source !== 'message') return ingest
    // The mail server keeps the message, and hands it over again.
    await ingest.catch((error: unknown) => {
      process.stderr.write(errorLine(error, flags.json === true))
      end(exitCodes.later)
    })
  })
}
