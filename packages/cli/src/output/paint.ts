import { styleText } from 'node:util'

const formats = {
  title: ['bold', 'cyan'],
  heading: ['bold'],
  label: ['dim'],
  quote: ['italic'],
  caution: ['yellow'],
  good: ['green'],
  bad: ['red'],
  bar: ['cyan'],
} as const

/** What a piece of text is, for people to find their way. */
export type Tone = keyof typeof formats

/** Colours a text without control characters, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string

/** Colours for a stream: only if it is a terminal and `NO_COLOR` is not set, or if `FORCE_COLOR` is. */
export function painterFor(stream: NodeJS.WriteStream): Paint {
  return (tone, text) => styleText([...formats[tone]], text, { stream })
}
