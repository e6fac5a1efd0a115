import { hasArrived, isFinal, type Happening } from './happening.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'
import { meaningOf, outcomeWords, replyWords, scopeWords, whyKeptBack } from './words.ts'

const timeWidth = 7
const addressWidth = 33

/** Tells what happens as it happens, in plain words. */
export class Narrator {
  readonly #write: (text: string) => void
  readonly #style: Style
  readonly #width: number
  readonly #startedAt: number = Date.now()

  /** `width` in columns. */
  constructor(write: (text: string) => void, style: Style, width: number) {
    this.#write = write
    this.#style = style
    this.#width = width
  }

  headline(text: string): void {
    this.#write(`\n${this.#style.bold(text)}\n`)
  }

  say(text: string): void {
    this.#write(`${text}\n`)
  }

  tell(happening: Happening): void {
    const { bad, dim, wait } = this.#style
    switch (happening.kind) {
      case 'submitted':
        return this.#line(dim('→'), happening.recipient, dim(`"${shown(happening.subject, 60)}"`))
      case 'not-submitted': {
        const { recipient, code, rule, connections } = happening
        const why = code === 'ESUPPRESSED' && rule !== null ? ` (${meaningOf(rule)?.title ?? rule})` : ''
        return this.#line(
          bad('✗'),
          recipient,
          `${bad(code)}${why}: sendMail refuses, ${connections} connections made`,
        )
      }
      case 'outcome':
        return this.#outcome(happening)
      case 'kept-back':
        return this.#line(wait('‖'), happening.recipient, whyKeptBack(happening))
      case 'scope':
        return this.#indented(`${wait('‖')} ${scopeWords(happening)}`)
      case 'bounce':
        return this.#line(dim('←'), happening.recipient, dim(`bounce message to ${shown(happening.to, 60)}`))
    }
  }

  #outcome(happening: Extract<Happening, { kind: 'outcome' }>): void {
    const { good, wait, bad, dim } = this.#style
    const { recipient, outcome, rule, reply } = happening
    const [paint, mark] = hasArrived(outcome)
      ? ([good, '✓'] as const)
      : isFinal(outcome)
        ? ([bad, '✗'] as const)
        : ([wait, '↻'] as const)
    const done = outcomeWords(happening)
    if (hasArrived(outcome)) return this.#line(paint(mark), recipient, paint(done))
    const room = this.#width - timeWidth - addressWidth - 5
    this.#line(paint(mark), recipient, replyWords(reply, recipient, room))
    const meaning = meaningOf(rule)
    const means = meaning ? `${meaning.title} ${dim(`(fault: ${meaning.fault})`)} → ` : ''
    this.#indented(`${means}${paint(done)}`)
  }

  #line(mark: string, recipient: string, text: string): void {
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1).padStart(timeWidth - 2)
    const address = shown(recipient, addressWidth).padEnd(addressWidth)
    this.#write(`${this.#style.dim(`${seconds} s`)} ${mark} ${address} ${text}\n`)
  }

  #indented(text: string): void {
    this.#write(`${' '.repeat(timeWidth + 3)}${text}\n`)
  }
}
