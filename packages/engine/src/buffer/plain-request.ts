import type { Outcome, RecordRequest } from '../record/outcome.ts'

/** `classify` reads no more of a reply. Characters. */
const longestReply = 8192
/** More than any address, name or id that is remembered. Characters. */
const longestText = 1000
const mostItems = 100
const mostErrors = 1000

/**
 * What of a request has to be kept for later, as plain JSON: the reply as far as `classify` reads it, names as far as they
 * count. What cannot be read, such as a getter that throws, is left out.
 */
export function plainRequest(request: RecordRequest): RecordRequest {
  const { outcome, late, ...rest } = request
  const { input, ...told } = outcome as Partial<Extract<Outcome, { kind: 'reply' }>>
  const plain: Record<string, unknown> = plainFields(told)
  if (outcome.kind === 'reply') plain.input = plainReply(input, request.recipient)
  return {
    ...plainFields(rest),
    outcome: plain,
    ...(late && { late: plainFields(late) }),
  } as unknown as RecordRequest
}

function plainFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]) => [name, plainValue(value)] as const)
      .filter(([, value]) => value !== undefined),
  )
}

function plainValue(value: unknown): unknown {
  return Array.isArray(value) ? value.slice(0, mostItems).map(plainScalar) : plainScalar(value)
}

function plainScalar(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, longestText)
  if (typeof value === 'boolean' || value === null) return value
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A reply such that `classify` says the same of it. */
function plainReply(input: unknown, recipient: string): unknown {
  try {
    return new Reduction(recipient).of(input, 0)
  } catch {
    return ''
  }
}

class Reduction {
  private readonly recipient: string
  /** Characters that may still be kept: several errors in one hold no more than a few. */
  private left = 4 * longestReply

  constructor(recipient: string) {
    this.recipient = recipient.toLowerCase()
  }

  of(input: unknown, depth: number): unknown {
    if (typeof input === 'string') return this.text(input)
    if (typeof input === 'number') return input
    if (input instanceof Uint8Array)
      return this.text(new TextDecoder().decode(input.subarray(0, longestReply)))
    if (input === null || typeof input !== 'object' || depth > 2) return ''
    if (Array.isArray(input))
      return input.slice(0, mostItems).map((line: unknown) => this.of(line, depth + 1))
    return this.error(input as Readonly<Record<string, unknown>>, depth)
  }

  /** Of several refused recipients the own one matters; if there is none, the first one may. */
  private error(error: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    const { response, responseCode, message, recipient, rejectedErrors } = error
    const kept: Record<string, unknown> = {}
    if (typeof response === 'string') kept.response = this.text(response)
    if (typeof message === 'string') kept.message = this.text(message)
    if (typeof responseCode === 'number') kept.responseCode = responseCode
    if (typeof recipient === 'string') kept.recipient = this.text(recipient)
    if (Array.isArray(rejectedErrors) && rejectedErrors.length > 0) {
      const each = rejectedErrors.slice(0, mostErrors) as unknown[]
      kept.rejectedErrors = [this.of(each.find((one) => this.isOwn(one)) ?? each[0], depth + 1)]
    }
    return kept
  }

  private isOwn(error: unknown): boolean {
    if (typeof error !== 'object' || error === null || !('recipient' in error)) return false
    return typeof error.recipient === 'string' && error.recipient.toLowerCase() === this.recipient
  }

  private text(text: string): string {
    const kept = text.slice(0, Math.min(longestReply, this.left))
    this.left -= kept.length
    return kept
  }
}
