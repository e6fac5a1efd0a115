import { classify, type Phase, type ReplyContext, type VerdictJson } from '@icloud-delivery/rules'

/** What is printed for a line that cannot be answered. */
export interface LineError {
  error: {
    /**
     * - `EJSON`: the line begins like an object and is not one
     * - `EINPUT`: a field is missing or of the wrong kind
     * - `ELINE`: the line is too long
     */
    code: 'EJSON' | 'EINPUT' | 'ELINE'
    message: string
    /** The line of the input, counted from 1. */
    line: number
  }
}

const phases: Readonly<Record<Phase, true>> = {
  connect: true,
  helo: true,
  mail: true,
  rcpt: true,
  data: true,
  eod: true,
  quit: true,
}

class WrongLine extends Error {
  readonly code: 'EJSON' | 'EINPUT'

  constructor(code: 'EJSON' | 'EINPUT', message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Answers one line: a JSON object if it begins with `{`, else a reply as it stands.
 *
 * @param number - of the line, counted from 1, for errors
 * @param defaults - serve for what a JSON object leaves out, and for plain lines
 */
export function answerLine(line: string, number: number, defaults: ReplyContext): VerdictJson | LineError {
  try {
    const [input, context] = line.trimStart().startsWith('{') ? readObject(line, defaults) : [line, defaults]
    return classify(input, context).toJSON()
  } catch (error) {
    if (!(error instanceof WrongLine)) throw error
    return lineError(error.code, error.message, number)
  }
}

/** The error of a line. */
export function lineError(code: LineError['error']['code'], message: string, line: number): LineError {
  return { error: { code, message, line } }
}

function readObject(line: string, defaults: ReplyContext): [string, ReplyContext] {
  const fields = parse(line)
  const { input } = fields
  if (typeof input !== 'string') {
    throw new WrongLine('EINPUT', `"input" must be the reply as a string, but it is ${kindOf(input)}.`)
  }
  const context: ReplyContext = {
    mx: textOf(fields, 'mx', defaults),
    recipient: textOf(fields, 'recipient', defaults),
    sender: textOf(fields, 'sender', defaults),
    phase: phaseOf(fields.phase),
  }
  return [input, context]
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'it cannot be read'
    throw new WrongLine('EJSON', `The line begins with "{" and is not a JSON object: ${reason}.`)
  }
}

/** `null` stands for "not known", also where there is a default. */
function textOf(
  fields: Record<string, unknown>,
  name: 'mx' | 'recipient' | 'sender',
  defaults: ReplyContext,
): string | null | undefined {
  const value = fields[name]
  if (value === undefined) return defaults[name]
  if (value === null || typeof value === 'string') return value
  throw new WrongLine('EINPUT', `"${name}" must be a string or null, but it is ${kindOf(value)}.`)
}

function phaseOf(value: unknown): Phase | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && Object.hasOwn(phases, value)) return value as Phase
  const known = Object.keys(phases).join(', ')
  throw new WrongLine('EINPUT', `"phase" must be null or one of ${known}, but it is something else.`)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`
}
