import { counted } from './counted.ts'
import { hasArrived, isFinal, isKept, type Happening } from './happening.ts'
import { Repeats } from './repeats.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'
import { meaningOf, outcomeWords, replyWords, scopeWords, stillWaitingWords, whyKeptBack } from './words.ts'
import { hung, wrap } from './wrap.ts'

const timeWidth = 7
const addressWidth = 33
/** What stands before the text of a line: time, mark, address. */
const startWidth = timeWidth + addressWidth + 4
const indent = ' '.repeat(timeWidth + 3)

/** How it is told. */
export interface NarratorOptions {
  write: (text: string) => void
  style: Style
  /** In columns. */
  width: number
  /** How long an hour takes, in ms. */
  hourMs: number
}

/** Tells what happens as it happens, in plain words. */
export class Narrator {
  readonly #write: (text: string) => void
  readonly #style: Style
  readonly #width: number
  readonly #hourMs: number
  readonly #startedAt: number = Date.now()
  #repeats: Repeats | null = null

  constructor({ write, style, width, hourMs }: NarratorOptions) {
    this.#write = write
    this.#style = style
    this.#width = width
    this.#hourMs = hourMs
  }

  headline(text: string): void {
    this.#write(`\n${wrap(text, this.#width).map(this.#style.bold).join('\n')}\n`)
  }

  /** What to look at in the dashboard now. */
  watch(text: string): void {
    this.#write(`${hung('Watch: ', text, this.#width)}\n`)
  }

  say(text: string): void {
    this.#write(`${text}\n`)
  }

  /** From now on, and from the beginning, mail that waits tells only what is new, or every few seconds that it waits. */
  sumUpRepeats(): void {
    this.#repeats = new Repeats()
  }

  /** From now on everything is told. */
  tellAll(): void {
    this.#repeats = null
  }

  tell(happening: Happening): void {
    const { bad, dim, wait } = this.#style
    const telling = this.#repeats?.tellingOf(happening) ?? 'tell'
    if (telling === 'leave out') return
    if (telling !== 'tell')
      return this.#line(wait('‖'), happening.recipient ?? '', stillWaitingWords(telling.refusals))
    switch (happening.kind) {
      case 'submitted':
        return this.#line(dim('→'), happening.recipient, dim(`"${shown(happening.subject, 60)}"`))
      case 'not-submitted': {
        const { recipient, code, rule, connections } = happening
        const why = code === 'ESUPPRESSED' && rule !== null ? ` (${meaningOf(rule)?.title ?? rule})` : ''
        return this.#line(
          bad('✗'),
          recipient,
          `${bad(code)}${why}, ${connections === 0 ? 'no connection' : counted(connections, 'connection')} made`,
        )
      }
      case 'outcome':
        return this.#outcome(happening)
      case 'kept-back':
        return this.#line(
          isKept(happening.why) ? wait('‖') : bad('✗'),
          happening.recipient,
          whyKeptBack(happening),
        )
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
    const done = outcomeWords(happening, this.#hourMs)
    if (hasArrived(outcome)) return this.#line(paint(mark), recipient, paint(done))
    this.#line(paint(mark), recipient, replyWords(reply, recipient, this.#width - startWidth - 1))
    const meaning = meaningOf(rule)
    const means = meaning ? `${meaning.title} ${dim(`(fault: ${meaning.fault})`)} → ` : ''
    this.#indented(`${means}${paint(done)}`)
  }

  #line(mark: string, recipient: string, text: string): void {
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1).padStart(timeWidth - 2)
    const address = shown(recipient, addressWidth).padEnd(addressWidth)
    const lines = wrap(text, this.#width - indent.length, this.#width - startWidth)
    this.#write(`${this.#style.dim(`${seconds} s`)} ${mark} ${address} ${lines.join(`\n${indent}`)}\n`)
  }

  #indented(text: string): void {
    this.#write(`${hung(indent, text, this.#width)}\n`)
  }
}
