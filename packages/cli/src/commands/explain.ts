import { isIP } from 'node:net'
import { type Command, InvalidArgumentError } from 'commander'
import { classify, type ReplyContext } from '@icloud-delivery/rules'
import { exitCodes } from '../exit-codes.ts'
import { explainForPeople } from '../explain/assumed.ts'
import { explainLines } from '../explain/explain-lines.ts'
import { explanationPage } from '../explain/explanation-page.ts'
import { readReply } from '../explain/read-reply.ts'
import { codesOfSeveral } from '../explain/several-replies.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

interface Flags {
  mx?: string
  recipient?: string
  sender?: string
  json?: true
}

const examples = `
Examples:
  icloud-delivery explain "552 5.2.2 <anna@icloud.com>: user is over quota"
  icloud-delivery explain --mx mx01.mail.icloud.com "421 4.7.0 Try later"
  icloud-delivery explain --recipient anna@icloud.com <reply.txt
  icloud-delivery explain --json <replies.jsonl

With --json, standard input holds one reply a line, plain or as an object:
  {"input": "550 ...", "mx": "mx01.mail.icloud.com", "recipient": "a@me.com"}
It may also have "sender" and "phase" (connect, helo, mail, rcpt, data, eod or
quit). null means not known. --mx, --recipient and --sender serve for what a
line leaves out. Each line gets one object, in order; blank lines get none. For
a line that cannot be read that is {"error": ...}, and the exit code is 1.

Whose reply it is: --mx decides, else a host that the text names, else the
domain of --recipient, or of the recipient that the reply itself names where it
is about a recipient. Where none of that tells, the text for people assumes that
Apple answered, and says so; --json leaves it open (provider is null).`

/** Adds `explain` to the program. */
export function addExplain(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('explain')
    .summary('what a reply means, and what to do')
    .description('What a reply of Apple’s mail servers means, whose fault it is, and what to do.')
    .argument('[reply...]', 'the reply in any form; left out or "-": read it from standard input')
    .option('--mx <host>', 'name of the host that answered', hostName)
    .option('--recipient <address>', 'recipient that the reply answers', mailAddress)
    .option('--sender <address>', 'envelope sender (return path)')
    .option('--json', 'one JSON object a line; reads one reply a line from standard input')
    .addHelpText('after', examples)
  command.action(async (words: string[], { json, ...context }: Flags) => {
    const argument = words.join(' ')
    const hasArgument = words.length > 0 && argument !== '-'
    if (words.length === 0 && process.stdin.isTTY) {
      command.outputHelp({ error: true })
      return end(exitCodes.usage)
    }
    if (json !== true) {
      const reply = hasArgument ? argument : await replyFromInput(command)
      await write(process.stdout, textForPeople(reply, context))
      return tellOfSeveral(reply, context)
    }
    if (hasArgument) return write(process.stdout, `${visibleJson(classify(argument, context))}\n`)
    const allAnswered = await explainLines(process.stdin, process.stdout, context)
    end(allAnswered ? exitCodes.fine : exitCodes.trouble)
  })
}

function textForPeople(reply: string, context: ReplyContext): string {
  return explanationPage(
    explainForPeople(reply, context),
    pageWidth(process.stdout),
    painterFor(process.stdout),
  )
}

function tellOfSeveral(reply: string, context: ReplyContext): void {
  const codes = codesOfSeveral(reply)
  const { code } = classify(reply, context)
  if (codes.length === 0 || code === null) return
  console.error(
    `Found several replies (${codes.slice(0, 10).join(', ')}), and explained one, the ${code}. For all of them, ` +
      'one a line: icloud-delivery explain --json <file',
  )
}

async function replyFromInput(command: Command): Promise<string> {
  const { text, isCut } = await readReply(process.stdin)
  if (text.trim() === '') command.error('error: no reply in the arguments or on standard input')
  if (isCut) console.error('Only the beginning was read. For many replies, one a line, use --json.')
  return text
}

function hostName(value: string): string {
  if (isIP(value.replace(/^\[|\]$/g, '')) === 0) return value
  throw new InvalidArgumentError(
    'An IP address does not tell whose reply it is. Give the host’s name, or leave it out.',
  )
}

function mailAddress(value: string): string {
  if (value.includes('@')) return value
  throw new InvalidArgumentError('Expected an address such as anna@icloud.com.')
}
