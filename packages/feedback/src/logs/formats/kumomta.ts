import * as v from 'valibot'
import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome, type ParsedReply } from '../log-reply.ts'
import { isApples } from '../whose-line.ts'
import { phaseOf } from './phase.ts'

const number = v.pipe(v.number(), v.finite())
const text = v.fallback(v.nullish(v.string()), null)
const record = v.object({
  type: v.string(),
  id: text,
  sender: text,
  recipient: v.union([v.string(), v.array(v.string())]),
  timestamp: v.union([number, v.string()]),
  response: v.fallback(
    v.nullish(
      v.object({
        code: v.fallback(number, 0),
        enhanced_code: v.fallback(
          v.nullish(v.object({ class: number, subject: number, detail: number })),
          null,
        ),
        content: v.fallback(v.string(), ''),
        command: text,
      }),
    ),
    null,
  ),
  peer_address: v.fallback(v.nullish(v.object({ name: v.fallback(v.string(), '') })), null),
  egress_source: text,
  source_address: v.fallback(v.nullish(v.object({ address: v.fallback(v.string(), '') })), null),
  headers: v.fallback(v.nullish(v.record(v.string(), v.unknown())), null),
})
type KumoRecord = v.InferOutput<typeof record>

/**
 * KumoMTA's JSON lines: `Delivery`, `TransientFailure` and `Bounce`. `Message-ID` is known if `headers` of the log's
 * configuration names it. `Expiration`, `AdminBounce` and what KumoMTA says by itself are no replies.
 *
 * @see https://docs.kumomta.com/reference/log_record/
 */
export const kumomta: LogFormatting = {
  joins: [],
  always: [],
  parser: () => ({ parse: (line) => repliesOf(line) }),
}

function repliesOf(line: string): ParsedReply[] | null {
  const found = v.safeParse(record, parsed(line))
  if (!found.success) return null
  const { output } = found
  const host = output.peer_address?.name.replace(/\.$/, '') || null
  const outcome = outcomeOf(output, host)
  if (outcome === null) return null
  const { sender = null, id: queueId = null } = output
  const recipients = Array.isArray(output.recipient) ? output.recipient : [output.recipient]
  return recipients.slice(0, 1000).flatMap((recipient) => {
    if (!recipient.includes('@') || !isApples(recipient, sender, outcome)) return []
    return {
      at: instant(output.timestamp),
      recipient,
      sender,
      messageId: header(output, 'message-id'),
      queueId,
      source: output.source_address?.address.replace(/:\d+$/, '') || output.egress_source || null,
      outcome,
    }
  })
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function outcomeOf({ type, response }: KumoRecord, host: string | null): LogOutcome | null {
  const { code = 0, enhanced_code, content = '', command } = response ?? {}
  const enhanced = enhanced_code
    ? `${enhanced_code.class}.${enhanced_code.subject}.${enhanced_code.detail} `
    : ''
  const input = `${code} ${enhanced}${content}`
  if (type === 'Delivery') return { kind: 'delivered', text: input, host }
  if (type !== 'Bounce' && type !== 'TransientFailure') return null
  if (code < 400 || content.startsWith('KumoMTA internal: ')) return null
  return replied(input, host, phaseOf(command ?? ''), type === 'Bounce')
}

/** Seconds since the epoch, or ISO 8601. */
function instant(value: number | string): number | null {
  const at = typeof value === 'number' ? value * 1000 : Date.parse(value)
  return Number.isFinite(at) ? Math.floor(at) : null
}

function header({ headers }: KumoRecord, wanted: string): string | null {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (name.toLowerCase() === wanted && typeof value === 'string') return value.trim()
  }
  return null
}
